"""When many limits end at once, after an edit of the calendar or for a list of all open cases.

Source: Civil Code, art. 201 and 203, as in ``limits``; the tests compare the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wattwarden.calc.work_time.calendar_index import Ints, WorkCalendar
from wattwarden.calc.work_time.limits import DAY_UNITS, OFFICE_UNITS, Limit, Unit
from wattwarden.domain.office_calendar import MINUTES_PER_DAY, MINUTES_PER_HOUR

NEVER = -1
"""Result where there is no limit, or where the spans end before it."""
_MINUTES_OF = {
    Unit.WORKING_HOURS: MINUTES_PER_HOUR,
    Unit.CLOCK_HOURS: MINUTES_PER_HOUR,
    Unit.CLOCK_MINUTES: 1,
}


@dataclass(frozen=True)
class Clocks:
    """Many clocks as arrays.

    Attributes:
        limits: Distinct limits; None is no limit.
        limit_of: Index into ``limits``, one per clock.
        starts: Minute at which each clock started.
        first_span: Index of each clock's first running span; one longer than the clocks.
        span_starts, span_ends: Running spans of all clocks; FOREVER where one still runs.
    """

    limits: Sequence[Limit | None]
    limit_of: Ints
    starts: Ints
    first_span: Ints
    span_starts: Ints
    span_ends: Ints


def due_minutes(clocks: Clocks, calendar: WorkCalendar) -> Ints:
    """The minute at which each clock is due, NEVER where it is not.

    Raises:
        WattwardenError: one reaches into a year without a calendar.
    """
    counts_from, left = _budgets(clocks, calendar)
    in_office = _is_in(clocks, OFFICE_UNITS)[clocks.limit_of]
    rolls = _is_in(clocks, {Unit.CALENDAR_DAYS})[clocks.limit_of]
    due = np.full(len(clocks.starts), NEVER, dtype=np.int64)
    span = clocks.first_span[:-1].copy()
    at = counts_from.copy()
    active = np.flatnonzero((left > 0) & (span < clocks.first_span[1:]))
    while len(active):
        here = span[active]
        start = np.maximum(at[active], clocks.span_starts[here])
        stop = np.maximum(clocks.span_ends[here], start)
        end = _advance(start, left[active], in_office[active], calendar)
        over = end > stop
        off = ~over & rolls[active] & ~_works((np.minimum(end, stop) - 1) // MINUTES_PER_DAY, calendar)
        due[active[~over & ~off]] = end[~over & ~off]
        rolled = active[off]
        at[rolled] = end[off]
        left[rolled] = _closes((end[off] - 1) // MINUTES_PER_DAY, calendar) - end[off]
        later = active[over]
        left[later] -= _length(start[over], stop[over], in_office[later], calendar)
        span[later] += 1
        going = np.concatenate([rolled, later[span[later] < clocks.first_span[later + 1]]])
        active = np.sort(going)
    return due


def _budgets(clocks: Clocks, calendar: WorkCalendar) -> tuple[Ints, Ints]:
    days = clocks.starts // MINUTES_PER_DAY
    in_days = _is_in(clocks, DAY_UNITS)[clocks.limit_of]
    counts_from = np.where(in_days, (days + 1) * MINUTES_PER_DAY, clocks.starts)
    left = np.zeros(len(clocks.starts), dtype=np.int64)
    for number, limit in enumerate(clocks.limits):
        chosen = np.flatnonzero(clocks.limit_of == number)
        if limit is None or not len(chosen):
            continue
        if limit.unit is Unit.WORKING_DAYS:
            end = (
                calendar.workday_index(calendar.days_before[days[chosen] + 1] + limit.amount)
                * MINUTES_PER_DAY
            )
            left[chosen] = calendar.open_until(end) - calendar.open_until(counts_from[chosen])
        elif limit.unit is Unit.CALENDAR_DAYS:
            last = days[chosen] + limit.amount
            end = np.minimum(_closes(last, calendar), (last + 1) * MINUTES_PER_DAY)
            left[chosen] = end - counts_from[chosen]
        else:
            left[chosen] = limit.amount * _MINUTES_OF[limit.unit]
    return counts_from, left


def _is_in(clocks: Clocks, units: frozenset[Unit] | set[Unit]) -> NDArray[np.bool_]:
    return np.array([limit is not None and limit.unit in units for limit in clocks.limits], dtype=np.bool_)


def _advance(start: Ints, minutes: Ints, in_office: NDArray[np.bool_], calendar: WorkCalendar) -> Ints:
    end = start + minutes
    if in_office.any():
        opened = calendar.open_until(start[in_office]) + minutes[in_office]
        end[in_office] = calendar.minute_of_open(opened)
    return end


def _length(start: Ints, stop: Ints, in_office: NDArray[np.bool_], calendar: WorkCalendar) -> Ints:
    length = stop - start
    if in_office.any():
        length[in_office] = calendar.open_until(stop[in_office]) - calendar.open_until(start[in_office])
    return length


def _works(days: Ints, calendar: WorkCalendar) -> NDArray[np.bool_]:
    inside = np.clip(days, 0, calendar.days - 1)
    return np.asarray(calendar.days_before[inside + 1] > calendar.days_before[inside])


def _closes(days: Ints, calendar: WorkCalendar) -> Ints:
    if np.any(days >= calendar.days):
        raise calendar.uncovered(calendar.end.year)
    after = calendar.workday_index(calendar.days_before[days] + 1)
    return calendar.minute_of_open(calendar.open_before[after])
