"""Estimate hit rate and recall from visits of which some were drawn at random, weighted by their chance.

Sources: D. G. Horvitz, D. J. Thompson, JASA 47, 1952, 663-685 (weighting by the inverse of the drawing
probability); G. Y. Zou, A. Donner, Statistics in Medicine 27, 2008, 1693-1702 (interval of a sum from the
intervals of its parts); Wilson, JASA 22, 1927, 209-212.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wattwarden.calc.statistics import Z_95, wilson_interval


@dataclass(frozen=True)
class Stratum:
    """Premises that had the same chance to be visited.

    Attributes:
        size: How many there are.
        visited: How many of them were visited and judged; all where the chance was 1.
        confirmed: How many of those were confirmed.
        is_flagged: Whether the rules had flagged them.
    """

    size: int
    visited: int
    confirmed: int
    is_flagged: bool

    def __post_init__(self) -> None:
        if not 0 <= self.confirmed <= self.visited <= self.size:
            raise ValueError(f"stratum: {self.confirmed} of {self.visited} of {self.size} is not possible")


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; None where nothing was visited that tells of it."""

    value: float
    low: float
    high: float


def total_confirmed(strata: Sequence[Stratum], z: float = Z_95) -> Estimate | None:
    """How many premises would be confirmed if all were visited; None while a stratum was never visited."""
    if any(s.size and not s.visited for s in strata):
        return None
    value, below, above = 0.0, 0.0, 0.0
    for stratum in strata:
        if not stratum.size:
            continue
        share = stratum.confirmed / stratum.visited
        low, high = _share_interval(stratum, z)
        value += stratum.size * share
        below += (stratum.size * (share - low)) ** 2
        above += (stratum.size * (high - share)) ** 2
    most = sum(s.size for s in strata)
    return Estimate(value, max(0.0, value - math.sqrt(below)), min(float(most), value + math.sqrt(above)))


def hit_rate(strata: Sequence[Stratum], z: float = Z_95) -> Estimate | None:
    """Share of the flagged premises that would be confirmed, as if all of them had been visited."""
    flagged = [s for s in strata if s.is_flagged]
    size = sum(s.size for s in flagged)
    total = total_confirmed(flagged, z) if size else None
    return total and Estimate(total.value / size, total.low / size, total.high / size)


def recall(strata: Sequence[Stratum], z: float = Z_95) -> Estimate | None:
    """Share of all true cases that the rules had flagged; None where it cannot be told."""
    caught = total_confirmed([s for s in strata if s.is_flagged], z)
    missed = total_confirmed([s for s in strata if not s.is_flagged], z)
    if caught is None or missed is None or caught.value + missed.value == 0:
        return None
    value = caught.value / (caught.value + missed.value)
    low = _odds(caught.low, caught.value, missed.high, missed.value, up=False)
    high = _odds(caught.high, caught.value, missed.low, missed.value, up=True)
    return Estimate(value, min(value, low), max(value, high))


def _share_interval(stratum: Stratum, z: float) -> tuple[float, float]:
    if stratum.visited == stratum.size:
        share = stratum.confirmed / stratum.size
        return share, share
    # A sample without return from few tells more: the finite population correction widens the sample.
    left = (stratum.size - stratum.visited) / max(1, stratum.size - 1)
    scale = 1 / left
    return wilson_interval(stratum.confirmed * scale, stratum.visited * scale, z)


def _odds(caught_end: float, caught: float, missed_end: float, missed: float, *, up: bool) -> float:
    """End of the interval of caught / (caught + missed), from the ends of the two parts, on the log scale."""
    if min(caught_end, caught) <= 0 or min(missed_end, missed) <= 0:
        worst_caught, worst_missed = (caught_end, missed_end)
        whole = worst_caught + worst_missed
        return worst_caught / whole if whole else float(up)
    spread = math.hypot(math.log(caught_end / caught), math.log(missed_end / missed))
    odds = caught / missed * math.exp(spread if up else -spread)
    return odds / (1 + odds)
