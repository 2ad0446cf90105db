"""What the daily registers of a customer show: level, breaks, standstill, swings, and the days of reading.

Readings come in any order and are laid out as a matrix, customers by days: no sort of a long table, one pass
over each row. Energy of a day is the difference of two registers on consecutive days; a gap stays a gap.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wattwarden.calc.tariff.compiled import compiled, in_parts
from wattwarden.models.theft.degrees import degrees_of_days
from wattwarden.models.theft.invoices import Floats, Ints

Matrix = NDArray[np.float32]
NAMES = (
    *("daily_days", "daily_missing", "daily_zero", "daily_level", "daily_change", "daily_fall_score"),
    *("daily_fall", "daily_since_fall", "daily_low_run", "daily_swings", "daily_restless", "daily_echo"),
    *("daily_weekend", "daily_month_end", "daily_weather", "daily_weather_change"),
)
SCHEMA = pa.schema([("customer_id", pa.string()), *((name, pa.float64()) for name in NAMES)])
FEWEST_DAYS = 14
"""Days with known energy from which a customer's days say something."""
SOME_KWH = 0.2
"""Added before a logarithm: below it, days are alike."""
RECENT_DAYS = 14
LOW_SHARE = 0.4
"""A day below this part of the median is low."""
SWING = 0.7
"""A swing doubles or halves the use from one day to the next (natural logarithm)."""
READING_DAYS = 3
"""Days before the end of a month, when registers are read for the bill."""
SPREAD_FLOOR = 0.1
SIDE = 5
"""A break has at least so many days on each side."""
FEWEST_WEATHER_DAYS = 28
"""Earlier days with known weather from which a customer's response to it says something."""
LEAST_VARIANCE = 1.0
"""Variance of the degrees below which the weather was always the same."""
LEVEL_NOISE = 1e-6
WEEK, SATURDAY, SUNDAY = 7, 2, 3
"""1970-01-01, day 0, was a Thursday."""


def daily_features(meters: pa.Table, readings: pa.Table, weather: pa.Table, units: pa.Table) -> pa.Table:
    """Figures of every customer with enough days.

    Args:
        meters: ``meter`` (numbers 0 … n - 1 in order), ``customer_id`` and the customer's ``org_id``.
        readings: ``meter``, ``day`` (days since 1970) and ``kwh``: the register times the multiplier.
        weather: ``org_id``, ``day`` and ``mean_c``, °C; without rows there is nothing to say of the weather.
        units: ``org_id`` and ``parent_org_id``.

    Returns:
        ``SCHEMA``; shares from 0 to 1, changes as natural logarithms, NULL where there is nothing to say.
    """
    if not readings.num_rows:
        return SCHEMA.empty_table()
    first = int(pc.min(readings.column("day")).as_py())
    last = int(pc.max(readings.column("day")).as_py())
    use = energy_of_days(readings, first, last, meters.num_rows)
    names, at, owner = np.unique(
        meters.column("customer_id").to_numpy(zero_copy_only=False), return_index=True, return_inverse=True
    )
    use = use if len(names) == len(owner) and (owner == np.arange(len(owner))).all() else _summed(use, owner)
    degrees = degrees_of_days(weather, units, first, use.shape[1])
    place = degrees.places_of(meters.column("org_id").take(at))
    figures = figures_of_days(use, first, degrees.by_day, place)
    kept = np.flatnonzero(~np.isnan(figures[:, 0]))
    columns = [pa.array(figures[kept, column], from_pandas=True) for column in range(len(NAMES))]
    return pa.table([pa.array(names[kept], pa.string()), *columns], schema=SCHEMA)


def energy_of_days(readings: pa.Table, first: int, last: int, meters: int) -> Matrix:
    """Energy by meter and day, ``first`` until ``last``; ``NaN`` on a day that lacks one of its registers."""
    matrix = np.full((meters, last - first + 1), np.nan)
    for batch in readings.to_batches():
        meter, day, register = (batch.column(name).to_numpy() for name in ("meter", "day", "kwh"))
        _lay_out(meter, day, register, first, matrix)
    use = np.empty((meters, matrix.shape[1] - 1), np.float32)
    in_parts(meters, lambda part: np.subtract(matrix[part, 1:], matrix[part, :-1], out=use[part]))
    return use


@compiled
def _lay_out(
    meter: NDArray[np.int32], day: NDArray[np.int32], register: Floats, first: int, matrix: Floats
) -> None:
    """Put each register into its place."""
    for row in range(len(meter)):
        matrix[meter[row], day[row] - first] = register[row]


def figures_of_days(use: Matrix, first: int, degrees: Matrix, place: Ints) -> Floats:
    """``NAMES`` for each row of a matrix of daily energy.

    Args:
        use: kWh by customer and day, ``NaN`` where unknown.
        first: Number of the first day, days since 1970.
        degrees: Heating and cooling degrees by place and day, ``NaN`` where unknown.
        place: Row of ``degrees`` for each row of ``use``.
    """
    dates = first + np.arange(use.shape[1]).astype("datetime64[D]")
    ahead = (dates + READING_DAYS).astype("datetime64[M]") != dates.astype("datetime64[M]")
    weekday = (first + np.arange(use.shape[1])) % WEEK
    weekend = (weekday == SATURDAY) | (weekday == SUNDAY)
    result = np.full((len(use), len(NAMES)), np.nan)
    in_parts(len(use), lambda part: _rows(use[part], weekend, ahead, degrees, place[part], result[part]))
    return result


def _summed(use: Matrix, owner: Ints) -> Matrix:
    """Rows of one customer added; a day that one meter knows is known."""
    total = np.zeros((int(owner.max()) + 1, use.shape[1]), np.float32)
    known = np.zeros(total.shape, np.bool_)
    np.add.at(total, owner, np.nan_to_num(use))
    np.logical_or.at(known, owner, ~np.isnan(use))
    total[~known] = np.nan
    return total


@compiled
def _rows(
    use: Matrix,
    weekend: NDArray[np.bool_],
    month_end: NDArray[np.bool_],
    degrees: Matrix,
    place_of_row: Ints,
    result: Floats,
) -> None:
    """All figures of some rows."""
    days = use.shape[1]
    known, place = np.empty(days, np.float32), np.empty(days, np.int64)
    for row in range(len(use)):
        count = 0
        for day in range(days):
            if not np.isnan(use[row, day]):
                known[count], place[count] = max(use[row, day], np.float32(0.0)), day
                count += 1
        if count < FEWEST_DAYS:
            continue
        values, level = known[:count], np.log(known[:count] + SOME_KWH)
        result[row, 0], result[row, 1] = count, 1 - count / days
        result[row, 2] = (values <= 0).sum() / count
        result[row, 3] = np.log(values.mean() + SOME_KWH)
        recent = min(RECENT_DAYS, count // 2)
        result[row, 4] = level[count - recent :].mean() - level[: count - recent].mean()
        _fall(level, result[row])
        _moves(values, level, result[row])
        result[row, 12] = _gap(level, place, count, weekend)
        result[row, 13] = _gap(level, place, count, month_end)
        _follow(level, place, count - recent, degrees[place_of_row[row]], result[row])


@compiled
def _gap(level: NDArray[np.float32], place: Ints, count: int, marked: NDArray[np.bool_]) -> float:
    """Mean of the marked days less that of the others; ``NaN`` without either."""
    inside = outside = 0.0
    number = 0
    for position in range(count):
        if marked[place[position]]:
            inside += level[position]
            number += 1
        else:
            outside += level[position]
    if number in {0, count}:
        return np.nan
    return inside / number - outside / (count - number)


@compiled
def _fall(level: NDArray[np.float32], result: Floats) -> None:
    """The split after which the mean lies most below the one before (CUSUM; Page, Biometrika 41, 1954)."""
    count, total, spread, seen, worst = len(level), level.sum(), level.std(), 0.0, 0.0
    result[5], result[6] = 0.0, 0.0
    for split in range(1, count):
        seen += level[split - 1]
        if split < SIDE or count - split < SIDE:
            continue
        size = (total - seen) / (count - split) - seen / split
        score = size * np.sqrt(split * (count - split) / count) / (spread + SPREAD_FLOOR)
        if score < worst:
            worst = score
            result[5], result[6], result[7] = score, size, count - split


@compiled
def _moves(values: NDArray[np.float32], level: NDArray[np.float32], result: Floats) -> None:
    """Longest low run, swings, restlessness and the echo of the week."""
    count, low = len(values), LOW_SHARE * np.median(values)
    run = longest = swings = 0
    steps = 0.0
    for day in range(count):
        run = run + 1 if values[day] < low else 0
        longest = max(longest, run)
        if day > 0:
            step = abs(level[day] - level[day - 1])
            steps += step
            swings += step > SWING
    result[8], result[9], result[10] = longest, swings / (count - 1), steps / (count - 1)
    spread, mean = level.var(), level.mean()
    if spread > 0 and count > WEEK:
        result[11] = ((level[WEEK:] - mean) * (level[:-WEEK] - mean)).mean() / spread


@compiled
def _follow(
    level: NDArray[np.float32], place: Ints, before: int, degrees: NDArray[np.float32], result: Floats
) -> None:
    """How the days follow the weather, and how far those from ``before`` on lie beside it.

    The line of the level on the degrees (least squares) is drawn through the earlier days alone.
    """
    count, x, y, xx, xy, yy = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    for position in range(before):
        degree = degrees[place[position]]
        if not np.isnan(degree):
            count += 1
            x, y = x + degree, y + level[position]
            xx, xy, yy = xx + degree**2, xy + degree * level[position], yy + level[position] ** 2
    if count < FEWEST_WEATHER_DAYS or xx - x * x / count < count * LEAST_VARIANCE:
        return
    together, spread = xy - x * y / count, xx - x * x / count
    result[14] = together / np.sqrt(spread * max(yy - y * y / count, LEVEL_NOISE * count))
    beside, later = 0.0, 0
    for position in range(before, len(level)):
        degree = degrees[place[position]]
        if not np.isnan(degree):
            later += 1
            beside += level[position] - y / count - together / spread * (degree - x / count)
    if later > 0:
        result[15] = beside / later
