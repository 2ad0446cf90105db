"""What to simulate, and the calendar that follows from it.

Days are counted from the first day of the first bill month: register ``d`` is frozen at 00:00 of day ``d``,
and the use of day ``d`` lies between registers ``d`` and ``d + 1``.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import chinese_calendar
import numpy as np
import numpy.typing as npt

from wattwarden.calc.work_calendar import is_workday
from wattwarden.domain.errors import fail
from wattwarden.domain.period import month_start

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EPOCH = date(1970, 1, 1)
SECONDS_PER_DAY = 86_400
CURVE_POINTS = 96
"""Intervals of a load curve in a day."""
CHINA_OFFSET_S = 8 * 3_600
"""Local wall time of the site is UTC + 8 h."""

CHUNK_CUSTOMERS = 10_000
GATE_AREA_SHARE, MOST_GATE_AREAS = 0.08, 16
"""Part of the areas whose gate meter has a load curve, and the most of them: they are dear to import."""
LEAST_BALANCE_DAYS = 7

LEAST_CUSTOMERS = 500
LEAST_MONTHS = 3
LAST_HOLIDAY_YEAR = max(day.year for day in chinese_calendar.holidays)
"""Last year whose public holidays chinesecalendar knows."""


def usual_area_size(customers: int) -> int:
    """100 customers per transformer area in a small county, 200 from 200,000 customers on."""
    return 200 if customers >= 200_000 else 100


def usual_gate_areas(areas: int, curve_days: int) -> int:
    """Areas with a gate curve: one in twelve, 16 at most; none without a week of curves."""
    share = min(MOST_GATE_AREAS, int(areas * GATE_AREA_SHARE))
    return share if curve_days >= LEAST_BALANCE_DAYS else 0


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True)
class Plan:
    """Size and calendar of one simulated county.

    Args:
        customers: Number of customers, at least 500.
        months: Number of monthly bills per customer, at least 3.
        seed: The same plan and seed give the same bytes.
        end: Last day of the history; its month is not billed yet.
        daily_days: Days with daily registers, ending at ``end``.
        curve_days: Days with 96-point load curves, ending the day before ``end``.
        area_size: Customers per transformer area; see ``usual_area_size``.
        faults: Plant faults and honest look-alikes.
        dirt: Plant rows that an import must refuse.
        gate_areas: Areas whose gate meter has a load curve; see ``usual_gate_areas``.

    Raises:
        WattwardenError: a county too small or too short to hold every fault.
    """

    customers: int
    months: int = 13
    seed: int = 1
    end: date = date(2026, 10, 31)
    daily_days: int = 60
    curve_days: int = 7
    area_size: int = 100
    faults: bool = True
    dirt: bool = True
    gate_areas: int = 0

    def __post_init__(self) -> None:
        least = {
            "customers": LEAST_CUSTOMERS, "months": LEAST_MONTHS, "daily_days": 3, "curve_days": 0, "area_size": 20,
        }  # fmt: skip
        for name, minimum in least.items():
            if (value := getattr(self, name)) < minimum:
                raise fail(f"simulate: {name}", found=value, expected=f"at least {minimum}")
        if self.end.year > LAST_HOLIDAY_YEAR:
            raise fail("simulate: end", found=self.end, expected=f"a day up to {LAST_HOLIDAY_YEAR}-12-31",
                       action="Public holidays of later years are not published yet.")  # fmt: skip

    @cached_property
    def start(self) -> date:
        """First day of the first bill month."""
        return month_start(self.end, -self.months)

    @cached_property
    def start_number(self) -> int:
        """``start`` as days since 1970-01-01."""
        return day_number(self.start)

    @cached_property
    def days(self) -> int:
        """Days of use, which is the index of the last frozen register (that of ``end``)."""
        return (self.end - self.start).days

    @cached_property
    def month_bounds(self) -> Ints:
        """Day index of the first day of each bill month, and of the month after the last one."""
        return np.array([(month_start(self.start, m) - self.start).days for m in range(self.months + 1)])

    @cached_property
    def bill_months(self) -> Ints:
        """First day of each bill month, as days since 1970-01-01."""
        return self.month_bounds[:-1] + self.start_number

    @cached_property
    def first_daily(self) -> int:
        """Day index of the first daily register that is kept."""
        return max(0, self.days - self.daily_days + 1)

    @cached_property
    def areas(self) -> int:
        """Number of public transformer areas."""
        return -(-self.customers // self.area_size)

    @cached_property
    def chunk_customers(self) -> int:
        """Customers that are computed together: whole areas."""
        return max(self.area_size, CHUNK_CUSTOMERS // self.area_size * self.area_size)

    @cached_property
    def dates(self) -> list[date]:
        """Date of every register, from the first to that of ``end``."""
        return [self.start + timedelta(days=d) for d in range(self.days + 1)]

    def date_of(self, day: int) -> date:
        """Date of day index ``day``."""
        return self.start + timedelta(days=int(day))

    def day(self, when: date) -> int:
        """Day index of ``when``; negative before the start."""
        return (when - self.start).days

    def workday(self, day: int) -> int:
        """The first working day on or after day index ``day``."""
        while not is_workday(self.date_of(day)):
            day += 1
        return day

    def random(self, stream: str, part: int = 0) -> np.random.Generator:
        """An independent generator for one purpose, the same for the same plan."""
        return np.random.default_rng([self.seed, part, *stream.encode()])
