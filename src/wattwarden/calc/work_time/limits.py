"""When a time limit ends: over running and paused spans, to the minute.

Sources: Civil Code, art. 201 (days: the day of the start is not counted; hours: they count from the start)
and art. 203 (a last day off moves to the next working day; where there are office hours, the last day ends
when the office closes). A pause gives back exactly the time it took out of the limit's own kind of time, so
a pause outside office hours gives nothing back to a limit in working days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.domain.labels import Label, Strict
from wattwarden.domain.office_calendar import MINUTES_PER_DAY, MINUTES_PER_HOUR

FOREVER = 2**62
"""End of a span that still runs."""


class Unit(StrEnum):
    """In what a limit counts."""

    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    CALENDAR_DAYS = "calendar_days"
    CLOCK_HOURS = "clock_hours"
    CLOCK_MINUTES = "clock_minutes"


UNIT_LABELS = {
    Unit.WORKING_DAYS: Label(zh="个工作日", en="working days"),
    Unit.WORKING_HOURS: Label(zh="个工作小时", en="working hours"),
    Unit.CALENDAR_DAYS: Label(zh="个自然日", en="calendar days"),
    Unit.CLOCK_HOURS: Label(zh="小时", en="hours"),
    Unit.CLOCK_MINUTES: Label(zh="分钟", en="minutes"),
}
OFFICE_UNITS = frozenset({Unit.WORKING_DAYS, Unit.WORKING_HOURS})
DAY_UNITS = frozenset({Unit.WORKING_DAYS, Unit.CALENDAR_DAYS})


class Limit(Strict):
    """How long something may take."""

    amount: int = Field(gt=0)
    unit: Unit

    def label(self) -> Label:
        """The limit in words."""
        words = UNIT_LABELS[self.unit]
        return Label(zh=f"{self.amount}{words.zh}", en=f"{self.amount} {words.en}")


@dataclass(frozen=True)
class Span:
    """A stretch of minutes in which a clock runs; ``end`` is FOREVER while it still does."""

    start: int
    end: int = FOREVER


@dataclass(frozen=True)
class Budget:
    """A limit turned into minutes.

    Attributes:
        counts_from: Minute from which time is taken out of it.
        minutes: How many there are, open minutes for OFFICE_UNITS, else minutes of the clock.
        rolls: Whether an end on a day off moves to the next working day's close.
    """

    counts_from: int
    minutes: int
    in_office: bool
    rolls: bool


def budget(limit: Limit, start: int, calendar: WorkCalendar) -> Budget:
    """What ``limit`` grants to a clock that starts at minute ``start``.

    Raises:
        WattwardenError: it reaches into a year without a calendar.
    """
    midnight = (start // MINUTES_PER_DAY + 1) * MINUTES_PER_DAY
    match limit.unit:
        case Unit.WORKING_DAYS:
            end = calendar.after_workdays(start, limit.amount)
            minutes = calendar.opened(end) - calendar.opened(midnight)
            return Budget(midnight, minutes, in_office=True, rolls=False)
        case Unit.WORKING_HOURS:
            return Budget(start, limit.amount * MINUTES_PER_HOUR, in_office=True, rolls=False)
        case Unit.CALENDAR_DAYS:
            last = start // MINUTES_PER_DAY + limit.amount
            end = min(calendar.close_of(last), (last + 1) * MINUTES_PER_DAY)
            return Budget(midnight, end - midnight, in_office=False, rolls=True)
        case Unit.CLOCK_HOURS:
            return Budget(start, limit.amount * MINUTES_PER_HOUR, in_office=False, rolls=False)
        case Unit.CLOCK_MINUTES:
            return Budget(start, limit.amount, in_office=False, rolls=False)


def consumed(granted: Budget, spans: Sequence[Span], calendar: WorkCalendar) -> int:
    """Minutes that the spans, all ended, take out of a budget."""
    return sum(_length(granted, span, calendar) for span in spans)


def due_minute(granted: Budget, spans: Sequence[Span], calendar: WorkCalendar) -> int | None:
    """The minute at which the budget is used up; None where the spans end before that.

    Args:
        granted: From ``budget``.
        spans: Running spans in order, not overlapping; the last may be FOREVER.
        calendar: Working days and hours.

    Raises:
        WattwardenError: it reaches into a year without a calendar.
    """
    left = granted.minutes
    for span in spans:
        start = max(span.start, granted.counts_from)
        while start < span.end:
            end = _advance(granted, start, left, calendar)
            if end > span.end:
                left -= _length(granted, Span(start, span.end), calendar)
                break
            if not granted.rolls or calendar.is_workday(calendar.day(end - 1)):
                return end
            start, left = end, calendar.close_of((end - 1) // MINUTES_PER_DAY) - end
    return None


def minute_at_share(
    granted: Budget, percent: int, spans: Sequence[Span], calendar: WorkCalendar
) -> int | None:
    """The minute at which ``percent`` of the budget is used up, for a warning before the breach."""
    part = Budget(granted.counts_from, granted.minutes * percent // 100, granted.in_office, rolls=False)
    return due_minute(part, spans, calendar)


def working_minutes(start: datetime, end: datetime, calendar: WorkCalendar) -> int:
    """Minutes of office time between two instants; 0 where ``end`` is not after ``start``.

    Raises:
        WattwardenError: an instant lies in a year without a calendar.
    """
    return max(0, calendar.opened(calendar.minute(end)) - calendar.opened(calendar.minute(start)))


def due_at(limit: Limit | None, start: datetime, calendar: WorkCalendar) -> datetime | None:
    """When a limit ends that is never paused; None for no limit, which is never a breach.

    Raises:
        WattwardenError: it reaches into a year without a calendar.
    """
    if limit is None:
        return None
    minute = calendar.minute(start)
    end = due_minute(budget(limit, minute, calendar), [Span(minute)], calendar)
    return None if end is None else calendar.instant(end)


def _advance(granted: Budget, start: int, minutes: int, calendar: WorkCalendar) -> int:
    if not granted.in_office:
        return start + minutes
    if minutes == 0:
        return start
    return calendar.minute_of(calendar.opened(start) + minutes)


def _length(granted: Budget, span: Span, calendar: WorkCalendar) -> int:
    start, end = max(span.start, granted.counts_from), span.end
    if end <= start:
        return 0
    if not granted.in_office:
        return end - start
    return calendar.opened(end) - calendar.opened(start)
