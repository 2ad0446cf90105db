"""Which days between two instants the office works, and which of them are out of the ordinary.

Source: yearly orders of the State Council on holidays; see ``calendar_index``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wattwarden.calc.work_time.calendar_index import WorkCalendar

_SATURDAY = 5


@dataclass(frozen=True)
class DaysBetween:
    """Days after the first day up to the last, by kind.

    Attributes:
        worked: Working days, moved ones included.
        weekends: Ordinary days off.
        holidays: Days off in a row that are not an ordinary weekend.
        moved: Saturdays and Sundays that are worked.
        provisional: Years among them whose order is not entered.
    """

    worked: tuple[date, ...]
    weekends: tuple[date, ...]
    holidays: tuple[date, ...]
    moved: tuple[date, ...]
    provisional: tuple[int, ...]


def days_between(start: datetime, end: datetime, calendar: WorkCalendar) -> DaysBetween:
    """Sort the days after that of ``start``, up to that of ``end``.

    Raises:
        WattwardenError: a day lies in a year without a calendar.
    """
    count = max(0, (end.date() - start.date()).days)
    days = [start.date() + timedelta(days=n) for n in range(1, count + 1)]
    worked = tuple(day for day in days if calendar.is_workday(day))
    off = runs([day for day in days if not calendar.is_workday(day)])
    holidays = [run for run in off if any(day.weekday() < _SATURDAY for day in run)]
    return DaysBetween(
        worked=worked,
        weekends=tuple(day for run in off if run not in holidays for day in run),
        holidays=tuple(day for run in holidays for day in run),
        moved=tuple(day for day in worked if day.weekday() >= _SATURDAY),
        provisional=tuple(sorted({day.year for day in days} & calendar.provisional)),
    )


def runs(days: Sequence[date]) -> list[list[date]]:
    """Days in order, neighbours together."""
    found: list[list[date]] = []
    for day in days:
        if found and day - found[-1][-1] == timedelta(days=1):
            found[-1].append(day)
        else:
            found.append([day])
    return found


def in_runs(days: Sequence[date]) -> str:
    """Days as text, neighbours joined: ``2026-10-01…10-07, 10-09``."""
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}…{r[-1]:%m-%d}" for r in runs(days))
