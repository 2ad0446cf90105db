"""Half-open periods of days: the first day is inside, the last is not."""

from dataclasses import dataclass
from datetime import date, timedelta

from wattwarden.domain.errors import fail

MONTHS_PER_YEAR = 12


@dataclass(frozen=True, order=True)
class Period:
    """The days from ``start`` up to, and without, ``end``."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise fail("period", found=f"{self.start}..{self.end}", expected="end on or after start")

    @property
    def days(self) -> int:
        """Number of calendar days in the period."""
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def overlap(self, other: "Period") -> "Period | None":
        """The days both share, or None when they share none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None


def month_start(day: date, offset: int = 0) -> date:
    """First day of the month that lies ``offset`` months after the month of ``day``."""
    index = day.year * MONTHS_PER_YEAR + day.month - 1 + offset
    return date(index // MONTHS_PER_YEAR, index % MONTHS_PER_YEAR + 1, 1)


def month_of(day: date) -> Period:
    """The calendar month that holds ``day``."""
    return Period(month_start(day), month_start(day, 1))


def days_between(start: date, count: int) -> list[date]:
    """``count`` consecutive days from ``start`` on."""
    return [start + timedelta(days=i) for i in range(count)]
