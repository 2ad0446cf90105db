"""How a contract table lies on disk: its columns, their types, and the month it is split by."""

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from wattwarden.domain.quantities import QUANTITIES
from wattwarden.domain.tables import ARRIVED_AT, SUPERSEDED_AT, Table

MONTH = "_month"
"""Physical column by which long tables are split: the month of the partition column, as ``2025-01``."""

_ARROW: dict[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "BIGINT": pa.int64(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
_INSTANT = pa.timestamp("us", tz="UTC")


def quoted(name: str) -> str:
    """``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def instant(moment: datetime) -> str:
    """``moment``, which has a zone, as an SQL value."""
    return f"TIMESTAMPTZ '{moment.isoformat()}'"


def arrow_type(sql: str) -> pa.DataType:
    """Arrow type of a storage type of ``QUANTITIES``."""
    if sql.startswith("DECIMAL("):
        precision, scale = sql.removeprefix("DECIMAL(").rstrip(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return _ARROW[sql]


@dataclass(frozen=True)
class Layout:
    """The physical shape of one contract table.

    Args:
        name: Table name, which is also its folder.
        key: Key columns.
        types: SQL type by contract column, in contract order.
        month_of: Column whose month splits the table, or None.
    """

    name: str
    key: tuple[str, ...]
    types: dict[str, str]
    month_of: str | None

    @classmethod
    def of(cls, table: Table) -> "Layout":
        """The layout of ``table``.

        A table is split by month only if the partition column is part of the key: otherwise a
        correction could move a row into another month, where it would not be looked for.
        """
        types = {name: QUANTITIES[column.type].sql for name, column in table.columns.items()}
        month_of = table.partition if table.partition in table.key else None
        return cls(table.name, table.key, types, month_of)

    @property
    def stored(self) -> dict[str, str]:
        """SQL type of every column in the files: those of the contract and those of the lake."""
        return {**self.types, ARRIVED_AT: "TIMESTAMPTZ", SUPERSEDED_AT: "TIMESTAMPTZ"}

    @property
    def arrow(self) -> pa.Schema:
        """Schema of the Delta table."""
        fields = [pa.field(name, arrow_type(sql)) for name, sql in self.types.items()]
        fields += [pa.field(ARRIVED_AT, _INSTANT), pa.field(SUPERSEDED_AT, _INSTANT)]
        return pa.schema([*fields, pa.field(MONTH, pa.string())] if self.month_of else fields)

    @property
    def order(self) -> str:
        """Sort order inside files: by day first, so that a new day touches few row groups."""
        first = [self.month_of] if self.month_of else []
        columns = [*first, *(name for name in self.key if name not in first), ARRIVED_AT]
        return ", ".join(map(quoted, columns))

    def month(self, alias: str) -> str:
        """SQL text of the month of a row of ``alias``, or NULL where the table is not split."""
        if self.month_of is None:
            return "NULL::VARCHAR"
        return f"strftime({alias}.{quoted(self.month_of)}, '%Y-%m')"
