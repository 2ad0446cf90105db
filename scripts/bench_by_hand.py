"""The rules' SQL in DuckDB and nothing else: no findings, no life, no cases. ``python -m … HOME``.

The yardstick of the scan: the same files, the same derived tables, the same queries, each result
fetched once.
"""

import sys
import tempfile
from pathlib import Path

import duckdb

from wattwarden.app.scan_settings import load_scan_settings
from wattwarden.domain.content import contract
from wattwarden.domain.tables import Derivation, Table
from wattwarden.engines.derive import derivation_order, models_used, run_function, site_knowledge
from wattwarden.engines.duckdb_engine import PART
from wattwarden.lake.store import Lake
from wattwarden.rulekit import sql
from wattwarden.rulekit.load import load_rules


def by_hand(home: Path) -> int:
    """Run every live rule's query over the newest lake version; the number of rows returned."""
    limits = load_scan_settings(home).limits
    tables = contract()
    with tempfile.TemporaryDirectory() as folder:
        connection = duckdb.connect(
            str(Path(folder) / "scratch.duckdb"),
            config={
                "memory_limit": limits.memory,
                "threads": limits.threads,
                "preserve_insertion_order": False,
            },
        )
        snapshot = Lake(home, tables).snapshot(None)
        for name, table in tables.source_tables.items():
            columns = ", ".join(f'"{c}"' for c in table.columns)
            if files := snapshot.files.get(name, ()):
                source = f"read_parquet({list(files)}) WHERE {snapshot.visible()}"
                connection.execute(f'CREATE VIEW "{name}" AS SELECT {columns} FROM {source}')
            else:
                declared = ", ".join(f'"{c}" {column.quantity.sql}' for c, column in table.columns.items())
                connection.execute(f'CREATE TABLE "{name}" ({declared})')
        return _run_rules(connection)


def _run_rules(connection: duckdb.DuckDBPyConnection) -> int:
    tables = contract()
    latest = " UNION ALL ".join(
        f'SELECT CAST(max("{table.event_time}") AS DATE) AS day FROM "{name}"'
        for name, table in tables.source_tables.items()
        if table.event_time
    )
    today = connection.sql(f"SELECT max(day) FROM ({latest})").fetchall()[0][0]
    rules = [rule for rule in load_rules().values() if rule.is_live]
    read_by = {rule.id: sql.tables_read(sql.parse(rule.detect, rule.id)) for rule in rules}
    # Nothing is promoted here, so a rule that reads a learned model has no data in the scan either.
    rules = [r for r in rules if not models_used(tables, derivation_order(tables, read_by[r.id]))]
    reads = {table for rule in rules for table in read_by[rule.id]}
    for name in derivation_order(tables, reads):
        derivation = tables[name].derived
        if derivation is not None and derivation.sql is not None:
            connection.execute(f'CREATE TABLE "{name}" AS {derivation.sql}')
        elif derivation is not None:
            _compute(connection, tables[name], derivation)
    return sum(connection.sql(sql.bound_sql(rule, today)).to_arrow_table().num_rows for rule in rules)


def _compute(connection: duckdb.DuckDBPyConnection, table: Table, derivation: Derivation) -> None:
    """A table that a function derives, part by part."""
    per = derivation.per
    parts = [(None,)] if per is None else connection.sql(per).fetchall()
    known = site_knowledge(derivation, None, {})
    for number, (part,) in enumerate(parts):
        inputs = {
            key: connection.sql(query, params={"part": part} if PART in query else None).to_arrow_table()
            for key, query in derivation.reads.items()
        }
        connection.register("_computed", run_function(table, inputs, known))
        verb = f'INSERT INTO "{table.name}"' if number else f'CREATE TABLE "{table.name}" AS'
        connection.execute(f"{verb} SELECT * FROM _computed")


if __name__ == "__main__":
    print(f"{by_hand(Path(sys.argv[1])):,} rows")
