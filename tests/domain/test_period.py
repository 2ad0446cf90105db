"""Periods are half-open; months add up across years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.period import Period, days_between, month_of, month_start

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def test_the_last_day_is_outside() -> None:
    """A period holds its first day and not its last."""
    period = Period(date(2026, 3, 1), date(2026, 4, 1))
    assert date(2026, 3, 1) in period
    assert date(2026, 4, 1) not in period
    assert period.days == 31


def test_a_reversed_period_is_refused() -> None:
    """The error says what was found."""
    with pytest.raises(WattwardenError, match="2026-04-01"):
        Period(date(2026, 4, 1), date(2026, 3, 1))


@given(DAYS, st.integers(-600, 600))
def test_months_go_there_and_back(day: date, offset: int) -> None:
    """Going ahead and back by the same months returns to the month."""
    if date(1, 1, 1) < day:
        assert month_start(month_start(day, offset), -offset) == month_start(day)


@given(DAYS)
def test_months_tile_the_calendar(day: date) -> None:
    """Each day lies in its month, and the next month begins where this one ends."""
    month = month_of(day)
    assert day in month
    assert month_of(month.end).start == month.end


@given(DAYS, DAYS, DAYS, DAYS)
def test_overlap_is_symmetric(a: date, b: date, c: date, d: date) -> None:
    """The shared days do not depend on who is asked, and no period overlaps by nothing."""
    first, second = Period(min(a, b), max(a, b)), Period(min(c, d), max(c, d))
    shared = first.overlap(second)
    assert shared == second.overlap(first)
    assert shared is None or shared.days > 0


def test_consecutive_days() -> None:
    """Days follow each other across a month's end."""
    days = days_between(date(2026, 2, 27), 3)
    assert days == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert days[-1] - days[0] == timedelta(days=2)
