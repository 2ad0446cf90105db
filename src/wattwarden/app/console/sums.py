"""Sums over findings that a viewer may see, from what publishing counted; staff-side ones counted live."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Sum

from wattwarden.domain.access import Viewer
from wattwarden.domain.finding import LifeState
from wattwarden.records.guard import visible
from wattwarden.records.models import Finding, FindingSum

Row = Mapping[str, object]
_SUMS = {"n": Sum("findings"), "counted": Sum("counted_fen"), "expected": Sum("expected_fen")}


@dataclass(frozen=True)
class Total:
    """Findings and their money, each loss once, in fen."""

    findings: int = 0
    counted_fen: int = 0
    expected_fen: int = 0

    def __add__(self, other: "Total") -> "Total":
        return Total(
            self.findings + other.findings,
            self.counted_fen + other.counted_fen,
            self.expected_fen + other.expected_fen,
        )


def newest_scan(viewer: Viewer) -> int | None:
    """Number of the newest scan of which there are sums that the viewer may see."""
    number: int | None = visible(FindingSum, viewer, "see_findings").aggregate(n=Max("scan"))["n"]
    return number


def totals(
    viewer: Viewer, scan: int, first: str, *more: str, gone: bool = False
) -> Mapping[tuple[str, ...], Total]:
    """Totals by the values of one or more columns of ``FindingSum``.

    Args:
        gone: Those gone since the scan before, instead of those that are there.
    """
    by = (first, *more)
    rows = visible(FindingSum, viewer, "see_findings").filter(scan=scan)
    rows = rows.filter(change=LifeState.GONE.value) if gone else rows.exclude(change=LifeState.GONE.value)
    found: dict[tuple[str, ...], Total] = {}
    for key, total in (*_rows(rows.values_list(*by).annotate(**_SUMS)), *_staff_side(viewer, by, gone=gone)):
        found[key] = found.get(key, Total()) + total
    return found


def by_scan(viewer: Viewer, *by: str) -> Sequence[tuple[int, str, tuple[str, ...], Total]]:
    """Scan, its business date, the values of ``by``, and the total, oldest scan first."""
    rows = visible(FindingSum, viewer, "see_findings").exclude(change=LifeState.GONE.value)
    found = rows.values_list("scan", "today", *by).annotate(**_SUMS).order_by("scan", *by)
    return [(row[0], row[1].isoformat(), tuple(row[2:-3]), Total(*row[-3:])) for row in found]


def _rows(rows: object) -> Iterator[tuple[tuple[str, ...], Total]]:
    for *key, findings, counted, expected in rows:  # type: ignore[attr-defined]  # a queryset of tuples
        yield tuple(key), Total(findings, counted, expected)


def _staff_side(viewer: Viewer, by: Sequence[str], *, gone: bool) -> Iterator[tuple[tuple[str, ...], Total]]:
    """The few findings about staff, where the viewer may see any."""
    if not viewer.may("see_staff_findings"):
        return
    rows = visible(Finding, viewer, "see_findings").filter(staff_side=True)
    is_gone = {"state": LifeState.GONE.value}
    rows = rows.filter(**is_gone) if gone else rows.exclude(**is_gone)
    sums = {"n": Count("pk"), "counted": Sum("counted_fen"), "expected": Sum("expected_fen")}
    yield from _rows(rows.values_list(*by).annotate(**sums))
