"""All checks of one table in one import: rows by themselves, keys among each other, references."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa

from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.domain.tables import ARRIVED_AT, SUPERSEDED_AT, Contract, Table
from wattwarden.lake.checks_rows import Feed, RowChecker, problem
from wattwarden.lake.import_settings import ImportSettings
from wattwarden.lake.schema import literal, quoted
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.part import PART_SHIFT, ROW

_HASHES_AT_ONCE = 50_000_000
_PROBLEMS = 'STRUCT("column" VARCHAR, found VARCHAR, zh VARCHAR, en VARCHAR)[]'

LakeFiles = Callable[[str], Sequence[str]]
"""Parquet files of a table in the lake."""


@dataclass(frozen=True)
class PartCount:
    """What the checks made of the rows of one part in one table.

    Args:
        read: Rows read, in number.
        bad: Rows in quarantine.
        doubled: Rows that repeat another one exactly; they count once.
    """

    read: int
    bad: int
    doubled: int


class UnusablePartError(WattwardenError):
    """A part whose rows cannot be read at all.

    Args:
        part: Number of the part, or None if it cannot be told which.
        error: What DuckDB said.
    """

    def __init__(self, part: int | None, error: WattwardenError) -> None:
        super().__init__(*error.problems)
        self.part = part


class TableCheck:
    """Checks the rows that one import brings for one table.

    Args:
        scratch: Working space.
        settings: Words, formats and limits.
        feeds: The rows.
        imported_at: Time of the import.
    """

    def __init__(
        self, scratch: Scratch, settings: ImportSettings, feeds: Sequence[Feed], imported_at: datetime
    ) -> None:
        self.table: Table = feeds[0].table
        self.feeds = tuple(feeds)
        self._scratch = scratch
        self._settings = settings
        self._checkers = [RowChecker(settings, feed, imported_at) for feed in feeds]
        self.bad_table = quoted(f"bad {self.table.name}")
        self.doubled_table = quoted(f"doubled {self.table.name}")
        self._has_out = False
        scratch.sql.execute(
            f"CREATE OR REPLACE TEMP TABLE {self.bad_table} ({ROW} BIGINT, problems {_PROBLEMS})"
        )
        scratch.sql.execute(f"CREATE OR REPLACE TEMP TABLE {self.doubled_table} ({ROW} BIGINT)")

    @property
    def has_arrival(self) -> bool:
        """Whether any source says when its rows became known."""
        return any(feed.has_arrival for feed in self.feeds)

    def check_rows(self) -> None:
        """Find the rows that are wrong by themselves.

        Raises:
            UnusablePartError: a part is damaged inside, or an expression of the mapping fails.
        """
        for feed, checker in zip(self.feeds, self._checkers, strict=True):
            try:
                self._scratch.sql.execute(f"INSERT INTO {self.bad_table} {checker.bad()}")
            except duckdb.Error as error:
                raise UnusablePartError(
                    feed.parts[0] if len(feed.parts) == 1 else None, _unreadable(feed, error)
                ) from error
        self._note()

    def check_keys(self) -> None:
        """Collapse rows that are equal; send those to quarantine that contradict each other."""
        doubled = self._doubled_hashes()
        if not len(doubled):
            return
        keys = ", ".join(map(quoted, self.table.key))
        self._scratch.sql.register("doubled_hashes", pa.table({"h": doubled}))
        columns = (*self.table.columns, *((ARRIVED_AT,) if self.has_arrival else ()))
        listed = ", ".join(map(quoted, columns))
        group = f"{keys}, {ARRIVED_AT}" if self.has_arrival else keys
        shown = " || ', ' || ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in self.table.key)
        self._scratch.sql.execute(
            f"CREATE OR REPLACE TEMP TABLE candidates AS "
            f"SELECT {ROW}, {shown} AS shown, min(whole) OVER same <> max(whole) OVER same AS contradicts, "
            f"row_number() OVER (PARTITION BY {group} ORDER BY {ROW}) AS nth "
            f"FROM (SELECT *, hash({listed}) AS whole FROM ({self.good(columns)}) "
            f"WHERE hash({keys}) IN (SELECT h FROM doubled_hashes)) WINDOW same AS (PARTITION BY {group})"
        )
        self._scratch.sql.unregister("doubled_hashes")
        phrase = self._settings.phrase("key", key=" + ".join(self.table.key))
        fault = problem(", ".join(self._source(name) for name in self.table.key), "shown", phrase)
        self._scratch.sql.execute(
            f"INSERT INTO {self.bad_table} SELECT {ROW}, [{fault}] FROM candidates WHERE contradicts"
        )
        self._scratch.sql.execute(
            f"INSERT INTO {self.doubled_table} SELECT {ROW} FROM candidates WHERE NOT contradicts AND nth > 1"
        )
        self._scratch.sql.execute("DROP TABLE candidates")
        self._note()

    def check_references(self, known: Callable[[str], str | None], contract: Contract) -> list[str]:
        """Find rows that name something which does not exist.

        Args:
            known: Name of a temporary table with the column ``key``: what exists in a table; None if
                nothing does.
            contract: All tables.

        Returns:
            Columns that cannot be checked, because their table has no row at all.
        """
        unchecked = []
        for name, column in self.table.columns.items():
            if not column.ref or not any(name in feed.types for feed in self.feeds):
                continue
            if column.ref == self.table.name:
                self._check_own_references(name, known, contract)
                continue
            existing = known(column.ref)
            if existing is None:
                unchecked.append(name)
            else:
                self._check_reference(name, existing, contract[column.ref])
        return unchecked

    def good(self, columns: Iterable[str] | None = None, *, with_row: bool = True) -> str:
        """Query of the rows that passed, in contract types.

        Args:
            columns: Columns wanted; None for all, with ``arrived_at`` where there is one.
            with_row: Whether ``_row`` comes along.
        """
        own = (*self.table.columns, *((ARRIVED_AT,) if self.has_arrival else ()))
        wanted = tuple(columns) if columns is not None else own
        return " UNION ALL ".join(self._good_of(index, wanted, with_row) for index in range(len(self.feeds)))

    def all_rows(self, columns: tuple[str, ...]) -> str:
        """Query of ``_row`` and the given typed columns of all rows, good and bad."""
        listed = ", ".join([ROW, *map(quoted, columns)])
        return " UNION ALL ".join(
            f"SELECT {listed} FROM ({checker.typed(columns)})" for checker in self._checkers
        )

    def count_by_part(self) -> dict[int, PartCount]:
        """Rows read, bad and doubled, by part."""
        read: dict[int, int] = {}
        for feed in self.feeds:
            query = f"SELECT {ROW} >> {PART_SHIFT}, count(*) FROM ({feed.relation}) GROUP BY 1"
            for part, rows in self._scratch.rows(query):
                read[int(str(part))] = read.get(int(str(part)), 0) + int(str(rows))
        bad, doubled = self._by_part(self.bad_table), self._by_part(self.doubled_table)
        return {part: PartCount(rows, bad.get(part, 0), doubled.get(part, 0)) for part, rows in read.items()}

    def _good_of(self, index: int, wanted: tuple[str, ...], with_row: bool) -> str:
        feed, checker = self.feeds[index], self._checkers[index]
        inner = tuple(name for name in wanted if name != ARRIVED_AT or feed.has_arrival)
        chosen = [
            quoted(name) if name in inner else f"CAST(NULL AS TIMESTAMPTZ) AS {quoted(name)}"
            for name in wanted
        ]
        listed = ", ".join([ROW, *chosen] if with_row else chosen)
        query = f"SELECT {listed} FROM ({checker.typed(inner)}) AS rows_{index}"
        if self._has_out:
            query += (
                f" WHERE {ROW} NOT IN (SELECT {ROW} FROM {self.bad_table}"
                f" UNION ALL SELECT {ROW} FROM {self.doubled_table})"
            )
        return query

    def _doubled_hashes(self) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        """Hashes of keys that occur more than once, found by sorting them: eight bytes per row."""
        keys = ", ".join(map(quoted, self.table.key))
        source = f"SELECT hash({keys}) AS h FROM ({self.good(self.table.key)})"
        passes = self._scratch.count(f"SELECT count(*) FROM ({source})") // _HASHES_AT_ONCE + 1
        found = []
        for number in range(passes):
            query = source if passes == 1 else f"SELECT h FROM ({source}) WHERE h % {passes} = {number}"
            hashes = self._scratch.sql.execute(query).fetchnumpy()["h"]
            values = np.sort(np.asarray(hashes, dtype=np.uint64))
            found.append(np.unique(values[1:][values[1:] == values[:-1]]))
        return np.concatenate(found)

    def _check_own_references(
        self, name: str, known: Callable[[str], str | None], contract: Contract
    ) -> None:
        """A row that names a bad row is bad too, and so on until nothing changes."""
        before = -1
        while before != self.bad_count:
            before = self.bad_count
            existing = known(self.table.name)
            if existing is None:
                return
            self._check_reference(name, existing, contract[self.table.name])

    @property
    def bad_count(self) -> int:
        """Number of bad rows so far."""
        return self._scratch.count(f"SELECT count(*) FROM {self.bad_table}")

    def _check_reference(self, name: str, existing: str, referenced: Table) -> None:
        value = quoted(name)
        self._scratch.sql.execute(
            f"CREATE OR REPLACE TEMP TABLE missing AS SELECT DISTINCT {value} AS key FROM ({self.good([name])}) "
            f"WHERE {value} IS NOT NULL AND {value} NOT IN (SELECT key FROM {existing})"
        )
        if self._scratch.count("SELECT count(*) FROM missing"):
            phrase = self._settings.phrase("reference", label=f"{referenced.zh} {referenced.name}")
            self._scratch.sql.execute(
                f"INSERT INTO {self.bad_table} SELECT {ROW}, [{problem(self._source(name), value, phrase)}] "
                f"FROM ({self.good([name])}) WHERE {value} IN (SELECT key FROM missing)"
            )
            self._note()

    def _source(self, name: str) -> str:
        return next((feed.sources[name] for feed in self.feeds if name in feed.sources), name)

    def _note(self) -> None:
        doubled = self._scratch.count(f"SELECT count(*) FROM {self.doubled_table}")
        self._has_out = self.bad_count + doubled > 0

    def _by_part(self, table: str) -> dict[int, int]:
        rows = self._scratch.rows(
            f"SELECT {ROW} >> {PART_SHIFT}, count(DISTINCT {ROW}) FROM {table} GROUP BY 1"
        )
        return {int(str(part)): int(str(count)) for part, count in rows}


class KnownKeys:
    """What exists: keys in the lake and in this import, as temporary tables made on demand.

    Args:
        scratch: Working space.
        contract: All tables.
        files: Parquet files of a table in the lake.
    """

    def __init__(self, scratch: Scratch, contract: Contract, files: LakeFiles) -> None:
        self._scratch = scratch
        self._contract = contract
        self._files = files
        self._made: dict[str, int] = {}

    def known(self, table: str, checks: Mapping[str, TableCheck]) -> str | None:
        """Temporary table with the column ``key`` of all that exists in ``table``; None if nothing."""
        name = quoted(f"keys {table}")
        own = checks.get(table)
        stamp = own.bad_count if own else 0
        if self._made.get(table) != stamp:
            key = quoted(self._contract.subject_column(table))
            parts = (
                [f"SELECT {key} AS key FROM ({own.good([self._contract.subject_column(table)])})"]
                if own
                else []
            )
            if files := self._files(table):
                listed = ", ".join(map(literal, files))
                parts.append(
                    f"SELECT {key} AS key FROM read_parquet([{listed}], union_by_name = true, "
                    f"hive_partitioning = false) WHERE {SUPERSEDED_AT} IS NULL"
                )
            if not parts:
                return None
            query = f"SELECT DISTINCT key FROM ({' UNION ALL '.join(parts)}) WHERE key IS NOT NULL"
            self._scratch.sql.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
            self._made[table] = stamp
        return name if self._scratch.count(f"SELECT count(*) FROM {name}") else None


def reference_order(contract: Contract, names: Iterable[str]) -> list[str]:
    """``names`` so that a table comes after those it refers to.

    Raises:
        WattwardenError: tables refer to each other in a circle.
    """
    waiting = {
        name: {c.ref for c in contract[name].columns.values() if c.ref and c.ref != name}
        for name in sorted(names)
    }
    order: list[str] = []
    while waiting:
        ready = [name for name, refs in waiting.items() if not refs & set(waiting)]
        if not ready:
            raise fail(
                "data contract", found=f"a circle of references among {sorted(waiting)}", expected="an order"
            )
        order += ready
        for name in ready:
            del waiting[name]
    return order


def _unreadable(feed: Feed, error: duckdb.Error) -> WattwardenError:
    return fail(
        f"table {feed.table.name}" + (f", source {feed.source}" if feed.source else ""),
        found=f"rows that cannot be read: {str(error).splitlines()[0]}",
        expected="a complete file, and expressions that fit its columns",
        action="Export or copy the file again, or correct the mapping.",
    )
