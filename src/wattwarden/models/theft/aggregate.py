"""Columns over time into figures per series: whole history, its end, its shape, its worst break."""

import numpy as np

from wattwarden.calc.tariff.compiled import compiled
from wattwarden.models.theft.invoices import Floats, Ints

WINDOWS = (1, 3, 6, 12)
"""Last invoices that are looked at apart."""
SPREAD_FLOOR = 0.05
"""Added to a standard deviation, so that a flat history cannot make a break infinite."""
SIDE = 2
"""A break has at least so many invoices on each side."""
YEARS_BACK = 8

SPREAD = ("mean", "sd", "min", "max", *(f"last_{size}" for size in WINDOWS))
SHAPE = (
    *("median", "tenth", "ninetieth", "recent_3", "recent_6", "halves", "break_score", "break_size"),
    *("break_since", "drop_score", "drop_size", "drop_since", "jump_mean", "jump_min", "jump_max"),
    *("echo", "slope", "lowest_year"),
)


@compiled
def spread(starts: Ints, ends: Ints, values: Floats) -> Floats:
    """The figures named in ``SPREAD`` for each series; ``NaN`` values are left out."""
    result = np.full((len(starts), 8), np.nan)
    for run in range(len(starts)):
        row = values[starts[run] : ends[run]]
        there = row[~np.isnan(row)]
        if len(there) > 0:
            result[run, 0], result[run, 1] = there.mean(), there.std()
            result[run, 2], result[run, 3] = there.min(), there.max()
        for window in range(4):
            size = (1, 3, 6, 12)[window]
            tail = row[max(0, len(row) - size) :]
            tail = tail[~np.isnan(tail)]
            if len(tail) > 0:
                result[run, 4 + window] = tail.mean()
    return result


@compiled
def _breaks(row: Floats, spread_of_row: float, result: Floats) -> None:
    """The split of the history that parts its means most, and the worst downward one.

    The score is the difference of the means in units of its standard error, as in a CUSUM chart
    (Page, Biometrika 41, 1954).
    """
    count, total, seen = len(row), row.sum(), 0.0
    best = worst = 0.0
    for split in range(1, count):
        seen += row[split - 1]
        if split < SIDE or count - split < SIDE:
            continue
        size = (total - seen) / (count - split) - seen / split
        score = size * np.sqrt(split * (count - split) / count) / (spread_of_row + SPREAD_FLOOR)
        if abs(score) > abs(best):
            best = score
            result[6], result[7], result[8] = score, size, count - split
        if score < worst:
            worst = score
            result[9], result[10], result[11] = score, size, count - split


@compiled
def _moves(row: Floats, result: Floats) -> None:
    """How restless the history is, and where it drifts."""
    count, mean, sd = len(row), row.mean(), row.std()
    steps = np.diff(row)
    result[12], result[13], result[14] = np.abs(steps).mean(), steps.min(), steps.max()
    if sd > 0:
        result[15] = ((row[1:] - mean) * (row[:-1] - mean)).mean() / sd**2
    ramp = np.arange(count) - (count - 1) / 2
    result[16] = (ramp * row).sum() / (ramp * ramp).sum()


@compiled
def shape(starts: Ints, ends: Ints, values: Floats) -> Floats:
    """The figures named in ``SHAPE`` for each series; ``values`` have no ``NaN``."""
    result = np.full((len(starts), 18), np.nan)
    for run in range(len(starts)):
        row = values[starts[run] : ends[run]]
        count, ordered = len(row), np.sort(row)
        result[run, 0] = ordered[count // 2]
        result[run, 1], result[run, 2] = ordered[count // 10], ordered[9 * count // 10]
        result[run, 3] = row[max(0, count - 3) :].mean() - row.mean()
        result[run, 4] = row[max(0, count - 6) :].mean() - row.mean()
        half = count // 2
        result[run, 5] = row[half:].mean() - row[: max(1, half)].mean()
        _breaks(row, row.std(), result[run])
        if count > SIDE:
            _moves(row, result[run])
        for first in range(count - 3):
            result[run, 17] = np.fmin(result[run, 17], row[first : first + 4].mean())
    return result


@compiled
def by_bin(starts: Ints, ends: Ints, values: Floats, bins: Ints, count: int) -> Floats:
    """Mean of the values in each of ``count`` bins of each series; bins outside are left out."""
    total = np.zeros((len(starts), count))
    number = np.zeros((len(starts), count))
    for run in range(len(starts)):
        for row in range(starts[run], ends[run]):
            if 0 <= bins[row] < count and not np.isnan(values[row]):
                total[run, bins[row]] += values[row]
                number[run, bins[row]] += 1
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)
