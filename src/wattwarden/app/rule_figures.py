"""What each rule did in a scan, and how it fared with those whom an inspection has looked at."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from wattwarden.app.open_scan import scan_number
from wattwarden.app.scan_files import ScanFiles
from wattwarden.engines.duckdb_engine import DuckDBEngine

MOST_OVERLAPS = 8
_COLUMNS = ["finding_key", "rule_id", "customer_id", "premise_id"]
_INSPECTED = """
WITH judged AS (
  SELECT customer_id, max(CASE WHEN outcome = 'normal' THEN 0 ELSE 1 END) AS hit
  FROM inspection_result WHERE outcome <> 'no_access' GROUP BY customer_id
)
SELECT f.rule_id, count(*) AS inspected, CAST(sum(j.hit) AS BIGINT) AS confirmed
FROM (SELECT DISTINCT rule_id, customer_id FROM published_findings WHERE customer_id IS NOT NULL) AS f
JOIN judged AS j ON j.customer_id = f.customer_id GROUP BY f.rule_id
"""
_EXAMPLES = """
SELECT f.rule_id, f.finding_key, i.outcome, CAST(CAST(i.visited_at AS DATE) AS VARCHAR) AS visited_on, i.claimed_fen
FROM published_findings AS f JOIN inspection_result AS i ON i.customer_id = f.customer_id
WHERE i.outcome NOT IN ('normal', 'no_access')
QUALIFY row_number() OVER (PARTITION BY f.rule_id ORDER BY i.visited_at DESC, f.finding_key) <= 5
ORDER BY f.rule_id, i.visited_at DESC, f.finding_key
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
    engine.register("published_findings", scan.findings.select(_COLUMNS))
    inspected = {row["rule_id"]: row for row in engine.query(_INSPECTED).to_pylist()}
    overlap: dict[str, dict[str, int]] = defaultdict(dict)
    for row in engine.query(_OVERLAP).to_pylist():
        if len(overlap[row["rule_id"]]) < MOST_OVERLAPS:
            overlap[row["rule_id"]][row["other"]] = row["shared"]
    examples: dict[str, list[object]] = defaultdict(list)
    for row in engine.query(_EXAMPLES).to_pylist():
        examples[row.pop("rule_id")].append(row)
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
            "examples": examples.get(rule_id, []),
            "overlap": overlap.get(rule_id, {}),
        }
