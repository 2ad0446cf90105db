"""The files of a published scan, and how they are read back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from wattwarden.domain.errors import fail
from wattwarden.domain.finding import LIFE_SCHEMA
from wattwarden.lake.scan_store import ScanStore
from wattwarden.scoring.fusion import Learned

ScanKind = Literal["full", "partial", "retrospective"]
FINDINGS, LIFE, CASES = "findings.parquet", "life.parquet", "cases.parquet"
THEFT_SCORE = "theft_score.parquet"
FACTS, OUTCOMES = "scan.json", "outcomes.json"


@dataclass(frozen=True)
class ScanFiles:
    """One published scan, read from its folder.

    Attributes:
        facts: ``scan.json``: kind, lake version, business date, content hash, totals.
        outcomes: One mapping per rule.
    """

    folder: Path
    facts: Mapping[str, object]
    outcomes: Sequence[Mapping[str, object]]

    @property
    def findings(self) -> pa.Table:
        """FINDING_SCHEMA, ordered by key."""
        return pq.read_table(self.folder / FINDINGS)

    @property
    def life(self) -> pa.Table:
        """LIFE_SCHEMA, every finding ever seen."""
        return pq.read_table(self.folder / LIFE)

    @property
    def cases(self) -> pa.Table:
        """Candidate cases, best first."""
        return pq.read_table(self.folder / CASES)

    @property
    def learned(self) -> Learned | None:
        """The learned theft score that took part; None where no model was promoted."""
        path = self.folder / THEFT_SCORE
        if not path.is_file():
            return None
        weights = self.facts.get("theft_fusion")
        listed = weights if isinstance(weights, list) else []
        return Learned.of_table(pq.read_table(path), tuple(float(w) for w in listed))


def read_scan(folder: Path) -> ScanFiles:
    """Open the scan in ``folder``.

    Raises:
        WattwardenError: its facts are missing or cannot be read.
    """
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        outcomes = json.loads((folder / OUTCOMES).read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise fail(
            str(folder), found=f"a file that cannot be read ({error})", expected="what a scan has written",
            action="Restore the folder from a backup, or scan again.",
        ) from error  # fmt: skip
    return ScanFiles(folder, facts, outcomes)


def all_scans(home: Path) -> list[ScanFiles]:
    """Every published scan, oldest first."""
    store = ScanStore(home)
    return [read_scan(store.read(number)) for number in store.numbers()]


def latest_scan(home: Path) -> ScanFiles:
    """The newest scan.

    Raises:
        WattwardenError: nothing was scanned yet.
    """
    folder = ScanStore(home).latest()
    if folder is None:
        raise fail(
            str(home), found="no scan", expected="a published scan", action="Run 'wattwarden scan' first."
        )
    return read_scan(folder)


def previous_life(home: Path) -> pa.Table:
    """Life after the newest full scan; empty before the first one."""
    full = [scan for scan in all_scans(home) if scan.facts["kind"] == "full"]
    return full[-1].life if full else LIFE_SCHEMA.empty_table()


def publish_scan(
    home: Path,
    facts: Mapping[str, object],
    outcomes: Sequence[Mapping[str, object]],
    findings: pa.Table,
    life: pa.Table,
    cases: pa.Table,
    theft_score: pa.Table | None = None,
) -> tuple[int, Path]:
    """Write all files aside, then make the scan visible in one step; returns its number and folder."""
    store = ScanStore(home)
    folder = store.begin()
    if theft_score is not None:
        pq.write_table(theft_score, folder / THEFT_SCORE, compression="zstd")
    for name, table in ((FINDINGS, findings), (LIFE, life), (CASES, cases)):
        pq.write_table(table, folder / name, compression="zstd")
    (folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / OUTCOMES).write_text(json.dumps(outcomes, ensure_ascii=False, indent=1), encoding="utf-8")
    number = store.publish(folder)
    return number, store.read(number)
