"""What stands in place of readings that are missing or unusable, by method, with its uncertainty.

Between two good registers only the shares of the days are unknown, never their sum: estimates add up to the
difference of the registers exactly. The shares follow, in this order, where there is enough to go by: the same
weekdays of the meter itself (like days), the days of like customers (peers), or equal parts (linear). After the
last register of a meter the mean of its like days is taken, and nothing bounds it.

Uncertainty: with the relative deviation s of the meter's known days from the mean of their other like days, the
estimate e with weight w of W has the 95 % interval e ± 1.96·s·e·√(1 − w/W); it is cut to what the gap holds.

Source: the estimation methods of meter data systems (like-day, profile, linear); GUM (JCGM 100:2008), 5.1.
"""

from dataclasses import dataclass

import numpy as np

from wattwarden.calc.readings.curves import Bools, Floats, Ints
from wattwarden.calc.readings.register_units import rolled_over, transient
from wattwarden.calc.readings.registers import STEPS, Registers
from wattwarden.domain.checks import Checks

LINEAR, LIKE_DAY, PEER, OPEN, ROLLOVER = range(5)
METHODS = ("linear", "like_day", "peer", "open", "rollover")
WEEK = 7
THURSDAY = 3
"""Weekday of 1970-01-01, Monday is 0."""
LEAST_LIKE_DAYS = 2
LEAST_PEERS = 5
USUAL_DEVIATION = 0.3
"""Relative deviation where the meter has too few known days to tell."""
LEAST_KNOWN_DAYS = 5
Z95 = 1.96


@dataclass(frozen=True)
class Estimates:
    """Estimated days.

    Attributes:
        meter: Position of the meter.
        day: Day number.
        kwh, low, high: Energy of the day and its 95 % interval, 10⁻⁴ kWh.
        method: Place in ``METHODS``.
    """

    meter: Ints
    day: Ints
    kwh: Ints
    low: Ints
    high: Ints
    method: Ints


def shares(total: Ints, weight: Floats, gap: Ints) -> Ints:
    """Split each gap's ``total`` by the weights of its days: whole numbers that add up to it exactly.

    Args:
        total: By gap, not negative.
        weight: By day, not negative, in the order of the gaps; a gap whose weights are all 0 is split evenly.
        gap: Position of the gap of each day, ascending.
    """
    starts = np.flatnonzero(np.append(True, gap[1:] != gap[:-1])) if len(gap) else np.zeros(0, dtype=np.int64)
    empty = np.add.reduceat(weight, starts) <= 0 if len(gap) else np.zeros(0, dtype=np.bool_)
    used = np.where(empty[gap], 1.0, weight)
    running = np.cumsum(used)
    before = np.repeat(np.append(0.0, running)[starts], np.diff(np.append(starts, len(gap))))
    whole = np.add.reduceat(used, starts) if len(gap) else np.zeros(0)
    part = np.minimum((running - before) / whole[gap], 1.0)
    upto = np.floor(part * total[gap] + 0.5).astype(np.int64)
    last = np.append(starts[1:], len(gap))[: len(starts)] - 1
    upto[last] = total
    taken = np.zeros(len(gap), dtype=np.int64)
    taken[1:] = upto[:-1]
    taken[starts] = 0
    return np.asarray(upto - taken)


def usable(rows: Registers, checks: Checks) -> tuple[Registers, Bools]:
    """The registers without those that jump and come back, and which of the rest rolled over."""
    spike, over = checks.by_id.get("register_transient"), checks.by_id.get("register_rollover")
    kept = rows if spike is None else rows.subset(~transient(rows, spike))
    wrapped = np.zeros(len(kept), dtype=np.bool_) if over is None else rolled_over(kept, over)
    return kept, wrapped


def estimates(rows: Registers, checks: Checks) -> Estimates:
    """Estimated days of the meters: gaps, days beside an unusable register, and the days after the last one."""
    kept, wrapped = usable(rows, checks)
    energy = kept.energy.copy()
    full = np.rint(kept.meters.full * kept.meters.multiplier)
    energy[wrapped] += full[kept.meter[wrapped]].astype(np.int64)
    known = kept.follows & (kept.step == 1) & (energy >= 0)
    profile = _profile(kept, energy, known)
    gaps = np.flatnonzero(kept.follows & (kept.step > 1) & (energy >= 0))
    closed = _closed(kept, energy, gaps, profile)
    rolled = np.flatnonzero(wrapped & (kept.step == 1))
    exact = Estimates(kept.meter[rolled], kept.day[rolled] - 1, energy[rolled], energy[rolled], energy[rolled],
                      np.full(len(rolled), ROLLOVER))  # fmt: skip
    parts = (closed, _open(kept, profile), exact)
    return Estimates(
        *(np.concatenate([getattr(p, n) for p in parts]) for n in Estimates.__dataclass_fields__)
    )


@dataclass(frozen=True)
class Profile:
    """What the known days say.

    Attributes:
        like: Mean energy by meter and weekday, NaN where too few days are known.
        level: Mean energy by meter, NaN where none is known.
        deviation: Relative deviation of known days from the mean of their other like days, by meter.
        peer: Energy relative to the own mean, by peer group and day since ``first_day``; NaN where too few peers.
        group: Peer group of each meter.
    """

    like: Floats
    level: Floats
    deviation: Floats
    peer: Floats
    group: Ints
    first_day: int


def weekday(day: Ints) -> Ints:
    """Weekday of a day number, Monday is 0."""
    return np.asarray((day + THURSDAY) % WEEK)


def _profile(rows: Registers, energy: Ints, known: Bools) -> Profile:
    meters = len(rows.meters)
    meter, day, value = rows.meter[known], rows.day[known] - 1, energy[known].astype(np.float64)
    cell = meter * WEEK + weekday(day)
    like = _mean(cell, value, meters * WEEK, LEAST_LIKE_DAYS).reshape(meters, WEEK)
    level = _mean(meter, value, meters, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.bincount(cell, minlength=meters * WEEK)[cell]
        others = (like[meter, weekday(day)] * count - value) / (count - 1)
        off = value / others - 1
        relative = value / level[meter]
    told = np.isfinite(off)
    spread = np.sqrt(_mean(meter[told], off[told] ** 2, meters, LEAST_KNOWN_DAYS))
    _, group = np.unique(rows.meters.peer.astype(str), return_inverse=True)
    first, span = (int(rows.day.min()), int(np.ptp(rows.day)) + 1) if len(rows) else (0, 1)
    sound = np.isfinite(relative) & (day >= first)
    cell = group[meter[sound]] * span + day[sound] - first
    peer = _mean(cell, relative[sound], (int(group.max(initial=0)) + 1) * span, LEAST_PEERS).reshape(-1, span)
    return Profile(like, level, np.where(np.isfinite(spread), spread, USUAL_DEVIATION), peer, group, first)


def _mean(cell: Ints, value: Floats, cells: int, least: int) -> Floats:
    count = np.bincount(cell, minlength=cells)
    total = np.bincount(cell, value, minlength=cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count >= least, total / count, np.nan)


def _closed(rows: Registers, energy: Ints, gaps: Ints, profile: Profile) -> Estimates:
    """Days between two registers."""
    length = rows.step[gaps]
    gap = np.repeat(np.arange(len(gaps)), length)
    within = np.arange(len(gap)) - np.repeat(np.cumsum(length) - length, length)
    meter, day = rows.meter[gaps][gap], (rows.day[gaps] - length)[gap] + within
    like = profile.like[meter, weekday(day)]
    peer = profile.peer[profile.group[meter], day - profile.first_day] if len(day) else like
    method = np.where(
        _whole(np.isfinite(like), gap), LIKE_DAY, np.where(_whole(np.isfinite(peer), gap), PEER, LINEAR)
    )
    weight = np.select([method == LIKE_DAY, method == PEER], [like, peer], 1.0)
    kwh = shares(energy[gaps], np.nan_to_num(weight), gap)
    total = energy[gaps][gap]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(total > 0, kwh / total, 1.0)
    wide = Z95 * profile.deviation[meter] * kwh * np.sqrt(np.maximum(1 - part, 0.0))
    low, high = np.maximum(kwh - wide, 0.0), np.minimum(kwh + wide, total)
    return Estimates(meter, day, kwh, _whole_steps(low), _whole_steps(high), method)


def _whole(sound: Bools, gap: Ints) -> Bools:
    """Whether all days of the gap are sound, by day."""
    bad = np.bincount(gap, ~sound, minlength=int(gap.max(initial=-1)) + 1)
    return np.asarray(bad[gap] == 0) if len(gap) else sound


def _open(rows: Registers, profile: Profile) -> Estimates:
    """Days after the last register of a meter that still hangs there."""
    last = (
        rows.ends[~rows.meters.is_removed[rows.meter[rows.ends]]]
        if len(rows)
        else np.zeros(0, dtype=np.int64)
    )
    length = rows.newest - rows.day[last]
    meter = np.repeat(rows.meter[last], length)
    within = np.arange(len(meter)) - np.repeat(np.cumsum(length) - length, length)
    day = np.repeat(rows.day[last], length) + within
    like = profile.like[meter, weekday(day)]
    value = np.where(np.isfinite(like), like, profile.level[meter])
    kept = np.isfinite(value)
    meter, day, value = meter[kept], day[kept], value[kept]
    wide = Z95 * profile.deviation[meter] * value
    return Estimates(meter, day, _whole_steps(value), _whole_steps(np.maximum(value - wide, 0.0)),
                     _whole_steps(value + wide), np.full(len(meter), OPEN))  # fmt: skip


def _whole_steps(values: Floats) -> Ints:
    return np.rint(values).astype(np.int64)


def raw_days(rows: Registers) -> tuple[Ints, Ints, Floats]:
    """Meter, day and energy in kWh of the days between neighbouring registers as they were read."""
    single = rows.follows & (rows.step == 1)
    return rows.meter[single], rows.day[single] - 1, rows.energy[single] / STEPS
