"""Decide what an actor may do, and what it makes of the case: new events, or what stands in the way."""

from datetime import datetime

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.cases.admission import barred, cannot, may, missing, red, same_person, stale
from wattwarden.cases.gates import check_gates
from wattwarden.cases.given import Actor, Decision, Given, Opening
from wattwarden.cases.history import Event, EventKind
from wattwarden.cases.ledger import booking_problems
from wattwarden.cases.process import Action, Process
from wattwarden.cases.situation import Situation
from wattwarden.cases.standard_actions import BUILT_IN_ACTIONS, standard_event, standard_problems, who_may
from wattwarden.cases.view import CaseView
from wattwarden.domain.errors import Problem


def act(
    case: CaseView, action: str, actor: Actor, given: Given, situation: Situation, calendar: WorkCalendar
) -> Decision:
    """Take an action, at the instant of the view.

    Args:
        case: As derived at this instant.
        action: One of the process, or of BUILT_IN_ACTIONS.
        actor: Who acts.
        given: What he hands in.
        situation: What is known of the customer, for gates.
        calendar: Working days, for gates.

    Returns:
        Events to append, or every problem at once.
    """
    problems = [*stale(case, given), *barred(case, actor)]
    if action in BUILT_IN_ACTIONS:
        problems += standard_problems(case, action, actor, given)
        return _decided(problems, standard_event(case, action, actor, given))
    declared = case.process.actions.get(action)
    if declared is None:
        return Decision(problems=(*problems, _unknown(case, action)))
    gates = tuple(check_gates(declared.gates, situation, calendar, case.now))
    problems += [
        *cannot(case, action, declared, actor),
        *missing(case, declared, given),
        *(booking_problems(case.ledger, declared.books, given.amount_fen or 0) if declared.books else ()),
        *(red(gate) for gate in gates if not gate.is_green),
    ]
    decision = _decided(problems, _event(case, action, declared, actor, given))
    return Decision(decision.events, decision.problems, gates)


def allowed(case: CaseView, actor: Actor) -> dict[str, tuple[Problem, ...]]:
    """Actions from this step that the actor's roles admit, each with what else forbids it to him.

    What must be handed in, and gates, are not looked at: a form asks for the one, ``act`` for the other.
    """
    shut = tuple(barred(case, actor))
    found = {}
    for name, action in case.process.actions.items():
        if case.state.step in action.origin and may(case, action.who, actor):
            found[name] = (*shut, *same_person(case, name, action, actor))
    return found | {name: shut for name, can in who_may(case, actor).items() if can}


def open_case(
    process: Process, opening: Opening, actor_id: str, calendar: WorkCalendar, at: datetime
) -> Event:
    """The first event of a case."""
    return Event(
        seq=1,
        at=at,
        kind=EventKind.OPENED,
        actor_id=actor_id,
        to=process.starts_in,
        owner_id=opening.owner_id,
        facts=dict(opening.facts),
        note=opening.note,
        subject_staff_ids=opening.subject_staff_ids,
        author_ids=opening.author_ids,
        process_hash=process.hash,
        calendar_version=calendar.version,
    )


def _decided(problems: list[Problem], event: Event) -> Decision:
    return Decision(problems=tuple(problems)) if problems else Decision(events=(event,))


def _event(case: CaseView, name: str, action: Action, actor: Actor, given: Given) -> Event:
    return Event(
        seq=case.state.version + 1,
        at=case.now,
        kind=EventKind.ACTED,
        actor_id=actor.id,
        action=name,
        to=action.to or "",
        owner_id=_next_owner(case, action, actor, given),
        reason=given.reason,
        note=given.note,
        facts={**given.facts, **action.marks},
        outcome=given.outcome,
        cause=given.cause,
        amount_fen=given.amount_fen,
        book=action.books or "",
        checked=given.checked,
        materials=given.materials,
        evidence=given.evidence,
        until=given.until,
    )


def _next_owner(case: CaseView, action: Action, actor: Actor, given: Given) -> str | None:
    if given.owner_id is not None and "owner" in action.requires:
        return given.owner_id
    if action.returns_to:
        latest = [who for name, who in case.state.latest_doer.items() if name in action.returns_to]
        return latest[-1] if latest else ""
    if action.takes:
        return actor.id
    return None if action.keeps_owner else ""


def _unknown(case: CaseView, action: str) -> Problem:
    known = ", ".join((*case.process.actions, *BUILT_IN_ACTIONS))
    return Problem("action", found=action, expected=f"one of {known}")
