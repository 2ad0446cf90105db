"""Compare arriving rows with stored ones: what is new, corrected, unchanged or contradictory.

All of it is SQL over temporary tables of one DuckDB connection, so that it spills to disk instead
of filling memory. The rules, for one key:

* A row without ``arrived_at`` arrives at the time of the import. One with a time in the future, too.
* The versions of one batch are ordered by arrival. Equal ones count once. Different ones that claim
  the same instant contradict each other, and none of them is stored.
* A version that is stored already with the same values and the same arrival is unchanged, even if it
  has been replaced since: importing an old file again changes nothing.
* A version older than the stored one is skipped if the batch has a later one; if not, it is a
  correction that arrives now.
* A version with the values of the one before it is unchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from wattwarden.domain.errors import fail
from wattwarden.domain.tables import ARRIVED_AT, SUPERSEDED_AT
from wattwarden.lake.clock import from_microseconds
from wattwarden.lake.schema import Layout, instant, literal, quoted


@dataclass(frozen=True)
class MergeResult:
    """What happened to the rows of one batch.

    Args:
        inserted: Rows with a key that was unknown.
        corrected: Rows that replace another version of the same key.
        unchanged: Rows that say nothing new.
        conflicts: Rows that contradict another row of the batch about the same instant; not stored.
    """

    inserted: int = 0
    corrected: int = 0
    unchanged: int = 0
    conflicts: int = 0

    @property
    def rows(self) -> int:
        """Number of rows in the batch."""
        return self.inserted + self.corrected + self.unchanged + self.conflicts

    @property
    def changed(self) -> bool:
        """Whether anything was stored."""
        return self.inserted + self.corrected > 0

    def __add__(self, other: "MergeResult") -> "MergeResult":
        return MergeResult(
            self.inserted + other.inserted,
            self.corrected + other.corrected,
            self.unchanged + other.unchanged,
            self.conflicts + other.conflicts,
        )


class Classifier:
    """The temporary tables of one merge.

    After ``stage`` the batch is in ``staged``; after ``classify`` the rows to store are in ``kept``
    (row, arrival, end) and the rows they replace in ``replaced`` (file, row, end). Where all rows are
    new, which is every first import, ``staged`` itself is what to store.

    Args:
        connection: Its own tables named as above are dropped.
        layout: Shape of the table.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
        self._sql = connection
        self._layout = layout
        self._keys = ", ".join(map(quoted, layout.key))
        self._columns = ", ".join(map(quoted, layout.types))
        self._all_new: str | None = None

    def stage(self, source: str, has_arrival: bool, imported_at: datetime) -> int:
        """Copy the batch from the relation ``source`` and return its number of rows.

        Raises:
            WattwardenError: a key column is NULL, or a value does not fit the type of its column.
        """
        casts = [
            f"CAST(b.{quoted(name)} AS {sql}) AS {quoted(name)}" for name, sql in self._layout.types.items()
        ]
        given = f"CAST(b.{ARRIVED_AT} AS TIMESTAMPTZ)" if has_arrival else "NULL::TIMESTAMPTZ"
        now = instant(imported_at)
        given = f"CASE WHEN {given} > {now} THEN {now} ELSE {given} END AS _given"
        try:
            month = f"{self._layout.month('b')} AS _month"
            self._make("staged", f"SELECT {', '.join([*casts, given, month])} FROM {source} AS b")
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
            raise fail(
                f"table {self._layout.name}",
                found=str(error).splitlines()[0],
                expected="values of the types of the data contract",
                action="Check the rows before they are merged.",
            ) from error
        unkeyed = self._count("staged", " OR ".join(f"{quoted(name)} IS NULL" for name in self._layout.key))
        if unkeyed:
            raise fail(
                f"table {self._layout.name}",
                found=f"{unkeyed} rows without {' or '.join(self._layout.key)}",
                expected="a value in every key column",
                action="Put such rows into quarantine.",
            )
        return self._count("staged")

    def months(self) -> list[str | None]:
        """Months of the staged rows; a single None where the table is not split."""
        rows = self._sql.execute("SELECT DISTINCT _month FROM staged ORDER BY 1").fetchall()
        return [row[0] for row in rows]

    def classify(self, stored: Sequence[str], columns: frozenset[str], imported_at: datetime) -> MergeResult:
        """Fill ``kept`` and ``replaced``.

        Args:
            stored: Parquet files that may hold the keys of the batch.
            columns: Columns that at least one of these files has; the others are NULL.
            imported_at: Arrival of rows that do not say it (UTC).
        """
        now = instant(imported_at)
        self._find_repeated()
        repeated, total = self._count("repeated"), self._count("staged")
        if not stored and not repeated:
            self._all_new = f"coalesce(s._given, {now})"
            return MergeResult(inserted=total)
        self._find_matched(stored, columns)
        self._make(
            "kept",
            f"""SELECT c.rid,
                       CASE WHEN c.stored_at IS NULL THEN coalesce(c._given, {now})
                            WHEN c._given > c.stored_at THEN c._given
                            ELSE greatest({now}, c.stored_at) END AS start_at,
                       NULL::TIMESTAMPTZ AS end_at,
                       c.file, c.line, c.file IS NOT NULL AS corrects
                FROM changed AS c LEFT JOIN repeated AS r ON r.rid = c.rid
                WHERE r.rid IS NULL AND NOT c.same AND NOT c.known""",
        )
        conflicts = self._order_versions(now) if repeated else 0
        self._make(
            "replaced",
            "SELECT file, line, min(start_at) AS end_at FROM kept WHERE file IS NOT NULL GROUP BY file, line",
        )
        inserted, kept = self._count("kept", "NOT corrects"), self._count("kept")
        return MergeResult(inserted, kept - inserted, total - kept - conflicts, conflicts)

    def arrivals(self) -> tuple[datetime, datetime] | None:
        """Earliest and latest arrival among the rows to store, or None if there are none."""
        start, table = (self._all_new, "staged AS s") if self._all_new else ("start_at", "kept")
        first, last = self._row(f"SELECT epoch_us(min({start})), epoch_us(max({start})) FROM {table}")
        return (
            (from_microseconds(first), from_microseconds(last))
            if isinstance(first, int) and isinstance(last, int)
            else None
        )

    def kept_months(self) -> list[str | None]:
        """Months of the rows to store."""
        if self._all_new:
            return self.months()
        rows = self._sql.execute(
            "SELECT DISTINCT s._month FROM kept JOIN staged AS s ON s.rowid = kept.rid ORDER BY 1"
        )
        return [row[0] for row in rows.fetchall()]

    def select_kept(self, month: str | None) -> str:
        """SQL of the rows to store of one month, sorted."""
        where = f"WHERE s._month = {literal(month)}" if month else ""
        rows, start, end = "kept AS k JOIN staged AS s ON s.rowid = k.rid", "k.start_at", "k.end_at"
        if self._all_new:
            rows, start, end = "staged AS s", self._all_new, "NULL::TIMESTAMPTZ"
        return f"""SELECT {self._columns}, {start} AS {ARRIVED_AT}, {end} AS {SUPERSEDED_AT}
                   FROM {rows} {where} ORDER BY {self._layout.order}"""

    def replaced_files(self) -> set[str]:
        """Files with at least one row that a kept row replaces."""
        if self._all_new:
            return set()
        return {row[0] for row in self._sql.execute("SELECT DISTINCT file FROM replaced").fetchall()}

    def select_rewritten(self, path: str, columns: frozenset[str]) -> str:
        """SQL of the rows of a file, in their order, the replaced ones with their end."""
        names = [
            f"f.{quoted(name)}" if name in columns else f"NULL::{sql} AS {quoted(name)}"
            for name, sql in self._layout.types.items()
        ]
        end = f"coalesce(r.end_at, f.{SUPERSEDED_AT}) AS {SUPERSEDED_AT}"
        return f"""SELECT {", ".join(names)}, f.{ARRIVED_AT}, {end}
                   FROM (SELECT *, file_row_number
                         FROM read_parquet({literal(path)}, hive_partitioning = false)) AS f
                   LEFT JOIN (SELECT line, end_at FROM replaced WHERE file = {literal(path)}) AS r
                   ON r.line = f.file_row_number ORDER BY f.file_row_number"""

    def clear(self) -> None:
        """Drop all temporary tables."""
        for name in ("staged", "repeated", "changed", "kept", "replaced", "versions"):
            self._sql.execute(f"DROP TABLE IF EXISTS {name}")

    def _find_repeated(self) -> None:
        """Rows whose key occurs more than once in the batch."""
        self._make(
            "repeated",
            f"""SELECT s.rowid AS rid FROM staged AS s
                JOIN (SELECT {self._keys} FROM staged GROUP BY ALL HAVING count(*) > 1)
                USING ({self._keys})""",
        )

    def _find_matched(self, stored: Sequence[str], columns: frozenset[str]) -> None:
        """``changed``: staged rows with the current row of their key, but for single unchanged rows."""
        if not stored:
            nothing = "NULL::TIMESTAMPTZ AS stored_at, NULL::VARCHAR AS file, NULL::BIGINT AS line"
            flags = "false AS same, false AS known"
            self._make("changed", f"SELECT rowid AS rid, _given, {nothing}, {flags} FROM staged")
            return
        files = self._stored(stored, columns)
        others = [quoted(name) for name in self._layout.types if name not in self._layout.key]
        same = " AND ".join(["true", *(f"s.{name} IS NOT DISTINCT FROM c.{name}" for name in others)])
        known = "false"
        if self._count("staged", "_given IS NOT NULL"):
            self._make(
                "versions",
                f"""SELECT DISTINCT s.rowid AS rid FROM staged AS s JOIN {files} AS c USING ({self._keys})
                    WHERE s._given = c.{ARRIVED_AT} AND ({same})""",
            )
            known = "s.rowid IN (SELECT rid FROM versions)"
        self._make(
            "changed",
            f"""SELECT s.rowid AS rid, s._given,
                       c.{ARRIVED_AT} AS stored_at, c._file AS file, c._line AS line,
                       c._file IS NOT NULL AND ({same}) AS same, {known} AS known
                FROM staged AS s
                LEFT JOIN (SELECT * FROM {files} WHERE {SUPERSEDED_AT} IS NULL) AS c USING ({self._keys})
                WHERE c._file IS NULL OR NOT ({same}) OR s.rowid IN (SELECT rid FROM repeated)""",
        )

    def _stored(self, stored: Sequence[str], columns: frozenset[str]) -> str:
        """SQL of the stored rows, with the place where each one lies."""
        names = [
            quoted(name) if name in columns else f"NULL::{sql} AS {quoted(name)}"
            for name, sql in self._layout.stored.items()
        ]
        day = self._layout.month_of
        near = ""
        if day:
            low, high = self._row(f"SELECT min({quoted(day)}), max({quoted(day)}) FROM staged")
            near = f"WHERE {quoted(day)} BETWEEN '{low}' AND '{high}'"
        listed = ", ".join(map(literal, stored))
        return f"""(SELECT {", ".join(names)}, filename AS _file, file_row_number AS _line
                    FROM read_parquet([{listed}], union_by_name = true, hive_partitioning = false) {near})"""

    def _order_versions(self, now: str) -> int:
        """Add the versions of repeated keys to ``kept``; the number of contradicting rows."""
        values = ", ".join(quoted(name) for name in self._layout.types)
        self._make(
            "versions",
            f"""SELECT {self._keys}, moment, min(rid) AS rid, count(*) AS n, count(DISTINCT vals) AS variants,
                       any_value(vals) AS vals, any_value(stored_at) AS stored_at, any_value(file) AS file,
                       any_value(line) AS line, bool_and(same) AS same, bool_and(known) AS known
                FROM (SELECT {self._keys}, c.*, coalesce(c._given, {now}) AS moment,
                             struct_pack({values}) AS vals
                      FROM repeated AS r
                      JOIN staged AS s ON s.rowid = r.rid JOIN changed AS c ON c.rid = r.rid)
                GROUP BY ALL""",
        )
        (conflicts,) = self._row("SELECT coalesce(sum(n), 0)::BIGINT FROM versions WHERE variants > 1")
        in_order = f"OVER (PARTITION BY {self._keys} ORDER BY moment)"
        self._sql.execute(
            f"""INSERT INTO kept
                WITH latest AS (SELECT *, lead(rid) {in_order} IS NULL AS is_last
                                FROM versions WHERE variants = 1),
                timely AS (SELECT * FROM latest
                           WHERE NOT known AND (stored_at IS NULL OR moment > stored_at OR is_last)),
                beside AS (SELECT *, lag(rid) {in_order} AS before, lag(vals) {in_order} AS old FROM timely),
                moved AS (SELECT *, CASE WHEN stored_at IS NULL OR moment > stored_at THEN moment
                                         ELSE greatest({now}, stored_at) END AS start_at
                          FROM beside
                          WHERE CASE WHEN before IS NULL THEN NOT same ELSE vals IS DISTINCT FROM old END)
                SELECT rid, start_at, lead(start_at) OVER w, file, line,
                       file IS NOT NULL OR lag(rid) OVER w IS NOT NULL
                FROM moved WINDOW w AS (PARTITION BY {self._keys} ORDER BY moment)"""
        )
        return int(str(conflicts))

    def _make(self, name: str, select: str) -> None:
        self._sql.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")

    def _count(self, table: str, where: str = "true") -> int:
        (number,) = self._row(f"SELECT count(*) FROM {table} WHERE {where}")
        return int(str(number))

    def _row(self, sql: str) -> tuple[object, ...]:
        (row,) = self._sql.execute(sql).fetchall()
        return tuple(row)
