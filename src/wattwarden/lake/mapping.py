"""Mappings: one YAML file says how the files of a foreign source become rows of the contract.

A column is taken from a source column (with unit, date format and codes), is a constant, or is any
SQL expression of one row; ``views`` join or filter sources first. All SQL is checked: SELECT only, over
the sources of the mapping, no file or network function; and DuckDB runs it with external access off.
"""

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import sqlglot
from pydantic import Field, model_validator
from sqlglot import exp

from wattwarden.domain.content import BUILT_IN, content_files, read_yaml, validate
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Strict
from wattwarden.domain.tables import ARRIVED_AT, Contract
from wattwarden.lake.import_settings import ImportSettings
from wattwarden.lake.schema import literal, quoted
from wattwarden.lake.sources.part import ROW

FORBIDDEN_FUNCTIONS = (
    "read_", "scan_", "parquet_", "sniff_", "glob", "pragma_", "duckdb_", "query", "getenv", "current_setting",
    "rand", "uuid", "gen_random", "now", "today", "current_", "get_current", "localtime", "nextval", "setseed",
    "write_", "load_", "install", "pg_", "which_secret", "getvariable", "sleep",
)  # fmt: skip
"""Beginnings of function names that read files, leave the process or depend on the clock or on chance."""

_SUFFIX = "/"


class SourceMap(Strict):
    """Which files or sheets are one source.

    Attributes:
        file: Pattern of the file name, such as ``invoice*``; case does not matter.
        sheet: Pattern of the sheet name, for workbooks.
    """

    file: str
    sheet: str = "*"

    def covers(self, file: str, sheet: str) -> bool:
        """Whether this file, and sheet where there is one, belongs to the source."""
        name = Path(file).name.lower()
        return fnmatch.fnmatchcase(name, self.file.lower()) and fnmatch.fnmatchcase(
            sheet.lower(), self.sheet.lower()
        )


class ColumnMap(Strict):
    """Where one column comes from: exactly one of ``column``, ``value`` and ``sql``.

    Attributes:
        column: Source column, as it is named there.
        value: The same for every row.
        sql: Expression over the columns of ``from``.
        unit: Unit of the numbers, such as 元 or MWh; a factor to the unit of the contract also does.
        formats: Formats of dates and times, such as ``%d/%m/%Y``.
        codes: Code of the contract by value of the source.
    """

    column: str | None = None
    value: str | None = None
    sql: str | None = None
    unit: str | Decimal | None = None
    formats: tuple[str, ...] = ()
    codes: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_origin(self) -> "ColumnMap":
        if sum(origin is not None for origin in (self.column, self.value, self.sql)) != 1:
            raise ValueError("give exactly one of column, value and sql")
        return self

    @property
    def expression(self) -> str:
        """SQL expression of the raw value."""
        if self.column is not None:
            return quoted(self.column)
        return literal(self.value) if self.value is not None else str(self.sql)


class TableMap(Strict):
    """How one table is filled.

    Attributes:
        origin: ``from``: a source or view, or joined ones, as in an SQL FROM clause.
        where: Condition; only these rows are taken.
        group_by: Expressions; the rows of a group become one.
        distinct: Rows that agree in all selected columns become one.
        select: Column of the contract to where it comes from; a text is an SQL expression.
    """

    origin: str = Field(alias="from")
    where: str | None = None
    having: str | None = None
    group_by: tuple[str, ...] = ()
    distinct: bool = False
    select: Mapping[str, str | ColumnMap]

    def columns(self) -> dict[str, ColumnMap]:
        """Origin by contract column."""
        return {
            name: ColumnMap(sql=origin) if isinstance(origin, str) else origin
            for name, origin in self.select.items()
        }


class SourceMapping(Strict):
    """One foreign source.

    Attributes:
        extends: Mapping whose parts this one takes over where it does not name them itself.
        notes: What is left out and why.
        sources: Files by the name that SQL uses.
        never: Patterns of file names that must not be read.
        views: Queries over sources and earlier views, by name; they pass on ``_row`` of the leading source.
        tables: How each table is filled; ``table/variant`` fills a table a second time.
    """

    name: str
    zh: str
    en: str
    extends: str | None = None
    notes: str = ""
    sources: Mapping[str, SourceMap] = Field(default_factory=dict)
    never: tuple[str, ...] = ()
    views: Mapping[str, str] = Field(default_factory=dict)
    tables: Mapping[str, TableMap] = Field(default_factory=dict)

    def is_forbidden(self, file: str) -> bool:
        """Whether a file must not even be opened."""
        return any(fnmatch.fnmatchcase(Path(file).name.lower(), pattern.lower()) for pattern in self.never)

    def source_of(self, file: str, sheet: str = "") -> str | None:
        """Source that a file, or a sheet of it, belongs to."""
        for name, source in self.sources.items():
            if not self.is_forbidden(file) and source.covers(file, sheet):
                return name
        return None

    def may_hold(self, file: str) -> bool:
        """Whether any sheet of a file may belong to a source."""
        return not self.is_forbidden(file) and any(
            fnmatch.fnmatchcase(Path(file).name.lower(), source.file.lower())
            for source in self.sources.values()
        )


def mapping_names(root: Path = BUILT_IN) -> list[str]:
    """Names of the mappings that come with the program."""
    return [path.stem for path in content_files("mappings", root)]


def load_mapping(name_or_file: str, contract: Contract, settings: ImportSettings) -> SourceMapping:
    """Read and check a mapping, by its name or by the path of its file.

    Raises:
        WattwardenError: there is none, it is not valid, or its SQL is not allowed.
    """
    mapping = _read(name_or_file)
    if mapping.extends:
        base = _read(mapping.extends)
        mapping = mapping.model_copy(
            update={
                "sources": {**base.sources, **mapping.sources},
                "views": {**base.views, **mapping.views},
                "tables": {**base.tables, **mapping.tables},
                "never": (*base.never, *mapping.never),
            }
        )
    _check(mapping, contract, settings)
    return mapping


def check_sql(text: str, tables: Iterable[str], subject: str) -> exp.Query:
    """Parse one SELECT and refuse what a mapping must not do.

    Raises:
        WattwardenError: no single SELECT, another table, a table function or a forbidden function.
    """
    expected = "one SELECT over the sources of the mapping, with functions of a row"
    try:
        statements = sqlglot.parse(text, read="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise fail(subject, found=str(error).splitlines()[0], expected="valid SQL") from error
    tree = statements[0] if len(statements) == 1 else None
    if tree is None or not isinstance(tree, exp.Query):
        raise fail(subject, found=text[:200], expected=expected)
    allowed = {name.lower() for name in tables} | {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or table.name.lower() not in allowed or table.db:
            raise fail(
                subject, found=f"the table {table.sql(dialect='duckdb')}", expected=", ".join(sorted(allowed))
            )
    for function in tree.find_all(exp.Func):
        name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
        if name.lower().startswith(FORBIDDEN_FUNCTIONS):
            raise fail(subject, found=f"the function {name}", expected=expected)
    return tree


def leading_relation(mapping: SourceMapping, origin: str) -> tuple[str, str]:
    """Alias of the first relation in a FROM clause, and the source its rows come from in the end."""
    tree = sqlglot.parse_one(f"SELECT 1 FROM {origin}", read="duckdb")
    first = tree.find(exp.From)
    if first is None or not isinstance(first.this, exp.Table):
        raise fail(f"from: {origin}", found="no leading source", expected="a source or view first")
    name = first.this.name
    while name in mapping.views:
        inner = sqlglot.parse_one(mapping.views[name], read="duckdb").find(exp.From)
        if inner is None or not isinstance(inner.this, exp.Table):
            break
        name = inner.this.name
    return first.this.alias_or_name, name


def used_sources(mapping: SourceMapping, sql: str) -> set[str]:
    """Sources that a query needs, directly or through views."""
    names = {table.name for table in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table)}
    for name in sorted(names & set(mapping.views)):
        names |= used_sources(mapping, mapping.views[name])
    return names & set(mapping.sources)


def table_query(mapping: SourceMapping, key: str, raw: Mapping[str, str]) -> str:
    """The query that fills one table: ``_row`` and raw columns.

    Args:
        mapping: The mapping.
        key: Key in its ``tables``.
        raw: Query of the raw rows by source.
    """
    table = mapping.tables[key]
    alias, _ = leading_relation(mapping, table.origin)
    is_grouped = table.distinct or bool(table.group_by)
    row = f"{quoted(alias)}.{ROW}"
    chosen = [f"{'min' if is_grouped else ''}({row}) AS {ROW}"]
    chosen += [f"{origin.expression} AS {quoted(name)}" for name, origin in table.columns().items()]
    named = {
        **raw,
        **{name: sql for name, sql in mapping.views.items() if used_sources(mapping, sql) <= set(raw)},
    }
    ctes = ", ".join(f"{quoted(name)} AS ({sql})" for name, sql in named.items())
    query = f"WITH {ctes} SELECT {', '.join(chosen)} FROM {table.origin}"
    if table.where:
        query += f" WHERE {table.where}"
    if is_grouped:
        listed = table.group_by or [str(at) for at in range(2, len(chosen) + 1)]
        query += f" GROUP BY {', '.join(listed)}"
    return query + (f" HAVING {table.having}" if table.having else "")


def _read(name_or_file: str) -> SourceMapping:
    path = Path(name_or_file)
    if path.suffix not in (".yaml", ".yml"):
        path = BUILT_IN / "mappings" / f"{name_or_file}.yaml"
    if not path.is_file():
        raise fail(
            f"mapping {name_or_file}",
            found="no such mapping",
            expected=f"one of {', '.join(mapping_names())}, or a YAML file",
            action="Make one with: wattwarden suggest FILE --save mapping.yaml",
        )
    return validate(SourceMapping, {"name": path.stem, **read_yaml(path)}, str(path))


def _check(mapping: SourceMapping, contract: Contract, settings: ImportSettings) -> None:
    subject = f"mapping {mapping.name}"
    known = [*mapping.sources]
    for name, sql in mapping.views.items():
        check_sql(sql, known, f"{subject}, view {name}")
        known.append(name)
    for key, table in mapping.tables.items():
        where = f"{subject}, table {key}"
        name = key.partition(_SUFFIX)[0]
        if name not in contract.source_tables:
            raise fail(where, found=name, expected=f"one of {', '.join(contract.source_tables)}")
        for column, origin in table.columns().items():
            _check_column(contract, settings, f"{where}, column {column}", name, column, origin)
        check_sql(table_query(mapping, key, dict.fromkeys(mapping.sources, "SELECT 1")), known, where)


def _check_column(
    contract: Contract, settings: ImportSettings, where: str, table: str, column: str, origin: ColumnMap
) -> None:
    columns = contract[table].columns
    if column not in columns and column != ARRIVED_AT:
        raise fail(where, found="no such column", expected=", ".join(columns))
    if column == ARRIVED_AT:
        return
    unknown = sorted(set(origin.codes.values()) - {*(columns[column].values or {}), "true", "false"})
    if unknown:
        raise fail(where, found=f"the codes {unknown}", expected=", ".join(columns[column].values or {}))
    unit_factor(settings, origin, columns[column].type, where)


def unit_factor(settings: ImportSettings, origin: ColumnMap, column_type: str, where: str) -> Decimal:
    """Factor from the unit of the source to that of the contract.

    Raises:
        WattwardenError: the unit is none of this type of column.
    """
    if origin.unit is None:
        return Decimal(1)
    if isinstance(origin.unit, Decimal):
        return origin.unit
    factor = settings.factor(column_type, origin.unit)
    if factor is None:
        expected = ", ".join(settings.units.get(column_type, {})) or "no unit"
        raise fail(where, found=f"the unit {origin.unit}", expected=expected)
    return factor


def primary_parts(mapping: SourceMapping, key: str, parts: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    """Numbers of the parts whose rows a table's rows are counted by."""
    _, source = leading_relation(mapping, mapping.tables[key].origin)
    return tuple(parts.get(source, ()))
