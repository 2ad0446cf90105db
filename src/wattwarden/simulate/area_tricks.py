"""Ways to steal from an interval meter: each turns what was used into what the meter records.

Among them are the six of Jokar, Arianpoo and Leung (IEEE Trans. Smart Grid 7, 2016): a constant share, off
for some hours, a random share, a random share of the mean, the mean itself, and the day reversed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Clock:
    """When the intervals are.

    Attributes:
        hour: Time of day in hours, 0 to 24.
        day: Running number of the day.
        per_day: Intervals in a day.
        area_kwh: What the whole area used per interval; it tells warm and cold days.
    """

    hour: Floats
    day: Ints
    per_day: int
    area_kwh: Floats

    @property
    def days(self) -> int:
        """Number of days begun."""
        return int(self.day[-1]) + 1

    def between(self, start: float, stop: float) -> Bools:
        """Whether each interval lies between two hours of the day, over midnight if ``start`` is later."""
        if start <= stop:
            return (self.hour >= start) & (self.hour < stop)
        return (self.hour >= start) | (self.hour < stop)

    def by_day(self, values: Floats) -> Floats:
        """Sums by day."""
        return np.asarray(np.bincount(self.day, values, self.days), dtype=np.float64)


Trick = Callable[[Floats, Clock, np.random.Generator], Floats]


def scale(use: Floats, _: Clock, rng: np.random.Generator) -> Floats:
    """A constant share is recorded."""
    return use * rng.uniform(0.2, 0.7)


def one_phase(use: Floats, _: Clock, __: np.random.Generator) -> Floats:
    """One of three phases is bypassed."""
    return use * (2 / 3)


def night_bypass(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """Hardly anything is recorded at night."""
    return np.where(when.between(21, 6), use * rng.uniform(0.0, 0.25), use)


def night_off(use: Floats, when: Clock, _: np.random.Generator) -> Floats:
    """Nothing is recorded at night."""
    return np.where(when.between(22, 6), 0.0, use)


def peak_bypass(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """Hardly anything is recorded in the evening."""
    return np.where(when.between(17, 22), use * rng.uniform(0.0, 0.3), use)


def peak_off(use: Floats, when: Clock, _: np.random.Generator) -> Floats:
    """Nothing is recorded in the evening."""
    return np.where(when.between(17, 22), 0.0, use)


def day_bypass(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """Hardly anything is recorded in working hours."""
    return np.where(when.between(8, 17), use * rng.uniform(0.0, 0.3), use)


def clip(use: Floats, _: Clock, rng: np.random.Generator) -> Floats:
    """What goes above a limit is not recorded."""
    return np.minimum(use, np.quantile(use, rng.uniform(0.4, 0.75)))


def evening_clip(use: Floats, when: Clock, _: np.random.Generator) -> Floats:
    """What goes above a limit in the evening is not recorded."""
    return np.where(when.between(17, 1), np.minimum(use, np.quantile(use, 0.5)), use)


def high_load(use: Floats, _: Clock, rng: np.random.Generator) -> Floats:
    """Above a limit a share is recorded."""
    return np.where(use > np.quantile(use, rng.uniform(0.7, 0.85)), use * rng.uniform(0.1, 0.5), use)


def root(use: Floats, _: Clock, __: np.random.Generator) -> Floats:
    """The more is used, the smaller the share recorded."""
    middle = max(float(np.quantile(use, 0.5)), 1e-6)
    return np.minimum(use, middle * np.sqrt(use / middle))


def intermittent(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """On some days hardly anything is recorded."""
    chosen = rng.random(when.days) < rng.uniform(0.25, 0.6)
    return np.where(chosen[when.day], use * rng.uniform(0.05, 0.3), use)


def weekends(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """On two days of seven hardly anything is recorded."""
    return np.where(when.day % 7 < 2, use * rng.uniform(0.0, 0.3), use)


def alternate_weeks(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """Every other week little is recorded."""
    return np.where((when.day // 7) % 2 == 0, use * rng.uniform(0.0, 0.4), use)


def hot_days(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """Little is recorded on the days on which the area uses most."""
    total = when.by_day(when.area_kwh)
    return np.where(total[when.day] > np.quantile(total, 0.65), use * rng.uniform(0.0, 0.35), use)


def off_for_hours(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """On most days nothing is recorded for two to six hours."""
    start = rng.uniform(0.0, 18.0, when.days)
    stop = start + rng.uniform(2.0, 6.0, when.days)
    off = (rng.random(when.days) < 0.6)[when.day]
    return np.where(off & (when.hour >= start[when.day]) & (when.hour < stop[when.day]), 0.0, use)


def offset(use: Floats, _: Clock, rng: np.random.Generator) -> Floats:
    """A constant is taken off."""
    return np.asarray(np.maximum(use - use.mean() * rng.uniform(0.3, 0.8), 0.0), dtype=np.float64)


def random_share(use: Floats, _: Clock, rng: np.random.Generator) -> Floats:
    """Another share is recorded in each interval."""
    return use * rng.uniform(0.1, 0.8, use.size)


def random_share_by_day(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """Another share is recorded on each day."""
    return use * rng.uniform(0.1, 1.0, when.days)[when.day]


def random_mean(use: Floats, _: Clock, rng: np.random.Generator) -> Floats:
    """A random share of the mean is recorded."""
    return np.asarray(use.mean() * rng.uniform(0.1, 0.8, use.size), dtype=np.float64)


def flat(use: Floats, _: Clock, rng: np.random.Generator) -> Floats:
    """One figure is recorded, below the mean."""
    return np.full(use.size, use.mean() * rng.uniform(0.4, 0.7))


def flat_by_day(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """The day's energy is recorded evenly, and only a share of it."""
    mean = when.by_day(use) / np.maximum(when.by_day(np.ones_like(use)), 1)
    return np.asarray(mean[when.day] * rng.uniform(0.3, 0.7), dtype=np.float64)


def reversed_day(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """Each day is recorded backwards, and only a share of it."""
    recorded = use.copy()
    for day in range(when.days):
        places = np.flatnonzero(when.day == day)
        recorded[places] = use[places[::-1]]
    return recorded * rng.uniform(0.5, 0.8)


def other_day(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """Another day is recorded, its peaks cut."""
    return np.asarray(
        np.minimum(np.roll(use, when.per_day * int(rng.integers(3, 20))), use.mean()) * 0.9, dtype=np.float64
    )


def low_day_copied(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """A day of low use is recorded instead of most days."""
    whole = use[: use.size // when.per_day * when.per_day].reshape(-1, when.per_day)
    copy = whole[np.argsort(whole.sum(axis=1))[int(0.15 * len(whole))]]
    recorded = np.resize(copy, use.size)
    return np.where((rng.random(when.days) < 0.7)[when.day], recorded, use)


def stopped_from(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """Nothing is recorded from some day on."""
    return np.where(when.day >= rng.integers(when.days // 4, 3 * when.days // 4), 0.0, use)


def scaled_from(use: Floats, when: Clock, rng: np.random.Generator) -> Floats:
    """A share is recorded from some day on."""
    start = rng.integers(when.days // 4, 3 * when.days // 4)
    return np.where(when.day >= start, use * rng.uniform(0.2, 0.6), use)


def growing(use: Floats, _: Clock, __: np.random.Generator) -> Floats:
    """The share recorded falls over the period."""
    return use * np.linspace(1.0, 0.2, use.size)


def separate_line(use: Floats, when: Clock, _: np.random.Generator) -> Floats:
    """An appliance on a line of its own runs unrecorded in the evening."""
    return use - np.where(when.between(18, 23), np.minimum(use * 0.9, use.mean()), 0.0)


TRICKS: Mapping[str, Trick] = {
    trick.__name__: trick
    for trick in (
        scale, one_phase, night_bypass, night_off, peak_bypass, peak_off, day_bypass, clip, evening_clip,
        high_load, root, intermittent, weekends, alternate_weeks, hot_days, off_for_hours, offset, random_share,
        random_share_by_day, random_mean, flat, flat_by_day, reversed_day, other_day, low_day_copied,
        stopped_from, scaled_from, growing, separate_line,
    )
}  # fmt: skip
