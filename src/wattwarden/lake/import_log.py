"""Which files were imported before, so that the same file a second time changes nothing."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from wattwarden.lake.quarantine import Files
from wattwarden.lake.schema import literal

LOG = "_import"

_SCHEMA = pa.schema(
    [
        pa.field("noted_at", pa.timestamp("us", tz="UTC")),
        pa.field("file", pa.string()),
        pa.field("sheet", pa.string()),
        pa.field("sha256", pa.string()),
        pa.field("reading", pa.string()),
        pa.field("tables", pa.string()),
        pa.field("rows", pa.int64()),
        pa.field("bad", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Logged:
    """One part that was imported.

    Args:
        noted_at: Time of the import.
        file, sheet: Where the rows stood.
        sha256: Digest of the file.
        reading: Digest of how it was read: contract, settings, mapping and options.
        tables: Tables it fed, joined by commas.
        rows: Rows read.
        bad: Rows put into quarantine.
    """

    noted_at: datetime
    file: str
    sheet: str
    sha256: str
    reading: str
    tables: str
    rows: int
    bad: int


def log_rows(entries: list[Logged]) -> pa.Table:
    """Rows for the log."""
    return pa.Table.from_pylist([vars(entry) for entry in entries], schema=_SCHEMA)


def imported_before(lake: Files, reading: str) -> dict[tuple[str, str], datetime]:
    """Time of the last import by digest and sheet, of parts that were read in the same way."""
    files = lake.files(LOG)
    if not files:
        return {}
    listed = ", ".join(map(literal, files))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(
            f"SELECT sha256, sheet, epoch_us(max(noted_at)) FROM read_parquet([{listed}]) WHERE reading = $1 GROUP BY ALL",
            [reading],
        ).fetchall()
    epoch = datetime.fromtimestamp(0, UTC)
    return {(str(sha), str(sheet)): epoch + timedelta(microseconds=at) for sha, sheet, at in rows}


def digest_of(*texts: str) -> str:
    """Short digest of what decides how a file is read."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
