"""The curves of one day as matrices: a row per meter, a column per interval; absent is NaN.

Source: no formula of its own; the columns are those of the tables ``curve_suspect`` and ``load_curve``.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
MINUTES_OF_DAY = 1_440
HOURS_OF_DAY = 24
PHASES = ("a", "b", "c")
NO_PLACE = -1


@dataclass(frozen=True)
class Days:
    """Facts of meter days, one element each.

    Attributes:
        meter: Meter numbers.
        kind: Wiring: ``single_phase``, ``three_phase_3w`` or ``three_phase_4w``.
        multiplier: Product of the instrument transformer ratios.
        rated_v, base_a: Rated voltage in V and rated current in A, at the meter.
        capacity_kva: Operating capacity in kVA, NaN where unknown.
        has_generation: The customer feeds in.
        points, kwh_points, expected: Points there, points with energy, points that the day should have.
        intervals: Intervals of a day of 24 hours: 24, 48 or 96.
        kwh, least_kwh, most_kwh: Energy of the day and extremes of a point, kWh.
        is_flat, is_copied: Half a day of one value; extremes and sum like the day before.
        register_kwh: Energy of the day by the registers, kWh.
    """

    meter: npt.NDArray[np.object_]
    kind: npt.NDArray[np.object_]
    multiplier: Floats
    rated_v: Floats
    base_a: Floats
    capacity_kva: Floats
    has_generation: Bools
    points: Floats
    kwh_points: Floats
    expected: Floats
    intervals: Ints
    kwh: Floats
    least_kwh: Floats
    most_kwh: Floats
    is_flat: Bools
    is_copied: Bools
    register_kwh: Floats

    def __len__(self) -> int:
        return len(self.meter)

    def subset(self, rows: npt.NDArray[np.intp]) -> "Days":
        """Some of the days."""
        return Days(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Curves:
    """What the phases of some meter days showed.

    Attributes:
        days: The facts of the rows.
        hours: Length of an interval, h.
        kwh, p_kw, q_kvar: Energy and power of all phases, primary, by row and interval.
        volts, amps: Voltage in V and current in A at the meter, by phase, row and interval.
        neutral: Current of the neutral in A, by row and interval.
        power: Power of each phase in kW, primary, by phase, row and interval.
    """

    days: Days
    hours: float
    kwh: Floats
    p_kw: Floats
    q_kvar: Floats
    volts: Floats
    amps: Floats
    neutral: Floats
    power: Floats

    def is_kind(self, kind: str) -> Bools:
        """Rows of one wiring, as a column."""
        return np.asarray(self.days.kind == kind)[:, None]

    def per_row(self, values: Floats) -> Floats:
        """A fact of the days as a column beside the intervals."""
        return values[:, None]


def days_of(table: pa.Table) -> Days:
    """Facts of meter days from rows of ``curve_suspect``."""
    words = {n: np.array(table[n].to_pylist(), dtype=object) for n in ("meter_id", "kind")}
    flags = {n: _flags(table, n) for n in ("has_generation", "is_flat", "is_copied")}
    return Days(
        words["meter_id"], words["kind"], numbers(table, "multiplier"), numbers(table, "rated_v"),
        numbers(table, "base_a"), numbers(table, "capacity_kva"), flags["has_generation"], numbers(table, "points"),
        numbers(table, "kwh_points"), numbers(table, "expected_points"), numbers(table, "intervals").astype(np.int64),
        numbers(table, "kwh"), numbers(table, "least_kwh"), numbers(table, "most_kwh"), flags["is_flat"],
        flags["is_copied"], numbers(table, "register_kwh"),
    )  # fmt: skip


def curves_of(days: Days, points: pa.Table, intervals: int) -> Curves:
    """Matrices of those meter days that have points, of meters with ``intervals`` a day.

    A point that is not on the grid of the intervals goes to the interval in which it lies.
    """
    column, meter = points["meter_id"], points["meter_id"].unique().to_pylist()
    row_of = {name: i for i, name in enumerate(days.meter)}
    rows = np.array([r for name in meter if days.intervals[r := row_of[name]] == intervals], dtype=np.intp)
    place = np.full(len(days) + 1, NO_PLACE)
    place[rows] = np.arange(len(rows))
    codes = column.combine_chunks().dictionary_encode()
    known = np.array([row_of[name] for name in codes.dictionary.to_pylist()], dtype=np.intp)
    row = place[known[codes.indices.to_numpy()]] if len(known) else np.zeros(0, dtype=np.int64)
    slot = numbers(points, "minute").astype(np.int64) * intervals // MINUTES_OF_DAY
    kept = (row >= 0) & (slot >= 0) & (slot < intervals)

    def matrix(name: str) -> Floats:
        values = np.full((len(rows), intervals), np.nan)
        values[row[kept], slot[kept]] = numbers(points, name)[kept]
        return values

    return Curves(
        days.subset(rows), HOURS_OF_DAY / intervals, matrix("kwh"), matrix("p_kw"), matrix("q_kvar"),
        np.stack([matrix(f"u{x}_v") for x in PHASES]), np.stack([matrix(f"i{x}_a") for x in PHASES]), matrix("in_a"),
        np.stack([matrix(f"p{x}_kw") for x in PHASES]),
    )  # fmt: skip


def numbers(table: pa.Table, name: str) -> Floats:
    """A column as numbers, NaN where absent."""
    return np.asarray(table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)


def _flags(table: pa.Table, name: str) -> Bools:
    return np.asarray(table[name].fill_null(False).to_numpy(), dtype=np.bool_)


def longest_run(mask: Bools) -> Ints:
    """Most true elements in a row, by row of ``mask``."""
    count = np.zeros(mask.shape[0], dtype=np.int64)
    most = count.copy()
    for slot in range(mask.shape[1]):
        count = np.where(mask[:, slot], count + 1, 0)
        np.maximum(most, count, out=most)
    return most
