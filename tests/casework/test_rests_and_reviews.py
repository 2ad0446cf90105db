"""Rests end by the worker, gates hold at the door, second reviews keep their share, the ledger adds up."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.casework import world
from tests.casework.test_acting import to_step
from tests.casework.test_pages import client_of
from tests.casework.world import Doing
from wattwarden.app import open_cases, run_worker
from wattwarden.app.casework import act_on_case
from wattwarden.app.casework.second_review import draw_second_reviews
from wattwarden.app.casework.statistics import statistics
from wattwarden.app.casework.times import now
from wattwarden.cases.situation import Situation
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.models import Case, CaseEvent, SecondReview


@pytest.mark.parametrize(
    ("who", "action", "reason"),
    [("controller", "snooze", "season"), ("approver", "accept_risk", "too_small")],
)
def test_a_rest_has_a_reason_an_end_and_wakes(
    one_case: int, monkeypatch: pytest.MonkeyPatch, who: str, action: str, reason: str
) -> None:
    until = now().date() + timedelta(days=10)
    for left_out in ("reason", "until", "note"):
        given: dict[str, Any] = {"reason": reason, "until": until, "note": "as told"}
        given.pop(left_out)
        with pytest.raises(WattwardenError):
            Doing(who).act(one_case, action, **given)
    Doing(who).act(one_case, action, reason=reason, until=until, note="as told")
    assert run_worker.wake_cases() == 0
    monkeypatch.setattr(run_worker, "now", lambda: now() + timedelta(days=11))
    assert run_worker.wake_cases() == 1
    assert Case.objects.get(pk=one_case).step == "found"
    rested = CaseEvent.objects.get(case=one_case, data__action=action)
    assert (rested.data["reason"], rested.data["until"]) == (reason, str(until))


def test_a_hard_step_is_out_of_reach_while_its_gate_is_red(
    one_case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_step(one_case, "remedy_approved")
    monkeypatch.setattr(act_on_case, "situation_of", lambda *_: Situation(disputed_bills=1))
    sent = {"amount": "900.00", "note": "two months", "once": "a"}
    version = Case.objects.get(pk=one_case).version
    refused = client_of("billing").post(f"/cases/{one_case}/do/claim/", {**sent, "version": str(version)})
    assert refused.status_code == 409
    assert Case.objects.get(pk=one_case).claimed_fen == 0
    monkeypatch.setattr(act_on_case, "situation_of", lambda *_: Situation(disputed_bills=0))
    taken = client_of("billing").post(
        f"/cases/{one_case}/do/claim/", {**sent, "version": str(version), "once": "b"}
    )
    assert (taken.status_code, Case.objects.get(pk=one_case).claimed_fen) == (302, 90_000)


def test_a_penalty_above_the_ceiling_of_the_price_book_is_out_of_reach(
    one_case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_step(one_case, "remedy_approved")
    ready = Situation(disputed_bills=0, evidence_count=9, is_approved=True)
    monkeypatch.setattr(act_on_case, "situation_of", lambda *_: ready)
    sent = {"amount": "900.00", "note": "x", "once": "a", "version": str(Case.objects.get(pk=one_case).version),
            "penalty_times": "1", "penalty_reason": "first time"}  # fmt: skip
    refused = client_of("billing").post(f"/cases/{one_case}/do/claim_with_penalty/", sent)
    assert refused.status_code == 409
    assert Case.objects.get(pk=one_case).claimed_fen == 0


def test_the_ledger_tells_found_claimed_billed_paid_and_refunded(
    one_case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_step(one_case, "remedy_approved")
    monkeypatch.setattr(act_on_case, "situation_of", lambda *_: Situation(disputed_bills=0))
    Doing("billing").act(one_case, "claim", amount_fen=90_000, note="two months")
    Doing("billing").act(one_case, "bill", amount_fen=80_000)
    Doing("collection").act(one_case, "record_payment", amount_fen=50_000)
    books = statistics(Doing("controller").viewer).books
    assert {name: books[name] for name in ("found", "claimed", "billed", "paid")} == {
        "found": 100_000, "claimed": 90_000, "billed": 80_000, "paid": 50_000}  # fmt: skip


def test_reviews_are_drawn_once_blind_and_by_another(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_cases, "draw_visits", lambda *_: 0)
    world.open_from(monkeypatch, home, world.scan_of(home / "scan", [world.found(n) for n in range(3)]))
    for pk in list(Case.objects.values_list("pk", flat=True)):
        to_step(pk, "concluded")
    assert draw_second_reviews()[0] == 1
    assert [draw_second_reviews()[0] for _ in range(5)] == [0] * 5
    review = SecondReview.objects.get()
    assert review.reviewer.username == "auditor"
    page = client_of("auditor").get("/reviews/").content.decode()
    assert "stands still" not in page
    client_of("auditor").post(f"/reviews/{review.case_id}/", {"outcome": "false", "note": "the meter turns"})
    assert SecondReview.objects.get().outcome == "false"
    assert Case.objects.get(pk=review.case_id).outcome == "confirmed"
