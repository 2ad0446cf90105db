"""What each rule did in a scan, and how it fared with those whom an inspection has looked at."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from wattwarden.app.open_scan import scan_number
from wattwarden.app.scan_files import ScanFiles
from wattwarden.engines.duckdb_engine import DuckDBEngine

MOST_OVERLAPS = 8
_INSPECTED = """
WITH judged AS (
  SELECT customer_id, max(CASE WHEN outcome = 'normal' THEN 0 ELSE 1 END) AS hit
  FROM inspection_result WHERE outcome <> 'no_access' GROUP BY customer_id
)
SELECT f.rule_id, count(*) AS inspected, CAST(sum(j.hit) AS BIGINT) AS confirmed
FROM (SELECT DISTINCT rule_id, customer_id FROM published_findings WHERE customer_id IS NOT NULL) AS f
JOIN judged AS j ON j.customer_id = f.customer_id GROUP BY f.rule_id
"""
_OVERLAP = """
WITH placed AS (
  SELECT DISTINCT rule_id, COALESCE(premise_id, customer_id) AS place FROM published_findings
  WHERE COALESCE(premise_id, customer_id) IS NOT NULL
)
SELECT a.rule_id, b.rule_id AS other, count(*) AS shared
FROM placed AS a JOIN placed AS b ON b.place = a.place AND b.rule_id <> a.rule_id
GROUP BY a.rule_id, b.rule_id ORDER BY a.rule_id, shared DESC, other
"""


def rule_figures(engine: DuckDBEngine, scan: ScanFiles) -> Iterator[Mapping[str, object]]:
    """The columns of the store's ``RuleFigure``, one mapping a rule that ran."""
    engine.register("published_findings", scan.findings.select(["rule_id", "customer_id", "premise_id"]))
    inspected = {row["rule_id"]: row for row in engine.query(_INSPECTED).to_pylist()}
    overlap: dict[str, dict[str, int]] = defaultdict(dict)
    for row in engine.query(_OVERLAP).to_pylist():
        if len(overlap[row["rule_id"]]) < MOST_OVERLAPS:
            overlap[row["rule_id"]][row["other"]] = row["shared"]
    for outcome in scan.outcomes:
        rule_id = str(outcome["rule_id"])
        judged = inspected.get(rule_id, {})
        yield {
            "scan": scan_number(scan),
            "today": scan.facts["today"],
            "rule_id": rule_id,
            "kind": outcome["kind"],
            "detail": outcome["detail"],
            "seconds": outcome["seconds"],
            "findings": outcome["findings"],
            "inspected": judged.get("inspected", 0),
            "confirmed": judged.get("confirmed", 0),
            "overlap": overlap.get(rule_id, {}),
        }
