"""A small lake with two published scans, so that lists and reports have something to show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from wattwarden.app.scan_files import publish_scan
from wattwarden.domain.content import contract
from wattwarden.domain.finding import FINDING_SCHEMA, LIFE_SCHEMA, OutcomeKind, RuleOutcome
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits
from wattwarden.lake.store import Lake
from wattwarden.rulekit.register import load_register
from wattwarden.scoring.parameters import load_scoring_parameters
from wattwarden.scoring.score import score

TODAY = date(2026, 10, 28)
FIRST_DAY = date(2026, 10, 1)
FROZEN_SINCE = date(2026, 10, 15)
AWKWARD_NAME = "丁\"王</script><script>alert(1)</script>😀'&有限公司"
"""A company name with everything that breaks pages and sheets."""
CUSTOMER = "4300123456"

Row = dict[str, object]


def finding(key: str, **values: object) -> Row:
    """A frozen meter of the sample customer, unless ``values`` say otherwise."""
    row: Row = {
        "finding_key": key * 8,
        "rule_id": "metering.register_frozen",
        "rule_hash": "h1",
        "risk": "1.2.3",
        "severity": "high",
        "subject_kind": "meter",
        "subject_id": "M1",
        "customer_id": CUSTOMER,
        "premise_id": "P1",
        "org_id": "O2",
        "period_from": FROZEN_SINCE,
        "period_to": TODAY,
        "direction": "utility_loses",
        "cause": "under_metering",
        "loss_low_fen": 50_000,
        "loss_likely_fen": 100_000,
        "loss_high_fen": 200_000,
        "confidence": Decimal("0.5"),
        "proof": '{"frozen_days": 12, "kwh_before": 8.5, "frozen_since": "2026-10-15", "meter_id": "M1"}',
    }
    return row | values


FINDINGS = (
    finding("aaaa"),
    finding("bbbb", rule_id="old.removed", cause="old", severity="low", proof='{"phone": "13812341234"}'),
    finding(
        "cccc", customer_id="=1+1", premise_id=None, subject_id="M3", direction="customer_loses", loss_likely_fen=9_000
    ),
    finding(
        "dddd", rule_id="old.staff", risk="1.2.4", subject_kind="staff", subject_id="S1", customer_id=None,
        premise_id=None, loss_low_fen=None, loss_likely_fen=None, loss_high_fen=None, direction="none",
        period_from=None, period_to=None, proof="{}",
    ),
)  # fmt: skip
GONE = finding("eeee", customer_id="4300999999", premise_id="P9")

OUTCOMES = (
    RuleOutcome("metering.register_frozen", "h1", OutcomeKind.FOUND, 2, "", 0.12),
    RuleOutcome("old.removed", "h2", OutcomeKind.FOUND, 1, "", 0.01),
    RuleOutcome("old.staff", "h3", OutcomeKind.NO_DATA, 0, "access_log", 0.0),
    RuleOutcome("old.broken", "h4", OutcomeKind.FAILED, 0, "query: found x < y & z; expected </script>", 0.0),
    RuleOutcome("old.wild", "h5", OutcomeKind.OUT_OF_BAND, 900, "900 findings; expected 0 to 25", 0.5),
)


def write_lake(home: Path) -> None:
    """Import one county with two customers and the daily registers of two meters."""
    readings = [
        {"meter_id": "M1", "read_date": str(day), "register_kwh": str(100 + 8 * min(i, 14))}
        for i, day in enumerate(FIRST_DAY + timedelta(i) for i in range(28))
    ]
    given: Mapping[str, Sequence[Mapping[str, object]]] = {
        "org_unit": [
            {"org_id": "O1", "name": "甲县供电公司", "kind": "county"},
            {"org_id": "O2", "name": "乙供电所", "kind": "station", "parent_org_id": "O1"},
        ],
        "premise": [{"premise_id": "P1", "org_id": "O2", "address": "甲县乙镇丙路9号"}],
        "customer": [
            {
                "customer_id": CUSTOMER,
                "premise_id": "P1",
                "org_id": "O2",
                "status": "active",
                "name": AWKWARD_NAME,
            }
        ],
        "meter": [{"meter_id": "M1", "customer_id": CUSTOMER, "role": "billing", "multiplier": 1}],
        "reading_daily": readings,
    }
    with Lake(home, contract()).session() as session:
        for table, rows in given.items():
            session.merge(table, typed(table, rows), datetime(2026, 10, 28, tzinfo=UTC))
        session.commit({"test": "sample"})


def write_scan(
    home: Path, found: Sequence[Row] = FINDINGS, today: date = TODAY, gone: Sequence[Row] = ()
) -> Path:
    """Publish a scan with these findings; those in ``gone`` live on as gone."""
    findings = pa.Table.from_pylist(list(found), FINDING_SCHEMA).sort_by("finding_key")
    life = [_life(row, "open", today) for row in found] + [_life(row, "gone", today) for row in gone]
    cases = score(findings, load_register(), load_scoring_parameters())
    facts = {
        "kind": "full",
        "lake_version": 1,
        "known_at": datetime(2026, 11, 1, tzinfo=UTC).isoformat(),
        "today": today.isoformat(),
        "org": None,
        "content_hash": "abc",
        "findings": findings.num_rows,
        "cases": cases.num_rows,
    }
    life_table = pa.Table.from_pylist(sorted(life, key=lambda r: str(r["finding_key"])), LIFE_SCHEMA)
    outcomes = [asdict(outcome) for outcome in OUTCOMES]
    return publish_scan(home, facts, outcomes, findings, life_table, cases)[1]


def write_sample(home: Path) -> None:
    """A lake and two scans: the second has lost one finding of the first."""
    write_lake(home)
    write_scan(home, (*FINDINGS[:2], GONE), TODAY - timedelta(days=1))
    write_scan(home, gone=(GONE,))


def _life(row: Row, state: str, today: date) -> Row:
    return {
        "finding_key": row["finding_key"],
        "rule_id": row["rule_id"],
        "subject_kind": row["subject_kind"],
        "subject_id": row["subject_id"],
        "state": state,
        "first_seen": today - timedelta(days=1),
        "last_seen": today if state == "open" else today - timedelta(days=1),
        "gone_since": None if state == "open" else today,
        "times_back": 0,
    }


def typed(table: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows in the types of a contract table."""
    with DuckDBEngine(contract(), Limits()) as engine:
        engine.open_empty()
        with engine.filled({table: rows}):
            return engine.query(f'SELECT * FROM "{table}"')
