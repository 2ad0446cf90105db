"""Rows and reads that the tests of the lake share."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa

from wattwarden.domain.content import contract
from wattwarden.domain.snapshot import Snapshot
from wattwarden.lake.schema import Layout
from wattwarden.lake.store import Lake

START = datetime(2025, 3, 1, tzinfo=UTC)
Row = Mapping[str, object]


def at(minutes: int) -> datetime:
    """An instant some minutes after the start of time."""
    return START + timedelta(minutes=minutes)


def lake_in(home: Path) -> Lake:
    """A lake with little memory, as on a small machine."""
    return Lake(home, contract(), memory="300MB")


def arrow_rows(table: str, rows: Iterable[Row]) -> pa.Table:
    """Rows of a contract table; columns not given are NULL."""
    listed = list(rows)
    names = list(contract()[table].columns)
    stored = Layout.of(contract()[table]).arrow
    if any("arrived_at" in row for row in listed):
        names.append("arrived_at")
    return pa.Table.from_pylist(
        [dict(row) for row in listed], pa.schema([stored.field(name) for name in names])
    )


def reading(meter: str, day: date, register: int, arrived_at: datetime | None = None) -> dict[str, object]:
    """One row of ``reading_daily``; the register in kWh."""
    row: dict[str, object] = {"meter_id": meter, "read_date": day, "register_kwh": Decimal(register)}
    return row if arrived_at is None else {**row, "arrived_at": arrived_at}


def registers(snapshot: Snapshot) -> dict[tuple[str, date], int]:
    """The visible registers by meter and day; fails if a key is visible twice."""
    files = list(snapshot.files.get("reading_daily", ()))
    if not files:
        return {}
    rows = duckdb.execute(
        f"SELECT meter_id, read_date, register_kwh FROM read_parquet({files}, union_by_name = true) "
        f"WHERE {snapshot.visible()}"
    ).fetchall()
    found = {(meter, day): int(register) for meter, day, register in rows}
    assert len(found) == len(rows), "one key has two visible rows"
    return found
