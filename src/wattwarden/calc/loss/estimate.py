"""Missing interval readings: an estimate and its variance, so that they count for as much as they tell.

A single gap lies between its neighbours; a longer one takes the customer's mean at that time of day. The
variance is what the same estimate would have missed where a reading is there (held-out error): by the level
of the neighbours for the one, by time of day for the other.

Source: linear interpolation and same-time-of-day substitution are the usual VEE estimation methods (e.g.
DL/T 698.41 data supplement, EEI Uniform Business Practices); DOMAIN E, L' = (Pk − Pt − Pg)/Pk.
"""

import numpy as np

from wattwarden.calc.loss.area import Area, Floats

LEVELS = 8
TAIL_FACTOR = 2.0
"""Errors of estimates have heavy tails: one kettle missed. Their variance counts this many times."""
LEAST_VARIANCE = 1e-6
"""kWh²; half a unit of the third decimal, about."""


def filled_readings(area: Area) -> tuple[Floats, Floats]:
    """Readings with every gap estimated, and the variance of each estimate.

    Returns:
        kWh and kWh², customers × intervals; the variance is 0 where a reading was there.
    """
    readings = area.readings_kwh
    absent = np.isnan(readings)
    if not absent.any():
        return readings, np.zeros_like(readings)
    slot = area.place % area.slots_per_day
    profile, spread = _by_slot(readings, slot, area.slots_per_day)
    between = np.full_like(readings, np.nan)
    between[:, 1:-1] = (readings[:, :-2] + readings[:, 2:]) / 2
    alone = ~np.isnan(between)
    estimate = np.where(alone, between, profile[:, slot])
    errors = np.stack([_by_level(*pair) for pair in zip(readings - between, between, strict=True)])
    variance = np.where(alone, errors, spread[:, slot]) * TAIL_FACTOR + LEAST_VARIANCE
    return np.where(absent, estimate, readings), np.where(absent, variance, 0.0)


def _by_level(error: Floats, between: Floats) -> Floats:
    """Mean square error of one customer's single gaps, by how high the neighbours are."""
    known = ~np.isnan(between)
    level = np.zeros(between.size, dtype=np.int64)
    edges = np.quantile(between[known], np.arange(1, LEVELS) / LEVELS) if known.any() else np.zeros(0)
    level[known] = np.searchsorted(edges, between[known])
    measured = ~np.isnan(error)
    square = np.bincount(level[measured], error[measured] ** 2, LEVELS)
    count = np.bincount(level[measured], minlength=LEVELS)
    everywhere = float(square.sum()) / max(int(count.sum()), 1)
    return np.asarray(np.where(count > 0, square / np.maximum(count, 1), everywhere)[level], dtype=np.float64)


def _by_slot(values: Floats, slot: np.ndarray, slots: int) -> tuple[Floats, Floats]:
    """Mean and mean square deviation per customer and time of day; the overall ones where a slot has none."""
    known = ~np.isnan(values)
    zeroed = np.where(known, values, 0.0)
    count, total, square = (np.zeros((len(values), slots)) for _ in range(3))
    for place in range(slots):
        here = slot == place
        count[:, place] = known[:, here].sum(axis=1)
        total[:, place] = zeroed[:, here].sum(axis=1)
        square[:, place] = (zeroed[:, here] ** 2).sum(axis=1)
    everywhere = np.maximum(count.sum(axis=1), 1)
    mean_all = (total.sum(axis=1) / everywhere)[:, None]
    var_all = (square.sum(axis=1) / everywhere)[:, None] - mean_all**2
    some = np.maximum(count, 1)
    mean = np.where(count > 0, total / some, mean_all)
    variance = np.where(count > 1, square / some - mean**2, var_all)
    return mean, np.maximum(variance, 0.0)
