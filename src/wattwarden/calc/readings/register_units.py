"""Checks of daily registers: each is one function, registered under the name of its content file.

Source: DOMAIN C.4, D (limits); the checks that users of meter data systems expect (``content/checks``).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wattwarden.calc.readings.curves import Bools, Floats, Ints
from wattwarden.calc.readings.registers import NONE, STEPS, Registers, runs
from wattwarden.domain.checks import Check

PERCENT = 100
HALF = 0.5
TENFOLDS = (10.0, 100.0, 1000.0)


@dataclass(frozen=True)
class RegisterHits:
    """Stretches of days that a check hits.

    Attributes:
        meter: Position of the meter.
        since, until: Day numbers from which and until which (exclusive) it holds.
        measured, bound: What was found and the limit, in the unit of the check.
    """

    meter: Ints
    since: Ints
    until: Ints
    measured: Floats
    bound: Floats


RegisterUnit = Callable[[Registers, Check], RegisterHits]
REGISTER_UNITS: dict[str, RegisterUnit] = {}


def register_unit(unit: RegisterUnit) -> RegisterUnit:
    """Register a check under the name of its function."""
    REGISTER_UNITS[unit.__name__] = unit
    return unit


def _at(rows: Registers, place: Ints, measured: Floats, bound: float | Floats) -> RegisterHits:
    """Hits whose days lie between a row and the one before."""
    limit = np.broadcast_to(np.asarray(bound, dtype=np.float64), place.shape)
    return RegisterHits(
        rows.meter[place], rows.day[place] - rows.step[place], rows.day[place], measured, limit
    )


def _runs(rows: Registers, mask: Bools, least: float, measured: Floats, bound: float) -> RegisterHits:
    """Runs of rows under the mask that span at least ``least`` days; the largest ``measured`` of a run is told."""
    first, last = runs(mask, rows)
    since = rows.day[first] - rows.step[first]
    long = rows.day[last] - since >= least
    first, last, since = first[long], last[long], since[long]
    bounds = np.stack([first, last + 1], axis=1).ravel()
    padded = np.append(np.nan_to_num(measured), 0.0)
    most = np.maximum.reduceat(padded, bounds)[::2] if len(first) else np.zeros(0)
    return RegisterHits(rows.meter[first], since, rows.day[last], most, np.full(len(first), bound))


@register_unit
def register_missing(rows: Registers, check: Check) -> RegisterHits:
    """Days without a register between two, and after the last one of a meter that still hangs."""
    least = check.number("min_days")
    (gap,) = np.nonzero(rows.step - 1 >= least)
    end = rows.ends[
        (rows.newest - rows.day[rows.ends] >= least) & ~rows.meters.is_removed[rows.meter[rows.ends]]
    ]
    meter = np.concatenate([rows.meter[gap], rows.meter[end]])
    since = np.concatenate([rows.day[gap] - rows.step[gap], rows.day[end]]) + 1
    until = np.concatenate([rows.day[gap], np.full(len(end), rows.newest + 1)])
    return RegisterHits(meter, since, until, (until - since).astype(np.float64), np.full(len(meter), least))


@register_unit
def register_frozen(rows: Registers, check: Check) -> RegisterHits:
    """No movement for days after the meter moved by more than the limit a day."""
    hits = _runs(
        rows, rows.follows & (rows.energy == 0), check.number("min_days"), rows.step.astype(np.float64), 0
    )
    total = np.cumsum(rows.energy)
    first_day = np.zeros(len(rows.meters), dtype=np.int64)
    base = np.zeros(len(rows.meters), dtype=np.int64)
    first_day[rows.meter[rows.starts]], base[rows.meter[rows.starts]] = (
        rows.day[rows.starts],
        total[rows.starts],
    )
    place = np.searchsorted(rows.meter * 10**6 + rows.day, hits.meter * 10**6 + hits.since)
    days = hits.since - first_day[hits.meter]
    before = (total[place] - base[hits.meter]) / STEPS / np.maximum(days, 1)
    least = check.number("before_kwh")
    kept = (days > 0) & (before > least)
    return RegisterHits(
        hits.meter[kept], hits.since[kept], hits.until[kept], before[kept], np.full(kept.sum(), least)
    )


@register_unit
def register_zero(rows: Registers, check: Check) -> RegisterHits:
    """No movement at all in the days looked at."""
    starts, ends = rows.starts, rows.ends
    days = rows.day[ends] - rows.day[starts]
    moved = np.maximum.reduceat(np.abs(rows.energy), starts) if len(starts) else np.zeros(0)
    kept = (moved == 0) & (days >= check.number("min_days"))
    first, last = starts[kept], ends[kept]
    return RegisterHits(rows.meter[first], rows.day[first], rows.day[last], days[kept].astype(np.float64),
                        np.full(kept.sum(), check.number("min_days")))  # fmt: skip


def rolled_over(rows: Registers, check: Check) -> Bools:
    """Rows lower than the one before which with the full scale added hold what the capacity can take."""
    full = rows.meters.full[rows.meter]
    added = np.rint(full * rows.meters.multiplier[rows.meter])
    before = np.roll(rows.register, 1)
    most = check.number("factor") * rows.meters.most_kwh[rows.meter] * np.maximum(rows.step, 1)
    with np.errstate(invalid="ignore"):
        fits = (rows.energy + added) / STEPS <= most
        return np.asarray(rows.follows & (rows.energy < 0) & (before > HALF * full) & fits)


@register_unit
def register_rollover(rows: Registers, check: Check) -> RegisterHits:
    """The register passed its full scale."""
    (place,) = np.nonzero(rolled_over(rows, check))
    return _at(rows, place, rows.energy[place] / STEPS, 0.0)


def transient(rows: Registers, check: Check) -> Bools:
    """Rows that break the order of the registers while those around them keep it, before and after."""
    least = check.number("min_kwh")
    change = rows.energy / STEPS
    following = np.append(change[1:], 0.0) * np.append(rows.follows[1:], False)
    later = np.append(following[1:], 0.0) * np.append(rows.follows[1:], False)
    restored = change + following >= 0
    up = (change > least) & (following < -least) & (later >= 0)
    down = (change < -least) & (following > least) & (rows.register < HALF * np.roll(rows.register, 1))
    return np.asarray(rows.follows & restored & (up | down))


@register_unit
def register_transient(rows: Registers, check: Check) -> RegisterHits:
    """One register is far off and the next is back."""
    (place,) = np.nonzero(transient(rows, check))
    return _at(rows, place, rows.energy[place] / STEPS, check.number("min_kwh"))


@register_unit
def register_backwards(rows: Registers, check: Check) -> RegisterHits:
    """The register fell and did not roll over, nor come back at once."""
    least = check.number("min_kwh")
    full = rows.meters.full[rows.meter]
    wrapped = rows.follows & (np.roll(rows.register, 1) > 0.9 * full) & (rows.register < 0.1 * full)
    back = np.zeros(len(rows), dtype=np.bool_)
    back[:-1] = (rows.energy[1:] >= -rows.energy[:-1]) & rows.follows[1:]
    sprung = np.zeros(len(rows), dtype=np.bool_)
    sprung[1:] = (rows.energy[:-1] >= -rows.energy[1:]) & (rows.energy[:-1] > 0) & rows.follows[1:]
    returns = back & (rows.register < HALF * np.roll(rows.register, 1))
    calm = np.append(rows.energy[1:] >= 0, True)
    mask = rows.follows & (rows.energy / STEPS < -least) & ~wrapped & ~returns & ~(sprung & calm)
    return _runs(rows, mask, 1, -rows.energy / STEPS, least)


@register_unit
def register_spike(rows: Registers, check: Check) -> RegisterHits:
    """More energy than factor × what the capacity can take."""
    bound = check.number("factor") * rows.meters.most_kwh[rows.meter]
    with np.errstate(invalid="ignore"):
        (place,) = np.nonzero(rows.follows & (rows.daily_kwh > bound))
    return _at(rows, place, rows.daily_kwh[place], bound[place])


def medians(rows: Registers) -> Floats:
    """Median of the daily energies of each meter, by row; NaN for meters with one register."""
    known = rows.follows
    meter, value = rows.meter[known], rows.daily_kwh[known]
    order = np.lexsort((value, meter))
    meter, value = meter[order], value[order]
    starts = np.flatnonzero(np.append(True, meter[1:] != meter[:-1])) if len(meter) else np.zeros(0, np.int64)
    counts = np.diff(np.append(starts, len(meter)))
    middle = (value[starts + (counts - 1) // 2] + value[starts + counts // 2]) / 2 if len(starts) else value
    found = np.full(len(rows.meters), np.nan)
    found[meter[starts]] = middle
    return np.asarray(found[rows.meter])


@register_unit
def register_high_low(rows: Registers, check: Check) -> RegisterHits:
    """Days in a row far above or below the median of the meter's own days."""
    usual, least = medians(rows), check.number("min_kwh")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(usual > 0, rows.daily_kwh / usual, np.nan)
        high = (ratio > check.number("high_times")) & (rows.daily_kwh > least)
        low = (ratio < check.number("low_share")) & (usual > least) & (rows.energy > 0)
    days = check.number("min_days")
    above = _runs(rows, rows.follows & high, days, ratio, check.number("high_times"))
    below = _runs(rows, rows.follows & low, days, ratio, check.number("low_share"))
    return RegisterHits(
        *(np.concatenate([getattr(above, n), getattr(below, n)]) for n in RegisterHits.__dataclass_fields__)
    )


@register_unit
def rates_do_not_sum(rows: Registers, check: Check) -> RegisterHits:
    """Sum of the rate registers is not the total."""
    gap = np.where(rows.rates == NONE, 0, np.abs(rows.register - rows.rates)) / STEPS
    mask = gap > check.number("above_kwh")
    return _frozen_days(rows, mask, check.number("min_days"), gap, check.number("above_kwh"))


@register_unit
def register_estimated(rows: Registers, check: Check) -> RegisterHits:
    """Registers in a row that were estimated."""
    days = check.number("min_days")
    return _frozen_days(rows, rows.is_estimated, days, rows.is_estimated.astype(np.float64), days)


@register_unit
def clock_off(rows: Registers, check: Check) -> RegisterHits:
    """Clock off by more than the limit."""
    offset, bound = np.abs(np.nan_to_num(rows.clock_s)), check.number("above_s")
    return _frozen_days(rows, offset > bound, check.number("min_days"), offset, bound)


def _frozen_days(rows: Registers, mask: Bools, least: float, measured: Floats, bound: float) -> RegisterHits:
    """Runs of registers, each of which counts for its own day."""
    first, last = runs(mask, rows)
    long = rows.day[last] - rows.day[first] + 1 >= least
    first, last = first[long], last[long]
    bounds = np.stack([first, last + 1], axis=1).ravel()
    most = np.maximum.reduceat(np.append(measured, 0.0), bounds)[::2] if len(first) else np.zeros(0)
    return RegisterHits(
        rows.meter[first], rows.day[first], rows.day[last] + 1, most, np.full(len(first), bound)
    )


@register_unit
def reverse_unexpected(rows: Registers, check: Check) -> RegisterHits:
    """The reverse register moves and nothing feeds in."""
    daily, bound = rows.back / STEPS / np.maximum(rows.step, 1), check.number("above_kwh")
    return _runs(rows, (daily > bound) & ~rows.meters.has_generation[rows.meter], 1, daily, bound)


@register_unit
def unit_jump(rows: Registers, check: Check) -> RegisterHits:
    """The level of daily energy changes by a power of ten and stays there."""
    steps = np.broadcast_to(np.array(TENFOLDS)[:, None], (len(TENFOLDS), len(rows.meters)))
    return _level_jump(rows, check, steps)


@register_unit
def multiplier_jump(rows: Registers, check: Check) -> RegisterHits:
    """The level of daily energy changes by the multiplier and stays there."""
    multiplier = rows.meters.multiplier
    return _level_jump(rows, check, np.where(multiplier >= min(TENFOLDS), multiplier, np.nan)[None, :])


def _level_jump(rows: Registers, check: Check, steps: Floats) -> RegisterHits:
    """The largest jump of a meter, where both sides are level and their ratio is one of ``steps`` or its inverse.

    Means and variations are those of the logarithm of the daily energy, so that up and down are alike.
    """
    used = rows.follows & (rows.energy > 0)
    rows_used = np.flatnonzero(used)
    meter, log = rows.meter[used], np.log(rows.daily_kwh[used])
    if not len(meter):
        return RegisterHits(
            *(np.zeros(0, dtype=t) for t in (np.int64, np.int64, np.int64, np.float64, np.float64))
        )
    same = np.append(False, meter[1:] == meter[:-1])
    jump = np.where(same, np.abs(np.append(0.0, np.diff(log))), -1.0)
    starts = np.flatnonzero(~same)
    stops = np.append(starts[1:], len(meter))
    order = np.lexsort((jump, meter))
    split = order[stops - 1]
    sums, squares = np.append(0.0, np.cumsum(log)), np.append(0.0, np.cumsum(log * log))

    def side(low: Ints, high: Ints) -> tuple[Floats, Floats, Ints]:
        count = np.maximum(high - low, 1)
        mean = (sums[high] - sums[low]) / count
        variance = np.maximum((squares[high] - squares[low]) / count - mean * mean, 0.0)
        return mean, np.sqrt(variance), high - low

    (mean_a, noise_a, days_a), (mean_b, noise_b, days_b) = side(starts, split), side(split, stops)
    ratio = np.exp(np.abs(mean_b - mean_a))
    near = np.abs(ratio / steps[:, meter[starts]] - 1) < check.number("tolerance_pct") / PERCENT
    quiet = np.maximum(noise_a, noise_b) < check.number("noise_pct") / PERCENT
    kept = np.any(near, axis=0) & quiet & (np.minimum(days_a, days_b) >= check.number("min_days"))
    at, last = rows_used[split[kept]], rows_used[stops[kept] - 1]
    return RegisterHits(rows.meter[at], rows.day[at] - rows.step[at], rows.day[last],
                        np.exp(mean_b - mean_a)[kept], np.ones(kept.sum()))  # fmt: skip
