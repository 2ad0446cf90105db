"""What the checks of curves and of phases find on one day.

Source: no formula of its own; see the units of ``calc.readings`` and ``calc.metering``.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from wattwarden.calc.metering import phase_units
from wattwarden.calc.readings.curve_units import DAY_UNITS
from wattwarden.calc.readings.curves import (
    MINUTES_OF_DAY,
    Curves,
    Days,
    Floats,
    curves_of,
    days_of,
    longest_run,
)
from wattwarden.calc.readings.point_units import POINT_UNITS, PointHits
from wattwarden.calc.readings.results import decimal_column
from wattwarden.domain.checks import Check, Checks

UNITS = frozenset({*DAY_UNITS, *POINT_UNITS}) | frozenset(vars(phase_units)) & frozenset(POINT_UNITS)
"""Names of all checks of curves and phases."""
INTERVALS = (24, 48, 96)
_SCHEMA = pa.schema([
    ("meter_id", pa.string()), ("day", pa.date32()), ("check_id", pa.string()), ("phase", pa.string()),
    ("points", pa.int64()), ("longest", pa.int64()), ("first_at", pa.timestamp("us")),
    ("measured", pa.decimal128(18, 6)), ("bound", pa.decimal128(18, 6)),
    ("counted_kwh", pa.decimal128(18, 4)), ("missing_kwh", pa.decimal128(18, 4)),
])  # fmt: skip


def curve_check(days: pa.Table, points: pa.Table, checks: Checks) -> pa.Table:
    """Rows of ``curve_check`` for the meter days of one day.

    Args:
        days: Rows of ``curve_suspect`` of that day.
        points: Their intervals: ``minute`` since midnight, kWh, kW, kvar, V, A.
        checks: The checks in force.
    """
    facts = days_of(days)
    if not len(facts):
        return _SCHEMA.empty_table()
    day = days["day"][0].as_py()
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall-clock time, see decisions/0004-time.md
    found = [_by_day(facts, checks)]
    for intervals in INTERVALS:
        curves = curves_of(facts, points, intervals)
        if len(curves.days):
            found += list(_by_point(curves, checks, midnight))
    tables = [
        pa.table(part | {"day": pa.repeat(pa.scalar(day, pa.date32()), len(part["meter_id"]))})
        for part in found
    ]
    return pa.concat_tables([t.select(_SCHEMA.names).cast(_SCHEMA) for t in tables])


def _by_day(days: Days, checks: Checks) -> dict[str, pa.Array]:
    parts: list[dict[str, np.ndarray]] = []
    for name, unit in DAY_UNITS.items():
        check = checks.by_id.get(name)
        if check is None:
            continue
        with np.errstate(invalid="ignore"):
            hits = unit(days, check)
        (rows,) = np.nonzero(hits.hit)
        parts.append({"row": rows, "check": np.full(len(rows), name, dtype=object), "points": hits.points[rows],
                      "measured": hits.measured[rows], "bound": hits.bound[rows]})  # fmt: skip
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]} if parts else {}
    rows = joined.get("row", np.zeros(0, dtype=np.int64)).astype(np.int64)
    count = len(rows)
    return {
        "meter_id": pa.array(days.meter[rows], pa.string()),
        "check_id": pa.array(joined.get("check", np.zeros(0, dtype=object)), pa.string()),
        "phase": pa.array(["all"] * count, pa.string()),
        "points": pa.array(joined.get("points", np.zeros(0)).astype(np.int64)),
        "longest": pa.nulls(count, pa.int64()),
        "first_at": pa.nulls(count, pa.timestamp("us")),
        "measured": decimal_column(joined.get("measured", np.zeros(0)), 6),
        "bound": decimal_column(joined.get("bound", np.zeros(0)), 6),
        "counted_kwh": pa.nulls(count, pa.decimal128(18, 4)),
        "missing_kwh": pa.nulls(count, pa.decimal128(18, 4)),
    }


def _by_point(curves: Curves, checks: Checks, midnight: datetime) -> Iterator[dict[str, pa.Array]]:
    for name, unit in POINT_UNITS.items():
        check = checks.by_id.get(name)
        if check is None:
            continue
        with np.errstate(invalid="ignore"):
            for hits in unit(curves, check):
                yield _rows(curves, check, hits, midnight)


def _rows(curves: Curves, check: Check, hits: PointHits, midnight: datetime) -> dict[str, pa.Array]:
    longest = longest_run(hits.hit)
    least = check.number("min_points") if "min_points" in check.params else 1
    (rows,) = np.nonzero(longest >= least)
    hit = hits.hit[rows]
    points = hit.sum(axis=1)
    step = MINUTES_OF_DAY // hit.shape[1]
    first = [midnight + timedelta(minutes=int(slot) * step) for slot in hit.argmax(axis=1)]
    missing: Floats | None = (
        None if hits.missing_kw is None else _sum(hits.missing_kw[rows], hit) * curves.hours
    )
    return {
        "meter_id": pa.array(curves.days.meter[rows], pa.string()),
        "check_id": pa.array([check.id] * len(rows), pa.string()),
        "phase": pa.array([hits.phase] * len(rows), pa.string()),
        "points": pa.array(points),
        "longest": pa.array(longest[rows]),
        "first_at": pa.array(first, pa.timestamp("us")),
        "measured": decimal_column(_sum(hits.measured[rows], hit) / np.maximum(points, 1), 6),
        "bound": decimal_column(hits.bound[rows], 6),
        "counted_kwh": decimal_column(_sum(curves.kwh[rows], hit), 4),
        "missing_kwh": pa.nulls(len(rows), pa.decimal128(18, 4))
        if missing is None
        else decimal_column(missing, 4),
    }


def _sum(values: Floats, mask: np.ndarray) -> Floats:
    """Sum of the known values under the mask, by row."""
    return np.asarray(np.where(mask & np.isfinite(values), values, 0.0).sum(axis=1))
