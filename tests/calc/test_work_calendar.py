"""Working days: holidays, moved weekends, years not yet ordered."""

from datetime import date

from wattwarden.calc.work_calendar import FIRST_DAY, LAST_DAY, calendar, is_workday


def _number(day: date) -> int:
    rows = calendar()
    return int(rows.column("workday_no")[(day - FIRST_DAY).days].as_py())


def test_national_day_is_no_working_day() -> None:
    assert not is_workday(date(2026, 10, 1))
    assert is_workday(date(2026, 10, 8))


def test_a_moved_sunday_is_worked() -> None:
    assert date(2026, 9, 20).weekday() == 6
    assert is_workday(date(2026, 9, 20))


def test_the_coming_year_knows_its_statutory_days() -> None:
    assert not is_workday(date(2027, 2, 8))
    assert is_workday(date(2027, 2, 9))


def test_a_year_without_an_order_knows_weekends_only() -> None:
    assert not is_workday(date(2034, 1, 7))
    assert is_workday(date(2034, 1, 6))


def test_difference_of_numbers_counts_working_days() -> None:
    assert _number(date(2026, 10, 20)) - _number(date(2026, 10, 12)) == 6
    assert _number(date(2026, 10, 9)) - _number(date(2026, 9, 29)) == 3


def test_every_day_has_one_row() -> None:
    rows = calendar()
    assert rows.num_rows == (LAST_DAY - FIRST_DAY).days + 1
    assert rows.column("calendar_day")[-1].as_py() == LAST_DAY
