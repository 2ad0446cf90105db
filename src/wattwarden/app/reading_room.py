"""Fill the reading room of a scan while its engine has every derived table, and read from it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from wattwarden.app.proof_series import lay_out_proof
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.tables import Contract
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import CUSTOMER, DuckDBEngine
from wattwarden.lake.reading_room import RoomWriter
from wattwarden.rulekit.model import Rule, Series

MOST_POINTS = 400
"""Points of one curve; the newest are kept."""
TABLES = (
    "customer", "premise", "contract", "tariff_assignment", "customer_transformer", "meter", "reading_cycle",
    "reading_daily", "meter_event", "bill", "bill_line", "open_bill", "shadow_bill", "payment", "prepayment", "late_fee",
    "dunning_contact", "supply_action", "service_ticket", "connection_request", "inspection_result",
    "market_contract",
)  # fmt: skip
"""What is shown of one customer; tables without his number are read through what refers to him."""
_OWNERS = {"meter_id": "meter", "bill_id": "bill", "premise_id": "customer"}
"""By which column a table without customer numbers finds its customer, and in which table."""
Progress = Callable[[str, int, int], None]


def fill_room(
    home: Path, engine: DuckDBEngine, contract: Contract, findings: pa.Table, rules: Mapping[str, Rule],
    progress: Progress = lambda *_: None,
) -> RoomWriter:  # fmt: skip
    """Write every set of the room aside; the caller publishes it with the scan, or discards it.

    Args:
        engine: Open on the lake of the scan; what it derived for the rules is not derived again.
        findings: Findings of the scan, for the curves that prove them.
    """
    writer = RoomWriter(home)
    curves = dict(_wanted_curves(findings, rules))
    total = len(TABLES) + len(curves)
    try:
        for done, name in enumerate(TABLES, start=1):
            progress(name, done, total)
            _write_table(writer, engine, contract, name)
        for done, (series, keys) in enumerate(curves.items(), start=len(TABLES) + 1):
            progress(series.table, done, total)
            _write_curves(writer, engine, contract, series, keys)
        lay_out_proof(writer, engine, findings, rules)
    except BaseException:
        writer.discard()
        raise
    return writer


def curve_set(series: Series) -> str:
    """Name of the set with the points of a curve."""
    return "-".join(("curve", series.table, series.x, series.match, *series.y))


def curve_key(row: Mapping[str, object], series: Series) -> str:
    """The finding's value of the column that selects its curve; empty where it has none.

    Args:
        row: A finding with ``proof`` as JSON text.
    """
    proof = json.loads(str(row["proof"]))
    value = proof.get(series.match, row.get(series.match))
    return "" if value is None else str(value)


def _write(writer: RoomWriter, engine: DuckDBEngine, name: str, key: str, sql: str) -> None:
    with engine.stream(sql) as reader:
        writer.write(name, key, reader, reader.schema)


def _write_table(writer: RoomWriter, engine: DuckDBEngine, contract: Contract, name: str) -> None:
    try:
        engine.derive(derivation_order(contract, [name]))
    except WattwardenError:
        # The rules that read this derived table failed for the same reason, and the scan reports it.
        writer.write(
            name, CUSTOMER, (), pa.schema([(column, pa.string()) for column in contract[name].columns])
        )
        return
    _write(writer, engine, name, CUSTOMER, _table_sql(contract, name))


def _table_sql(contract: Contract, name: str) -> str:
    table = contract[name]
    order = f', t."{table.event_time}"' if table.event_time else "".join(f', t."{k}"' for k in table.key)
    if CUSTOMER in table.columns:
        return f'SELECT t.* FROM "{name}" AS t WHERE {CUSTOMER} IS NOT NULL ORDER BY {CUSTOMER}{order}'
    through = next(column for column in _OWNERS if column in table.columns)
    return (
        f'SELECT o.{CUSTOMER}, t.* FROM "{name}" AS t '
        f'JOIN "{_OWNERS[through]}" AS o ON o."{through}" = t."{through}" AND o.{CUSTOMER} IS NOT NULL '
        f"ORDER BY o.{CUSTOMER}{order}"
    )


def _wanted_curves(findings: pa.Table, rules: Mapping[str, Rule]) -> Iterator[tuple[Series, Sequence[str]]]:
    """The curves that prove some finding, with the keys that they are wanted for."""
    wanted: dict[str, tuple[Series, set[str]]] = {}
    drawn = {rule_id: rule.proof.series for rule_id, rule in rules.items() if rule.proof.series}
    for row in findings.select(["rule_id", "customer_id", "org_id", "premise_id", "proof"]).to_pylist():
        for series in drawn.get(str(row["rule_id"]), ()):
            wanted.setdefault(curve_set(series), (series, set()))[1].add(curve_key(row, series))
    for series, keys in wanted.values():
        yield series, sorted(keys - {""})


def _write_curves(
    writer: RoomWriter, engine: DuckDBEngine, contract: Contract, series: Series, keys: Sequence[str]
) -> None:
    key = f'CAST(t."{series.match}" AS VARCHAR)'
    columns = "".join(f', t."{name}"' for name in (series.x, *series.y))
    engine.register("room_keys", pa.table({"wanted": pa.array(keys, pa.string())}))
    sql = (
        f'SELECT {key} AS curve_key{columns} FROM "{series.table}" AS t JOIN room_keys AS k ON k.wanted = {key} '
        f'WHERE t."{series.x}" IS NOT NULL '
        f'QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY t."{series.x}" DESC) <= {MOST_POINTS} '
        f'ORDER BY curve_key, t."{series.x}"'
    )
    try:
        engine.derive(derivation_order(contract, [series.table]))
        _write(writer, engine, curve_set(series), "curve_key", sql)
    except WattwardenError as error:
        # A curve that cannot be read is missed on one page; it must not cost the scan.
        empty = pa.schema([("curve_key", pa.string()), ("problem", pa.string())])
        rows = pa.table({"curve_key": list(keys), "problem": [error.problems[0].found] * len(keys)}, empty)
        writer.write(curve_set(series), "curve_key", rows.to_batches(), empty)
