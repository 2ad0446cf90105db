"""The first page: my work, what is overdue, what the last scan changed, what it is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from wattwarden.app.console.charts import Chart, Lines, bar_chart, rank_chart
from wattwarden.app.console.finding_detail import register
from wattwarden.app.console.findings import ListedFinding, listed
from wattwarden.app.console.kept_sums import kept
from wattwarden.app.console.sums import Total, by_scan, newest_scan, totals
from wattwarden.app.scan_change import BACK, GONE, NEW
from wattwarden.domain.access import Viewer
from wattwarden.records.guard import visible
from wattwarden.records.models import Case, Finding

MOST_CASES, MOST_FINDINGS, MOST_SCANS = 8, 8, 20
_SOON, _DAY = timedelta(days=2), timedelta(days=1)
_UNCHANGED = ""


@dataclass(frozen=True)
class MyWork:
    """Open cases in figures, and the next of mine.

    Args:
        mine, mine_late, mine_soon: Owned by the viewer: all, past due, due within two days.
        all_open, all_late, unowned: Of the organisations that he may see.
        opened, closed, newly_late: Of these, since this time yesterday.
    """

    mine: int
    mine_late: int
    mine_soon: int
    all_open: int
    all_late: int
    unowned: int
    opened: int
    closed: int
    newly_late: int
    next: Sequence[Case]


@dataclass(frozen=True)
class Today:
    """What the page shows.

    Args:
        scan: Number and day of the newest scan; None before the first.
        total: What it found.
        changed: Totals by change: new, back, gone.
        newest: The most valuable of what is new or back; of everything, where there is no scan before.
        is_first: There is no scan before.
        charts: By risk point, and over scans.
    """

    work: MyWork | None
    scan: tuple[int, str] | None
    total: Total
    changed: Mapping[str, Total]
    newest: Sequence[ListedFinding]
    is_first: bool
    charts: Sequence[Chart]


def today(viewer: Viewer) -> Today:
    """The page for this viewer."""
    work = _work(viewer) if viewer.may("see_cases") else None
    scan = newest_scan(viewer)
    if scan is None:
        return Today(work, None, Total(), {}, (), True, ())
    by_change = {key[0]: total for key, total in totals(viewer, scan, "change").items()}
    gone = totals(viewer, scan, "change", gone=True).get((GONE,), Total())
    history = by_scan(viewer, "change")
    day = max(date for number, date, _, _ in history if number == scan)
    is_first = all(number == scan for number, _, _, _ in history)
    changes = (NEW, BACK, _UNCHANGED) if is_first else (NEW, BACK)
    rows = visible(Finding, viewer, "see_findings").filter(change__in=changes)
    return Today(
        work=work,
        scan=(scan, day),
        total=sum(by_change.values(), Total()),
        changed={NEW: by_change.get(NEW, Total()), BACK: by_change.get(BACK, Total()), GONE: gone},
        newest=listed(viewer, rows.order_by("-net_value_fen", "finding_key")[:MOST_FINDINGS]),
        is_first=is_first,
        charts=[_risk_chart(viewer, scan), _scan_chart(viewer, history)],
    )


def _work(viewer: Viewer) -> MyWork:
    now = timezone.now()
    cases = visible(Case, viewer, "see_cases").filter(is_open=True)
    own, late = cases.filter(owner_id=viewer.user_id), Q(due_at__lt=now)
    mine = own.aggregate(
        mine=Count("pk"),
        mine_late=Count("pk", filter=late),
        mine_soon=Count("pk", filter=Q(due_at__gte=now, due_at__lt=now + _SOON)),
    )
    upcoming = own.order_by("due_at", "-net_value_fen")[:MOST_CASES]
    everybody = kept("work", viewer, lambda: _everybody(viewer, now))
    return MyWork(**mine, **everybody, next=list(upcoming))


def _everybody(viewer: Viewer, now: datetime) -> dict[str, int]:
    yesterday = now - _DAY
    cases = visible(Case, viewer, "see_cases")
    late = Q(due_at__lt=now)
    counts: dict[str, int] = cases.filter(is_open=True).aggregate(
        opened=Count("pk", filter=Q(opened_at__gte=yesterday)),
        newly_late=Count("pk", filter=late & Q(due_at__gte=yesterday)),
        all_open=Count("pk"),
        all_late=Count("pk", filter=late),
        unowned=Count("pk", filter=Q(owner__isnull=True)),
    )
    return counts | {"closed": cases.filter(is_open=False, closed_at__gte=yesterday).count()}


def _risk_chart(viewer: Viewer, scan: int) -> Chart:
    zh = viewer.language == "zh"
    found = {key[0]: total for key, total in totals(viewer, scan, "risk").items()}
    points = [(number, point) for number, point in register().points.items() if point.kind == "risk"]
    pairs = [
        (f"{number} {point.title.text(viewer.language)}", found.get(number, Total()).findings)
        for number, point in points
    ]
    title = "各风险点疑点" if zh else "Findings by risk point"
    return rank_chart(title, pairs, "", "风险点" if zh else "Risk point")


def _scan_chart(viewer: Viewer, history: Sequence[tuple[int, str, tuple[str, ...], Total]]) -> Chart:
    zh = viewer.language == "zh"
    scans = sorted({(number, day) for number, day, _, _ in history})[-MOST_SCANS:]
    counts = {(number, change): total.findings for number, _, (change,), total in history}
    names = {NEW: ("新增", "New"), BACK: ("复发", "Back"), _UNCHANGED: ("延续", "Continuing")}
    values = {
        label[0 if zh else 1]: [counts.get((number, change), 0) for number, _ in scans]
        for change, label in names.items()
    }
    x = [f"#{number} {day}" for number, day in scans]
    title = "历次扫描疑点" if zh else "Findings by scan"
    return bar_chart(title, Lines(x, values, "", None, "扫描" if zh else "Scan"), stacked=True)
