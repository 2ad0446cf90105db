"""How much better than chance a ranked list finds what inspectors later confirmed.

The labels are read here and nowhere else: no rule sees them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.app.lift_labels import read_labels
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.app.scan_files import ScanFiles, latest_scan
from wattwarden.calc.statistics import wilson_interval
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits
from wattwarden.lake.store import Lake
from wattwarden.rulekit.register import load_register
from wattwarden.scoring.parameters import load_scoring_parameters
from wattwarden.scoring.score import score

SHARES = (Decimal("0.01"), Decimal("0.05"), Decimal("0.10"))


@dataclass(frozen=True)
class LabelFile:
    """Where the truth is: a CSV with one row per customer.

    Args:
        customer_column: Column with the customer number as it is in the lake.
        label_column: Column that is 1 where the case was confirmed, else 0.
    """

    path: Path
    customer_column: str
    label_column: str


@dataclass(frozen=True)
class Lift:
    """The head of the ranked list against chance.

    Attributes:
        share: Share of all labelled customers that is visited.
        visits: How many that is.
        ranked: How many of them the list really ranks; the others are drawn by chance.
        precision: Expected share of visits that are right.
        low, high: 95 % Wilson interval of the precision.
        lift: Precision over the base rate.
    """

    share: Decimal
    visits: int
    ranked: int
    precision: float
    low: float
    high: float
    lift: float


@dataclass(frozen=True)
class LiftReport:
    """Lift at several shares, with the base rate they are compared to."""

    customers: int
    confirmed: int
    ranked: int
    rows: Sequence[Lift]


def measure_lift(home: Path, labels: LabelFile, risks: Sequence[str] = ()) -> LiftReport:
    """Compare the newest scan's ranking with the labels.

    Args:
        risks: Only findings of these risk points are ranked; all when empty.

    Raises:
        WattwardenError: no scan, no labels, or no labelled customer in the scan's lake.
    """
    truth = read_labels(labels.path, labels.customer_column, labels.label_column)
    if not truth:
        raise fail(str(labels.path), found="no labelled customer", expected="one row per customer")
    scan = latest_scan(home)
    truth = {customer: truth[customer] for customer in known_customers(home, scan) if customer in truth}
    ranked = [customer for customer in ranking(scan, risks, home) if customer in truth]
    if not ranked:
        raise fail(
            str(labels.path),
            found="no labelled customer among the ranked ones",
            expected="customer numbers as they are in the lake",
        )
    hits = [truth[customer] for customer in ranked]
    rows = [lift_at(share, hits, len(truth), sum(truth.values())) for share in SHARES]
    return LiftReport(len(truth), sum(truth.values()), len(ranked), rows)


def known_customers(home: Path, scan: ScanFiles) -> list[str]:
    """Customers of the lake version that was scanned: the population that could have been ranked."""
    snapshot = Lake(home, contract()).snapshot(version=int(str(scan.facts["lake_version"])))
    with DuckDBEngine(contract(), Limits()) as engine:
        engine.open_snapshot(snapshot)
        rows = engine.query("SELECT customer_id FROM customer").to_pylist()
    return [str(row["customer_id"]) for row in rows]


def ranking(scan: ScanFiles, risks: Sequence[str], home: Path) -> list[str]:
    """Customers from the most worthwhile visit on, each once."""
    findings = scan.findings
    findings = findings.filter(pc.is_valid(findings.column("customer_id")))
    if risks:
        findings = findings.filter(pc.is_in(findings.column("risk"), pa.array(risks)))
    parameters = load_scoring_parameters(site=home / SITE_CONTENT)
    cases = score(findings, load_register(), parameters)
    return list(dict.fromkeys(cases.column("customer_id").to_pylist()))


def lift_at(share: Decimal, hits: Sequence[bool], customers: int, confirmed: int) -> Lift:
    """The first visits of a list against chance.

    Args:
        share: Share of all customers visited.
        hits: Whether each listed customer was confirmed, best first.
        customers: All labelled customers, listed or not.
        confirmed: Confirmed among all of them.
    """
    visits = max(1, int(share * customers))
    listed = hits[:visits]
    # Visits beyond the end of the list are drawn by chance from the customers it leaves out.
    rest, rest_confirmed = customers - len(hits), confirmed - sum(hits)
    by_chance = (visits - len(listed)) * rest_confirmed / rest if rest else 0.0
    right = sum(listed) + by_chance
    low, high = wilson_interval(right, visits)
    precision = right / visits
    return Lift(share, visits, len(listed), precision, low, high, precision * customers / confirmed)
