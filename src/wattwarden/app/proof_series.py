"""The series that prove, or clear, a suspicion: one query each over many customers at once.

The full scan lays them out in the reading room, so a page reads those of one customer in milliseconds; a
command asks for one customer straight from the lake by the same queries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.labels import Label
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import CUSTOMER, DuckDBEngine
from wattwarden.lake.reading_room import RoomWriter
from wattwarden.rulekit.model import Rule

CHAPTERS = ("theft", "metering", "reading")
"""Rules of these doubt what a meter counted: their customers get the area's loss and the phases."""
PLACE, TIMELINE = "proof-place", "proof-timeline"


@dataclass(frozen=True)
class ProofSet:
    """Rows by customer.

    Attributes:
        title: Of the chart; empty where the rows are no chart.
        columns: Label of each line, by its column.
        needs: Derived tables that the query reads.
        is_metering: Only for customers whose meter is doubted.
    """

    sql: str
    title: Label | None = None
    columns: Mapping[str, Label] | None = None
    needs: Sequence[str] = ()
    is_metering: bool = False


def lay_out_proof(
    writer: RoomWriter, engine: DuckDBEngine, findings: pa.Table, rules: Mapping[str, Rule]
) -> None:
    """Write the sets of every customer with a finding; a set that cannot be read is empty."""
    rows = findings.select(["rule_id", CUSTOMER]).to_pylist()
    known = [
        (str(row[CUSTOMER]), rules.get(str(row["rule_id"]))) for row in rows if row[CUSTOMER] is not None
    ]
    everybody = sorted({customer for customer, _ in known})
    doubted = sorted({customer for customer, rule in known if rule and rule.chapter in CHAPTERS})
    for name, proof in SETS.items():
        choose(engine, doubted if proof.is_metering else everybody)
        try:
            engine.derive(derivation_order(contract(), proof.needs))
            with engine.stream(proof.sql) as reader:
                writer.write(name, CUSTOMER, reader, reader.schema)
        except WattwardenError:
            # The rules that read these tables failed for the same reason, and the scan reports it.
            writer.write(name, CUSTOMER, (), pa.schema([(CUSTOMER, pa.string())]))


def choose(engine: DuckDBEngine, customers: Sequence[str]) -> None:
    """Make ``customers`` those that the queries answer for."""
    engine.register("proof_customer", pa.table({CUSTOMER: pa.array(customers, pa.string())}))


def _column(table: str, name: str) -> Label:
    return contract()[table].columns[name].label


_CURVE = """
SELECT k.customer_id, l.read_at AS x, {columns} FROM proof_customer AS k
JOIN meter AS m ON m.customer_id = k.customer_id AND m.role = 'billing' AND m.removed_on IS NULL
JOIN load_curve AS l ON l.meter_id = m.meter_id
WHERE l.read_at >= (SELECT max(read_at) FROM load_curve) - INTERVAL 7 DAY ORDER BY k.customer_id, l.read_at
"""


def _phases(title: Label, names: Sequence[str]) -> ProofSet:
    columns = {name: _column("load_curve", name) for name in names}
    sql = _CURVE.format(columns=", ".join(f"l.{name}" for name in names))
    return ProofSet(sql, title, columns, is_metering=True)


SETS: Mapping[str, ProofSet] = {
    PLACE: ProofSet("""
SELECT c.customer_id, c.voltage_level NOT IN ('v220', 'v380') AS high_voltage,
       EXISTS (SELECT 1 FROM generation_unit AS g WHERE g.customer_id = c.customer_id) AS generation,
       EXISTS (SELECT 1 FROM instrument_transformer AS t JOIN meter AS m ON m.meter_id = t.meter_id
               WHERE m.customer_id = c.customer_id AND t.kind = 'ct') AS current_transformer,
       EXISTS (SELECT 1 FROM instrument_transformer AS t JOIN meter AS m ON m.meter_id = t.meter_id
               WHERE m.customer_id = c.customer_id AND t.kind = 'pt') AS voltage_transformer
FROM proof_customer AS k JOIN customer AS c ON c.customer_id = k.customer_id ORDER BY c.customer_id
"""),
    TIMELINE: ProofSet("""
SELECT k.customer_id, h.happened, h.kind, h.what FROM proof_customer AS k JOIN (
  SELECT customer_id, CAST(started_at AS VARCHAR) AS happened, 'meter_event' AS kind, event AS what FROM clean_event
  UNION ALL
  SELECT customer_id, CAST(done_at AS VARCHAR), 'work_order', kind FROM work_order WHERE done_at IS NOT NULL
  UNION ALL
  SELECT customer_id, CAST(visited_at AS VARCHAR), 'inspection_result', outcome FROM inspection_result
) AS h ON h.customer_id = k.customer_id ORDER BY k.customer_id, h.happened, h.kind, h.what
""", needs=("clean_event",)),
    "proof-use": ProofSet("""
WITH peer AS (
  SELECT c.customer_type, c.voltage_level, u.bill_month, median(u.kwh) AS peer_kwh
  FROM customer_month AS u JOIN customer AS c ON c.customer_id = u.customer_id
  GROUP BY c.customer_type, c.voltage_level, u.bill_month
)
SELECT k.customer_id, u.bill_month AS x, u.kwh AS own_kwh, p.peer_kwh FROM proof_customer AS k
JOIN customer AS c ON c.customer_id = k.customer_id
JOIN customer_month AS u ON u.customer_id = k.customer_id
LEFT JOIN peer AS p ON p.customer_type = c.customer_type AND p.voltage_level = c.voltage_level AND p.bill_month = u.bill_month
ORDER BY k.customer_id, u.bill_month
""",
        Label(zh="自身月电量与同类中位数(千瓦时)", en="Own monthly energy and the median of peers, kWh"),
        {"own_kwh": Label(zh="本户", en="This customer"), "peer_kwh": Label(zh="同类中位数", en="Median of peers")},
        ("customer_month",)),
    "proof-area": ProofSet("""
SELECT k.customer_id, a.use_date AS x, a.loss_kwh AS with_kwh, a.loss_kwh + COALESCE(d.kwh, 0) AS without_kwh, d.kwh AS own_kwh
FROM proof_customer AS k
JOIN (SELECT DISTINCT customer_id, area_id FROM meter WHERE area_id IS NOT NULL) AS m ON m.customer_id = k.customer_id
JOIN area_loss_daily AS a ON a.area_id = m.area_id
LEFT JOIN (SELECT customer_id, use_date, sum(kwh) AS kwh FROM meter_day WHERE role = 'billing' GROUP BY customer_id, use_date) AS d
  ON d.use_date = a.use_date AND d.customer_id = k.customer_id
ORDER BY k.customer_id, a.use_date
""",
        Label(zh="台区日损失：计入与不计入本户(千瓦时)", en="Daily loss of the area with and without this customer, kWh"),
        {"with_kwh": Label(zh="计入本户", en="With this customer"), "without_kwh": Label(zh="不计入本户", en="Without this customer"),
         "own_kwh": Label(zh="本户日电量", en="Energy of this customer")},
        ("area_loss_daily", "meter_day"), is_metering=True),
    "proof-voltage": _phases(Label(zh="三相电压(伏)", en="Voltages, V"), ("ua_v", "ub_v", "uc_v")),
    "proof-current": _phases(Label(zh="三相与零线电流(安)", en="Currents, A"), ("ia_a", "ib_a", "ic_a", "in_a")),
    "proof-power": _phases(Label(zh="分相有功(千瓦)", en="Power of the phases, kW"), ("pa_kw", "pb_kw", "pc_kw")),
}  # fmt: skip
"""By name of the set in the reading room."""
