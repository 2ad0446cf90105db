"""Fold a history into where the case stands; every piece of state is derived, none is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from wattwarden.cases.history import Event, EventKind, check_history
from wattwarden.cases.process import Fact, Process
from wattwarden.domain.errors import fail


@dataclass(frozen=True)
class PauseSpan:
    """A pause, and its end where it has one."""

    reason: str
    start: datetime
    end: datetime | None = None
    note: str = ""
    actor_id: str = ""


@dataclass(frozen=True)
class CaseState:
    """Where a case stands after its latest event.

    Attributes:
        version: Number of the latest event; whoever acts names the version he has seen.
        owner_id: Nobody where empty.
        round: 1, and one more for each time the case was reopened.
        doers: Who took each action, in order, rounds before this one not counted.
        latest_doer: Who took each action last, in any round; the latest action stands last.
        findings: Findings that are still there, and ``gone`` those that are not.
        done: Entries of the step's checklist that were ticked since the step was entered.
        until: End of a snooze or an acceptance.
    """

    version: int
    at: datetime
    step: str
    entered_at: datetime
    owner_id: str = ""
    round: int = 1
    facts: Mapping[str, Fact] = field(default_factory=dict)
    outcome: str = ""
    cause: str = ""
    doers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    latest_doer: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    subject_staff_ids: frozenset[str] = frozenset()
    author_ids: frozenset[str] = frozenset()
    done: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    until: date | None = None
    pauses: tuple[PauseSpan, ...] = ()

    @property
    def pause(self) -> PauseSpan | None:
        """The pause that lasts, if one does."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].end is None else None


def states(process: Process, events: Sequence[Event]) -> list[CaseState]:
    """The state after each event, in order.

    Raises:
        WattwardenError: the history has a hole, goes back in time, or names what the process does not have.
    """
    check_history(events)
    found = [_opened(process, events[0])]
    for event in events[1:]:
        found.append(_after(process, found[-1], event))
    return found


def _opened(process: Process, event: Event) -> CaseState:
    step = event.to or process.starts_in
    _known_step(process, step)
    opened = CaseState(version=event.seq, at=event.at, step=step, entered_at=event.at)
    return _collected(opened, event)


def _after(process: Process, state: CaseState, event: Event) -> CaseState:
    state = replace(_collected(state, event), version=event.seq, at=event.at)
    match event.kind:
        case EventKind.ACTED:
            return _acted(process, state, event)
        case EventKind.PAUSED:
            begun = PauseSpan(event.reason, event.at, note=event.note, actor_id=event.actor_id)
            return replace(_resumed(state, event.at), pauses=(*_resumed(state, event.at).pauses, begun))
        case EventKind.RESUMED:
            return _resumed(state, event.at)
        case _:
            return state


def _acted(process: Process, state: CaseState, event: Event) -> CaseState:
    action = process.actions.get(event.action)
    if action is None:
        raise fail(f"event {event.seq}", found=f"action {event.action}",
                   expected=f"an action of {process.id}: {', '.join(process.actions)}")  # fmt: skip
    others = {name: who for name, who in state.latest_doer.items() if name != event.action}
    latest = {**others, event.action: event.actor_id}
    if action.reopens:
        state = replace(state, round=state.round + 1, doers={}, outcome="", cause="")
    doers = {**state.doers, event.action: (*state.doers.get(event.action, ()), event.actor_id)}
    state = replace(
        state,
        doers=doers,
        latest_doer=latest,
        outcome=event.outcome or state.outcome,
        cause=event.cause or state.cause,
    )
    return _moved(process, state, event) if event.to else state


def _moved(process: Process, state: CaseState, event: Event) -> CaseState:
    _known_step(process, event.to)
    pause = state.pause
    if pause and (pause.reason not in process.pauses or event.to not in process.pauses[pause.reason].steps):
        state = _resumed(state, event.at)
    return replace(
        state,
        step=event.to,
        entered_at=event.at,
        done=event.checked,
        materials=event.materials,
        until=event.until,
    )


def _resumed(state: CaseState, at: datetime) -> CaseState:
    if state.pause is None:
        return state
    return replace(state, pauses=(*state.pauses[:-1], replace(state.pauses[-1], end=at)))


def _collected(state: CaseState, event: Event) -> CaseState:
    findings, gone = _findings(state, event)
    return replace(
        state,
        owner_id=state.owner_id if event.owner_id is None else event.owner_id,
        facts={**state.facts, **event.facts} if event.facts else state.facts,
        findings=findings,
        gone=gone,
        related=_with(state.related, event.related_to),
        subject_staff_ids=state.subject_staff_ids | set(event.subject_staff_ids),
        author_ids=state.author_ids | set(event.author_ids),
        done=tuple(dict.fromkeys((*state.done, *event.checked))),
        materials=tuple(dict.fromkeys((*state.materials, *event.materials))),
        evidence=tuple(dict.fromkeys((*state.evidence, *event.evidence))),
    )


def _findings(state: CaseState, event: Event) -> tuple[tuple[str, ...], tuple[str, ...]]:
    key = event.finding_key
    if not key:
        return state.findings, state.gone
    if event.kind is EventKind.FINDING_GONE:
        return tuple(k for k in state.findings if k != key), _with(state.gone, key)
    return _with(state.findings, key), tuple(k for k in state.gone if k != key)


def _with(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return values if not value or value in values else (*values, value)


def _known_step(process: Process, step: str) -> None:
    if step not in process.steps:
        raise fail(f"step of a case of {process.id}", found=step,
                   expected=f"one of {', '.join(process.steps)}",
                   action="The process file changed under open cases: keep retired steps in it until they end.")  # fmt: skip
