"""A candidate case: what one visit, or one look at the desk, could settle."""

from enum import StrEnum

import pyarrow as pa


class Place(StrEnum):
    """Where the work of a case is done, and so what it costs; from the dearest to the cheapest."""

    PREMISE = "premise"
    GRID = "grid"
    DESK = "desk"


CASE_SCHEMA = pa.schema(
    [
        ("case_key", pa.string()),
        ("rank", pa.int64()),
        ("premise_id", pa.string()),
        ("customer_id", pa.string()),
        ("subject_kind", pa.string()),
        ("subject_id", pa.string()),
        ("org_id", pa.string()),
        ("place", pa.string()),
        ("findings", pa.int64()),
        ("rules", pa.list_(pa.string())),
        ("risks", pa.list_(pa.string())),
        ("severity", pa.string()),
        ("lead_finding_key", pa.string()),
        ("probability", pa.decimal128(6, 4)),
        ("money_low_fen", pa.int64()),
        ("money_likely_fen", pa.int64()),
        ("money_high_fen", pa.int64()),
        ("consequence_fen", pa.int64()),
        ("expected_fen", pa.int64()),
        ("visit_cost_fen", pa.int64()),
        ("harm_fen", pa.int64()),
        ("net_value_fen", pa.int64()),
    ]
)
"""One row per candidate case, ordered by ``rank`` from 1.

``subject_kind`` and ``subject_id`` say what the findings were merged by. ``customer_id`` and ``org_id``
are those of the leading finding, the one with the largest expected loss. ``money_*_fen`` is what the
rules sized; ``consequence_fen`` stands in where none of them did. ``probability`` is that at least one
finding is confirmed. ``harm_fen`` is the harm of a wrong visit times the chance that it is wrong.
"""

SEVERITIES = ("low", "medium", "high", "critical")
"""Severities of rules, from the mildest."""
