"""What proves, or clears, a suspicion against a customer: pure data for a screen, a page or a sheet.

Series: the own history, peers of the same type and voltage, the area's loss with and without the customer,
voltages, currents and powers of the phases; a timeline of events, work and visits; what would clear it, what
to look at first on site, and what to heed there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from wattwarden.app.open_lake import newest_lake
from wattwarden.app.rule_catalogue import all_rules
from wattwarden.app.scan_files import latest_scan
from wattwarden.app.shown_value import code_label
from wattwarden.domain.content import BUILT_IN, contract, read_yaml, validate
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import LANGUAGES, Label, Strict
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.rulekit.model import Rule

SAFETY_FILE = "safety.yaml"
NEEDED = ("customer_month", "area_loss_daily", "meter_day", "clean_event")
Row = Mapping[str, object]


class SafetyNote(Strict):
    """What to heed; ``where`` says what must be there for it to matter."""

    where: str
    zh: str
    en: str


class SafetyNotes(Strict):
    """All notes."""

    notes: tuple[SafetyNote, ...]


@dataclass(frozen=True)
class ProofSeries:
    """One chart.

    Attributes:
        title: What it shows.
        columns: Label of each line, by its column.
        points: Rows with ``x`` and the columns; absent is None.
    """

    title: Label
    columns: Mapping[str, Label]
    points: Sequence[Row]


@dataclass(frozen=True)
class ProofPack:
    """Everything about one customer; ``series`` without a point are left out.

    Attributes:
        timeline: When and what, the oldest first.
        clears: What would clear the suspicion: the false alarms that the rules know.
        first: What to check first on site.
        safety: What to heed there.
    """

    customer: str
    titles: Sequence[Label]
    series: Sequence[ProofSeries]
    timeline: Sequence[tuple[str, Label]]
    clears: Sequence[Label]
    first: Sequence[Label]
    safety: Sequence[Label]


@dataclass(frozen=True)
class _Series:
    title: Label
    columns: Mapping[str, Label]
    sql: str


def proof_pack(home: Path, customer: str) -> ProofPack:
    """Gather the proof about ``customer`` from the newest lake and the findings of the newest scan.

    Raises:
        WattwardenError: the lake is empty, was never scanned, or has no such customer.
    """
    rules = _rules_that_hit(home, customer)
    with newest_lake(home) as engine:
        values = {"customer": customer}
        there = engine.query(_THERE, values).to_pylist()
        if not there:
            raise fail(
                f"customer {customer}", found="no such customer", expected="a number of the table customer"
            )
        engine.derive(derivation_order(contract(), NEEDED))
        series = [
            ProofSeries(s.title, s.columns, rows)
            for s in _SERIES
            if (rows := engine.query(s.sql, values).to_pylist())
        ]
        timeline = _timeline(engine, customer)
    return ProofPack(
        customer, [rule.title for rule in rules], series, timeline,
        _labels(label for rule in rules for label in rule.false_positives),
        _labels(label for rule in rules for label in rule.checks), _safety(there[0]),
    )  # fmt: skip


def _rules_that_hit(home: Path, customer: str) -> list[Rule]:
    findings = latest_scan(home).findings
    mine = findings.filter(pc.equal(findings["customer_id"], customer))
    known = all_rules(home)
    return [known[name] for name in dict.fromkeys(mine["rule_id"].to_pylist()) if name in known]


def _labels(labels: Iterable[Label]) -> list[Label]:
    return list({label.en: label for label in labels}.values())


def _safety(row: Row) -> list[Label]:
    path = BUILT_IN / SAFETY_FILE
    notes = validate(SafetyNotes, read_yaml(path), str(path)).notes
    there = {"always", *(name for name, is_there in row.items() if is_there)}
    return [Label(zh=note.zh, en=note.en) for note in notes if note.where in there]


def _timeline(engine: DuckDBEngine, customer: str) -> list[tuple[str, Label]]:
    rows = engine.query(_TIMELINE, {"customer": customer}).to_pylist()
    return [(str(row["happened"]), _word(str(row["kind"]), str(row["what"]))) for row in rows]


def _word(table: str, value: str) -> Label:
    column = {"meter_event": "event", "work_order": "kind", "inspection_result": "outcome"}[table]
    zh, en = (code_label(contract(), table, column, value, language) or value for language in LANGUAGES)
    name = contract()[table].label
    return Label(zh=f"{name.zh}：{zh}", en=f"{name.en}: {en}")


def _column(table: str, name: str) -> Label:
    return contract()[table].columns[name].label


_THERE = """
SELECT c.voltage_level NOT IN ('v220', 'v380') AS high_voltage,
       EXISTS (SELECT 1 FROM generation_unit AS g WHERE g.customer_id = c.customer_id) AS generation,
       EXISTS (SELECT 1 FROM instrument_transformer AS t JOIN meter AS m ON m.meter_id = t.meter_id
               WHERE m.customer_id = c.customer_id AND t.kind = 'ct') AS current_transformer,
       EXISTS (SELECT 1 FROM instrument_transformer AS t JOIN meter AS m ON m.meter_id = t.meter_id
               WHERE m.customer_id = c.customer_id AND t.kind = 'pt') AS voltage_transformer
FROM customer AS c WHERE c.customer_id = $customer
"""
_TIMELINE = """
SELECT CAST(started_at AS VARCHAR) AS happened, 'meter_event' AS kind, event AS what FROM clean_event WHERE customer_id = $customer
UNION ALL
SELECT CAST(done_at AS VARCHAR), 'work_order', kind FROM work_order WHERE customer_id = $customer AND done_at IS NOT NULL
UNION ALL
SELECT CAST(visited_at AS VARCHAR), 'inspection_result', outcome FROM inspection_result WHERE customer_id = $customer
ORDER BY happened, kind, what
"""
_CURVE = """
SELECT l.read_at AS x, {columns} FROM load_curve AS l
JOIN meter AS m ON m.meter_id = l.meter_id AND m.role = 'billing' AND m.removed_on IS NULL
WHERE m.customer_id = $customer AND l.read_at >= (SELECT max(read_at) FROM load_curve) - INTERVAL 7 DAY ORDER BY l.read_at
"""


def _phases(title: Label, names: Sequence[str]) -> _Series:
    columns = {name: _column("load_curve", name) for name in names}
    return _Series(title, columns, _CURVE.format(columns=", ".join(f"l.{name}" for name in names)))


_SERIES = (
    _Series(
        Label(zh="自身月电量与同类中位数(千瓦时)", en="Own monthly energy and the median of peers, kWh"),
        {"own_kwh": Label(zh="本户", en="This customer"), "peer_kwh": Label(zh="同类中位数", en="Median of peers")},
        """
WITH me AS (SELECT customer_type, voltage_level FROM customer WHERE customer_id = $customer),
peer AS (
  SELECT u.bill_month, median(u.kwh) AS peer_kwh FROM customer_month AS u JOIN customer AS c ON c.customer_id = u.customer_id
  JOIN me ON me.customer_type = c.customer_type AND me.voltage_level = c.voltage_level GROUP BY u.bill_month
)
SELECT u.bill_month AS x, u.kwh AS own_kwh, p.peer_kwh FROM customer_month AS u LEFT JOIN peer AS p ON p.bill_month = u.bill_month
WHERE u.customer_id = $customer ORDER BY u.bill_month
""",
    ),
    _Series(
        Label(zh="台区日损失：计入与不计入本户(千瓦时)", en="Daily loss of the area with and without this customer, kWh"),
        {"with_kwh": Label(zh="计入本户", en="With this customer"), "without_kwh": Label(zh="不计入本户", en="Without this customer"),
         "own_kwh": Label(zh="本户日电量", en="Energy of this customer")},
        """
SELECT a.use_date AS x, a.loss_kwh AS with_kwh, a.loss_kwh + COALESCE(d.kwh, 0) AS without_kwh, d.kwh AS own_kwh
FROM area_loss_daily AS a
JOIN (SELECT DISTINCT area_id FROM meter WHERE customer_id = $customer AND area_id IS NOT NULL) AS m ON m.area_id = a.area_id
LEFT JOIN (SELECT use_date, sum(kwh) AS kwh FROM meter_day WHERE customer_id = $customer AND role = 'billing' GROUP BY use_date) AS d
  ON d.use_date = a.use_date
ORDER BY a.use_date
""",
    ),
    _phases(Label(zh="三相电压(伏)", en="Voltages, V"), ("ua_v", "ub_v", "uc_v")),
    _phases(Label(zh="三相与零线电流(安)", en="Currents, A"), ("ia_a", "ib_a", "ic_a", "in_a")),
    _phases(Label(zh="分相有功(千瓦)", en="Power of the phases, kW"), ("pa_kw", "pb_kw", "pc_kw")),
)  # fmt: skip
