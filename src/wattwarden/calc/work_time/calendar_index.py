"""Office time as arrays: how many open minutes lie before an instant, and the way back.

Instants are local wall-clock times in whole minutes; seconds are cut off, as on a wall clock. Sources:
yearly orders of the State Council on holidays, through the package chinesecalendar, and ``calendar.yaml``.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.domain.office_calendar import MINUTES_PER_DAY, OfficeCalendar, OfficeHours, OrderedYear

FIRST_YEAR = 2015
VERSION_LENGTH = 16
_FRIDAY = 4
_MINUTE = timedelta(minutes=1)
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """Working days and office minutes from ``first`` up to, and without, ``end``.

    Attributes:
        days_before: Working days before each day, one longer than the days.
        open_before: Open minutes before each day, one longer than the days.
        hours_of: Row of ``open_at`` that holds on each day; row 0 is a closed day.
        open_at: Open minutes of a day up to each of its 1441 minute marks, one row per pattern.
        mark_of: Earliest minute mark at which so many minutes were open, one row per pattern.
        provisional: Years whose order is not entered; what rests on them says so.
        version: Digest of all of it; recorded with a case, so that a later edit is seen.
    """

    first: date
    days_before: Ints
    open_before: Ints
    hours_of: Ints
    open_at: Ints
    mark_of: Ints
    provisional: frozenset[int]

    @property
    def days(self) -> int:
        """Number of days covered."""
        return len(self.hours_of)

    @property
    def end(self) -> date:
        """The first day that is not covered."""
        return self.first + timedelta(days=self.days)

    @cached_property
    def version(self) -> str:
        """Digest of the days, the hours and what is provisional."""
        digest = hashlib.sha256(f"{self.first} {sorted(self.provisional)}".encode())
        for part in (self.days_before, self.hours_of, self.open_at):
            digest.update(part.tobytes())
        return digest.hexdigest()[:VERSION_LENGTH]

    @cached_property
    def _zero(self) -> datetime:
        return datetime.combine(self.first, time())

    def minute(self, instant: datetime) -> int:
        """Minutes from the first midnight to ``instant``, seconds cut off.

        Raises:
            WattwardenError: no year of the calendar covers it.
        """
        minute = (instant - self._zero) // _MINUTE
        if not 0 <= minute < self.days * MINUTES_PER_DAY:
            raise self.uncovered(instant.year)
        return minute

    def instant(self, minute: int) -> datetime:
        """The wall-clock time of a minute."""
        return self._zero + timedelta(minutes=minute)

    def day(self, minute: int) -> date:
        """The day of a minute."""
        return self.first + timedelta(days=minute // MINUTES_PER_DAY)

    def is_workday(self, day: date) -> bool:
        """Whether the office works on ``day``.

        Raises:
            WattwardenError: no year of the calendar covers it.
        """
        index = (day - self.first).days
        if not 0 <= index < self.days:
            raise self.uncovered(day.year)
        return bool(self.days_before[index + 1] > self.days_before[index])

    def open_until(self, minutes: Ints) -> Ints:
        """Open minutes before each of ``minutes``."""
        day, mark = np.divmod(minutes, MINUTES_PER_DAY)
        return self.open_before[day] + self.open_at[self.hours_of[np.minimum(day, self.days - 1)], mark]

    def minute_of_open(self, counts: Ints) -> Ints:
        """Earliest minute before which so many minutes were open.

        Raises:
            WattwardenError: it lies after the last covered year.
        """
        if np.any(counts > self.open_before[-1]):
            raise self.uncovered(self.end.year)
        day = np.maximum(np.searchsorted(self.open_before, counts, side="left") - 1, 0)
        mark = self.mark_of[self.hours_of[day], counts - self.open_before[day]]
        return np.asarray(day * MINUTES_PER_DAY + mark, dtype=np.int64)

    def after_workdays(self, minutes: Ints, amounts: Ints) -> Ints:
        """Midnight after the n-th working day that follows the day of each minute.

        Raises:
            WattwardenError: it lies after the last covered year.
        """
        wanted = self.days_before[minutes // MINUTES_PER_DAY + 1] + amounts
        if np.any(wanted > self.days_before[-1]):
            raise self.uncovered(self.end.year)
        found = np.searchsorted(self.days_before, wanted, side="left")
        return np.asarray(found * MINUTES_PER_DAY, dtype=np.int64)

    def close_of(self, days: Ints) -> Ints:
        """Minute at which the office closes on the working day, or on the next one, of each day index.

        Raises:
            WattwardenError: it lies after the last covered year.
        """
        return self.minute_of_open(self.open_before[self._workday_from(days) + 1])

    def _workday_from(self, days: Ints) -> Ints:
        if np.any(days >= self.days) or np.any(self.days_before[days] >= self.days_before[-1]):
            raise self.uncovered(self.end.year)
        return np.asarray(
            np.searchsorted(self.days_before, self.days_before[days] + 1, side="left") - 1, dtype=np.int64
        )

    def uncovered(self, year: int) -> WattwardenError:
        """The error for a year that neither the package nor the content knows."""
        return fail(
            f"working days of {year}",
            found=f"a calendar that covers {self.first.year} to {self.end.year - 1}",
            expected="the holiday order of that year",
            action=f"Enter years.{year} in calendar.yaml of your site's content folder, or update the package "
            "chinesecalendar.",
        )


def work_calendar(content: OfficeCalendar) -> WorkCalendar:
    """Build the arrays for every year from ``FIRST_YEAR`` until the first that nobody covers.

    Raises:
        WattwardenError: no year at all is covered, or the office hours begin too late.
    """
    first = date(FIRST_YEAR, 1, 1)
    if content.hours[0].valid_from > first:
        raise fail("calendar.yaml: hours", found=f"begin {content.hours[0].valid_from}",
                   expected=f"an entry that holds on {first}")  # fmt: skip
    years: list[list[bool]] = []
    while (worked := _worked(FIRST_YEAR + len(years), content.years)) is not None:
        years.append(worked)
    if not years:
        raise fail("calendar.yaml: years", found="no year", expected=f"the holidays of {FIRST_YEAR}")
    works = np.array([day for year in years for day in year], dtype=np.int64)
    patterns = [season.open for hours in content.hours for season in hours.seasons]
    open_at = np.array([_open_at(spans) for spans in ((), *patterns)], dtype=np.int64)
    hours_of = works * np.array(
        [_pattern(content.hours, first + timedelta(days=n)) for n in range(len(works))]
    )
    open_minutes = open_at[hours_of, MINUTES_PER_DAY]
    return WorkCalendar(
        first=first,
        days_before=np.concatenate([[0], np.cumsum(works)]).astype(np.int64),
        open_before=np.concatenate([[0], np.cumsum(open_minutes)]).astype(np.int64),
        hours_of=hours_of,
        open_at=open_at,
        mark_of=np.array([np.searchsorted(row, np.arange(MINUTES_PER_DAY + 1)) for row in open_at]),
        provisional=frozenset(y for y, ordered in content.years.items() if ordered.standing == "provisional"),
    )


def _worked(year: int, ordered: Mapping[int, OrderedYear]) -> list[bool] | None:
    days = [
        date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]
    if year in ordered:
        own = ordered[year]
        return [d in own.workdays or (d.weekday() <= _FRIDAY and d not in own.holidays) for d in days]
    try:
        return [bool(chinese_calendar.is_workday(day)) for day in days]
    except NotImplementedError:  # how the package says that it does not know the year
        known = None
    return known


def _pattern(hours: tuple[OfficeHours, ...], day: date) -> int:
    row = 0
    found = 0
    for entry in hours:
        for season in entry.seasons:
            row += 1
            if entry.valid_from <= day and day.month in season.months:
                found = row
    return found


def _open_at(spans: tuple[tuple[int, int], ...]) -> list[int]:
    marks = np.zeros(MINUTES_PER_DAY + 1, dtype=np.int64)
    for start, end in spans:
        marks[start + 1 : end + 1] = 1
    return [int(count) for count in np.cumsum(marks)]
