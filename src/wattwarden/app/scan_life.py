"""The life of findings across scans: open, gone, back."""

from collections.abc import Collection
from datetime import date

import pyarrow as pa

from wattwarden.domain.finding import LIFE_SCHEMA
from wattwarden.engines.duckdb_engine import DuckDBEngine

_NEXT = """
SELECT COALESCE(n.finding_key, p.finding_key) AS finding_key,
       COALESCE(n.rule_id, p.rule_id) AS rule_id,
       COALESCE(n.subject_kind, p.subject_kind) AS subject_kind,
       COALESCE(n.subject_id, p.subject_id) AS subject_id,
       CASE WHEN n.finding_key IS NULL AND u.rule_id IS NULL THEN 'gone'
            WHEN n.finding_key IS NULL THEN p.state
            WHEN p.state = 'gone' THEN 'back'
            ELSE COALESCE(p.state, 'open') END AS state,
       COALESCE(p.first_seen, $today) AS first_seen,
       CASE WHEN n.finding_key IS NOT NULL THEN $today ELSE p.last_seen END AS last_seen,
       CASE WHEN n.finding_key IS NOT NULL THEN NULL
            WHEN p.state = 'gone' OR u.rule_id IS NOT NULL THEN p.gone_since
            ELSE $today END AS gone_since,
       COALESCE(p.times_back, 0)
         + CASE WHEN n.finding_key IS NOT NULL AND p.state = 'gone' THEN 1 ELSE 0 END AS times_back
FROM life_before AS p
FULL OUTER JOIN life_findings AS n ON n.finding_key = p.finding_key
LEFT JOIN life_undecided AS u ON u.rule_id = p.rule_id
ORDER BY 1
"""


def next_life(
    engine: DuckDBEngine, before: pa.Table, findings: pa.Table, undecided: Collection[str], today: date
) -> pa.Table:
    """The life of every finding after a scan.

    Args:
        before: Life after the scan before (LIFE_SCHEMA).
        findings: What this scan found (FINDING_SCHEMA).
        undecided: Rules that came to no result; what they found before stays as it was.
        today: Business date of the scan.

    Returns:
        LIFE_SCHEMA, one row per finding ever seen, ordered by key.
    """
    engine.register("life_before", before)
    engine.register(
        "life_findings", findings.select(["finding_key", "rule_id", "subject_kind", "subject_id"])
    )
    engine.register("life_undecided", pa.table({"rule_id": pa.array(sorted(undecided), pa.string())}))
    return engine.query(_NEXT.replace("$today", f"DATE '{today.isoformat()}'")).cast(LIFE_SCHEMA)
