"""Actions that every process has: note, assign, pause, resume, change a fact."""

from collections.abc import Iterator, Mapping

from wattwarden.cases.admission import listed, may
from wattwarden.cases.given import Actor, Given
from wattwarden.cases.history import Event, EventKind
from wattwarden.cases.process import OWNER, Fact, Pause, Process
from wattwarden.cases.view import CaseView
from wattwarden.domain.errors import Barred, Problem

NOTE, ASSIGN, PAUSE, RESUME, CHANGE_FACTS = "note", "assign", "pause", "resume", "change_facts"
BUILT_IN_ACTIONS = (NOTE, ASSIGN, PAUSE, RESUME, CHANGE_FACTS)
"""Actions that every process has."""
ASSIGNERS = frozenset({"leader", "controller", "administrator"})
"""Roles that hand a case to somebody, besides its owner."""


def standard_problems(case: CaseView, action: str, actor: Actor, given: Given) -> Iterator[Problem]:
    """What stands in the way of a standard action."""
    pause = case.process.pauses.get(given.reason)
    can = who_may(case, actor)[action]
    if action == ASSIGN and can and not _may_assign(case, actor):
        can = given.owner_id == actor.id
    if action == PAUSE and can:
        can = pause is not None and _may_pause(case, pause, actor)
    if not can:
        kind = Barred if _is_possible(case, action, pause) else Problem
        yield kind(f"action {action}", found=f"roles {listed(actor.roles)} in step {case.state.step}",
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
            yield Problem(f"fact {name}", found="no such fact", expected=f"one of {listed(process.facts)}")
        elif kind.values and str(value) not in kind.values:
            yield Problem(f"fact {name}", found=str(value), expected=f"one of {listed(kind.values)}")


def standard_event(case: CaseView, action: str, actor: Actor, given: Given) -> Event:
    """The event that a standard action makes."""
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


def _is_possible(case: CaseView, action: str, pause: Pause | None) -> bool:
    """Whether the case lets anybody take the action as it stands."""
    possible = {
        PAUSE: case.state.pause is None and pause is not None and case.state.step in pause.steps,
        RESUME: case.state.pause is not None,
    }
    return possible.get(action, not case.is_closed)


def _may_take(case: CaseView, actor: Actor) -> bool:
    return not case.state.owner_id and case.process.steps[case.state.step].owner in actor.roles


def _may_assign(case: CaseView, actor: Actor) -> bool:
    return not case.is_closed and may(case, (*ASSIGNERS, OWNER), actor)


def _may_pause(case: CaseView, pause: Pause, actor: Actor) -> bool:
    return case.state.step in pause.steps and may(case, pause.who, actor)


def _may_resume(case: CaseView, actor: Actor) -> bool:
    pause = case.state.pause
    return pause is not None and may(case, case.process.pauses[pause.reason].resumed_by, actor)


def who_may(case: CaseView, actor: Actor) -> dict[str, bool]:
    """Whether the actor may take each standard action here, for some reason or other."""
    pauses = case.process.pauses.values()
    return {
        NOTE: True,
        ASSIGN: _may_assign(case, actor) or _may_take(case, actor),
        PAUSE: case.state.pause is None and any(_may_pause(case, pause, actor) for pause in pauses),
        RESUME: _may_resume(case, actor),
        CHANGE_FACTS: _may_assign(case, actor),
    }
