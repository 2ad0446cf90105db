"""Shapes that unexplained loss can take: what each cause would leave in the balance.

Write r(t) for the loss left over in interval t and y(t) for what a customer's meter recorded. Then

- a bypass in a share gives r = g·y, the same always, by hour of the day, by day, or by how high y is;
- a meter that stops at a ceiling gives r ≥ 0 of any size while y rests at its highest, and r = 0 else;
- one that is bypassed altogether gives the same while y rests at its lowest;
- a constant taken off gives r = c while y > 0, less while y is 0;
- readings replaced by others give r = x − y, with x the unknown use, so r falls by one where y rises by one;
- a customer filed here and fed elsewhere gives r = −y, from some day on if it moved;
- a clock that is off gives r(t) = y(t + s) − y(t), a meter that reads too much r = −g·y;
- a gate meter that reads too much gives r = e·S; an unmetered load a profile by hour of the day;
- a customer fed here and filed in a neighbouring area gives r = z, that customer's readings.

The evidence of a shape is ½·n·ln(RSS before / RSS after) less ½·ln n + ½ per fitted figure (Schwarz, Ann.
Statist. 6, 1978), less the logarithm of the number of candidates (Bonferroni). Where a shape leaves amounts
open, these intervals get a variance of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattwarden.calc.loss.area import HOURS, Bools, Floats, Ints
from wattwarden.calc.loss.kernels import (
    cell_gains,
    cells_explain,
    level_moments,
    moments,
    resting_sums,
    shifted_gains,
    whole_gains,
)
from wattwarden.calc.loss.sheet import LEVELS, Sheet, State

Numbers = NDArray[np.floating[Any] | np.integer[Any]]
LEAST_SPREAD = 1e-3
"""Variance below which no fit is believed, as a share of the assumed one."""
MOST_FAST_SHARE = 0.5
"""Largest share by which a faulty meter is believed to read too much."""
REPLACED_RANGE = (0.6, 1.2)
QUIET = 2.0
"""Variance left, in multiples of the assumed one, below which clocks and levels are not looked at."""
SHIFTS = np.array([-4, -2, -1, 1, 2, 4], dtype=np.int64)
FEWEST_RESTING = 5.0
MOST_RESTING_SHARE = 0.95


class Shape(Enum):
    """Forms of unexplained loss."""

    EVEN = "even"
    BY_HOUR = "by_hour"
    BY_DAY = "by_day"
    BY_LEVEL = "by_level"
    CEILING = "ceiling"
    FLOOR = "floor"
    CONSTANT = "constant"
    REPLACED = "replaced"
    ELSEWHERE = "elsewhere"
    MOVED = "moved"
    CLOCK = "clock"
    FAST = "fast"
    GATE_CLOCK = "gate_clock"
    GATE = "gate"
    GATE_CHANGED = "gate_changed"
    UNMETERED = "unmetered"
    BORROWED = "borrowed"


class Fit(NamedTuple):
    """One shape fitted.

    Attributes:
        explained: kWh per interval.
        open_at: Intervals whose amount stays open, with the ratio of their variance; None if there are none.
    """

    explained: Floats
    open_at: tuple[Bools, float] | None = None


@dataclass(frozen=True)
class View:
    """State of the search with the sums over it that several shapes share, and what shapes said of it."""

    sheet: Sheet
    state: State
    hour_ry: Floats
    hour_yy: Floats
    hour_y: Floats
    day_ry: Floats
    day_yy: Floats
    told: dict[Shape, Floats] = field(default_factory=dict)

    @property
    def figure_cost(self) -> float:
        """What one fitted figure costs in evidence."""
        return 0.5 * float(np.log(max(self.sheet.effective, 10.0))) + 0.5

    def by_gain(self, gain: Floats, figures: Floats | float) -> Floats:
        """Evidence of a fall of Σwr² by ``gain``."""
        least = LEAST_SPREAD * self.sheet.effective
        before = max(self.state.square_sum, least)
        after = np.maximum(self.state.square_sum - gain, least)
        return 0.5 * self.sheet.effective * np.log(before / after) - figures * self.figure_cost


def look(sheet: Sheet, state: State) -> View:
    """The view of a state."""
    sums = moments(sheet.readings, state.weight, state.residual, sheet.first_slot, sheet.slots)
    return View(sheet, state, *sums)


def _by_cells(view: View, cross: Floats, square: Floats) -> Floats:
    """Evidence of non-negative shares by cell: in all cells above zero, or only where a cell pays alone."""
    pays_from = 2 * view.figure_cost * view.state.square_sum / view.sheet.effective
    gain, cells, paying_gain, paying_cells = cell_gains(cross, square, pays_from)
    return np.maximum(view.by_gain(gain, cells), view.by_gain(paying_gain, paying_cells + 1.0))


def scan_even(view: View) -> Floats:
    """Evidence per customer of a constant share."""
    return _by_cells(view, view.hour_ry.sum(axis=1, keepdims=True), view.hour_yy.sum(axis=1, keepdims=True))


def scan_by_hour(view: View) -> Floats:
    """Evidence per customer of a share by hour of the day."""
    return _by_cells(view, view.hour_ry, view.hour_yy)


def scan_by_day(view: View) -> Floats:
    """Evidence per customer of a share by day."""
    return _by_cells(view, view.day_ry, view.day_yy)


def scan_by_level(view: View) -> Floats:
    """Evidence per customer of a share by how high the reading is."""
    sheet, state = view.sheet, view.state
    return _by_cells(view, *level_moments(sheet.readings, state.weight, state.residual, sheet.level, LEVELS))


def fit_cells(sheet: Sheet, state: State, customer: int, cell: Ints) -> Fit:
    """Non-negative share of the readings in each cell."""
    cells = int(cell.max()) + 1
    return Fit(cells_explain(sheet.readings[customer], state.weight, state.residual, cell, cells))


def _scan_resting(view: View, resting: Bools, *, constant: bool) -> Floats:
    """Evidence that amounts are open while a meter rests; elsewhere nothing, or one constant."""
    sheet, state = view.sheet, view.state
    hour_w, hour_r, square, number = resting_sums(resting, state.weight, state.residual, sheet.hour)
    mean = (hour_r if constant else np.maximum(hour_r, 0.0)) / np.maximum(hour_w, 1e-300)
    inside = square - (mean * (2 * hour_r - mean * hour_w)).sum(axis=1)
    outside = state.square_sum - square
    if constant:
        rest_w = state.weight.sum() - hour_w.sum(axis=1)
        rest_r = float(state.weight @ state.residual) - hour_r.sum(axis=1)
        outside = outside - np.maximum(rest_r, 0.0) ** 2 / np.maximum(rest_w, 1e-300)
    share = number / len(state.weight)
    gain = _two_spreads(sheet, state.square_sum, inside, outside, share)
    usable = (share * sheet.effective >= FEWEST_RESTING) & (share <= MOST_RESTING_SHARE)
    figures = (hour_w > 0).sum(axis=1) + 1.0 + constant
    return np.where(usable, gain - figures * view.figure_cost, -np.inf)


def _two_spreads(sheet: Sheet, before: float, inside: Floats, outside: Floats, share: Floats) -> Floats:
    """Rise of the log likelihood when resting intervals have a variance of their own."""
    inner, outer = share * sheet.effective, (1 - share) * sheet.effective
    low = np.maximum(outside / np.maximum(outer, 1e-9), LEAST_SPREAD)
    high = np.maximum(inside / np.maximum(inner, 1e-9), low)
    whole = max(before / sheet.effective, LEAST_SPREAD)
    rise = sheet.effective * np.log(whole) - inner * np.log(high) - outer * np.log(low)
    return np.asarray(0.5 * rise, dtype=np.float64)


def scan_ceiling(view: View) -> Floats:
    """Evidence per customer that loss arises while the meter rests at its highest reading."""
    return _scan_resting(view, view.sheet.at_ceiling, constant=False)


def scan_floor(view: View) -> Floats:
    """Evidence per customer that loss arises while the meter rests at its lowest reading."""
    return _scan_resting(view, view.sheet.at_floor, constant=False)


def scan_constant(view: View) -> Floats:
    """Evidence per customer that a constant is taken off: full while the meter turns, less while it rests."""
    return _scan_resting(view, view.sheet.at_floor, constant=True)


def fit_resting(sheet: Sheet, state: State, resting: Bools, *, constant: bool) -> Fit:
    """Mean amount by hour while the meter rests; elsewhere nothing, or one constant."""
    weight = np.where(resting, state.weight, 0.0)
    hour_w = np.bincount(sheet.hour, weight, HOURS)
    hour_r = np.bincount(sheet.hour, weight * state.residual, HOURS)
    mean = (hour_r if constant else np.maximum(hour_r, 0.0)) / np.maximum(hour_w, 1e-300)
    rest = state.weight - weight
    level = max(float(rest @ state.residual) / max(float(rest.sum()), 1e-300), 0.0) if constant else 0.0
    # The no-load loss may have taken the constant: then less than nothing is left while the meter rests.
    lift = max(0.0, -float(hour_r.sum()) / max(float(hour_w.sum()), 1e-300)) if constant else 0.0
    explained = np.where(resting, mean[sheet.hour], level) + lift
    off = (state.residual - explained) ** 2
    inner = max(resting.mean() * sheet.effective, 1e-9)
    outer = max((1 - resting.mean()) * sheet.effective, 1e-9)
    low = max(float(rest @ off) / outer, LEAST_SPREAD)
    high = max(float(weight @ off) / inner, low)
    return Fit(explained, (resting, high / low))


def scan_replaced(view: View) -> Floats:
    """Evidence per customer that the readings are not the use: loss falls by one where they rise by one.

    What a profile by hour of the day explains alone is no evidence against anybody.
    """
    share, gain = _replaced(view)
    low, high = REPLACED_RANGE
    profile = _profile_gain(view)
    with_profile = view.by_gain(profile + gain, HOURS + 1.0)
    fits = (share >= low) & (share <= high)
    alone = view.by_gain(np.full(1, profile), float(HOURS))
    return np.where(fits, with_profile - max(0.0, float(alone[0])), -np.inf)


def _profile_gain(view: View) -> float:
    weight, residual, hour = view.state.weight, view.state.residual, view.sheet.hour
    hour_r = np.bincount(hour, weight * residual, HOURS)
    return float((hour_r**2 / np.maximum(np.bincount(hour, weight, HOURS), 1e-300)).sum())


def _replaced(view: View) -> tuple[Floats, Floats]:
    """Share by which loss falls with the readings within each hour of the day, and its gain."""
    weight, residual, hour = view.state.weight, view.state.residual, view.sheet.hour
    hour_w = np.maximum(np.bincount(hour, weight, HOURS), 1e-300)
    hour_r = np.bincount(hour, weight * residual, HOURS)
    cross = (view.hour_ry - view.hour_y * hour_r / hour_w).sum(axis=1)
    square = np.maximum((view.hour_yy - view.hour_y**2 / hour_w).sum(axis=1), 1e-300)
    return -cross / square, np.where(cross < 0, cross**2 / square, 0.0)


def fit_replaced(sheet: Sheet, state: State, customer: int) -> Fit:
    """Profile of the unknown use by hour of the day, less the readings."""
    reading = sheet.readings[customer]
    hour_w = np.maximum(np.bincount(sheet.hour, state.weight, HOURS), 1e-300)
    use = np.bincount(sheet.hour, state.weight * (state.residual + reading), HOURS) / hour_w
    return Fit(np.maximum(use, 0.0)[sheet.hour] - reading)


def scan_elsewhere(view: View) -> Floats:
    """Evidence per customer of being filed here and fed elsewhere."""
    gain = -2 * view.hour_ry.sum(axis=1) - view.hour_yy.sum(axis=1)
    return view.by_gain(gain, 0.0)


def scan_fast(view: View) -> Floats:
    """Evidence per customer of a meter that reads too much."""
    cross, square = view.hour_ry.sum(axis=1), np.maximum(view.hour_yy.sum(axis=1), 1e-300)
    evidence = view.by_gain(cross**2 / square, 1.0)
    return np.where((cross < 0) & (-cross / square <= MOST_FAST_SHARE), evidence, -np.inf)


def fit_fast(sheet: Sheet, state: State, customer: int) -> Fit:
    """Negative share of the readings."""
    reading = sheet.readings[customer]
    weighted = state.weight * reading
    share = float(weighted @ state.residual) / max(float(weighted @ reading), 1e-300)
    return Fit(min(max(share, -MOST_FAST_SHARE), 0.0) * reading)


def _moved_days(day_ry: Numbers, day_yy: Numbers) -> tuple[int, int, float]:
    """Stretch of days whose gain is largest (Kadane), half-open, and the gain."""
    total = np.concatenate([[0.0], np.cumsum(-2 * day_ry - day_yy)])
    least = np.minimum.accumulate(total)
    stop = int(np.argmax(total - least))
    start = int(np.argmin(total[: stop + 1]))
    return start, stop, float(total[stop] - total[start])


def scan_moved(view: View) -> Floats:
    """Evidence per customer of being fed elsewhere over a stretch of days."""
    total = np.cumsum(-2 * view.day_ry - view.day_yy, axis=1)
    least = np.minimum(np.minimum.accumulate(total, axis=1), 0.0)
    return view.by_gain((total - least).max(axis=1), 2.0)


def fit_moved(sheet: Sheet, state: State, customer: int) -> Fit:
    """Readings taken back over the best stretch of days."""
    reading = sheet.readings[customer]
    day_ry = np.bincount(sheet.day, state.weight * state.residual * reading)
    day_yy = np.bincount(sheet.day, state.weight * reading**2)
    start, stop, _ = _moved_days(day_ry, day_yy)
    return Fit(np.where((sheet.day >= start) & (sheet.day < stop), -reading, 0.0))


def scan_clock(view: View) -> Floats:
    """Evidence per customer that the meter's clock is off by some intervals."""
    if view.state.square_sum < QUIET * view.sheet.effective:
        return np.full(view.sheet.customers, -np.inf)
    gains = shifted_gains(view.sheet.readings, view.state.weight, view.state.residual, SHIFTS)
    return view.by_gain(gains.max(axis=1), 1.0)


def fit_clock(sheet: Sheet, state: State, customer: int) -> Fit:
    """Readings at the best shift less readings as filed."""
    reading = sheet.readings[customer]
    gains = shifted_gains(sheet.readings[customer : customer + 1], state.weight, state.residual, SHIFTS)
    shift = int(SHIFTS[int(np.argmax(gains[0]))])
    return Fit(_moved_by(reading, shift))


def _moved_by(curve: Floats, shift: int) -> Floats:
    """The curve ``shift`` intervals later less the curve; 0 at the end where none is there."""
    moved = np.roll(curve, -shift)
    edge = slice(-shift, None) if shift > 0 else slice(None, -shift)
    moved[edge] = curve[edge]
    return np.asarray(moved - curve, dtype=np.float64)


def _gate_gains(sheet: Sheet, state: State) -> Floats:
    return np.asarray(
        shifted_gains(sheet.supply[None, :], state.weight, -state.residual, SHIFTS)[0], dtype=np.float64
    )


def scan_gate_clock(view: View) -> Floats:
    """Evidence that the clock of the gate meter is off by some intervals."""
    return view.by_gain(np.array([_gate_gains(view.sheet, view.state).max()]), 1.0)


def fit_gate_clock(sheet: Sheet, state: State) -> Fit:
    """Supply as filed less the supply at the best shift."""
    shift = int(SHIFTS[int(np.argmax(_gate_gains(sheet, state)))])
    return Fit(-_moved_by(sheet.supply, shift))


def fit_profile(sheet: Sheet, state: State) -> Fit:
    """Non-negative amount by hour of the day."""
    hour_w = np.maximum(np.bincount(sheet.hour, state.weight, HOURS), 1e-300)
    mean = np.bincount(sheet.hour, state.weight * state.residual, HOURS) / hour_w
    return Fit(np.maximum(mean, 0.0)[sheet.hour])


def scan_unmetered(view: View) -> Floats:
    """Evidence of an unmetered load with a profile by hour of the day."""
    weight, residual, hour = view.state.weight, view.state.residual, view.sheet.hour
    cross, square = np.bincount(hour, weight * residual, HOURS), np.bincount(hour, weight, HOURS)
    return _by_cells(view, cross.astype(np.float64)[None, :], square.astype(np.float64)[None, :])


def _changed_day(sheet: Sheet, state: State) -> tuple[int, float, float]:
    """Day from which on a share of the supply explains most, its share and its gain."""
    cross = np.bincount(sheet.day, state.weight * state.residual * sheet.supply)
    square = np.bincount(sheet.day, state.weight * sheet.supply**2)
    later_cross, later_square = np.cumsum(cross[::-1])[::-1], np.cumsum(square[::-1])[::-1]
    gains = later_cross**2 / np.maximum(later_square, 1e-300)
    day = int(np.argmax(gains))
    return day, float(later_cross[day] / max(later_square[day], 1e-300)), float(gains[day])


def scan_gate_changed(view: View) -> Floats:
    """Evidence that the gate meter reads another share from some day on."""
    return view.by_gain(np.array([_changed_day(view.sheet, view.state)[2]]), 2.0)


def fit_gate_changed(sheet: Sheet, state: State) -> Fit:
    """Share of the supply from the best day on."""
    day, share, _ = _changed_day(sheet, state)
    return Fit(np.where(sheet.day >= day, share * sheet.supply, 0.0))


def scan_borrowed(view: View) -> Floats:
    """Evidence per customer of neighbouring areas of being fed here."""
    return view.by_gain(whole_gains(view.sheet.borrowed, view.state.weight, view.state.residual), 0.0)


Scan = Callable[[View], Floats]
_CUSTOMER_SCANS: dict[Shape, Scan] = {
    Shape.EVEN: scan_even,
    Shape.BY_HOUR: scan_by_hour,
    Shape.BY_DAY: scan_by_day,
    Shape.BY_LEVEL: scan_by_level,
    Shape.CEILING: scan_ceiling,
    Shape.FLOOR: scan_floor,
    Shape.CONSTANT: scan_constant,
    Shape.REPLACED: scan_replaced,
    Shape.ELSEWHERE: scan_elsewhere,
    Shape.MOVED: scan_moved,
    Shape.CLOCK: scan_clock,
    Shape.FAST: scan_fast,
}
OF_CUSTOMERS = frozenset(_CUSTOMER_SCANS)
SCANS: dict[Shape, Scan] = _CUSTOMER_SCANS | {
    Shape.GATE_CHANGED: scan_gate_changed,
    Shape.GATE_CLOCK: scan_gate_clock,
    Shape.UNMETERED: scan_unmetered,
    Shape.BORROWED: scan_borrowed,
}
"""``GATE`` is fitted together with the technical loss, see ``search``."""


_FITS: dict[Shape, Callable[[Sheet, State, int], Fit]] = {
    Shape.EVEN: lambda sheet, state, row: fit_cells(sheet, state, row, np.zeros_like(sheet.hour)),
    Shape.BY_HOUR: lambda sheet, state, row: fit_cells(sheet, state, row, sheet.hour),
    Shape.BY_DAY: lambda sheet, state, row: fit_cells(sheet, state, row, sheet.day),
    Shape.BY_LEVEL: lambda sheet, state, row: fit_cells(sheet, state, row, sheet.level[row]),
    Shape.CEILING: lambda sheet, state, row: fit_resting(sheet, state, sheet.at_ceiling[row], constant=False),
    Shape.FLOOR: lambda sheet, state, row: fit_resting(sheet, state, sheet.at_floor[row], constant=False),
    Shape.CONSTANT: lambda sheet, state, row: fit_resting(sheet, state, sheet.at_floor[row], constant=True),
    Shape.REPLACED: fit_replaced,
    Shape.ELSEWHERE: lambda sheet, _, row: Fit(-sheet.readings[row]),
    Shape.MOVED: fit_moved,
    Shape.CLOCK: fit_clock,
    Shape.FAST: fit_fast,
    Shape.GATE_CHANGED: lambda sheet, state, _: fit_gate_changed(sheet, state),
    Shape.GATE_CLOCK: lambda sheet, state, _: fit_gate_clock(sheet, state),
    Shape.UNMETERED: lambda sheet, state, _: fit_profile(sheet, state),
    Shape.BORROWED: lambda sheet, _, row: Fit(sheet.borrowed[row]),
}


def fit_shape(shape: Shape, sheet: Sheet, state: State, customer: int) -> Fit:
    """Fit one shape to the residual; ``customer`` is a row of the readings (or of the borrowed ones)."""
    return _FITS[shape](sheet, state, customer)
