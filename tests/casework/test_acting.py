"""Actions on a case: one transaction, a second person, a stale page, a form sent twice, money in bounds."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.casework.world import Doing
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.models import Case, CaseEvent, OrgUnit, RoleGrant, User
from wattwarden.records.models.audit import AuditRecord

PHOTO = ("a" * 64,)


def to_step(case_id: int, step: str) -> None:
    """Bring the case to a step by the real actions."""
    way: dict[str, tuple[str, str, dict[str, Any]]] = {
        "triaged": ("controller", "triage", {}),
        "assigned": ("station_worker", "take", {}),
        "visiting": ("station_worker", "arrive", {}),
        "concluded": ("station_worker", "conclude", {
            "outcome": "confirmed", "cause": "meter_fault", "note": "stands still", "checked": ("0", "1"),
            "materials": ("site_photo",), "evidence": PHOTO}),
        "remedy_proposed": ("station_worker", "propose_remedy", {"note": "two months", "amount_fen": 90_000}),
        "remedy_approved": ("approver", "approve_remedy", {"note": "yes"}),
        "awaiting_verification": ("meter", "execute", {"note": "exchanged"}),
    }  # fmt: skip
    for name, (who, action, given) in way.items():
        Doing(who).act(case_id, action, **given)
        if name == step:
            return


def test_a_case_goes_from_found_to_waiting_for_data(one_case: int) -> None:
    to_step(one_case, "awaiting_verification")
    case = Case.objects.get(pk=one_case)
    assert (case.step, case.outcome, case.cause, case.owner_role) == (
        "awaiting_verification", "confirmed", "meter_fault", "controller")  # fmt: skip
    assert case.verify_on is not None
    assert CaseEvent.objects.filter(case=case).count() == case.version
    assert AuditRecord.objects.filter(action="case.approve_remedy", subject_id=str(one_case)).count() == 1


def test_whoever_proposed_does_not_approve(one_case: int) -> None:
    to_step(one_case, "remedy_proposed")
    proposer = User.objects.get(username="station_worker")
    RoleGrant.objects.create(user=proposer, role="approver", org=OrgUnit.objects.get(pk="43"))
    with pytest.raises(WattwardenError, match="a second person"):
        Doing("station_worker").act(one_case, "approve_remedy", note="yes")
    assert Case.objects.get(pk=one_case).step == "remedy_proposed"


def test_a_stale_page_tells_what_changed_and_changes_nothing(one_case: int) -> None:
    seen = Case.objects.get(pk=one_case).version
    Doing("controller").act(one_case, "triage")
    with pytest.raises(WattwardenError) as error:
        Doing("controller").act(one_case, "snooze", version=seen, note="x", reason="season")
    assert "s-controller triage" in str(error.value)
    assert Case.objects.get(pk=one_case).version == seen + 1


def test_a_form_sent_twice_is_taken_once(one_case: int) -> None:
    first = Doing("controller").act(one_case, "note", once="form-1", note="hello")
    again = Doing("controller").act(one_case, "note", once="form-1", note="hello")
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert CaseEvent.objects.filter(case=one_case, kind="noted").count() == 1


def test_a_form_that_failed_may_be_sent_again(one_case: int) -> None:
    with pytest.raises(WattwardenError):
        Doing("controller").act(one_case, "note", once="form-2", note="")
    assert not Doing("controller").act(one_case, "note", once="form-2", note="now").is_repeat


def test_nobody_bills_more_than_was_claimed(one_case: int) -> None:
    to_step(one_case, "remedy_approved")
    with pytest.raises(WattwardenError, match=r"at most 0\.00 yuan"):
        Doing("billing").act(one_case, "bill", amount_fen=1)


def test_a_case_about_himself_is_not_there_for_him(one_case: int) -> None:
    Case.objects.filter(pk=one_case).update(staff_ids="|s-controller|")
    with pytest.raises(WattwardenError, match="nothing that you may see"):
        Doing("controller").act(one_case, "triage")


@pytest.mark.parametrize(
    "fault", ["his own contract", "a foreign unit", "about himself", "nobody of this number", "no number"]
)
def test_nobody_is_given_what_he_may_not_see(one_case: int, fault: str) -> None:
    to_step(one_case, "triaged")
    case = Case.objects.get(pk=one_case)
    user = User.objects.get(username="station_worker")
    owner = "s-station_worker"
    if fault == "his own contract":
        assert case.customer_id is not None
        user.customer_ids = case.customer_id
        user.save()
    elif fault == "a foreign unit":
        foreign = OrgUnit.objects.create(org_id="44", name="Foreign", kind="county", path="/44/")
        RoleGrant.objects.filter(user=user).update(org=foreign)
    elif fault == "about himself":
        Case.objects.filter(pk=one_case).update(staff_ids="|s-station_worker|")
    else:
        owner = "s-none" if fault == "nobody of this number" else "user-x"
    with pytest.raises(WattwardenError, match="owner: found"):
        Doing("controller").act(one_case, "assign", owner_id=owner, note="please")
    assert Case.objects.get(pk=one_case).owner_id is None


def test_a_case_is_given_to_whoever_may_see_it(one_case: int) -> None:
    to_step(one_case, "triaged")
    Doing("controller").act(one_case, "assign", owner_id="s-station_worker", note="please")
    assert Case.objects.get(pk=one_case).owner == User.objects.get(username="station_worker")


@pytest.mark.parametrize("days", [-400, -2, 2])
def test_a_server_clock_that_is_set_changes_no_order(
    one_case: int, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """What comes later in the history never lies before it, and the page still tells when the case is due."""
    to_step(one_case, "triaged")
    real = timezone.localtime
    monkeypatch.setattr(timezone, "localtime", lambda *at: real(*at) if at else real() + timedelta(days=days))
    Doing("station_worker").act(one_case, "take")
    monkeypatch.setattr(timezone, "localtime", real)
    Doing("station_worker").act(one_case, "arrive")
    times = list(CaseEvent.objects.filter(case=one_case).order_by("number").values_list("at", flat=True))
    assert times == sorted(times)
    assert Case.objects.get(pk=one_case).due_at is not None
