"""Energy in each rate where the reading of the bill has only a total: from daily registers, else from curves.

A bill's meters are taken over the days that each of them measured, cut at the segments of the bill. The daily
registers of the rates count first, because the meter itself told the rates apart; the curve of a meter counts
where they are missing, with the hours of the region's timetable. What cannot be had from either is named, and
the bill stays unchecked.

Source: the rules are in ``registers`` and ``curve``; DOMAIN B.4, B.6.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.calc.tariff.bill import RATES, Rate
from wattwarden.calc.tariff.curve import (
    COMPLETE,
    CURVE_DAY,
    CURVE_OUTCOMES,
    MINUTES_OF_DAY,
    NO_CURVE,
    POINTS,
    STRETCH,
    USE,
    day_table,
    sum_curves,
)
from wattwarden.calc.tariff.records import NULL, SEGMENT, Ints, Records
from wattwarden.calc.tariff.registers import FIRST_FAULT, READING_OUTCOMES, REGISTER, read_registers
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.timetable import LETTERS, POINTS_PER_DAY, timetable_of

Bools = npt.NDArray[np.bool_]
DETAIL = "rates_detail"
"""Column that says why a row has no rates."""
EPOCH = date(1970, 1, 1)
DAYS = 10**6
"""More than there are days, so that meter and day make one number."""
HUNDREDTH = 100
"""10⁻⁴ kWh in 0.01 kWh."""
DAILY = ("register", *RATES)


@dataclass(frozen=True)
class _Pieces:
    """One meter in one segment: the segment's row, the meter, its first day and the day after its last."""

    row: Ints
    meter: Ints
    begin: Ints
    end: Ints
    multiplier: Ints
    digits: Ints


@dataclass(frozen=True)
class Meters:
    """What the meters tell of bills whose readings lack rates.

    Attributes:
        spans: Meters of bills that lack rates: ``bill_id``, ``meter_id``, ``since`` and ``until`` (the day
            after the last), ``multiplier`` in 10⁻⁶, ``digits``.
        daily: Their registers at 00:00: ``meter_id``, ``read_date``, the total and the rates in 10⁻⁴ kWh.
        curve: Their intervals: ``meter_id``, ``day``, ``minute`` of the start, ``kwh`` in 10⁻⁴ kWh, primary.
    """

    spans: pa.Table
    daily: pa.Table
    curve: pa.Table


def energy_by_rate(segments: pa.Table, meters: Meters) -> pa.Table:
    """Fill in the rates of the rows of ``segments`` that lack them and that the spans know.

    Args:
        segments: Facts of the bills, a row per part of a bill.

    Returns:
        ``segments`` with the column ``DETAIL``, which says of each row that still lacks rates what was found.
    """
    spans = meters.spans
    if not spans.num_rows:
        return segments.append_column(DETAIL, pa.nulls(segments.num_rows, pa.string()))
    names = pc.unique(spans.column("meter_id"))
    pieces = _pieces(segments, spans, names)
    read, reading = _from_registers(pieces, meters.daily, names, segments.num_rows)
    uses = _from_curves(pieces, meters.curve, names, segments)
    by_register = _all_rows(reading < FIRST_FAULT, pieces.row, segments.num_rows)
    by_curve = _all_rows(uses["outcome"] == COMPLETE, pieces.row, segments.num_rows) & ~by_register
    for rate in RATES:
        summed = np.zeros(segments.num_rows, np.int64)
        np.add.at(summed, pieces.row, uses[rate])
        # Half up: energy is not negative here.
        found = np.where(by_register, read[rate], (summed + HUNDREDTH // 2) // HUNDREDTH)
        segments = _filled(segments, f"{rate}_kwh", found, by_register | by_curve)
    detail = _details(pieces, reading, uses, names, by_register | by_curve)
    return segments.append_column(
        DETAIL, pa.array([detail.get(row) for row in range(segments.num_rows)], pa.string())
    )


def _filled(segments: pa.Table, name: str, values: Ints, known: Bools) -> pa.Table:
    found = pa.array(values, mask=~known)
    column = pc.coalesce(found, segments.column(name).cast(pa.int64()))
    return segments.set_column(segments.schema.get_field_index(name), name, column)


def _all_rows(good: Bools, row: Ints, rows: int) -> Bools:
    """Which rows have pieces, all of them good."""
    pieces, kept = (np.bincount(part, minlength=rows) for part in (row, row[good]))
    return np.asarray((pieces > 0) & (pieces == kept))


def _days(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.cast(pa.date32()).cast(pa.int32()).to_numpy(), np.int64)


def _whole(column: pa.ChunkedArray) -> Ints:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), NULL).to_numpy(), np.int64)


def _codes(column: pa.ChunkedArray, known: pa.Array) -> Ints:
    return np.asarray(pc.fill_null(pc.index_in(column, known).cast(pa.int64()), -1).to_numpy(), np.int64)


def _pieces(segments: pa.Table, spans: pa.Table, meters: pa.Array) -> _Pieces:
    """Spans cut at the segments of their bills; rows that have their rates are left out."""
    bills = pc.unique(spans.column("bill_id"))
    owner = _codes(segments.column("bill_id"), bills)
    lacks = np.logical_or.reduce([_whole(segments.column(f"{rate}_kwh")) == NULL for rate in RATES[1:]])
    rows = np.flatnonzero((owner >= 0) & lacks)
    of_bill = _codes(spans.column("bill_id"), bills)
    order = np.argsort(of_bill, kind="stable")
    low, high = (np.searchsorted(of_bill[order], owner[rows], side) for side in ("left", "right"))
    count = high - low
    row = np.repeat(rows, count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    span = order[np.repeat(low, count) + within]
    begin = np.maximum(_days(segments.column("seg_from"))[row], _days(spans.column("since"))[span])
    end = np.minimum(_days(segments.column("seg_to"))[row], _days(spans.column("until"))[span])
    facts = (
        _codes(spans.column("meter_id"), meters),
        _whole(spans.column("multiplier")),
        _whole(spans.column("digits")),
    )
    meter, multiplier, digits = (values[span] for values in facts)
    there = begin < end
    return _Pieces(*(values[there] for values in (row, meter, begin, end, multiplier, digits)))


def _from_registers(pieces: _Pieces, daily: pa.Table, meters: pa.Array, rows: int) -> tuple[Records, Ints]:
    """Energy by row as records of ``SEGMENT``, and what became of each piece."""
    key = _codes(daily.column("meter_id"), meters) * DAYS + _days(daily.column("read_date"))
    order = np.argsort(key)
    registers = {name: np.append(_whole(daily.column(f"{name}_kwh"))[order], NULL) for name in DAILY}
    readings = np.zeros(len(pieces.row), REGISTER)
    readings["segment"], readings["before"] = pieces.row, NULL
    readings["multiplier"], readings["digits"] = pieces.multiplier, pieces.digits
    for side, day in (("start", pieces.begin), ("end", pieces.end)):
        at = _found(key[order], pieces.meter * DAYS + day)
        for name, values in registers.items():
            readings[side if name == "register" else f"{name}_{side}"] = values[at]
    segments = np.zeros(rows, SEGMENT)
    segments["timed"] = 1
    return segments, read_registers(readings, segments)


def _found(keys: Ints, wanted: Ints) -> Ints:
    """Position of each wanted key among the sorted ones; the last position plus one where it is absent."""
    at = np.searchsorted(keys, wanted)
    there = at < len(keys)
    there[there] = keys[at[there]] == wanted[there]
    return np.where(there, at, len(keys))


def _from_curves(pieces: _Pieces, curve: pa.Table, meters: pa.Array, segments: pa.Table) -> Records:
    """Energy and demand of each piece as records of ``USE``; a meter without intervals has no curve."""
    uses = np.zeros(len(pieces.row), USE)
    uses["outcome"], uses["faulty_day"] = NO_CURVE, NULL
    meter, minute = _codes(curve.column("meter_id"), meters), _whole(curve.column("minute"))
    # The common step of all starts of a meter: 15, 30 or 60 minutes, else it is no curve of ours.
    step = np.zeros(len(meters), np.int64)
    np.gcd.at(step, meter, minute)
    day, kwh = _days(curve.column("day")), _whole(curve.column("kwh"))
    for points in POINTS:
        mine = np.flatnonzero(step[pieces.meter] == MINUTES_OF_DAY // points)
        if len(mine):
            rows = np.flatnonzero(step[meter] == MINUTES_OF_DAY // points)
            place = minute[rows] * points // MINUTES_OF_DAY
            key = (meter[rows] * DAYS + day[rows]) * POINTS_PER_DAY + place
            uses[mine] = _sums(pieces, mine, points, (key, kwh[rows]), segments)
    return uses


def _sums(
    pieces: _Pieces, mine: Ints, points: int, intervals: tuple[Ints, Ints], segments: pa.Table
) -> Records:
    """Energy of the pieces at ``mine``, whose curves have so many points a day."""
    count = pieces.end[mine] - pieces.begin[mine]
    piece = np.repeat(mine, count)
    first_day = np.cumsum(count) - count
    day = pieces.begin[piece] + np.arange(len(piece)) - np.repeat(first_day, count)
    days = np.zeros(len(piece), CURVE_DAY)
    days["points"] = points
    days["table"], tables = _tables(segments, pieces.row[piece], day, points)
    key, kwh = intervals
    order = np.argsort(key)
    wanted = ((pieces.meter[piece] * DAYS + day) * POINTS_PER_DAY)[:, None] + np.arange(points)
    dense = np.append(kwh[order], NULL)[_found(key[order], wanted.ravel())]
    stretches = np.zeros(len(mine), STRETCH)
    stretches["first_point"], stretches["first_day"], stretches["days"] = first_day * points, first_day, count
    return sum_curves(stretches, days, dense, tables)


def _tables(segments: pa.Table, row: Ints, day: Ints, points: int) -> tuple[Ints, list[Ints]]:
    """Which table each day has, and the tables."""
    names = (segments.column(name).take(pa.array(row)).to_pylist() for name in ("region", "tariff_class"))
    known: dict[tuple[str | None, str | None, int], int] = {}
    found = [known.setdefault(facts, len(known)) for facts in zip(*names, day.tolist(), strict=True)]
    tables = []
    for region, tariff_class, number in known:
        on = EPOCH + timedelta(days=number)
        tables.append(day_table(_rates(region or "", tariff_class == "residential", on, points), on))
    return np.array(found, np.int64), tables


def _rates(region: str, homes: bool, day: date, points: int) -> list[Rate | None]:
    """Rate of each interval; None where the timetable has none, or more than one."""
    try:
        letters = timetable_of(region, homes).letters_on(day)
    except WattwardenError:
        return [None] * points
    width = POINTS_PER_DAY // points
    parts = [set(letters[at : at + width]) for at in range(0, POINTS_PER_DAY, width)]
    return [_RATE_OF[part.pop()] if len(part) == 1 else None for part in parts]


_RATE_OF: dict[str, Rate] = {letter: rate for rate in RATES for letter in LETTERS if LETTERS[letter] == rate}


def _details(pieces: _Pieces, reading: Ints, uses: Records, meters: pa.Array, known: Bools) -> dict[int, str]:
    """What was found in place of rates, by row; the first meter that has neither."""
    said: dict[int, str] = {}
    for piece in np.flatnonzero((reading >= FIRST_FAULT) & (uses["outcome"] != COMPLETE)):
        row, faulty = int(pieces.row[piece]), int(uses["faulty_day"][piece])
        if known[row] or row in said:
            continue
        begin = EPOCH + timedelta(days=int(pieces.begin[piece]))
        on = "" if faulty == NULL else f" on {begin + timedelta(days=faulty)}"
        found = f"daily registers {READING_OUTCOMES[reading[piece]]}, curve {CURVE_OUTCOMES[uses['outcome'][piece]]}"
        said[row] = f"meter {meters[int(pieces.meter[piece])]} from {begin}: {found}{on}"
    return said
