"""What a scan writes: findings, their life, the outcome of each rule, and cases."""

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

FINDING_SCHEMA = pa.schema(
    [
        ("finding_key", pa.string()),
        ("rule_id", pa.string()),
        ("rule_hash", pa.string()),
        ("risk", pa.string()),
        ("severity", pa.string()),
        ("subject_kind", pa.string()),
        ("subject_id", pa.string()),
        ("customer_id", pa.string()),
        ("premise_id", pa.string()),
        ("org_id", pa.string()),
        ("period_from", pa.date32()),
        ("period_to", pa.date32()),
        ("direction", pa.string()),
        ("cause", pa.string()),
        ("loss_low_fen", pa.int64()),
        ("loss_likely_fen", pa.int64()),
        ("loss_high_fen", pa.int64()),
        ("confidence", pa.decimal128(6, 4)),
        ("proof", pa.string()),
    ]
)
"""One row per finding of a scan. Money is NULL where none is at stake; ``proof`` is a JSON object
of the values that prove it; ``confidence`` is the prior probability that a visit confirms it."""

LIFE_SCHEMA = pa.schema(
    [
        ("finding_key", pa.string()),
        ("rule_id", pa.string()),
        ("subject_kind", pa.string()),
        ("subject_id", pa.string()),
        ("state", pa.string()),
        ("first_seen", pa.date32()),
        ("last_seen", pa.date32()),
        ("gone_since", pa.date32()),
        ("times_back", pa.int64()),
    ]
)
"""One row per finding ever seen; days are business days of the scans."""


class LifeState(StrEnum):
    """Where a finding stands across scans."""

    OPEN = "open"
    BACK = "back"
    GONE = "gone"


class OutcomeKind(StrEnum):
    """What became of one rule in one scan."""

    FOUND = "found"
    NONE = "none"
    NO_DATA = "no_data"
    FAILED = "failed"
    OUT_OF_BAND = "out_of_band"


@dataclass(frozen=True)
class RuleOutcome:
    """The visible result of one rule.

    Args:
        findings: Number of findings kept; for ``OUT_OF_BAND`` the number withheld.
        detail: Why, where it is not plain success: the error, the missing tables, the band.
        seconds: Time of the query; not part of the findings, so not of their bytes.
    """

    rule_id: str
    rule_hash: str
    kind: OutcomeKind
    findings: int
    detail: str
    seconds: float
