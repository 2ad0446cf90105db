"""Rows that were not imported: what they are, what is wrong with them, what became of them."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import duckdb
import pyarrow as pa

from wattwarden.lake.checks import TableCheck
from wattwarden.lake.import_settings import ImportSettings
from wattwarden.lake.schema import literal, quoted
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.part import PART_SHIFT, ROW, Part

ENTRIES = "_quarantine"
STATES = "_quarantine_state"
RESOLVED = "resolved"
DROPPED = "dropped"

_INSTANT = pa.timestamp("us", tz="UTC")
_TEXTS = (
    "entry_id", "file", "sheet", "table_name", "mapping", "source", "column_name", "found",
    "expected_zh", "expected_en", "problems", "row_key", "raw", "file_sha256", "types",
)  # fmt: skip
ENTRY_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in _TEXTS),
        pa.field("line", pa.int64()),
        pa.field("position", pa.int64()),
        pa.field("noted_at", _INSTANT),
    ]
)
STATE_SCHEMA = pa.schema(
    [pa.field("entry_id", pa.string()), pa.field("state", pa.string()), pa.field("noted_at", _INSTANT)]
)


@dataclass(frozen=True)
class Entry:
    """One row in quarantine.

    Args:
        entry_id: Name of the entry; the same row of the same file has the same one.
        at: When it was put there (UTC).
        file, sheet, line: Where the row stands in its source.
        position: Number of the row among those of its part, from 0; -1 for a line that is no row.
        table: Table it was meant for.
        mapping: Mapping by which it was read, empty without one.
        source: Source in that mapping.
        column: Column that is wrong, in the words of the source.
        found: What is there.
        expected_zh, expected_en: What should be there.
        problems: All problems of the row, each with column, found, zh and en.
        row_key: Key of the row as a JSON list, or None if it cannot be read.
        raw: The row as it stands in the source, by source column.
        file_sha256: Digest of the file.
        types: DuckDB type by source column.
    """

    entry_id: str
    at: datetime
    file: str
    sheet: str
    line: int
    position: int
    table: str
    mapping: str
    source: str
    column: str
    found: str
    expected_zh: str
    expected_en: str
    problems: Sequence[Mapping[str, str]]
    row_key: str | None
    raw: Mapping[str, str | None]
    file_sha256: str
    types: Mapping[str, str]


class Files(Protocol):
    """Whatever can name the Parquet files of a table: a lake or a session of it."""

    def files(self, table: str) -> tuple[str, ...]:
        """Parquet files of ``table``, none if absent."""


def open_entries(lake: Files, table: str | None = None) -> list[Entry]:
    """Entries that wait for a decision, oldest file first.

    Args:
        lake: Where they are stored.
        table: Only those meant for this table.
    """
    files, states = lake.files(ENTRIES), lake.files(STATES)
    if not files:
        return []
    columns = ", ".join(["entry_id", "noted_at", "file", "sheet", "line", "position", *_TEXTS[3:]])
    query = (
        f"SELECT {columns} FROM read_parquet({_list(files)}) "
        f"QUALIFY row_number() OVER (PARTITION BY entry_id ORDER BY noted_at DESC) = 1"
    )
    if states:
        ended = (
            f"SELECT entry_id, max(noted_at) AS ended FROM read_parquet({_list(states)}) GROUP BY entry_id"
        )
        query = f"SELECT e.* FROM ({query}) AS e LEFT JOIN ({ended}) AS s USING (entry_id) WHERE ended IS NULL OR ended < noted_at"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        moment = "SELECT * REPLACE (epoch_us(noted_at) AS noted_at)"
        wanted = f"{moment} FROM ({query}) WHERE $1 IS NULL OR table_name = $1 ORDER BY file, sheet, line, table_name"
        return [_entry(row) for row in connection.execute(wanted, [table]).fetchall()]


def state_rows(entry_ids: Iterable[str], state: str, at: datetime) -> pa.Table:
    """Rows for ``_quarantine_state`` that give all entries the same state."""
    ids = list(entry_ids)
    return pa.table(
        {"entry_id": ids, "state": [state] * len(ids), "noted_at": [at] * len(ids)}, schema=STATE_SCHEMA
    )


def entry_name(sha256: str, sheet: str, line: int, table: str) -> str:
    """Name of an entry: the same row of the same file, meant for the same table, has the same name."""
    return hashlib.sha256(f"{sha256}\n{sheet}\n{line}\n{table}".encode()).hexdigest()[:20]


class QuarantineWriter:
    """Turns bad rows of an import into entries.

    Args:
        scratch: Working space with the tables of the checks.
        settings: Phrases.
        parts: All parts by number.
        at: Time of the import.
        mapping: Name of the mapping, empty without one.
    """

    def __init__(
        self,
        scratch: Scratch,
        settings: ImportSettings,
        parts: Mapping[int, Part],
        at: datetime,
        mapping: str,
    ) -> None:
        self._scratch = scratch
        self._settings = settings
        self._parts = parts
        self._at = at
        self._mapping = mapping

    def entries(self, check: TableCheck) -> pa.Table:
        """Entries of the bad rows of one table."""
        keys = self._keys(check)
        tables = [ENTRY_SCHEMA.empty_table()]
        for feed in check.feeds:
            tables += [self._of_part(check, self._parts[at], feed.source, keys) for at in feed.parts]
        return pa.concat_tables(tables)

    def rejects(self, part: Part, table: str) -> pa.Table:
        """Entries of the lines of ``part`` that are no rows."""
        rows = []
        for reject in part.rejects:
            phrase = self._settings.phrase(reject.fault, limit=len(part.columns))
            problem = {"column": "", "found": reject.found, "zh": phrase.zh, "en": phrase.en}
            raw = json.dumps({next(iter(part.columns)): reject.text}, ensure_ascii=False)
            rows.append(self._row(part, table, "", (reject.line, -1), [problem], None, raw))
        return pa.Table.from_pylist(rows, schema=ENTRY_SCHEMA)

    def _of_part(self, check: TableCheck, part: Part, source: str, keys: str) -> pa.Table:
        raw = ", ".join(
            f"{literal(name)}: CAST({quoted(name)} AS VARCHAR)" for name in part.columns
        )  # fmt: skip
        position = f"b.{ROW} & {(1 << PART_SHIFT) - 1}"
        query = (
            f"SELECT b.{ROW}, to_json(any_value(b.problems)), any_value(to_json({{{raw}}})), any_value(k.row_key) "
            f"FROM {check.bad_table} AS b JOIN read_parquet({literal(str(part.parquet))}, file_row_number = true) AS p "
            f"ON p.file_row_number = {position} LEFT JOIN ({keys}) AS k ON k.{ROW} = b.{ROW} "
            f"WHERE b.{ROW} >> {PART_SHIFT} = {part.number} GROUP BY b.{ROW} ORDER BY b.{ROW}"
        )
        rows = [
            self._row(
                part,
                check.table.name,
                source,
                part.place_of(int(str(row))),
                json.loads(str(problems)),
                key,
                str(values),
            )
            for row, problems, values, key in self._scratch.rows(query)
        ]
        return pa.Table.from_pylist(rows, schema=ENTRY_SCHEMA)

    def _keys(self, check: TableCheck) -> str:
        values = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in check.table.key)
        known = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in check.table.key)
        return (
            f"SELECT {ROW}, CASE WHEN {known} THEN to_json([{values}]) END AS row_key FROM ({check.all_rows(check.table.key)}) "
            f"WHERE {ROW} IN (SELECT {ROW} FROM {check.bad_table})"
        )

    def _row(
        self,
        part: Part,
        table: str,
        source: str,
        place: tuple[int, int],
        problems: list[dict[str, str]],
        key: object,
        raw: str,
    ) -> dict[str, object]:
        first, (line, position) = problems[0], place
        return {
            "entry_id": entry_name(part.sha256, part.sheet, line, table),
            "file": part.file, "sheet": part.sheet, "line": line, "position": position, "table_name": table,
            "mapping": self._mapping, "source": source,
            "column_name": first["column"], "found": first["found"],
            "expected_zh": first["zh"], "expected_en": first["en"],
            "problems": json.dumps(problems, ensure_ascii=False),
            "row_key": None if key is None else str(key), "raw": raw,
            "file_sha256": part.sha256, "types": json.dumps(dict(part.columns), ensure_ascii=False), "noted_at": self._at,
        }  # fmt: skip


def accepted_entries(scratch: Scratch, check: TableCheck, waiting: Sequence[Entry]) -> list[str]:
    """Entries whose row, by its key, was accepted in this import."""
    keyed = [entry for entry in waiting if entry.row_key is not None]
    if not keyed:
        return []
    values = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in check.table.key)
    scratch.sql.register(
        "waiting", pa.table({"entry_id": [e.entry_id for e in keyed], "row_key": [e.row_key for e in keyed]})
    )
    rows = scratch.rows(
        f"SELECT entry_id FROM waiting WHERE row_key IN "
        f"(SELECT CAST(to_json([{values}]) AS VARCHAR) FROM ({check.good(check.table.key)})) ORDER BY entry_id"
    )
    scratch.sql.unregister("waiting")
    return [str(row[0]) for row in rows]


def _entry(row: tuple[object, ...]) -> Entry:
    (entry_id, at, file, sheet, line, position, *texts) = row
    table, mapping, source, column, found, zh, en, problems, key, raw, sha, types = texts
    return Entry(
        str(entry_id), _instant(at), str(file), str(sheet), int(str(line)), int(str(position)), str(table), str(mapping), str(source),
        str(column), str(found), str(zh), str(en), json.loads(str(problems)),
        None if key is None else str(key), json.loads(str(raw)), str(sha), json.loads(str(types)),
    )  # fmt: skip


def _instant(microseconds: object) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(str(microseconds)))


def _list(files: Sequence[str]) -> str:
    return "[" + ", ".join(map(literal, files)) + "]"
