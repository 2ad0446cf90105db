"""Who may do what, what is missing, and what nobody may do alone."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.cases.practice import at, calendar
from wattwarden.cases.act import act, allowed, open_case
from wattwarden.cases.given import Actor, Decision, Given, Opening
from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.cases.load import processes
from wattwarden.cases.situation import Situation
from wattwarden.cases.view import CaseView, view

RISK = processes()["risk_case"]
BOSS = Actor("boss", frozenset({"controller"}))
WORKER = Actor("w1", frozenset({"station_worker"}))
OTHER = Actor("w2", frozenset({"station_worker", "billing", "approver"}))
BILLING = Actor("b1", frozenset({"billing"}))
APPROVER = Actor("a1", frozenset({"approver", "billing"}))
PROGRAM = Actor(SYSTEM, frozenset({"system"}))


class Story:
    """A case that is told action by action; each must be allowed unless said otherwise."""

    def __init__(self, opening: Opening | None = None, when: str = "11-23 09:00") -> None:
        self.events: list[Event] = [open_case(RISK, opening or Opening(), SYSTEM, calendar(), at(when))]
        self.now = at(when)

    def case(self, now: datetime | None = None) -> CaseView:
        return view(RISK, self.events, calendar(), now or self.now)

    def tries(self, action: str, actor: Actor, when: str = "", **given: Any) -> Decision:  # noqa: ANN401 - fields of Given, and the situation
        self.now = at(when) if when else self.now
        case = self.case()
        situation = given.pop("situation", Situation())
        version = given.pop("version", case.state.version)
        return act(case, action, actor, Given(version, **given), situation, calendar())

    def does(self, action: str, actor: Actor, when: str = "", **given: Any) -> "Story":  # noqa: ANN401 - as tries
        decision = self.tries(action, actor, when, **given)
        assert [str(problem) for problem in decision.problems] == []
        self.events += decision.events
        return self


CALM = Situation(disputed_bills=0)
VISITED: dict[str, Any] = {
    "outcome": "confirmed", "cause": "meter_fault", "note": "dead display", "checked": ("0", "1"),
    "materials": ("site_photo",), "evidence": ("sha",),
}  # fmt: skip


def concluded() -> Story:
    story = Story().does("triage", BOSS, "11-23 10:00").does("take", WORKER).does("arrive", WORKER)
    return story.does("conclude", WORKER, "11-24 10:00", **VISITED)


def approved(fen: int = 50_000) -> Story:
    story = concluded().does("propose_remedy", WORKER, amount_fen=fen, note="half a year")
    return story.does("approve_remedy", APPROVER, "11-25 09:00", note="agreed")


def text(decision: Decision) -> str:
    assert decision.events == ()
    return "\n".join(map(str, decision.problems))


def test_a_case_from_finding_to_proven_closed() -> None:
    story = (
        approved()
        .does("claim", BILLING, amount_fen=50_000, note="bill", situation=CALM)
        .does("bill", BILLING, amount_fen=50_000)
    )
    story.does("record_payment", Actor("c1", frozenset({"collection"})), amount_fen=50_000)
    story.does("execute", BILLING, "11-26 09:00", note="meter exchanged").does(
        "confirm_mended", PROGRAM, "12-28 09:00"
    )
    case = story.case()
    assert case.is_closed
    assert (case.ledger.claimed, case.ledger.paid, case.ledger.open_fen) == (50_000, 50_000, 0)
    assert all(clock.ended_at for clock in case.clocks)


def test_a_case_records_the_process_and_the_calendar_it_began_under() -> None:
    first = Story().events[0]
    assert (first.process_hash, first.calendar_version) == (RISK.hash, calendar().version)


def test_the_clock_that_ends_first_is_named() -> None:
    case = Story(Opening(facts={"priority": "critical"})).does("triage", BOSS).case()
    assert case.next_due is not None
    assert (case.next_due.clock, case.next_due.due_at) == ("dispatch", at("11-23 15:30"))


def test_a_stale_page_is_refused_and_says_so() -> None:
    story = Story().does("note", WORKER, note="looked")
    assert "version 1 on your page, 2 by now" in text(story.tries("triage", BOSS, version=1))


def test_nobody_acts_on_a_case_about_himself() -> None:
    story = Story(Opening(subject_staff_ids=("boss",)))
    assert "the case is about himself" in text(story.tries("triage", BOSS))
    assert "the case is about himself" in text(story.tries("note", BOSS, note="not true"))
    assert all(problems for problems in allowed(story.case(), BOSS).values())


def test_nobody_acts_on_a_case_about_his_own_change() -> None:
    story = Story(Opening(author_ids=("w1",))).does("triage", BOSS)
    assert "about his own change" in text(story.tries("take", WORKER))
    assert "whom the case concerns" in text(story.tries("assign", BOSS, owner_id="w1"))


def test_a_second_person_approves_and_a_third_executes() -> None:
    story = concluded().does("propose_remedy", OTHER, amount_fen=100, note="x")
    assert "expected a second person" in text(story.tries("approve_remedy", OTHER, note="mine"))
    story.does("approve_remedy", APPROVER, note="agreed")
    assert "expected a second person" in text(story.tries("execute", APPROVER, note="mine too"))
    story.does("execute", BILLING, note="done")


def test_who_visited_does_not_approve() -> None:
    both = Actor("w1", frozenset({"station_worker", "approver"}))
    story = concluded().does("propose_remedy", BILLING, amount_fen=100, note="x")
    assert "expected a second person" in text(story.tries("approve_remedy", both, note="fine"))


def test_everything_that_is_missing_is_told_at_once() -> None:
    story = Story().does("triage", BOSS).does("take", WORKER).does("arrive", WORKER)
    told = text(story.tries("conclude", WORKER))
    for name in ("outcome", "cause", "note", "checklist", "materials", "evidence"):
        assert f"{name} of the action" in told


def test_the_wrong_role_and_the_wrong_step_are_told() -> None:
    story = Story()
    assert "found roles station_worker; expected one of controller" in text(story.tries("triage", WORKER))
    assert "a case in 'Found'" in text(story.tries("arrive", WORKER))
    assert "expected one of triage" in text(story.tries("fly", WORKER))


def test_a_rejected_remedy_goes_back_to_who_concluded() -> None:
    story = concluded().does("propose_remedy", BILLING, amount_fen=100, note="x")
    assert story.case().state.owner_id == ""
    story.does("reject_remedy", APPROVER, note="too little")
    assert (story.case().state.step, story.case().state.owner_id) == ("concluded", "w1")


def test_money_is_not_booked_beyond_what_was_claimed() -> None:
    story = (
        approved()
        .does("claim", BILLING, amount_fen=30_000, note="claim", situation=CALM)
        .does("bill", BILLING, amount_fen=20_000)
    )
    assert "at most 100.00 yuan" in text(story.tries("bill", BILLING, amount_fen=10_001))
    assert "at most 200.00 yuan" in text(story.tries("record_payment", BILLING, amount_fen=20_001))
    assert "amount of the action" in text(story.tries("bill", BILLING))


def test_a_hard_step_is_out_of_reach_while_a_gate_is_not_green() -> None:
    cashier = Actor("c1", frozenset({"collection"}))
    story = approved()
    told = text(story.tries("cut_supply", cashier, "11-25 10:00", note="arrears"))
    assert told.count("gate ") == 10, "nothing is known of the customer; only the time of day is in order"
    good = Situation(
        open_complaints=0, disputed_bills=0, is_protected=False, importance="ordinary", due_on=date(2026, 10, 10),
        dunning_contacts=((date(2026, 10, 20), "sms"),), notice_served_at=at("11-16 10:00"), notice_evidence=True,
        is_approved=True, last_notice_at=at("11-25 09:00"),
    )  # fmt: skip
    decision = story.tries("cut_supply", cashier, "11-25 10:00", note="arrears", situation=good)
    assert decision.is_allowed
    assert all(gate.is_green for gate in decision.gates)


def test_a_snooze_needs_a_date_a_reason_and_a_note_and_wakes() -> None:
    story = Story()
    assert "a day after today" in text(
        story.tries("snooze", BOSS, until=date(2026, 11, 23), note="x", reason="season")
    )
    story.does("snooze", BOSS, until=date(2026, 12, 1), note="heating ends", reason="season")
    assert story.case().state.until == date(2026, 12, 1)
    assert story.case().process.steps["snoozed"].wakes == "wake"
    story.does("wake", PROGRAM, "12-01 08:00")
    assert story.case().state.step == "found"


def test_a_pause_needs_a_reason_that_the_step_allows() -> None:
    story = Story()
    assert "expected somebody who may do it here" in text(
        story.tries("pause", BOSS, reason="waiting_customer", note="x")
    )
    story.does("triage", BOSS).does("take", WORKER)
    assert "what is waited for" in text(story.tries("pause", WORKER, reason="waiting_customer"))
    story.does("pause", WORKER, reason="waiting_customer", note="door shut").does("resume", WORKER)
    assert story.case().state.pause is None
    assert [e.kind for e in story.events[-2:]] == [EventKind.PAUSED, EventKind.RESUMED]


def test_moving_on_ends_a_pause() -> None:
    story = Story().does("triage", BOSS).does("take", WORKER, "11-23 11:00")
    story.does("pause", WORKER, reason="waiting_outage", note="cut on Friday").does(
        "arrive", WORKER, "11-24 09:00"
    )
    assert story.case().state.pauses[0].end == at("11-24 09:00")


def test_facts_are_checked_against_the_process() -> None:
    story = Story()
    assert "expected one of critical, high, low, medium" in text(
        story.tries("change_facts", BOSS, facts={"priority": "urgent"})
    )
    assert "no such fact" in text(story.tries("change_facts", BOSS, facts={"colour": "red"}))
    story.does("change_facts", BOSS, facts={"priority": "critical"})
    assert story.case().state.facts["priority"] == "critical"


@pytest.mark.parametrize("actor", [BOSS, WORKER, OTHER, BILLING, APPROVER, PROGRAM])
def test_what_is_allowed_agrees_with_what_acts(actor: Actor) -> None:
    """What ``allowed`` offers without a problem is refused only for what was not handed in, or for a gate."""
    for story in (Story(), concluded(), approved()):
        case = story.case()
        offered = allowed(case, actor)
        for name in (*RISK.actions, "assign", "resume", "change_facts", "note"):
            given = Given(case.state.version, owner_id=actor.id if name == "assign" else None)
            decision = act(case, name, actor, given, Situation(), calendar())
            told = "\n".join(map(str, decision.problems))
            forbidden = any(
                word in told for word in ("found roles", "a case in", "second person", "may do it here")
            )
            assert forbidden == (name not in offered or bool(offered[name])), (name, told)
