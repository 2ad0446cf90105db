"""Build the arrays of office time from content and the holiday package.

Sources: yearly orders of the State Council on holidays, through the package chinesecalendar; a year of
``calendar.yaml`` wins over the package.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import chinese_calendar
import numpy as np

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.domain.errors import fail
from wattwarden.domain.office_calendar import MINUTES_PER_DAY, OfficeCalendar, OfficeHours, OrderedYear

FIRST_YEAR = 2015
_FRIDAY = 4


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


def is_workday(day: date, ordered: Mapping[int, OrderedYear]) -> bool | None:
    """Whether ``day`` is worked; None in a year that neither content nor package knows."""
    own = ordered.get(day.year)
    if own:
        return day in own.workdays or (day.weekday() <= _FRIDAY and day not in own.holidays)
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # how the package says that it does not know the year
        known = None
    return known


def _worked(year: int, ordered: Mapping[int, OrderedYear]) -> list[bool] | None:
    count = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    known = [is_workday(date(year, 1, 1) + timedelta(days=n), ordered) for n in range(count)]
    return None if None in known else [bool(day) for day in known]


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
