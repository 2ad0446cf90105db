"""The scan engine on one machine: DuckDB in process, fenced in, with limits per query."""

import shutil
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

from wattwarden.domain.errors import fail
from wattwarden.domain.snapshot import Snapshot
from wattwarden.domain.tables import Contract, Derivation, Table
from wattwarden.engines.derive import Models, run_function, site_knowledge

CUSTOMER = "customer_id"
PART = "$part"
"""How a query names the part of a derived table that it feeds."""
_BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Limits:
    """What one query may use.

    Args:
        memory: Memory of the whole engine; it spills to disk beyond, then fails.
        seconds: Time of one query.
        threads: Cores used.
    """

    memory: str = "4GB"
    seconds: float = 300
    threads: int = 2


class DuckDBEngine(AbstractContextManager["DuckDBEngine"]):
    """Contract tables as views, derived tables materialised on demand, queries under limits.

    External access is off once the tables stand: a query reaches the lake's own files and
    nothing else, and no setting can be changed back.
    """

    def __init__(
        self,
        contract: Contract,
        limits: Limits,
        scratch: Path | None = None,
        site: Path | None = None,
        models: Models | None = None,
    ) -> None:
        """Open an empty scratch database.

        Args:
            scratch: Folder for its files; the system's temporary one when None.
            site: Content folder of the site, whose price books and limits derived tables use.
            models: Promoted learned models; a derived table that takes another one stays empty.
        """
        self._contract = contract
        self._site = site
        self.models: Models = models or {}
        self._limits = limits
        self._folder = Path(tempfile.mkdtemp(prefix="engine-", dir=scratch))
        self._derived: set[str] = set()
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": limits.memory,
            "threads": limits.threads,
            "temp_directory": str(self._folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        }
        self._connection = duckdb.connect(str(self._folder / "scratch.duckdb"), config=config)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def open_snapshot(
        self, snapshot: Snapshot, only_customer: str | None = None, only: Collection[str] | None = None
    ) -> None:
        """Show the lake at one version; a table never imported is there, and empty.

        Args:
            only_customer: Of tables with customers show this customer's rows only, and those of nobody.
            only: Tables that will be read; the others are left empty, which saves the time to look at them.
        """
        for name, table in self._contract.source_tables.items():
            files = snapshot.files.get(name, ()) if only is None or name in only else ()
            if files:
                condition = snapshot.visible()
                if only_customer is not None and CUSTOMER in table.columns:
                    quoted = only_customer.replace("'", "''")
                    condition += f" AND ({CUSTOMER} = '{quoted}' OR {CUSTOMER} IS NULL)"
                self._connection.execute(self._view(table, files, condition))
            else:
                self._connection.execute(_ddl(table))
        self._fence([str(Path(f).parent) for files in snapshot.files.values() for f in files])

    def open_empty(self) -> None:
        """Create every source table without rows, for examples and for binding queries."""
        for table in self._contract.source_tables.values():
            self._connection.execute(_ddl(table))
        self._fence([])

    @contextmanager
    def filled(self, given: Mapping[str, Sequence[Mapping[str, object]]]) -> Iterator[None]:
        """Hold a few rows in the empty tables while the block runs; absent columns are NULL.

        A derived table may be given as well: then it is not derived.
        """
        try:
            for name, rows in given.items():
                if self._contract[name].derived:
                    self._run(_ddl(self._contract[name]))
                    self._derived.add(name)
                for row in rows:
                    self._insert(name, row)
            yield
        finally:
            for name in given.keys() - self._derived:
                self._connection.execute(f'DELETE FROM "{name}"')
            for name in self._derived:
                self._connection.execute(f'DROP TABLE "{name}"')
            self._derived.clear()

    def _insert(self, table: str, row: Mapping[str, object]) -> None:
        names = ", ".join(f'"{column}"' for column in row)
        marks = ", ".join("?" for _ in row)
        values = [value if value is None or isinstance(value, bool) else str(value) for value in row.values()]
        self._connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)

    def row_count(self, table: str) -> int:
        """Number of visible rows."""
        ((count,),) = self._run(f'SELECT count(*) FROM "{table}"').fetchall()
        return int(count)

    def has_derived(self, table: str) -> bool:
        """Whether a derived table stands."""
        return table in self._derived

    def derive(self, order: Iterable[str]) -> None:
        """Materialise derived tables; ``order`` has each after those it reads."""
        for name in order:
            if name in self._derived:
                continue
            derivation = self._contract[name].derived
            if derivation is None:
                raise fail(f"table {name}", found="a source table", expected="a derived table")
            if derivation.sql is not None:
                self._run(f'CREATE TABLE "{name}" AS {derivation.sql}')
            else:
                self._compute(self._contract[name], derivation)
            self._derived.add(name)

    def _compute(self, table: Table, derivation: Derivation) -> None:
        self._run(_ddl(table))
        if derivation.model and derivation.model not in self.models:
            return
        known = site_knowledge(derivation, self._site, self.models)
        parts = [None] if derivation.per is None else self.query(derivation.per).column(0).to_pylist()
        for part in parts:
            computed = run_function(table, self.inputs(derivation, part), known)
            self._connection.register("_computed", computed)
            self._run(f'INSERT INTO "{table.name}" SELECT * FROM _computed')
            self._connection.unregister("_computed")

    def inputs(self, derivation: Derivation, part: object = None) -> dict[str, pa.Table]:
        """What the function of a derived table is fed, for one value of ``per``."""
        return {
            argument: self.query(sql, {"part": part} if PART in sql else {})
            for argument, sql in derivation.reads.items()
        }

    def describe(self, sql: str) -> dict[str, str]:
        """Output columns of a query with their SQL types, without running it."""
        rows = self._run(f"DESCRIBE {sql}").fetchall()
        return {str(row[0]): str(row[1]) for row in rows}

    def query(self, sql: str, values: Mapping[str, object] | None = None) -> pa.Table:
        """Run one SELECT under the limits, with ``values`` for its ``$names``.

        Raises:
            WattwardenError: it took too long, too much memory, or is not valid here.
        """
        with self._limited():
            return self._connection.sql(sql, params=values or None).to_arrow_table()

    @contextmanager
    def stream(self, sql: str) -> Iterator[pa.RecordBatchReader]:
        """Rows of one SELECT of our own in batches, in bounded memory and without a time limit.

        Raises:
            WattwardenError: it is not valid here, or takes too much memory.
        """
        try:
            yield self._connection.sql(sql).to_arrow_reader(_BATCH_ROWS)
        except duckdb.Error as error:
            found = str(error).splitlines()[0]
            raise fail("query", found=found, expected="a query this engine accepts") from error

    def register(self, name: str, rows: pa.Table) -> None:
        """Make an Arrow table visible to queries under ``name``."""
        self._connection.register(name, rows)

    def _view(self, table: Table, files: Sequence[str], condition: str) -> str:
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        source = f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
        stored = {str(row[0]) for row in self._run(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        # A column that the contract gained after these files were written is absent, so NULL.
        columns = ", ".join(
            f'"{name}"' if name in stored else f'CAST(NULL AS {column.quantity.sql}) AS "{name}"'
            for name, column in table.columns.items()
        )
        return f'CREATE VIEW "{table.name}" AS SELECT {columns} FROM {source} WHERE {condition}'

    def _fence(self, folders: Collection[str]) -> None:
        listed = ", ".join("'" + f.replace("'", "''") + "'" for f in sorted({*folders, str(self._folder)}))
        self._connection.execute(f"SET allowed_directories = [{listed}]")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        with self._limited():
            return self._connection.execute(sql)

    @contextmanager
    def _limited(self) -> Iterator[None]:
        timer = threading.Timer(self._limits.seconds, self._connection.interrupt)
        timer.start()
        try:
            yield
        except duckdb.InterruptException as error:
            found = f"more than {self._limits.seconds:g} s"
            raise fail("query", found=found, expected="an end within the time limit") from error
        except duckdb.OutOfMemoryException as error:
            found = "more than the memory limit"
            raise fail("query", found=found, expected=f"at most {self._limits.memory}") from error
        except duckdb.Error as error:
            found = str(error).splitlines()[0]
            raise fail("query", found=found, expected="a query this engine accepts") from error
        finally:
            timer.cancel()


def _ddl(table: Table) -> str:
    columns = ", ".join(f'"{name}" {column.quantity.sql}' for name, column in table.columns.items())
    return f'CREATE TABLE "{table.name}" ({columns})'
