"""Read a folder of areas: interval loads, the gate meter's supply, and, only to score, the truth.

``customer_load.parquet`` holds ``area_id, customer_id, read_at, kwh``; ``area_supply.parquet`` holds
``area_id, read_at, supply_kwh``; ``truth.csv`` holds ``area_id, cause, customer_id, kind, stolen_kwh``.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np

from wattwarden.calc.loss.area import HOURS, Area, Floats
from wattwarden.domain.errors import fail

LOADS, SUPPLY, TRUTH = "customer_load.parquet", "area_supply.parquet", "truth.csv"
COLUMNS = {LOADS: ("area_id", "customer_id", "read_at", "kwh"), SUPPLY: ("area_id", "read_at", "supply_kwh")}
MINUTES_PER_DAY = 1440


@dataclass(frozen=True)
class Known:
    """The truth of one area.

    Attributes:
        cause: Word of the folder: theft, mapping, gate_scale, normal …
        kinds: Kind of each customer named, by customer.
        stolen_kwh: Energy stolen, by customer, where told.
    """

    cause: str
    kinds: dict[str, str]
    stolen_kwh: dict[str, float]


def read_areas(folder: Path) -> list[Area]:
    """The areas of a folder, in the order of their numbers; the truth is not opened.

    Raises:
        WattwardenError: a file or column is not there, nothing was read, or the intervals are not regular.
    """
    with duckdb.connect() as connection:
        for name, columns in COLUMNS.items():
            _require(connection, folder / name, columns)
        numbers = connection.execute(
            "SELECT DISTINCT area_id FROM read_parquet(?) ORDER BY area_id", [str(folder / SUPPLY)]
        ).fetchall()
        minutes = _interval_minutes(connection, folder / SUPPLY)
        areas = list(_areas(connection, folder, [str(number) for (number,) in numbers], minutes))
    if not areas:
        raise fail(str(folder), found="no area", expected=f"rows in {LOADS} and {SUPPLY}")
    return areas


def read_truth(folder: Path) -> dict[str, Known]:
    """The truth by area number.

    Raises:
        WattwardenError: the file or a column is not there.
    """
    return read_known(folder / TRUTH)


def read_known(path: Path) -> dict[str, Known]:
    """Known causes of a file with columns ``area_id, cause, customer_id, kind, stolen_kwh``.

    Raises:
        WattwardenError: the file or a column is not there.
    """
    if not path.is_file():
        raise fail(str(path), found="no file", expected="the known causes, to score against")
    known: dict[str, Known] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        lacking = {"area_id", "cause", "customer_id"} - set(reader.fieldnames or ())
        if lacking:
            raise fail(
                str(path), found=f"no column {sorted(lacking)}", expected="area_id, cause, customer_id"
            )
        for row in reader:
            one = known.setdefault(row["area_id"], Known(row["cause"], {}, {}))
            if row["customer_id"]:
                one.kinds[row["customer_id"]] = row.get("kind") or row["cause"]
                if row.get("stolen_kwh"):
                    one.stolen_kwh[row["customer_id"]] = float(row["stolen_kwh"])
    return known


def _require(connection: duckdb.DuckDBPyConnection, path: Path, columns: tuple[str, ...]) -> None:
    if not path.is_file():
        raise fail(str(path), found="no file", expected=f"a Parquet file with {', '.join(columns)}")
    there = {
        row[0] for row in connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    }
    lacking = [column for column in columns if column not in there]
    if lacking:
        raise fail(str(path), found=f"no column {', '.join(lacking)}", expected=", ".join(columns))


def _interval_minutes(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Length of an interval: the shortest step between readings of a gate meter."""
    row = connection.execute(
        """
        SELECT min(date_diff('minute', before, read_at)) FROM (
            SELECT read_at, lag(read_at) OVER (PARTITION BY area_id ORDER BY read_at) AS before
            FROM read_parquet(?)
        ) WHERE read_at > before
        """,
        [str(path)],
    ).fetchone()
    minutes = int(row[0]) if row and row[0] else 0
    if minutes not in {15, 30, 60}:
        raise fail(str(path), found=f"a step of {minutes} minutes", expected="15, 30 or 60 minutes")
    return minutes


def _areas(
    connection: duckdb.DuckDBPyConnection, folder: Path, numbers: list[str], minutes: int
) -> Iterator[Area]:
    for number in numbers:
        bounds = connection.execute(
            "SELECT min(read_at), max(read_at) FROM read_parquet(?) WHERE area_id = ?",
            [str(folder / SUPPLY), number],
        ).fetchone()
        if bounds is None or bounds[0] is None:
            continue
        start, stop = bounds
        length = int((stop - start).total_seconds()) // 60 // minutes + 1
        supply = np.full(length, np.nan)
        at, kwh = _column(connection, folder / SUPPLY, number, start, minutes, "supply_kwh")
        supply[at] = kwh
        customers, readings = _readings(connection, folder / LOADS, number, (start, minutes, length))
        yield Area(
            number,
            customers,
            readings,
            supply,
            first_slot=(start.hour * 60 + start.minute) // minutes,
            slots_per_day=MINUTES_PER_DAY // minutes // HOURS * HOURS,
            starts_at=int((start - datetime(1970, 1, 1)).total_seconds()) // 60,  # noqa: DTZ001 - local wall clock, as the readings
        )


def _column(
    connection: duckdb.DuckDBPyConnection, path: Path, area: str, start: datetime, minutes: int, name: str
) -> tuple[np.ndarray, Floats]:
    table = connection.execute(
        f"""
        SELECT date_diff('minute', ?, read_at) // {minutes} AS at, CAST({name} AS DOUBLE) AS kwh
        FROM read_parquet(?) WHERE area_id = ? AND {name} IS NOT NULL AND read_at >= ?
        """,
        [start, str(path), area, start],
    ).fetchnumpy()
    return np.asarray(table["at"], dtype=np.int64), np.asarray(table["kwh"], dtype=np.float64)


def _readings(
    connection: duckdb.DuckDBPyConnection, path: Path, area: str, axis: tuple[datetime, int, int]
) -> tuple[tuple[str, ...], Floats]:
    """Customers of one area and their readings, NaN where nothing was read."""
    start, minutes, length = axis
    names = [
        str(row[0])
        for row in connection.execute(
            "SELECT DISTINCT customer_id FROM read_parquet(?) WHERE area_id = ? ORDER BY customer_id",
            [str(path), area],
        ).fetchall()
    ]
    table = connection.execute(
        f"""
        SELECT dense_rank() OVER (ORDER BY customer_id) - 1 AS who,
               date_diff('minute', ?, read_at) // {minutes} AS at, CAST(kwh AS DOUBLE) AS kwh
        FROM read_parquet(?) WHERE area_id = ?
        """,
        [start, str(path), area],
    ).fetchnumpy()
    readings = np.full((len(names), length), np.nan)
    who, at = np.asarray(table["who"], dtype=np.int64), np.asarray(table["at"], dtype=np.int64)
    kwh = np.ma.filled(np.ma.asarray(table["kwh"]).astype(np.float64), np.nan)
    inside = (at >= 0) & (at < length)
    readings[who[inside], at[inside]] = kwh[inside]
    return tuple(names), readings
