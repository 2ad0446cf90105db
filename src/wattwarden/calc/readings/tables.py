"""Derived tables of readings: what the checks of registers found, and the days that were estimated.

Source: no formula of its own.
"""

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wattwarden.calc.readings.curves import Floats, Ints, numbers
from wattwarden.calc.readings.estimate import METHODS, estimates, raw_days
from wattwarden.calc.readings.register_units import REGISTER_UNITS, RegisterHits
from wattwarden.calc.readings.registers import STEPS, Meters, meters_of, registers_of
from wattwarden.calc.readings.results import decimal_column
from wattwarden.domain.checks import Checks

EXCHANGE_GAP = "exchange_gap"
UNITS = frozenset({*REGISTER_UNITS, EXCHANGE_GAP})
"""Names of all checks of registers."""
EPOCH = date(1970, 1, 1)
FAR_DAY = 10**6


def reading_check(meters: pa.Table, daily: pa.Table, exchanges: pa.Table, checks: Checks) -> pa.Table:
    """Rows of ``reading_check`` for some meters.

    Args:
        meters: Facts of the meters, ordered by their number.
        daily: Their registers, ordered by meter and day.
        exchanges: Meters that replaced another, with the days of the last and of the first register.
        checks: The checks in force.
    """
    facts = meters_of(meters)
    rows = registers_of(facts, daily)
    names: list[str] = []
    found: list[RegisterHits] = []
    for name, unit in REGISTER_UNITS.items():
        if name in checks.by_id and len(rows):
            hits = unit(rows, checks.by_id[name])
            names += [name] * len(hits.meter)
            found.append(hits)
    if EXCHANGE_GAP in checks.by_id:
        hits = _exchange_gaps(facts, exchanges, checks.by_id[EXCHANGE_GAP].number("above_days"))
        names += [EXCHANGE_GAP] * len(hits.meter)
        found.append(hits)
    return _check_table(facts, names, found)


def _exchange_gaps(meters: Meters, exchanges: pa.Table, most: float) -> RegisterHits:
    """Exchanges whose registers lie too far apart."""
    place = {name: i for i, name in enumerate(meters.meter)}
    meter = np.array([place.get(m, -1) for m in exchanges["meter_id"].to_pylist()], dtype=np.int64)
    last, first = numbers(exchanges, "last_day"), numbers(exchanges, "first_day")
    with np.errstate(invalid="ignore"):
        kept = (meter >= 0) & (first - last > most)
    return RegisterHits(meter[kept], last[kept].astype(np.int64), first[kept].astype(np.int64), (first - last)[kept],
                        np.full(kept.sum(), most))  # fmt: skip


def _check_table(meters: Meters, names: list[str], found: list[RegisterHits]) -> pa.Table:
    joined = [np.concatenate([getattr(h, n) for h in found]) if found else np.zeros(0)
              for n in RegisterHits.__dataclass_fields__]  # fmt: skip
    meter, since, until = (part.astype(np.int64) for part in joined[:3])
    return pa.table({
        "meter_id": pa.array(meters.meter[meter], pa.string()),
        "customer_id": pa.array(meters.customer[meter], pa.string()),
        "check_id": pa.array(names, pa.string()),
        "from_date": _dates(since),
        "to_date": _dates(until),
        "days": pa.array(until - since),
        "measured": decimal_column(joined[3].astype(np.float64), 6),
        "bound": decimal_column(joined[4].astype(np.float64), 6),
    })  # fmt: skip


def reading_estimate(meters: pa.Table, daily: pa.Table, checks: Checks) -> pa.Table:
    """Rows of ``reading_estimate`` for some meters; see ``reading_check`` for the arguments."""
    facts = meters_of(meters)
    rows = registers_of(facts, daily)
    found = estimates(rows, checks)
    order = np.lexsort((found.day, found.meter))
    meter, day = found.meter[order], found.day[order]
    return pa.table({
        "meter_id": pa.array(facts.meter[meter], pa.string()),
        "customer_id": pa.array(facts.customer[meter], pa.string()),
        "use_date": _dates(day),
        "raw_kwh": decimal_column(_raw(meter, day, raw_days(rows)), 4),
        "kwh": decimal_column(found.kwh[order] / STEPS, 4),
        "method": pa.array(np.array(METHODS, dtype=object)[found.method[order]], pa.string()),
        "low_kwh": decimal_column(found.low[order] / STEPS, 4),
        "high_kwh": decimal_column(found.high[order] / STEPS, 4),
    })  # fmt: skip


def _raw(meter: Ints, day: Ints, raw: tuple[Ints, Ints, Floats]) -> Floats:
    """Energy of the days as read, NaN where a register is missing."""
    known, wanted = raw[0] * FAR_DAY + raw[1], meter * FAR_DAY + day
    place = np.searchsorted(known, wanted)
    inside = np.minimum(place, max(len(known) - 1, 0))
    there = (
        (place < len(known)) & (known[inside] == wanted)
        if len(known)
        else np.zeros(len(wanted), dtype=np.bool_)
    )
    return np.where(there, raw[2][inside] if len(known) else 0.0, np.nan)


def _dates(days: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32())
