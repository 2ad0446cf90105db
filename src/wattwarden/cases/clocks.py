"""Derive every clock of a case from its history: started, paused, due, warned, breached, met.

A clock's minutes are taken from the running spans of its steps, less the pauses that stop it. A shorter
limit that is ordered on the way counts from the moment it was ordered and never ends later than the old
one; a longer one counts from the beginning. A breach that has happened stays one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.calc.work_time.limits import (
    FOREVER,
    Budget,
    Span,
    budget,
    consumed,
    due_at,
    due_minute,
    minute_at_share,
)
from wattwarden.cases.process import Clock, LimitRule, Process, holds
from wattwarden.cases.state import CaseState


class ClockState(StrEnum):
    """How a clock stands at an instant."""

    RUNNING = "running"
    PAUSED = "paused"
    WARNED = "warned"
    BREACHED = "breached"
    MET = "met"
    LATE = "late"
    NO_LIMIT = "no_limit"


class Ended(StrEnum):
    """Why a clock no longer runs."""

    DONE = "done"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True)
class Stand:
    """A stretch in which a clock stood still, and why: a pause, or a step in which it waits."""

    why: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class ClockView:
    """One run of a clock.

    Attributes:
        number: 1 for the first run of this clock, then one more for each hand-over, reopening or restart.
        due_at: None where there is no limit; while the clock stands, as if it went on now.
        is_provisional: The clock stands, so ``due_at`` moves on with time.
        used_minutes: Taken out of the limit; of open time where ``in_office``, else of the clock.
        left_minutes: Until it is due, in the same kind of time, negative after that; None without limit.
        warnings: Share in per cent and the instant at which that much is used up.
        breached_at: When it was overrun, however the limit changed later.
        rules: The limits that held, each with the instant from which.
        spans: Running spans.
    """

    clock: str
    number: int
    owner_id: str
    started_at: datetime
    ended_at: datetime | None
    ended: Ended | None
    state: ClockState
    due_at: datetime | None
    is_provisional: bool
    used_minutes: int
    left_minutes: int | None
    in_office: bool
    warnings: tuple[tuple[int, datetime], ...]
    breached_at: datetime | None
    rules: tuple[tuple[datetime, LimitRule], ...]
    spans: tuple[tuple[datetime, datetime | None], ...]
    stands: tuple[Stand, ...]


@dataclass(frozen=True)
class _Due:
    minute: int
    granted: Budget


@dataclass
class _Run:
    number: int
    owner_id: str
    round: int
    start: int
    rules: list[tuple[int, LimitRule]]
    running: list[Span] = field(default_factory=list)
    stood: list[tuple[str, int, int]] = field(default_factory=list)
    end: int | None = None
    ended: Ended | None = None


def clocks(
    process: Process, history: Sequence[CaseState], calendar: WorkCalendar, now: datetime
) -> tuple[ClockView, ...]:
    """Every run of every clock, in the order of the process file.

    Args:
        process: Declares the clocks.
        history: State after each event, from ``states``.
        calendar: Working days and hours.
        now: The instant asked about; what happened later is not looked at.

    Raises:
        WattwardenError: a limit reaches into a year without a calendar.
    """
    seen = [state for state in history if state.at <= now]
    return tuple(
        _view(name, run, clock, calendar, calendar.minute(now))
        for name, clock in process.clocks.items()
        for run in _runs(name, clock, process, seen, calendar)
    )


def _runs(
    name: str, clock: Clock, process: Process, history: Sequence[CaseState], calendar: WorkCalendar
) -> list[_Run]:
    runs: list[_Run] = []
    pauses = list(_pauses(name, process, history, calendar)) if history else []
    ends = [calendar.minute(state.at) for state in history[1:]] + [FOREVER]
    for state, end in zip(history, ends, strict=True):
        start = calendar.minute(state.at)
        runs_here = state.step in clock.runs_in and not (clock.per_owner and not state.owner_id)
        if runs_here:
            if not runs or _begins_anew(clock, runs[-1], state):
                if runs and runs[-1].end is None:
                    runs[-1].end, runs[-1].ended = start, Ended.HANDED_OVER
                runs.append(_Run(len(runs) + 1, state.owner_id, state.round, start, []))
            run = runs[-1]
            run.end, run.ended, run.round, run.owner_id = None, None, state.round, state.owner_id
            _add_running(run, start, end, pauses)
        elif runs and runs[-1].end is None and state.step in clock.stands_in:
            runs[-1].stood.append((f"step:{state.step}", start, end))
        elif runs and runs[-1].end is None:
            runs[-1].end, runs[-1].ended = start, Ended.DONE
        if runs and runs[-1].end is None:
            _note_rule(runs[-1], start, clock, state)
    return runs


def _begins_anew(clock: Clock, run: _Run, state: CaseState) -> bool:
    if clock.per_owner and state.owner_id != run.owner_id:
        return True
    if state.round != run.round:
        return clock.on_reopen == "restart"
    return run.end is not None and clock.on_return == "restart"


def _note_rule(run: _Run, at: int, clock: Clock, state: CaseState) -> None:
    rule = next(rule for rule in clock.limits if holds(rule.when, state.facts))
    if not run.rules or run.rules[-1][1] != rule:
        run.rules.append((at, rule))


def _pauses(
    name: str, process: Process, history: Sequence[CaseState], calendar: WorkCalendar
) -> Iterator[tuple[str, int, int]]:
    for pause in history[-1].pauses:
        kind = process.pauses.get(pause.reason)
        if kind is None or name not in kind.clocks:
            continue
        end = FOREVER if pause.end is None else calendar.minute(pause.end)
        longest = due_at(kind.longest, pause.start, calendar)
        yield (
            pause.reason,
            calendar.minute(pause.start),
            min(end, calendar.minute(longest) if longest else FOREVER),
        )


def _add_running(run: _Run, start: int, end: int, pauses: Sequence[tuple[str, int, int]]) -> None:
    at = start
    for reason, begin, until in pauses:
        if until <= at or begin >= end or begin == until:
            continue
        if begin > at:
            _extend(run.running, at, begin)
        run.stood.append((f"pause:{reason}", max(begin, at), min(until, end)))
        at = min(until, end)
    if at < end:
        _extend(run.running, at, end)


def _extend(spans: list[Span], start: int, end: int) -> None:
    if spans and spans[-1].end == start:
        spans[-1] = Span(spans[-1].start, end)
    else:
        spans.append(Span(start, end))


def _view(name: str, run: _Run, clock: Clock, calendar: WorkCalendar, now: int) -> ClockView:
    stop = run.end if run.end is not None else now
    so_far = [Span(s.start, min(s.end, stop)) for s in run.running if s.start < stop]
    stands = run.end is None and not (run.running and run.running[-1].end > now)
    ahead = _ahead(so_far, stop)
    due, breached = _due(run, ahead, calendar, stop)
    warnings = _warnings(clock, due, ahead, calendar)
    warned = any(calendar.minute(at) <= now for _, at in warnings)
    granted = due.granted if due else None
    return ClockView(
        clock=name,
        number=run.number,
        owner_id=run.owner_id,
        started_at=calendar.instant(run.start),
        ended_at=None if run.end is None else calendar.instant(run.end),
        ended=run.ended,
        state=_state(run, due, breached, stands=stands, warned=warned),
        due_at=calendar.instant(due.minute) if due else None,
        is_provisional=stands and due is not None,
        used_minutes=consumed(granted, so_far, calendar) if granted else _plain(so_far),
        left_minutes=_left(due, stop, so_far, calendar) if due else None,
        in_office=bool(granted and granted.in_office),
        warnings=warnings,
        breached_at=None if breached is None else calendar.instant(breached),
        rules=tuple((calendar.instant(at), rule) for at, rule in run.rules),
        spans=tuple((calendar.instant(s.start), _open_end(s.end, calendar)) for s in run.running),
        stands=tuple(Stand(w, calendar.instant(a), _open_end(b, calendar)) for w, a, b in run.stood if a < b),
    )


def _due(
    run: _Run, ahead: Sequence[Span], calendar: WorkCalendar, stop: int
) -> tuple[_Due | None, int | None]:
    due: _Due | None = None
    breached: int | None = None
    ends = [at for at, _ in run.rules[1:]] + [stop]
    for number, ((at, rule), end) in enumerate(zip(run.rules, ends, strict=True)):
        whole = _from_start(rule, run.start, ahead, calendar)
        due = whole if number == 0 else _changed(due, whole, rule, _from(ahead, at), calendar)
        if breached is None and due is not None and due.minute < end:
            breached = max(due.minute, at)
    return due, breached


def _from_start(rule: LimitRule, start: int, spans: Sequence[Span], calendar: WorkCalendar) -> _Due | None:
    if rule.limit is None:
        return None
    granted = budget(rule.limit, start, calendar)
    minute = due_minute(granted, spans, calendar)
    return None if minute is None else _Due(minute, granted)


def _changed(
    old: _Due | None, whole: _Due | None, rule: LimitRule, later: Sequence[Span], calendar: WorkCalendar
) -> _Due | None:
    if whole is None or (old and whole.minute >= old.minute):
        return whole
    fresh = _from_start(rule, later[0].start, later, calendar)
    return old if old and fresh and old.minute <= fresh.minute else fresh


def _warnings(
    clock: Clock, due: _Due | None, ahead: Sequence[Span], calendar: WorkCalendar
) -> tuple[tuple[int, datetime], ...]:
    if due is None:
        return ()
    found = [(share, minute_at_share(due.granted, share, ahead, calendar)) for share in clock.warn_at_pct]
    return tuple((share, calendar.instant(min(at, due.minute))) for share, at in found if at is not None)


def _left(due: _Due, stop: int, so_far: Sequence[Span], calendar: WorkCalendar) -> int:
    kind = replace(due.granted, counts_from=0)
    if due.minute >= stop:
        return consumed(kind, [Span(stop, due.minute)], calendar)
    return -consumed(kind, _from(so_far, due.minute), calendar)


def _ahead(so_far: Sequence[Span], stop: int) -> list[Span]:
    spans = list(so_far)
    _extend(spans, stop, FOREVER)
    return spans


def _from(spans: Sequence[Span], at: int) -> list[Span]:
    return [Span(max(s.start, at), s.end) for s in spans if s.end > at]


def _state(run: _Run, due: _Due | None, breached: int | None, *, stands: bool, warned: bool) -> ClockState:
    if breached is not None:
        return ClockState.BREACHED if run.end is None else ClockState.LATE
    if run.end is not None:
        return ClockState.MET
    if due is None:
        return ClockState.NO_LIMIT
    if stands:
        return ClockState.PAUSED
    return ClockState.WARNED if warned else ClockState.RUNNING


def _plain(spans: Sequence[Span]) -> int:
    return sum(span.end - span.start for span in spans)


def _open_end(minute: int, calendar: WorkCalendar) -> datetime | None:
    return None if minute >= FOREVER else calendar.instant(minute)
