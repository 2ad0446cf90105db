"""Limits in working time: worked examples by hand, and what must hold always."""

import random
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattwarden.calc.work_time.build import work_calendar
from wattwarden.calc.work_time.bulk import NEVER, Clocks, due_minutes
from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.calc.work_time.days_between import days_between, in_runs
from wattwarden.calc.work_time.limits import (
    FOREVER,
    Limit,
    Span,
    Unit,
    budget,
    due_at,
    due_minute,
    working_minutes,
)
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.office_calendar import load_office_calendar

LIMITS = [None, *(Limit(amount=n, unit=unit) for unit in Unit for n in (1, 3, 8))]


@cache
def calendar() -> WorkCalendar:
    return work_calendar(load_office_calendar())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("amount", "unit", "start", "due"),
    [
        # National Day 2026: off 1 to 7 October, 20 September and 10 October are worked.
        (5, "working_days", "2026-09-28 10:05", "2026-10-10 17:30"),
        (1, "working_days", "2026-09-19 09:00", "2026-09-20 17:30"),  # the Sunday is worked
        (
            1,
            "working_days",
            "2026-09-30 17:31",
            "2026-10-08 17:30",
        ),  # after closing: still the day of the start
        (1, "working_days", "2026-10-03 12:00", "2026-10-08 17:30"),  # began on a holiday
        (3, "working_days", "2026-12-30 09:00", "2027-01-05 17:30"),  # over New Year
        (8, "working_hours", "2026-09-30 16:00", "2026-10-08 17:00"),
        (4, "working_hours", "2026-11-25 08:00", "2026-11-25 12:00"),  # due exactly when lunch begins
        (7, "working_hours", "2026-11-25 08:00", "2026-11-25 17:30"),  # due exactly when the office closes
        (1, "working_hours", "2026-11-25 12:30", "2026-11-25 15:30"),  # began in the lunch break
        (7, "calendar_days", "2026-09-25 09:00", "2026-10-08 17:30"),  # the last day is a holiday
        (7, "calendar_days", "2026-11-25 23:59", "2026-12-02 17:30"),
        (1, "calendar_days", "2026-11-27 09:00", "2026-11-30 17:30"),  # the last day is a Saturday
        (24, "clock_hours", "2026-10-01 09:00", "2026-10-02 09:00"),  # hours run through holidays
        (45, "clock_minutes", "2026-11-25 23:30", "2026-11-26 00:15"),
        (2, "clock_hours", "2025-03-09 01:30", "2025-03-09 03:30"),  # no summer time is skipped
    ],
)
def test_limits_end_as_counted_by_hand(amount: int, unit: str, start: str, due: str) -> None:
    assert due_at(Limit(amount=amount, unit=Unit(unit)), at(start), calendar()) == at(due)


def test_no_limit_is_never_due() -> None:
    assert due_at(None, at("2026-11-25 09:00"), calendar()) is None


def test_seconds_are_cut_off() -> None:
    limit = Limit(amount=24, unit=Unit.CLOCK_HOURS)
    assert due_at(limit, datetime(2026, 11, 25, 9, 0, 59), calendar()) == at("2026-11-26 09:00")


def test_a_year_that_nobody_covers_says_what_to_do() -> None:
    with pytest.raises(WattwardenError, match=r"working days of 2028.*Enter years\.2028 in calendar\.yaml"):
        due_at(Limit(amount=10, unit=Unit.WORKING_DAYS), at("2027-12-28 09:00"), calendar())


def test_a_site_enters_a_year_and_its_own_hours(tmp_path: Path) -> None:
    (tmp_path / "calendar.yaml").write_text(
        """
hours:
  - valid_from: 2000-01-01
    verified: verified
    source: {zh: 本单位, en: own}
    seasons:
      - {months: [6, 7, 8], open: ["08:00-12:00", "15:00-18:00"]}
      - {months: [1, 2, 3, 4, 5, 9, 10, 11, 12], open: ["08:30-12:00", "13:30-17:00"]}
years:
  2027: {standing: ordered, document: d, source: {zh: s, en: s}, holidays: [2027-01-01], workdays: [2027-01-03]}
  2028: {standing: ordered, document: d, source: {zh: s, en: s}, holidays: [2028-01-03], workdays: []}
"""
    )
    own = work_calendar(load_office_calendar(site=tmp_path))
    one = Limit(amount=1, unit=Unit.WORKING_DAYS)
    assert due_at(one, at("2026-07-01 09:00"), own) == at("2026-07-02 18:00")
    assert due_at(one, at("2027-01-01 09:00"), own) == at("2027-01-03 17:00")  # the Sunday is worked
    assert due_at(one, at("2027-12-31 09:00"), own) == at("2028-01-04 17:00")
    assert own.version != calendar().version
    assert own.provisional == frozenset()


def test_the_version_tells_one_calendar_from_another_and_only_that() -> None:
    assert calendar().version == work_calendar(load_office_calendar()).version


def test_days_between_name_holidays_and_moved_weekends() -> None:
    between = days_between(at("2026-09-28 10:00"), at("2026-10-10 17:30"), calendar())
    assert len(between.worked) == 5
    assert in_runs(between.holidays) == "2026-10-01…10-07"
    assert between.moved == (date(2026, 10, 10),)
    assert between.provisional == ()
    assert days_between(at("2026-12-30 10:00"), at("2027-01-05 10:00"), calendar()).provisional == (2027,)


def _random_start(rng: random.Random) -> datetime:
    day = datetime(2024, 1, 1) + timedelta(days=rng.randrange(365 * 3))
    return day + timedelta(minutes=rng.choice((0, 480, 720, 870, 1050, rng.randrange(1440))))


def test_bulk_agrees_with_one_by_one() -> None:
    rng = random.Random(7)
    limit_of, starts, first, begins, ends, wanted = [], [], [0], [], [], []
    for _ in range(3000):
        number = rng.randrange(len(LIMITS))
        limit, start = LIMITS[number], calendar().minute(_random_start(rng))
        spans, minute = [], start
        for _ in range(rng.randrange(4)):
            length = rng.choice((0, 1, 60, 1440, rng.randrange(5000)))
            spans.append(Span(minute, minute + length))
            minute += length + rng.choice((0, 1, 900, 4000))
        if rng.random() < 0.8:
            spans.append(Span(minute, FOREVER))
        due = due_minute(budget(limit, start, calendar()), spans, calendar()) if limit else None
        wanted.append(NEVER if due is None else due)
        limit_of.append(number)
        starts.append(start)
        begins += [span.start for span in spans]
        ends += [span.end for span in spans]
        first.append(len(begins))
    arrays = [np.array(values, dtype=np.int64) for values in (limit_of, starts, first, begins, ends)]
    assert due_minutes(Clocks(LIMITS, *arrays), calendar()).tolist() == wanted
    assert wanted.count(NEVER) > 100


minutes = st.integers(0, 3 * 365 * 1440).map(lambda n: datetime(2024, 1, 1) + timedelta(minutes=n))
limits = st.builds(Limit, amount=st.integers(1, 30), unit=st.sampled_from(list(Unit)))


@given(limits, minutes, minutes)
def test_a_later_start_is_never_due_earlier(limit: Limit, one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    early, late = due_at(limit, first, calendar()), due_at(limit, second, calendar())
    assert early is not None
    assert late is not None
    assert first < early <= late


@given(minutes, minutes, minutes)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    a, b, c = sorted((one, two, three))
    parts = working_minutes(a, b, calendar()) + working_minutes(b, c, calendar())
    assert working_minutes(a, c, calendar()) == parts
    assert 0 <= parts <= (c - a) // timedelta(minutes=1)


@given(minutes)
def test_a_working_day_has_seven_hours_and_a_day_off_none(moment: datetime) -> None:
    day = moment.replace(hour=0, minute=0)
    minutes_open = working_minutes(day, day + timedelta(days=1), calendar())
    assert minutes_open == (420 if calendar().is_workday(day.date()) else 0)


@settings(max_examples=50)
@given(st.integers(0, 2_000_000))
def test_the_way_there_and_back(minute: int) -> None:
    index = calendar()
    assert index.minute_of(index.opened(minute)) <= minute
    assert index.opened(index.minute_of(index.opened(minute))) == index.opened(minute)
    one = np.array([minute])
    assert index.open_until(one)[0] == index.opened(minute)
    assert index.minute_of_open(index.open_until(one))[0] == index.minute_of(index.opened(minute))
