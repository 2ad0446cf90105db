"""Derive every clock of a case from its history: started, paused, due, warned, breached, met.

A clock's minutes are taken from the running spans of its steps, less the pauses that stop it. A shorter
limit that is ordered on the way counts from the moment it was ordered and never ends later than the old
one; a longer one counts from the beginning. A breach that has happened stays one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.calc.work_time.limits import (
    FOREVER,
    Budget,
    Span,
    budget,
    consumed,
    due_minute,
    minute_at_share,
)
from wattwarden.cases.clock_runs import Ended, Run, extend, runs
from wattwarden.cases.process import Clock, LimitRule, Process
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
        for run in runs(name, clock, process, seen, calendar)
    )


def _view(name: str, run: Run, clock: Clock, calendar: WorkCalendar, now: int) -> ClockView:
    stop = run.end if run.end is not None else now
    so_far = [Span(s.start, min(s.end, stop)) for s in run.running if s.start < stop]
    stands = run.end is None and not any(s.start <= now < s.end for s in run.running)
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
    run: Run, ahead: Sequence[Span], calendar: WorkCalendar, stop: int
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
    extend(spans, stop, FOREVER)
    return spans


def _from(spans: Sequence[Span], at: int) -> list[Span]:
    return [Span(max(s.start, at), s.end) for s in spans if s.end > at]


def _state(run: Run, due: _Due | None, breached: int | None, *, stands: bool, warned: bool) -> ClockState:
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
