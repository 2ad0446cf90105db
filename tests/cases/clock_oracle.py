"""A slow second opinion about clocks: it walks every minute of a case and counts.

Nothing of the engine is used but the words of the process file. The calendar is asked day by day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

import chinese_calendar
import numba
import numpy as np
from numpy.typing import NDArray

from wattwarden.cases.history import Event
from wattwarden.cases.process import Clock, LimitRule, Process

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WINDOW_DAYS = 150
CLOSES = 17 * 60 + 30
PROVISIONAL_2027 = {(1, 1), (2, 5), (2, 8), (4, 5), (6, 9), (9, 15), (10, 1)}
UNITS = ("working_days", "working_hours", "calendar_days", "clock_hours", "clock_minutes")
Bytes = NDArray[np.int8]


@cache
def works(day: date) -> bool:
    """Whether the office works, by the package, and by the statutory days in 2027."""
    if day.year == 2027:
        return day.weekday() < 5 and (day.month, day.day) not in PROVISIONAL_2027
    return bool(chinese_calendar.is_workday(day))


@dataclass
class Window:
    """Every minute of some months: is the office open, is it a working day."""

    first: datetime
    is_open: Bytes
    is_workday: Bytes

    @classmethod
    def of(cls, first: date) -> "Window":
        days = [first + DAY * n for n in range(WINDOW_DAYS)]
        hours = np.zeros(1440, dtype=np.int8)
        hours[8 * 60 : 12 * 60] = 1
        hours[14 * 60 + 30 : 17 * 60 + 30] = 1
        works_on = np.array([works(day) for day in days], dtype=np.int8)
        return cls(datetime(first.year, first.month, first.day), np.outer(works_on, hours).ravel(), works_on)

    def minute(self, instant: datetime) -> int:
        return (instant - self.first) // MINUTE

    def instant(self, minute: int) -> datetime:
        return self.first + MINUTE * minute


@numba.njit(cache=False)
def granted(is_open: Bytes, is_workday: Bytes, start: int, amount: int, unit: int) -> int:
    """Minutes that a limit grants, counted one by one."""
    minutes = 0
    if unit == 0:
        day, found = start // 1440, 0
        while found < amount:
            day += 1
            found += is_workday[day]
            for minute in range(day * 1440, day * 1440 + 1440):
                minutes += is_open[minute]
        return minutes
    if unit == 2:
        last = start // 1440 + amount
        for minute in range((start // 1440 + 1) * 1440, last * 1440 + 1440):
            if not (is_workday[last] and minute >= last * 1440 + CLOSES):
                minutes += 1
        return minutes
    return amount if unit == 4 else amount * 60


@numba.njit(cache=False)
def walk(running: Bytes, is_open: Bytes, is_workday: Bytes, start: int, amount: int, unit: int) -> int:
    """Minute after which the limit is used up, counting one minute after the other; -1 if it never is."""
    left = granted(is_open, is_workday, start, amount, unit)
    minute = (start // 1440 + 1) * 1440 if unit in (0, 2) else start
    while minute < len(running):
        if running[minute] and (unit > 1 or is_open[minute]):
            left -= 1
        if left == 0:
            if unit != 2 or is_workday[minute // 1440]:
                return minute + 1
            after = minute + 1
            while not (is_workday[after // 1440] and after % 1440 == CLOSES):
                after += 1
            left = after - minute - 1
        minute += 1
    return -1


@dataclass
class Run:
    """One run of a clock as the oracle sees it."""

    owner: str
    round: int
    start: int
    end: int | None = None
    codes: list[tuple[int, int]] = field(default_factory=list)
    rules: list[tuple[int, LimitRule]] = field(default_factory=list)


@dataclass
class Moment:
    """What holds from one event on."""

    minute: int
    step: str
    owner: str
    round: int
    facts: dict[str, object]
    pause: tuple[str, int] | None


def moments(process: Process, events: Sequence[Event], window: Window) -> list[Moment]:
    """Apply the events one by one."""
    now = Moment(0, process.starts_in, "", 1, {}, None)
    found = []
    for event in events:
        now = Moment(
            window.minute(event.at), now.step, now.owner, now.round, {**now.facts, **event.facts}, now.pause
        )
        if event.owner_id is not None:
            now.owner = event.owner_id
        if event.kind == "paused":
            now.pause = (event.reason, now.minute)
        elif event.kind == "resumed":
            now.pause = None
        elif event.kind in ("acted", "opened") and event.to:
            if event.action and process.actions[event.action].reopens:
                now.round += 1
            now.step = event.to
            if now.pause and event.to not in process.pauses[now.pause[0]].steps:
                now.pause = None
        found.append(now)
    return found


def oracle(
    process: Process, events: Sequence[Event], now: datetime
) -> dict[tuple[str, int], tuple[object, ...]]:
    """For every run of every clock: start, end, due, state, when breached."""
    window = Window.of(events[0].at.date())
    told = moments(process, events, window)
    present = window.minute(now)
    result: dict[tuple[str, int], tuple[object, ...]] = {}
    for name, clock in process.clocks.items():
        for number, run in enumerate(_runs(name, clock, process, told, window), start=1):
            result[name, number] = _judge(run, window, present)
    return result


def _runs(name: str, clock: Clock, process: Process, told: Sequence[Moment], window: Window) -> list[Run]:
    runs: list[Run] = []
    for moment in told:
        live = bool(runs) and runs[-1].end is None
        if moment.step in clock.runs_in and (moment.owner or not clock.per_owner):
            if not runs or _anew(clock, runs[-1], moment):
                if live:
                    runs[-1].end = moment.minute
                runs.append(Run(moment.owner, moment.round, moment.minute))
            runs[-1].end, runs[-1].round, runs[-1].owner = None, moment.round, moment.owner
            _mark(runs[-1], name, process, moment, window)
        elif live:
            runs[-1].codes.append((moment.minute, 0))
            if moment.step not in clock.stands_in:
                runs[-1].end = moment.minute
        if runs and runs[-1].end is None:
            rule = _rule(clock, moment)
            if not runs[-1].rules or runs[-1].rules[-1][1] != rule:
                runs[-1].rules.append((moment.minute, rule))
    return runs


def _rule(clock: Clock, moment: Moment) -> LimitRule:
    return next(r for r in clock.limits if all(_has(moment.facts.get(k), v) for k, v in r.when.items()))


def _anew(clock: Clock, run: Run, moment: Moment) -> bool:
    if clock.per_owner and run.owner != moment.owner:
        return True
    if run.round != moment.round:
        return clock.on_reopen == "restart"
    return run.end is not None and clock.on_return == "restart"


def _has(value: object, wanted: object) -> bool:
    return value in wanted if isinstance(wanted, tuple) else value == wanted


def _mark(run: Run, name: str, process: Process, moment: Moment, window: Window) -> None:
    if moment.pause is None or name not in process.pauses[moment.pause[0]].clocks:
        run.codes.append((moment.minute, 1))
        return
    longest = process.pauses[moment.pause[0]].longest
    over = len(window.is_open)
    if longest:
        everything = np.ones(len(window.is_open), dtype=np.int8)
        over = walk(everything, window.is_open, window.is_workday, moment.pause[1], longest.amount,
                    UNITS.index(longest.unit))  # fmt: skip
    if over <= moment.minute:
        run.codes.append((moment.minute, 1))
    else:
        run.codes += [(moment.minute, 0), (over, 1)]


def _running(run: Run, window: Window, stop: int) -> Bytes:
    running = np.zeros(len(window.is_open), dtype=np.int8)
    marks: list[tuple[int, int]] = []
    for minute, code in run.codes:
        marks = [m for m in marks if m[0] < minute]
        marks.append((minute, code))
    for minute, code in marks:
        running[minute:] = code
    running[stop:] = 1
    return running


def _judge(run: Run, window: Window, present: int) -> tuple[object, ...]:
    stop = present if run.end is None else run.end
    running = _running(run, window, stop)
    stands = run.end is None and not _running(run, window, len(window.is_open))[present]

    def due_of(rule: LimitRule, start: int) -> int | None:
        if rule.limit is None:
            return None
        return int(walk(running, window.is_open, window.is_workday, start, rule.limit.amount,
                        UNITS.index(rule.limit.unit)))  # fmt: skip

    due: int | None = None
    breached: int | None = None
    for place, (minute, rule) in enumerate(run.rules):
        whole, fresh = due_of(rule, run.start), due_of(rule, _next_running(running, minute))
        if place == 0 or whole is None or (due is not None and whole >= due):
            due = whole
        elif due is None:
            due = fresh
        else:
            due = min(due, fresh or due)
        until = run.rules[place + 1][0] if place + 1 < len(run.rules) else stop
        if breached is None and due is not None and due < until:
            breached = max(due, minute)
    state = _state(run, due, breached, stands=stands)
    return (
        window.instant(run.start),
        None if run.end is None else window.instant(run.end),
        None if due is None else window.instant(due),
        state,
        None if breached is None else window.instant(breached),
    )


def _next_running(running: Bytes, minute: int) -> int:
    return minute + int(running[minute:].argmax())


def _state(run: Run, due: int | None, breached: int | None, *, stands: bool) -> str:
    if breached is not None:
        return "breached" if run.end is None else "late"
    if run.end is not None:
        return "met"
    if due is None:
        return "no_limit"
    return "paused" if stands else "running"
