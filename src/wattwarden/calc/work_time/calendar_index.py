"""Office time as arrays: how many open minutes lie before an instant, and the way back.

Instants are local wall-clock times in whole minutes; seconds are cut off, as on a wall clock. Sources:
yearly orders of the State Council on holidays, through the package chinesecalendar, and ``calendar.yaml``.
"""

import hashlib
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.domain.office_calendar import MINUTES_PER_DAY

VERSION_LENGTH = 16
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
        return self._works[index + 1] > self._works[index]

    def opened(self, minute: int) -> int:
        """Open minutes before ``minute``."""
        day, mark = divmod(minute, MINUTES_PER_DAY)
        before = self._opens[day]
        return before if mark == 0 else before + int(self.open_at[self.hours_of[day], mark])

    def minute_of(self, count: int) -> int:
        """Earliest minute before which ``count`` minutes were open.

        Raises:
            WattwardenError: it lies after the last covered year.
        """
        if count > self._opens[-1]:
            raise self.uncovered(self.end.year)
        day = max(bisect_left(self._opens, count) - 1, 0)
        return day * MINUTES_PER_DAY + int(self.mark_of[self.hours_of[day], count - self._opens[day]])

    def after_workdays(self, minute: int, amount: int) -> int:
        """Midnight after the n-th working day that follows the day of ``minute``.

        Raises:
            WattwardenError: it lies after the last covered year.
        """
        wanted = self._works[minute // MINUTES_PER_DAY + 1] + amount
        if wanted > self._works[-1]:
            raise self.uncovered(self.end.year)
        return bisect_left(self._works, wanted) * MINUTES_PER_DAY

    def close_of(self, day: int) -> int:
        """Minute at which the office closes on the day of that index, or on the next working day.

        Raises:
            WattwardenError: it lies after the last covered year.
        """
        if day >= self.days or self._works[day] >= self._works[-1]:
            raise self.uncovered(self.end.year)
        return self.minute_of(self._opens[bisect_left(self._works, self._works[day] + 1)])

    def open_until(self, minutes: Ints) -> Ints:
        """Open minutes before each of ``minutes``; ``opened`` over arrays."""
        day, mark = np.divmod(minutes, MINUTES_PER_DAY)
        return self.open_before[day] + self.open_at[self.hours_of[np.minimum(day, self.days - 1)], mark]

    def minute_of_open(self, counts: Ints) -> Ints:
        """Earliest minute before which so many minutes were open; ``minute_of`` over arrays.

        Raises:
            WattwardenError: one lies after the last covered year.
        """
        if np.any(counts > self.open_before[-1]):
            raise self.uncovered(self.end.year)
        day = np.maximum(np.searchsorted(self.open_before, counts, side="left") - 1, 0)
        mark = self.mark_of[self.hours_of[day], counts - self.open_before[day]]
        return np.asarray(day * MINUTES_PER_DAY + mark, dtype=np.int64)

    def workday_index(self, counts: Ints) -> Ints:
        """Index of the day before which so many working days lie.

        Raises:
            WattwardenError: one lies after the last covered year.
        """
        if np.any(counts > self.days_before[-1]):
            raise self.uncovered(self.end.year)
        return np.asarray(np.searchsorted(self.days_before, counts, side="left"), dtype=np.int64)

    @cached_property
    def _opens(self) -> list[int]:
        return [int(count) for count in self.open_before]

    @cached_property
    def _works(self) -> list[int]:
        return [int(count) for count in self.days_before]

    def uncovered(self, year: int) -> WattwardenError:
        """The error for a year that neither the package nor the content knows."""
        return fail(
            f"working days of {year}",
            found=f"a calendar that covers {self.first.year} to {self.end.year - 1}",
            expected="the holiday order of that year",
            action=f"Enter years.{year} in calendar.yaml of your site's content folder, or update the package "
            "chinesecalendar.",
        )
