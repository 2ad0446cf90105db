"""Write tables as they come, part by part, with the columns and types of the contract."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from wattwarden.domain.errors import fail
from wattwarden.domain.tables import ARRIVED_AT, Contract
from wattwarden.simulate.columns import arrow_type

FileFormat = Literal["parquet", "csv"]
INSTANT = pa.timestamp("us", tz="UTC")


def schema_of(contract: Contract, table: str) -> pa.Schema:
    """Arrow schema of a contract table, with ``arrived_at`` as its last column."""
    fields = [(name, arrow_type(column.type)) for name, column in contract[table].columns.items()]
    return pa.schema([*fields, (ARRIVED_AT, INSTANT)])


class Store:
    """Open files of one simulated utility, one per table; rows are kept in the order they come."""

    def __init__(self, folder: Path, contract: Contract, file_format: FileFormat) -> None:
        self._folder = folder
        self._format = file_format
        self._schemas = {name: schema_of(contract, name) for name in contract.source_tables}
        self._writers: dict[str, pq.ParquetWriter | pacsv.CSVWriter] = {}
        self.rows = dict.fromkeys(self._schemas, 0)
        folder.mkdir(parents=True, exist_ok=True)

    def append(self, table: str, columns: Mapping[str, pa.Array]) -> None:
        """Add rows; a contract column that is not given is absent in all of them.

        Raises:
            WattwardenError: a column that the contract does not have, or no ``arrived_at``.
        """
        schema = self._schemas[table]
        unknown = set(columns) - set(schema.names)
        if unknown or ARRIVED_AT not in columns:
            raise fail(
                f"simulated {table}",
                found=sorted(columns),
                expected=f"{ARRIVED_AT} and some of {schema.names}",
            )
        length = len(columns[ARRIVED_AT])
        arrays = [
            columns[field.name] if field.name in columns else pa.nulls(length, field.type) for field in schema
        ]
        self._writer(table).write_table(pa.Table.from_arrays(arrays, schema=schema))
        self.rows[table] += length

    def close(self) -> None:
        """Finish all files; a table without rows becomes an empty file with its columns."""
        for table in self._schemas:
            self._writer(table).close()

    def _writer(self, table: str) -> pq.ParquetWriter | pacsv.CSVWriter:
        if table not in self._writers:
            path = self._folder / f"{table}.{self._format}"
            schema = self._schemas[table]
            self._writers[table] = (
                pq.ParquetWriter(path, schema, compression="zstd", store_decimal_as_integer=True)
                if self._format == "parquet"
                else pacsv.CSVWriter(path, schema)
            )
        return self._writers[table]
