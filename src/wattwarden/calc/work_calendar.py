"""Working days in China: statutory holidays and moved weekends, as the State Council orders them."""

from datetime import date, timedelta

import chinese_calendar
import pyarrow as pa

FIRST_DAY = date(2015, 1, 1)
LAST_DAY = date(2035, 12, 31)
_FRIDAY = 4


def is_workday(day: date) -> bool:
    """Whether ``day`` is a working day.

    Years whose holidays are not yet ordered know only weekends. Source: the yearly orders of
    the State Council on holidays, through the package chinesecalendar.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() <= _FRIDAY


def calendar() -> pa.Table:
    """Every day from ``FIRST_DAY`` to ``LAST_DAY`` with a running number of working days.

    The working days after day a until day b, b included, are ``workday_no(b) - workday_no(a)``.
    """
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    working = [is_workday(day) for day in days]
    numbers: list[int] = []
    for works in working:
        numbers.append((numbers[-1] if numbers else 0) + works)
    return pa.table(
        {
            "calendar_day": pa.array(days, pa.date32()),
            "is_workday": pa.array(working, pa.bool_()),
            "workday_no": pa.array(numbers, pa.int64()),
        }
    )
