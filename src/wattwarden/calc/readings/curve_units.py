"""Checks of the energy of a curve: each is one function, registered under the name of its content file.

Source: DOMAIN C.4; the list of checks that users of meter data systems expect (``content/checks``).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wattwarden.calc.readings.curves import HOURS_OF_DAY, Bools, Days, Floats
from wattwarden.domain.checks import Check

PERCENT = 100
TENFOLDS = (10.0, 100.0, 1000.0)


@dataclass(frozen=True)
class DayHits:
    """Meter days that a check hits.

    Attributes:
        hit: By meter day.
        measured, bound: What was found and the limit, in the unit of the check.
        points: Points concerned.
    """

    hit: Bools
    measured: Floats
    bound: Floats
    points: Floats


DayUnit = Callable[[Days, Check], DayHits]
DAY_UNITS: dict[str, DayUnit] = {}
"""Checks that need the facts of the day alone."""


def day_unit(unit: DayUnit) -> DayUnit:
    """Register a check under the name of its function."""
    DAY_UNITS[unit.__name__] = unit
    return unit


@day_unit
def curve_missing(days: Days, check: Check) -> DayHits:
    """Points of the day that are not there, beyond those allowed."""
    missing = days.expected - days.kwh_points
    bound = np.full(len(days), check.number("most_missing"))
    return DayHits(missing > bound, missing, bound, missing)


@day_unit
def curve_long_day(days: Days, _: Check) -> DayHits:
    """More points than the day has intervals."""
    extra = days.points - days.expected
    return DayHits(extra > 0, days.points, days.expected, extra)


@day_unit
def curve_negative(days: Days, check: Check) -> DayHits:
    """A point of negative energy."""
    bound = np.full(len(days), -check.number("below_kwh"))
    return DayHits(days.least_kwh < bound, days.least_kwh, bound, np.ones(len(days)))


@day_unit
def curve_spike(days: Days, check: Check) -> DayHits:
    """A point whose energy the capacity cannot take: factor × capacity × hours of the interval."""
    bound = check.number("factor") * days.capacity_kva * HOURS_OF_DAY / days.intervals
    return DayHits(days.most_kwh > bound, days.most_kwh, bound, np.ones(len(days)))


@day_unit
def curve_register_mismatch(days: Days, check: Check) -> DayHits:
    """A complete curve whose sum is not the difference of the registers."""
    gap, bound = np.abs(days.kwh - days.register_kwh), _mismatch_bound(days, check)
    complete = days.kwh_points >= days.expected
    return DayHits(complete & (gap > bound), days.kwh, days.register_kwh, days.kwh_points)


def _mismatch_bound(days: Days, check: Check) -> Floats:
    share = check.number("above_pct") / PERCENT
    return np.asarray(np.maximum(share * np.abs(days.register_kwh), check.number("min_kwh")))


@day_unit
def curve_unit_jump(days: Days, check: Check) -> DayHits:
    """Sum of the curve over the registers is about a power of ten, or the multiplier or its inverse."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(days.register_kwh > 0, days.kwh / days.register_kwh, np.nan)
        inverse = 1 / ratio
    near = check.number("tolerance_pct") / PERCENT
    steps = [np.full(len(days), t) for t in TENFOLDS] + [
        np.where(days.multiplier > 1, days.multiplier, np.nan)
    ]
    hit = np.zeros(len(days), dtype=np.bool_)
    for step in steps:
        hit |= (np.abs(ratio / step - 1) < near) | (np.abs(inverse / step - 1) < near)
    complete = days.kwh_points >= days.expected
    return DayHits(hit & complete, ratio, np.ones(len(days)), days.kwh_points)


@day_unit
def curve_duplicate(days: Days, _: Check) -> DayHits:
    """A day of the same sum, extremes and number of points as the day before, and not of one value."""
    return DayHits(days.is_copied, days.kwh, days.kwh, days.points)
