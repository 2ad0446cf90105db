"""From parts to feeds of raw rows: by the names in a header, or by a mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb

from wattwarden.domain.errors import fail
from wattwarden.domain.tables import Contract
from wattwarden.lake.checks_rows import Feed
from wattwarden.lake.checks_values import Reading
from wattwarden.lake.headers import Recognised, squeeze, unknown_unit
from wattwarden.lake.import_settings import ImportSettings
from wattwarden.lake.mapping import SourceMapping, primary_parts, table_query, unit_factor, used_sources
from wattwarden.lake.schema import literal, quoted
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.part import PART_SHIFT, ROW, Part
from wattwarden.lake.sources.xlsx_file import EXAMPLE_MARK


def raw_rows(part: Part, types: Mapping[str, str] | None = None) -> str:
    """Query of ``_row`` and all source columns of a part; an example row of a template is left out.

    Args:
        part: The part.
        types: DuckDB types that text columns had when they were first read, before they went to Excel.
    """
    number = f"(CAST({part.number} AS BIGINT) << {PART_SHIFT}) + file_row_number AS {ROW}"
    columns = ", ".join(_cast(name, (types or {}).get(name, "VARCHAR")) for name in part.columns)
    query = (
        f"SELECT {number}, {columns} FROM read_parquet({literal(str(part.parquet))}, file_row_number = true)"
    )
    mark = next((name for name in part.columns if squeeze(name) == squeeze(EXAMPLE_MARK)), None)
    return f"{query} WHERE {quoted(mark)} IS NULL OR trim({quoted(mark)}) = ''" if mark else query


def _cast(name: str, sql_type: str) -> str:
    if sql_type == "VARCHAR":
        return quoted(name)
    return f"TRY_CAST({quoted(name)} AS {sql_type}) AS {quoted(name)}"


def plain_feed(settings: ImportSettings, part: Part, found: Recognised) -> Feed:
    """The feed of a part without a mapping.

    Raises:
        WattwardenError: a header names a unit that its column cannot have.
    """
    for header, meaning in found.meanings.items():
        if unit := unknown_unit(settings, found.table, header, meaning.column):
            expected = (
                ", ".join(settings.units.get(found.table.columns[meaning.column].type, {})) or "no unit"
            )
            raise fail(
                f"{part.title}, column {header}",
                found=f"the unit {unit}",
                expected=expected,
                action="Correct the unit in the header, or say in a mapping how to convert it.",
            )
    chosen = [f"{quoted(header)} AS {quoted(meaning.column)}" for header, meaning in found.meanings.items()]
    return Feed(
        table=found.table,
        relation=f"SELECT {', '.join([ROW, *chosen])} FROM ({raw_rows(part)})",
        types={meaning.column: part.columns[header] for header, meaning in found.meanings.items()},
        sources={meaning.column: header for header, meaning in found.meanings.items()},
        readings={meaning.column: Reading(factor=meaning.factor) for meaning in found.meanings.values()},
        parts=(part.number,),
    )


def only_rows(feed: Feed, part: int, rows: set[int]) -> Feed:
    """``feed`` with only the given rows of ``part``; other parts keep theirs."""
    listed = ", ".join(map(str, sorted(rows))) or "-1"
    relation = f"SELECT * FROM ({feed.relation}) WHERE {ROW} >> {PART_SHIFT} <> {part} OR {ROW} IN ({listed})"
    return replace(feed, relation=relation)


def mapped_feeds(
    scratch: Scratch,
    contract: Contract,
    settings: ImportSettings,
    mapping: SourceMapping,
    parts: Sequence[Part],
) -> tuple[list[Feed], list[str]]:
    """The feeds of all tables that a mapping can fill from ``parts``, and the tables it cannot.

    Raises:
        WattwardenError: an expression does not fit the columns that the files really have.
    """
    by_source: dict[str, list[Part]] = {}
    for part in parts:
        source = mapping.source_of(part.file, part.sheet)
        if source:
            by_source.setdefault(source, []).append(part)
    raw = {
        name: " UNION ALL BY NAME ".join(f"({raw_rows(part)})" for part in found)
        for name, found in by_source.items()
    }
    numbers = {name: [part.number for part in found] for name, found in by_source.items()}
    feeds, skipped = [], []
    for key, table_map in mapping.tables.items():
        needed = used_sources(mapping, f"SELECT 1 FROM {table_map.origin}")
        if needed <= set(raw):
            feeds.append(_mapped_feed(scratch, contract, settings, mapping, key, raw, numbers))
        else:
            skipped.append(f"{key.partition('/')[0]} ({', '.join(sorted(needed - set(raw)))})")
    return feeds, skipped


def _mapped_feed(
    scratch: Scratch,
    contract: Contract,
    settings: ImportSettings,
    mapping: SourceMapping,
    key: str,
    raw: Mapping[str, str],
    numbers: Mapping[str, Sequence[int]],
) -> Feed:
    table = contract[key.partition("/")[0]]
    where = f"mapping {mapping.name}, table {key}"
    query = table_query(mapping, key, raw)
    target = literal(str(scratch.folder / f"feed_{key.replace('/', '_')}.parquet"))
    try:
        # Stored once: the checks read a feed several times, and a view may join and sort.
        scratch.sql.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION lz4)")
        types = scratch.types(f"read_parquet({target})")
    except duckdb.Error as error:
        raise fail(
            where,
            found=str(error).splitlines()[0],
            expected="expressions over columns that the files have",
            action="Correct the mapping, or check that these are the right files.",
        ) from error
    columns = mapping.tables[key].columns()
    readings = {
        name: Reading(
            unit_factor(settings, origin, table.columns[name].type if name in table.columns else "", where),
            origin.formats,
            origin.codes,
        )
        for name, origin in columns.items()
    }
    return Feed(
        table=table,
        relation=f"SELECT * FROM read_parquet({target})",
        types={name: sql for name, sql in types.items() if name != ROW},
        sources={name: origin.column or name for name, origin in columns.items()},
        readings=readings,
        parts=primary_parts(mapping, key, numbers),
        source=key,
        is_grouped=bool(mapping.tables[key].group_by),
    )


def corrected_feed(
    scratch: Scratch,
    contract: Contract,
    settings: ImportSettings,
    mapping: SourceMapping,
    part: Part,
    origin: tuple[str, Mapping[str, str]],
) -> Feed:
    """The feed of rows that a mapping could not import and that were corrected in a sheet.

    Args:
        scratch: Working space.
        contract: The data contract.
        settings: Words, formats and limits.
        mapping: The mapping by which the rows were read at first.
        part: The corrected rows, in the columns of the source.
        origin: Key of the table in the mapping, and the types that the columns had in the source.

    Raises:
        WattwardenError: the table also needs other sources, which a sheet of corrected rows has not.
    """
    key, types = origin
    needed = used_sources(mapping, f"SELECT 1 FROM {mapping.tables[key].origin}")
    if len(needed) != 1:
        raise fail(
            part.title,
            found=f"rows of table {key}, which mapping {mapping.name} joins from {', '.join(sorted(needed))}",
            expected="rows of a table that comes from one source",
            action="Correct the files of the source and import them again.",
        )
    (source,) = needed
    raw = {source: raw_rows(part, types)}
    return _mapped_feed(scratch, contract, settings, mapping, key, raw, {source: [part.number]})
