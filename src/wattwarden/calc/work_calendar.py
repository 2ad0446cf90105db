"""Working days in China: statutory holidays and moved weekends, as the State Council orders them."""

from datetime import date, timedelta

import pyarrow as pa

from wattwarden.calc.work_time.build import is_workday as is_ordered_workday
from wattwarden.domain.office_calendar import office_calendar

FIRST_DAY = date(2015, 1, 1)
LAST_DAY = date(2035, 12, 31)
_FRIDAY = 4


def is_workday(day: date) -> bool:
    """Whether ``day`` is a working day.

    The next year knows the statutory days that ``calendar.yaml`` lists, later ones only weekends. Source: the
    yearly orders of the State Council on holidays, through the package chinesecalendar.
    """
    known = is_ordered_workday(day, office_calendar().years)
    return day.weekday() <= _FRIDAY if known is None else known


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
