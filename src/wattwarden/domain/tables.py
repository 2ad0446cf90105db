"""The data contract: what a table and a column are.

One YAML file under ``content/tables/`` is one table. Everything that depends on
the shape of a table (DDL, import checks, Excel template, glossary, masking) is
computed from these models.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field, field_validator, model_validator

from wattwarden.domain.labels import Label, Strict
from wattwarden.domain.quantities import QUANTITIES, Quantity

Mask = Literal["name", "phone", "id_number", "address", "account", "location", "customer_no", "text"]
Chapter = Literal[
    "organisation", "customer", "connection", "grid", "metering", "billing",
    "collection", "service", "market", "system", "derived",
]  # fmt: skip

ARRIVED_AT = "arrived_at"
"""Lake column: the instant from which a row is known (UTC)."""
SUPERSEDED_AT = "superseded_at"
"""Lake column: the instant from which a later row with the same key replaces it (UTC), or NULL."""


class Column(Strict):
    """One column of a table.

    Attributes:
        type: A key of ``QUANTITIES``; it fixes the storage type and the unit.
        required: The value must be present; key columns always are.
        ref: ``table`` whose key this column names.
        values: Allowed codes with their labels; ``values_of`` borrows another column's list,
            or names the ``checks``.
        min, max: Inclusive range, in the unit of the type.
        mask: How the value is hidden from those who may not see it.
        field: Name of the field in the utility's marketing or collection system.
        cim: Name in the Common Information Model (IEC 61968), where it has one.
    """

    type: str
    zh: str
    en: str
    required: bool = False
    ref: str | None = None
    values: Mapping[str, Label] | None = None
    values_of: str | None = None
    min: float | None = None
    max: float | None = None
    mask: Mask | None = None
    field: str | None = None
    cim: str | None = None

    @field_validator("type")
    @classmethod
    def _known_type(cls, value: str) -> str:
        if value not in QUANTITIES:
            raise ValueError(f"unknown type {value!r}; expected one of {', '.join(QUANTITIES)}")
        return value

    @property
    def quantity(self) -> Quantity:
        """Storage type and unit."""
        return QUANTITIES[self.type]

    @property
    def label(self) -> Label:
        """Name of the column in both languages."""
        return Label(zh=self.zh, en=self.en)


class RowCheck(Strict):
    """A condition between columns of one row; it fails only where it is false, not where it is unknown."""

    id: str
    sql: str
    zh: str
    en: str


class Derivation(Strict):
    """How a derived table is computed: by SQL over other tables, or by a pure ``calc`` function.

    Attributes:
        sql: One SELECT over contract and derived tables.
        by: ``module:function`` below ``wattwarden.calc`` or ``wattwarden.models``; it takes one
            Arrow table per entry of ``reads`` and returns the derived one.
        priced: For ``by``: the function also takes the site's price books as ``books``.
        checked: For ``by``: the function also takes the site's checks of readings as ``checks``.
        model: For ``by``: name of the learned model whose promoted version the function takes as ``model``.
            Without a promoted version the table is empty, and rules that read it have no data.
        reads: For ``by``: argument name to the SELECT that feeds it.
        per: For ``by``: a SELECT of one column. The function is called for each of its values, which the
            queries in ``reads`` name ``$part``, so that a long table is computed in bounded memory.
        like: For ``by``: another derived table, whose ``per`` and ``reads`` are taken over as well.
        only: For ``like``: a SELECT of the customers that its queries are narrowed to, where they say
            ``/* only alias */``.
    """

    sql: str | None = None
    by: str | None = None
    priced: bool = False
    checked: bool = False
    model: str | None = None
    reads: Mapping[str, str] = Field(default_factory=dict)
    per: str | None = None
    like: str | None = None
    only: str | None = None

    def taking_over(self, other: "Derivation") -> "Derivation":
        """This derivation with the parts and the narrowed queries of ``other``."""
        condition = rf"AND \1.customer_id IN ({self.only})"
        reads = {name: re.sub(r"/\* only (\w+) \*/", condition, query) for name, query in other.reads.items()}
        return self.model_copy(update={"per": other.per, "reads": {**reads, **self.reads}})

    @property
    def queries(self) -> tuple[str, ...]:
        """Every SELECT of the derivation."""
        return tuple(filter(None, (self.sql, self.per, *self.reads.values())))

    @model_validator(mode="after")
    def _one_way(self) -> "Derivation":
        if (self.sql is None) == (self.by is None):
            raise ValueError("give either sql or by")
        if (self.like is None) != (self.only is None):
            raise ValueError("give like and only together")
        return self


class Table(Strict):
    """One relation of the data contract."""

    name: str
    zh: str
    en: str
    chapter: Chapter
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    source: str | None = None
    event_time: str | None = None
    partition: str | None = None
    checks: tuple[RowCheck, ...] = ()
    derived: Derivation | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> "Table":
        named = [*self.key, *filter(None, (self.event_time, self.partition))]
        unknown = [name for name in named if name not in self.columns]
        if unknown:
            raise ValueError(f"key, event_time or partition names unknown columns {unknown}")
        if {ARRIVED_AT, SUPERSEDED_AT} & set(self.columns):
            raise ValueError(f"{ARRIVED_AT} and {SUPERSEDED_AT} belong to the lake")
        return self

    @property
    def label(self) -> Label:
        """Name of the table in both languages."""
        return Label(zh=self.zh, en=self.en)

    def is_required(self, column: str) -> bool:
        """Whether a row without this value is refused."""
        return column in self.key or self.columns[column].required


@dataclass(frozen=True)
class Contract:
    """All tables by name, with borrowed value lists resolved."""

    tables: Mapping[str, Table]

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    @property
    def source_tables(self) -> dict[str, Table]:
        """Tables that are imported, as opposed to derived."""
        return {name: table for name, table in self.tables.items() if table.derived is None}

    @cached_property
    def staff_columns(self) -> frozenset[str]:
        """Names of the columns that name a member of staff."""
        tables = self.tables.items()
        refs = {
            name for _, table in tables for name, column in table.columns.items() if column.ref == "staff"
        }
        return frozenset(refs | {key for name, table in tables if name == "staff" for key in table.key})

    def subject_column(self, table: str) -> str:
        """The single key column that names a row of ``table`` as a subject of findings."""
        return self.tables[table].key[0]
