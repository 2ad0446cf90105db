"""Nobody sees rows of another organisation, of another role, or about himself."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.records.conftest import NORTH, SOUTH, TOP, viewer
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.staff_side import named_staff
from wattwarden.records.guard import load, may_handle, units_of, visible
from wattwarden.records.models import Finding


def finding(
    key: str, path: str, kind: str = "customer", subject: str = "c1", proof: str = "{}"
) -> None:
    named = named_staff(contract(), kind, subject, proof)
    Finding.objects.create(
        finding_key=key, rule_id="x.y", rule_hash="h", risk="1.2.2", severity="high", subject_kind=kind,
        subject_id=subject, org_path=path, direction="none", cause="c", confidence=Decimal("0.5"), proof=proof,
        state="open", first_seen=date(2026, 1, 1), last_seen=date(2026, 1, 1), scan=1, customer_id="c1",
        staff_side=named.is_staff_side, staff_ids=named.staff_ids,
    )  # fmt: skip


@pytest.fixture
def rows(units: None) -> None:
    finding("north", NORTH)
    finding("south", SOUTH)
    finding("clerk", NORTH, "staff", "s7")
    finding("change", NORTH, proof='{"old_value": 1, "staff_id": "s8", "approved_by": "s7"}')


def keys(role: str, path: str = TOP, staff_id: str | None = None) -> set[str]:
    seen = visible(Finding, viewer(role, path, staff_id), "see_findings")
    return set(seen.values_list("finding_key", flat=True))


@pytest.mark.usefixtures("rows")
def test_a_subtree_is_seen_and_no_other() -> None:
    assert keys("controller") == {"north", "south"}
    assert keys("controller", NORTH) == {"north"}


@pytest.mark.usefixtures("rows")
def test_a_role_without_the_permission_sees_nothing() -> None:
    assert keys("administrator") == set()


@pytest.mark.usefixtures("rows")
def test_findings_about_staff_are_for_auditors_and_never_for_oneself() -> None:
    assert keys("auditor") == {"north", "south", "clerk", "change"}
    assert keys("auditor", staff_id="s7") == {"north", "south"}
    assert keys("auditor", staff_id="s8") == {"north", "south", "clerk"}
    assert keys("auditor", staff_id="s") == keys("auditor")


@pytest.mark.usefixtures("rows")
def test_nobody_handles_his_own_contract() -> None:
    Finding.objects.filter(pk="south").update(customer_id=None)
    own = replace(viewer("auditor"), customer_ids=("c1",))
    assert set(visible(Finding, own, "see_findings").values_list("pk", flat=True)) == {"south"}
    assert not may_handle(Finding, "north", own, "see_findings")
    assert may_handle(Finding, "north", viewer("auditor"), "see_findings")


@pytest.mark.usefixtures("units")
def test_units_below_a_grant_only() -> None:
    assert {u.pk for u in units_of(viewer("controller", NORTH), "see_findings")} == {"01"}
    assert not units_of(viewer("administrator"), "see_findings")


@pytest.mark.parametrize(
    ("kind", "proof", "expected"),
    [
        ("customer", '{"kwh": 1}', (False, "")),
        ("staff", "{}", (True, "|x|")),
        ("bill", '{"approved_by": null}', (True, "")),
        ("bill", '{"approved_by": "a", "created_by": "b"}', (True, "|a|b|")),
        ("customer", '{"note": "staff_id"}', (False, "")),
    ],
)
def test_who_is_named_by_a_finding(kind: str, proof: str, expected: tuple[bool, str]) -> None:
    named = named_staff(contract(), kind, "x", proof)
    assert (named.is_staff_side, named.staff_ids) == expected


@pytest.mark.usefixtures("rows")
def test_a_hidden_row_is_not_found() -> None:
    with pytest.raises(WattwardenError, match="nothing that you may see"):
        load(Finding, "south", viewer("controller", NORTH), "see_findings")
    assert load(Finding, "north", viewer("controller", NORTH), "see_findings").org_path == NORTH
