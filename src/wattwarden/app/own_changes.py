"""Who changed what a finding is about: nobody sees, owns or closes a case about a change of his own."""

from collections import defaultdict
from collections.abc import Mapping

import pyarrow as pa

from wattwarden.domain.staff_side import parted
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.records.models import Finding

Authors = Mapping[str, frozenset[str]]
"""Numbers of staff by key of the finding."""
LEAD_DAYS = 31
"""A change shows at the latest in the bill of the month that follows it, so it may be this much older."""
_CHANGES = f"""
WITH own AS (
  SELECT customer_id, unnest([staff_id, approved_by]) AS staff_id, CAST(changed_at AS DATE) AS day
  FROM archive_change
  UNION ALL
  -- An ordinary bill comes out of the run; one of another kind somebody decided on.
  SELECT customer_id, unnest([created_by, approved_by]), issued_on FROM bill WHERE kind <> 'normal'
  UNION ALL
  SELECT customer_id, unnest([waived_by, approved_by]), decided_on FROM late_fee
)
SELECT DISTINCT f.finding_key, own.staff_id
FROM found AS f
JOIN own ON own.customer_id = f.customer_id AND own.day >= f.period_from - {LEAD_DAYS}
        AND (f.period_to IS NULL OR own.day < f.period_to)
WHERE own.staff_id IS NOT NULL
ORDER BY ALL
"""
_TABLE = "found"
_TAKEN = ("finding_key", "customer_id", "period_from", "period_to")


def published_authors() -> Authors:
    """Whom each finding of the store is kept from: who is named in its proof, or made the change."""
    kept = Finding.objects.exclude(staff_ids="").values_list("finding_key", "staff_ids")
    return {key: parted(text) for key, text in kept.iterator()}


def own_changes(engine: DuckDBEngine, findings: pa.Table) -> Authors:
    """Members of staff by finding: who changed or approved a file, a bill or a late fee in its period.

    Args:
        engine: Over the lake as the scan saw it.
        findings: Rows of FINDING_SCHEMA.
    """
    engine.register(_TABLE, findings.select(_TAKEN))
    authors: dict[str, set[str]] = defaultdict(set)
    for row in engine.query(_CHANGES).to_pylist():
        authors[str(row["finding_key"])].add(str(row["staff_id"]))
    return {key: frozenset(staff) for key, staff in authors.items()}
