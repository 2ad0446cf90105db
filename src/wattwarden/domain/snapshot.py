"""A fixed view of the lake: which files, as known at which instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from wattwarden.domain.tables import ARRIVED_AT, SUPERSEDED_AT


@dataclass(frozen=True)
class Snapshot:
    """The lake at one version.

    Args:
        version: Number of the lake version; the same number is the same data for ever.
        known_at: Rows that arrived later are invisible; rows replaced later are still current (UTC).
        is_head: ``known_at`` is at or after the last arrival, so the current rows are those not replaced.
        files: Parquet files per table; a table that was never imported is absent.
    """

    version: int
    known_at: datetime
    is_head: bool
    files: Mapping[str, tuple[str, ...]]

    def visible(self) -> str:
        """SQL condition that keeps the rows known, and not yet replaced, at ``known_at``."""
        if self.is_head:
            return f"{SUPERSEDED_AT} IS NULL"
        instant = f"TIMESTAMPTZ '{self.known_at.isoformat()}'"
        return f"{ARRIVED_AT} <= {instant} AND ({SUPERSEDED_AT} IS NULL OR {SUPERSEDED_AT} > {instant})"
