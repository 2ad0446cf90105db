"""Decide what an actor may do, and what it makes of the case: new events, or what stands in the way."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.cases.gates import GateResult, Situation, check_gates
from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.cases.process import OWNER, Action, Fact, Pause, Process, Requirement, holds
from wattwarden.cases.view import CaseView
from wattwarden.domain.errors import Problem

NOTE, ASSIGN, PAUSE, RESUME, CHANGE_FACTS = "note", "assign", "pause", "resume", "change_facts"
BUILT_IN_ACTIONS = (NOTE, ASSIGN, PAUSE, RESUME, CHANGE_FACTS)
"""Actions that every process has."""
ASSIGNERS = frozenset({"leader", "controller", "administrator"})
"""Roles that hand a case to somebody, besides its owner."""


@dataclass(frozen=True)
class Actor:
    """Who acts. The organisation is checked by the loader of the store, before it comes to this."""

    id: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Given:
    """What the actor hands in with an action.

    Attributes:
        version: Number of the latest event that the actor has seen.
        owner_id: Who gets the case; an empty text puts it back for anybody to take.
        facts: Facts that change.
        checked: Indexes of checklist entries that were ticked, as texts.
        materials: Materials that are there.
        evidence: Digests of photos and papers.
    """

    version: int
    owner_id: str | None = None
    reason: str = ""
    note: str = ""
    outcome: str = ""
    cause: str = ""
    amount_fen: int | None = None
    until: date | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    checked: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """New events, or why there are none; ``gates`` tells how each gate of the action stands."""

    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()
    gates: tuple[GateResult, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether it happened."""
        return not self.problems


@dataclass(frozen=True)
class Opening:
    """What a case begins with.

    Attributes:
        subject_staff_ids: Staff whom it is about.
        author_ids: Staff whose change it is about.
    """

    facts: Mapping[str, Fact] = field(default_factory=dict)
    owner_id: str | None = None
    note: str = ""
    subject_staff_ids: tuple[str, ...] = ()
    author_ids: tuple[str, ...] = ()


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
    problems = [*_stale(case, given), *_barred(case, actor)]
    if action in BUILT_IN_ACTIONS:
        problems += _built_in_problems(case, action, actor, given)
        return _decided(problems, _built_in_event(case, action, actor, given))
    declared = case.process.actions.get(action)
    if declared is None:
        return Decision(problems=(*problems, _unknown(case, action)))
    gates = tuple(check_gates(declared.gates, situation, calendar, case.now))
    problems += [
        *_cannot(case, action, declared, actor),
        *_missing(case, declared, given),
        *(_red(gate) for gate in gates if not gate.is_green),
    ]
    decision = _decided(problems, _event(case, action, declared, actor, given))
    return Decision(decision.events, decision.problems, gates)


def allowed(case: CaseView, actor: Actor) -> dict[str, tuple[Problem, ...]]:
    """Actions from this step that the actor's roles admit, each with what else forbids it to him.

    What must be handed in, and gates, are not looked at: a form asks for the one, ``act`` for the other.
    """
    barred = tuple(_barred(case, actor))
    found = {}
    for name, action in case.process.actions.items():
        if case.state.step in action.origin and _may(case, action.who, actor):
            found[name] = (*barred, *_same_person(case, name, action, actor))
    built_in = {
        NOTE: True,
        ASSIGN: _may_assign(case, actor) or _may_take(case, actor),
        PAUSE: case.state.pause is None
        and any(_may_pause(case, p, actor) for p in case.process.pauses.values()),
        RESUME: _may_resume(case, actor),
        CHANGE_FACTS: _may_assign(case, actor),
    }
    return found | {name: barred for name, may in built_in.items() if may}


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


def _stale(case: CaseView, given: Given) -> Iterator[Problem]:
    if given.version != case.state.version:
        yield Problem(
            "case",
            found=f"version {given.version} on your page, {case.state.version} by now",
            expected="the version that you have seen",
            action="Load the case again: somebody else has changed it. Nothing of yours was saved.",
        )


def _barred(case: CaseView, actor: Actor) -> Iterator[Problem]:
    if actor.id in case.state.subject_staff_ids:
        yield Problem(f"staff {actor.id}", found="the case is about himself", expected="somebody else",
                      action="Hand it to a colleague or to the auditor.")  # fmt: skip
    elif actor.id in case.state.author_ids:
        yield Problem(f"staff {actor.id}", found="the case is about his own change", expected="somebody else",
                      action="Hand it to a colleague or to the auditor.")  # fmt: skip


def _built_in_problems(case: CaseView, action: str, actor: Actor, given: Given) -> Iterator[Problem]:
    pause = case.process.pauses.get(given.reason)
    may = {
        NOTE: True,
        ASSIGN: _may_assign(case, actor) or (given.owner_id == actor.id and _may_take(case, actor)),
        PAUSE: case.state.pause is None and pause is not None and _may_pause(case, pause, actor),
        RESUME: _may_resume(case, actor),
        CHANGE_FACTS: _may_assign(case, actor),
    }
    if not may[action]:
        yield Problem(f"action {action}", found=f"roles {_list(actor.roles)} in step {case.state.step}",
                      expected="somebody who may do it here", action=_WHAT_HELPS[action])  # fmt: skip
    if action == NOTE and not given.note.strip():
        yield Problem("note", found="nothing", expected="a sentence")
    if action == ASSIGN and given.owner_id is None:
        yield Problem(
            "owner", found="nothing", expected="a staff number, or an empty text to put the case back"
        )
    if action == ASSIGN and given.owner_id in case.state.subject_staff_ids | case.state.author_ids:
        yield Problem("owner", found=f"{given.owner_id}, whom the case concerns", expected="somebody else")
    if action == PAUSE and pause and pause.note and not given.note.strip():
        yield Problem("note", found="nothing", expected="a sentence that says what is waited for")
    if action == CHANGE_FACTS:
        yield from _wrong_facts(case.process, given.facts)


_WHAT_HELPS = {
    NOTE: "",
    ASSIGN: "Ask the leader or the risk controller.",
    PAUSE: "Choose a reason that the process allows in this step, and that your role may use.",
    RESUME: "Only a paused case can go on, by the roles that the reason names.",
    CHANGE_FACTS: "Ask the leader or the risk controller.",
}


def _wrong_facts(process: Process, facts: Mapping[str, Fact]) -> Iterator[Problem]:
    for name, value in facts.items():
        kind = process.facts.get(name)
        if kind is None:
            yield Problem(f"fact {name}", found="no such fact", expected=f"one of {_list(process.facts)}")
        elif kind.values and str(value) not in kind.values:
            yield Problem(f"fact {name}", found=str(value), expected=f"one of {_list(kind.values)}")


def _built_in_event(case: CaseView, action: str, actor: Actor, given: Given) -> Event:
    kinds = {
        NOTE: EventKind.NOTED,
        ASSIGN: EventKind.ASSIGNED,
        PAUSE: EventKind.PAUSED,
        RESUME: EventKind.RESUMED,
        CHANGE_FACTS: EventKind.FACTS_CHANGED,
    }
    return Event(
        seq=case.state.version + 1,
        at=case.now,
        kind=kinds[action],
        actor_id=actor.id,
        owner_id=given.owner_id if action == ASSIGN else None,
        reason=given.reason,
        note=given.note,
        facts=given.facts if action == CHANGE_FACTS else {},
        checked=given.checked,
        materials=given.materials,
        evidence=given.evidence,
    )


def _may_take(case: CaseView, actor: Actor) -> bool:
    return not case.state.owner_id and case.process.steps[case.state.step].owner in actor.roles


def _unknown(case: CaseView, action: str) -> Problem:
    known = ", ".join((*case.process.actions, *BUILT_IN_ACTIONS))
    return Problem("action", found=action, expected=f"one of {known}")


def _cannot(case: CaseView, name: str, action: Action, actor: Actor) -> Iterator[Problem]:
    if case.state.step not in action.origin:
        here = case.process.steps[case.state.step].title.en
        possible = ", ".join(action.origin)
        yield Problem(f"action {name}", found=f"a case in '{here}'", expected=f"a case in {possible}",
                      action="Load the case again: it stands elsewhere by now.")  # fmt: skip
    if not _may(case, action.who, actor):
        yield Problem(f"action {name}", found=f"roles {_list(actor.roles)}", expected=f"one of {_list(action.who)}",
                      action="Ask somebody of that role, or have the case assigned to you.")  # fmt: skip
    yield from _same_person(case, name, action, actor)


def _same_person(case: CaseView, name: str, action: Action, actor: Actor) -> Iterator[Problem]:
    for other in action.not_by:
        if actor.id in case.state.doers.get(other, ()) and actor.id != SYSTEM:
            title = case.process.actions[other].title.en
            yield Problem(f"action {name}", found=f"the same person as for '{title}'", expected="a second person",
                          action="Ask a colleague who had no part in it.")  # fmt: skip


def _missing(case: CaseView, action: Action, given: Given) -> Iterator[Problem]:
    step = case.process.steps[case.state.step]
    needed = [code for code, material in step.materials.items() if holds(material.when, case.state.facts)]
    have = {*case.state.materials, *given.materials}
    ticked = {*case.state.done, *given.checked}
    is_there: Mapping[Requirement, bool] = {
        "note": bool(given.note.strip()),
        "reason": given.reason in action.reasons,
        "owner": bool(given.owner_id),
        "outcome": given.outcome in action.outcomes,
        "cause": given.cause in case.process.causes,
        "amount": given.amount_fen is not None and given.amount_fen > 0,
        "until": given.until is not None and given.until > case.now.date(),
        "evidence": bool(given.evidence or case.state.evidence),
        "checklist": all(str(number) in ticked for number in range(len(step.checklist))),
        "materials": have.issuperset(needed),
    }
    expected: Mapping[Requirement, str] = {
        "note": "a sentence that says why",
        "reason": f"one of {_list(action.reasons)}",
        "owner": "somebody who takes it over",
        "outcome": f"one of {_list(action.outcomes)}",
        "cause": f"one of {_list(case.process.causes)}",
        "amount": "an amount above 0 in fen",
        "until": "a day after today",
        "evidence": "a photo or a paper",
        "checklist": "every entry of the checklist ticked",
        "materials": f"the materials {_list(set(needed) - have)}",
    }
    for requirement in action.requires:
        if not is_there[requirement]:
            yield Problem(
                f"{requirement} of the action", found="nothing valid", expected=expected[requirement]
            )


def _red(gate: GateResult) -> Problem:
    return Problem(
        f"gate {gate.name} ({gate.clause})", found=gate.why.en, expected=gate.title.en, action=gate.fix.en
    )


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


def _may(case: CaseView, who: Iterable[str], actor: Actor) -> bool:
    owns = OWNER in who and actor.id == case.state.owner_id
    return owns or not actor.roles.isdisjoint(who)


def _may_assign(case: CaseView, actor: Actor) -> bool:
    return not case.is_closed and _may(case, (*ASSIGNERS, OWNER), actor)


def _may_pause(case: CaseView, pause: Pause, actor: Actor) -> bool:
    return case.state.step in pause.steps and _may(case, pause.who, actor)


def _may_resume(case: CaseView, actor: Actor) -> bool:
    pause = case.state.pause
    return pause is not None and _may(case, case.process.pauses[pause.reason].resumed_by, actor)


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
