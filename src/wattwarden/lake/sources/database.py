"""Read a table or a query of a database: Arrow-native through ADBC, others through SQLAlchemy."""

import importlib
import importlib.util
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from adbc_driver_manager import Error as AdbcError
from adbc_driver_postgresql import dbapi as postgresql  # type: ignore[import-untyped]  # has no types
from adbc_driver_sqlite import dbapi as sqlite

from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.lake.schema import quoted
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.csv_file import check_header
from wattwarden.lake.sources.parquet_file import digest
from wattwarden.lake.sources.part import Part

_BATCH = 20_000
_PASSWORD = re.compile(r"(://[^:/@]+):[^@]*@")
_SCHEMES = {"postgresql": "postgresql", "postgres": "postgresql", "sqlite": "sqlite"}


@dataclass(frozen=True)
class DatabaseQuery:
    """A table or query of a database.

    Args:
        url: ``postgresql://…``, ``sqlite:///path``, or any SQLAlchemy address.
        query: The query; empty to take ``table``.
        table: Name of a table or view, also with schema.
    """

    url: str
    query: str = ""
    table: str = ""

    @property
    def title(self) -> str:
        """How messages name it: without a password, ending like a file of the name of the table."""
        address = _PASSWORD.sub(r"\1:***@", self.url).rstrip("/")
        return f"{address}/{self.table.rpartition('.')[2] or 'query'}"

    @property
    def sql(self) -> str:
        """The query that gives the rows."""
        if self.query:
            return self.query.rstrip().rstrip(";")
        return "SELECT * FROM " + ".".join(map(quoted, self.table.split(".")))


def is_database(address: str) -> bool:
    """Whether a command-line argument is the address of a database rather than a path."""
    return re.match(r"[a-z][a-z0-9+]*://", address) is not None


def read_database(scratch: Scratch, database: DatabaseQuery, number: int) -> Part:
    """Turn the rows of a query into a part.

    Raises:
        WattwardenError: no connection, the query fails, no rows, or a driver is not installed.
    """
    if not database.query and not database.table:
        raise fail(database.title, found="no table and no query", expected="--db-table NAME or --query SQL")
    target = scratch.folder / f"part{number}.parquet"
    kind = _SCHEMES.get(database.url.partition("://")[0])
    try:
        if kind == "postgresql":
            batches = _postgresql(database)
        elif kind == "sqlite":
            batches = _sqlite(database)
        else:
            batches = _sqlalchemy(database)
        rows, names = _write(batches, target)
    except (AdbcError, pa.ArrowException) as error:
        raise _failed(database, error) from error
    check_header(names, database.title)
    if rows == 0:
        raise fail(database.title, found="no row", expected="at least one row", action="Check the query.")
    types = scratch.types(f"read_parquet('{target}')")
    return Part(number, database.title, "", digest(target), target, types, rows)


def _postgresql(database: DatabaseQuery) -> Iterator[pa.RecordBatch]:
    with closing(postgresql.connect(database.url)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(database.sql)
        for batch in cursor.fetch_record_batch():
            yield _storable(batch)


def _sqlite(database: DatabaseQuery) -> Iterator[pa.RecordBatch]:
    """Every value as text: a column of SQLite may hold values of any type."""
    path = unquote(database.url.partition("://")[2].removeprefix("/"))
    if not Path(path).is_file():
        raise fail(
            database.title, found=f"no file {path}", expected="an SQLite database", action="Check the path."
        )
    with closing(sqlite.connect(path)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(f"SELECT * FROM ({database.sql}) LIMIT 0")
        names = [str(column[0]) for column in cursor.description or []]
        texts = ", ".join(f"CAST({quoted(name)} AS TEXT) AS {quoted(name)}" for name in names)
        cursor.execute(f"SELECT {texts} FROM ({database.sql})")
        for batch in cursor.fetch_record_batch():
            yield _storable(batch)


def _sqlalchemy(database: DatabaseQuery) -> Iterator[pa.RecordBatch]:
    """Every value as text, by whatever driver SQLAlchemy finds; the extra ``sqlalchemy`` installs it."""
    if importlib.util.find_spec("sqlalchemy") is None:
        raise fail(
            database.title,
            found="no driver for this kind of database",
            expected="postgresql:// or sqlite:///, or the extra sqlalchemy",
            action="Install it with: uv pip install 'wattwarden[sqlalchemy]' and the driver of the database.",
        )
    alchemy = importlib.import_module("sqlalchemy")
    try:
        engine = alchemy.create_engine(database.url)
        with engine.connect() as connection:
            result = connection.execution_options(stream_results=True).execute(alchemy.text(database.sql))
            names = list(result.keys())
            while rows := list(islice(result, _BATCH)):
                columns = [
                    pa.array([_text(row[at]) for row in rows], pa.string()) for at in range(len(names))
                ]
                yield pa.RecordBatch.from_arrays(columns, names=names)
    except (alchemy.exc.SQLAlchemyError, ImportError) as error:
        raise _failed(database, error) from error


def _write(batches: Iterator[pa.RecordBatch], target: Path) -> tuple[int, list[str]]:
    first = next(batches, None)
    if first is None:
        return 0, ["nothing"]
    rows = first.num_rows
    with pq.ParquetWriter(target, first.schema, compression="lz4") as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows, list(first.schema.names)


def _storable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Types of the database that Arrow does not know arrive as text."""
    columns = [
        column.storage if isinstance(column, pa.ExtensionArray) else column for column in batch.columns
    ]  # fmt: skip
    columns = [column.cast(pa.string()) if pa.types.is_null(column.type) else column for column in columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _failed(database: DatabaseQuery, error: Exception) -> WattwardenError:
    return fail(
        database.title,
        found=_PASSWORD.sub(r"\1:***@", str(error).splitlines()[0]),
        expected="a database that answers the query",
        action="Check address, user, password and query.",
    )
