"""Findings over scans; over months while there is one scan only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow.parquet as pq

from wattwarden.app.open_scan import scan_number
from wattwarden.app.report.material import Material
from wattwarden.app.scan_files import FINDINGS, ScanFiles, all_scans
from wattwarden.domain.period import month_start

MOST_SCANS = 60
MOST_MONTHS = 24


@dataclass(frozen=True)
class ScanCount:
    """One full scan compared with those before it.

    Args:
        new: Findings never seen before.
        back: Findings that had been gone.
        gone: Findings of the scan before that are no longer there.
        open: All findings of the scan.
    """

    number: int
    today: str
    open: int
    new: int
    back: int
    gone: int


@dataclass(frozen=True)
class MonthCount:
    """Findings of the scan whose period begins in one month, by risk chapter such as ``1.2``."""

    month: str
    by_chapter: dict[str, int]


def scan_counts(material: Material) -> list[ScanCount]:
    """The newest full scans up to this one, oldest first; a partial scan says nothing about what is gone."""
    scans = [scan for scan in all_scans(material.home) if _counts(scan, material.number)]
    seen: set[str] = set()
    before: set[str] = set()
    found = []
    for scan in scans:
        keys = set(pq.read_table(scan.folder / FINDINGS, columns=["finding_key"])["finding_key"].to_pylist())
        fresh = keys - before
        found.append(
            ScanCount(
                number=scan_number(scan),
                today=str(scan.facts["today"]),
                open=len(keys),
                new=len(fresh - seen),
                back=len(fresh & seen),
                gone=len(before - keys),
            )
        )
        seen |= keys
        before = keys
    return found[-MOST_SCANS:]


def month_counts(material: Material) -> list[MonthCount]:
    """Findings by the month in which their period begins, without gaps; older months are one entry.

    Findings without a period are left out.
    """
    counts: Counter[tuple[str, str]] = Counter()
    rows = material.findings.select(["period_from", "risk"]).to_pylist()
    for row in rows:
        if row["period_from"] is not None:
            counts[_month(row["period_from"]), str(row["risk"]).rpartition(".")[0]] += 1
    if not counts:
        return []
    latest = date.fromisoformat(f"{max(month for month, _ in counts)}-01")
    months = [_month(month_start(latest, offset)) for offset in range(1 - MOST_MONTHS, 1)]
    months = months[months.index(max(months[0], min(month for month, _ in counts))) :]
    found = [_count(month, {c: n for (m, c), n in counts.items() if m == month}) for month in months]
    earlier: Counter[str] = Counter()
    for (month, chapter), n in counts.items():
        earlier[chapter] += n if month < months[0] else 0
    return [*([_count(f"< {months[0]}", earlier)] if earlier.total() else []), *found]


def _count(month: str, by_chapter: Mapping[str, int]) -> MonthCount:
    return MonthCount(month, {chapter: n for chapter, n in sorted(by_chapter.items()) if n})


def chapters(months: Sequence[MonthCount]) -> list[str]:
    """Risk chapters that occur, in order."""
    return sorted({chapter for month in months for chapter in month.by_chapter})


def _counts(scan: ScanFiles, newest: int) -> bool:
    return scan.facts.get("kind") == "full" and scan_number(scan) <= newest


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
