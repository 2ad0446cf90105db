"""Nobody sees rows of another organisation, of another role, or about himself."""

from datetime import date
from decimal import Decimal

import pytest

from tests.records.conftest import NORTH, SOUTH, TOP, viewer
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.guard import load, visible
from wattwarden.records.models import Finding


def finding(
    key: str, path: str, kind: str = "customer", subject: str = "c1", staff_side: bool = False
) -> None:
    Finding.objects.create(
        finding_key=key, rule_id="x.y", rule_hash="h", risk="1.2.2", severity="high", subject_kind=kind,
        subject_id=subject, org_path=path, direction="none", cause="c", confidence=Decimal("0.5"), proof="{}",
        state="open", first_seen=date(2026, 1, 1), last_seen=date(2026, 1, 1), staff_side=staff_side, scan=1,
    )  # fmt: skip


@pytest.fixture
def rows(units: None) -> None:
    finding("north", NORTH)
    finding("south", SOUTH)
    finding("clerk", NORTH, "staff", "s7", staff_side=True)


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
    assert keys("auditor") == {"north", "south", "clerk"}
    assert keys("auditor", staff_id="s7") == {"north", "south"}


@pytest.mark.usefixtures("rows")
def test_a_hidden_row_is_not_found() -> None:
    with pytest.raises(WattwardenError, match="nothing that you may see"):
        load(Finding, "south", viewer("controller", NORTH), "see_findings")
    assert load(Finding, "north", viewer("controller", NORTH), "see_findings").org_path == NORTH
