"""Random walks through every process: whatever people do, a case stays sound and can be brought to an end."""

import random
from datetime import date, datetime, timedelta

import pytest

from tests.cases.practice import at, calendar
from tests.cases.test_gates import GOOD
from wattwarden.cases.act import act, allowed, open_case
from wattwarden.cases.clocks import ClockState
from wattwarden.cases.given import Actor, Given, Opening
from wattwarden.cases.history import SYSTEM, Event
from wattwarden.cases.load import processes
from wattwarden.cases.parties import parties
from wattwarden.cases.process import Process
from wattwarden.cases.timers import timer_events
from wattwarden.cases.view import CaseView, view
from wattwarden.cases.why_due import why_due

CROWD = [Actor(f"s{n}", frozenset(parties())) for n in range(6)]


def given(case: CaseView, rng: random.Random, actor: Actor, action: str) -> Given:
    """Everything that any action may ask for."""
    declared = case.process.actions.get(action)
    step = case.process.steps[case.state.step]
    reasons = list(declared.reasons if declared else case.process.pauses)
    return Given(
        version=case.state.version,
        owner_id=rng.choice([actor.id, "s1"]),
        reason=rng.choice(reasons) if reasons else "",
        note="because",
        outcome=rng.choice(declared.outcomes) if declared and declared.outcomes else "",
        cause=rng.choice(list(case.process.causes)) if case.process.causes else "",
        amount_fen=rng.randrange(1, 1000),
        until=case.now.date() + timedelta(days=rng.randrange(1, 30)),
        checked=tuple(str(n) for n in range(len(step.checklist))),
        materials=tuple(step.materials),
        evidence=("sha1", "sha2"),
    )


def walk(process: Process, rng: random.Random, steps: int, seen: set[str]) -> tuple[list[Event], int]:
    """Do random things, new steps first; the events, and how many acts were taken."""
    now = at("2026-03-02 09:00")
    facts = {name: rng.choice(list(kind.values)) for name, kind in process.facts.items() if kind.values}
    events = [open_case(process, Opening(facts=facts), SYSTEM, calendar(), now)]
    taken = 0
    seen.add(process.starts_in)
    for _ in range(steps):
        now += timedelta(minutes=rng.choice((0, 10, 300, 1500, 4000)))
        case = view(process, events, calendar(), now)
        events += timer_events(case, calendar())
        case = view(process, events, calendar(), now)
        owner = [person for person in CROWD if person.id == case.state.owner_id]
        actor = rng.choice(owner if owner and rng.random() < 0.5 else CROWD)
        offered = [name for name, problems in allowed(case, actor).items() if not problems]
        work = [name for name in offered if name in process.actions]
        fresh = [name for name in work if (process.actions[name].to or process.starts_in) not in seen]
        action = rng.choice(fresh or (work if work and rng.random() < 0.8 else offered))
        decision = act(case, action, actor, given(case, rng, actor, action), GOOD, calendar())
        events += decision.events
        taken += decision.is_allowed
        seen.add(view(process, events, calendar(), now).state.step)
    return events, taken


@pytest.mark.parametrize("name", sorted(processes()))
def test_every_step_is_reached_and_every_clock_can_be_explained(name: str) -> None:
    process, rng, seen, taken = processes()[name], random.Random(8), set[str](), 0
    for _ in range(30):
        events, acts = walk(process, rng, 15, seen)
        taken += acts
        case = view(process, events, calendar(), events[-1].at)
        again = view(
            process, [Event.model_validate_json(e.model_dump_json()) for e in events], calendar(), case.now
        )
        assert again == case, "what was written and read again is the same"
        for clock in case.clocks:
            assert why_due(process, clock, calendar())
            assert (clock.state is ClockState.NO_LIMIT) <= (clock.due_at is None)
            assert not (
                clock.due_at is None and clock.breached_at is None and clock.state is ClockState.BREACHED
            )
    assert seen == set(process.steps)
    assert taken > 200


def test_a_pause_that_lasted_its_longest_is_ended_once() -> None:
    process = processes()["service_ticket"]
    worker = Actor("w1", frozenset({"service"}))
    events = [open_case(process, Opening(facts={"kind": "request"}), SYSTEM, calendar(), at("11-02 09:00"))]
    for when, action, reason in (("11-02 10:00", "take", ""), ("11-03 09:00", "pause", "waiting_customer")):
        case = view(process, events, calendar(), at(when))
        events += act(
            case, action, worker, Given(case.state.version, reason=reason, note="x"), GOOD, calendar()
        ).events

    def later(when: str) -> tuple[Event, ...]:
        return timer_events(view(process, events, calendar(), at(when)), calendar())

    assert later("11-17 17:29") == ()
    (ended,) = later("11-17 17:30")
    assert (ended.kind, ended.actor_id) == ("resumed", SYSTEM)
    events.append(ended)
    assert later("11-18 09:00") == ()


def test_a_rest_ends_on_the_day_after() -> None:
    process, boss = processes()["risk_case"], Actor("b", frozenset({"controller"}))
    events = [open_case(process, Opening(), SYSTEM, calendar(), at("11-02 09:00"))]
    rest = Given(1, until=date(2026, 11, 20), note="x", reason="season")
    events += act(
        view(process, events, calendar(), at("11-02 10:00")), "snooze", boss, rest, GOOD, calendar()
    ).events

    def later(when: datetime) -> tuple[Event, ...]:
        return timer_events(view(process, events, calendar(), when), calendar())

    assert later(at("11-20 23:59")) == ()
    (woken,) = later(at("11-21 00:00"))
    assert (woken.action, woken.to) == ("wake", "found")
