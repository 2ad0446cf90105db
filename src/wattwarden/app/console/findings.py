"""Findings for the console: the list, filtered and sorted, page by page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.expressions import OrderBy

from wattwarden.app.console.catalogue import rules_of
from wattwarden.app.console.masking import masker_for
from wattwarden.app.console.paging import ROWS_PER_PAGE, Page, cursor, place
from wattwarden.app.console.units import unit_names
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import fail
from wattwarden.domain.finding import LifeState
from wattwarden.domain.money import FEN_PER_YUAN
from wattwarden.records.guard import visible
from wattwarden.records.models import Finding
from wattwarden.records.prefix import begins, begins_any, in_order
from wattwarden.rulekit.model import Rule

SORTS: Mapping[str, tuple[str, type]] = {
    "worth": ("net_value_fen", int),
    "expected": ("expected_fen", int),
    "newest": ("first_seen", str),
}
"""Column that each order descends by; every one has an index together with the key."""
STAFF_SIDE = "staff"
_POINT_DEPTH = 2
"""Dots in the number of a risk point, such as 1.2.3."""
_EXACT = {"rule": "rule_id", "severity": "severity", "direction": "direction", "change": "change"}


@dataclass(frozen=True)
class FindingFilter:
    """Which findings are wanted, as it stands in the address; an empty field does not limit.

    Args:
        risk: A risk point, or the beginning of its number such as ``1.2``.
        org: Path of an organisation, with all below it.
        state: ``open`` (also those that came back), ``gone`` or ``all``.
        change: ``new``, ``back`` or ``gone`` since the scan before.
        money: Least likely money, in yuan.
        since, until: The period of the finding touches these days.
        q: Beginning of a customer, premise or subject number.
        sort: A key of ``SORTS``.
        side: ``staff`` for the inbox of findings about the utility's own people; all others otherwise.
    """

    risk: str = ""
    rule: str = ""
    org: str = ""
    severity: str = ""
    state: str = "open"
    direction: str = ""
    change: str = ""
    money: str = ""
    since: str = ""
    until: str = ""
    q: str = ""
    sort: str = "worth"
    side: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "FindingFilter":
        """The filter that an address asks for; unknown names are left out."""
        names = [f.name for f in fields(cls) if f.name in query]
        return cls(**{name: query[name].strip().replace("\0", "") for name in names})

    def query(self, **changed: str) -> Mapping[str, str]:
        """The fields that differ from an empty filter, for an address."""
        empty = FindingFilter()
        wanted = {**asdict(self), **changed}
        return {name: value for name, value in wanted.items() if value != getattr(empty, name, "")}


@dataclass(frozen=True)
class ListedFinding:
    """One row: the stored finding, its rule, and identifiers as the viewer may see them."""

    row: Finding
    rule: Rule | None
    customer_id: str
    subject_id: str
    org: str


def find_page(viewer: Viewer, chosen: FindingFilter, after: str | None = None) -> Page[ListedFinding]:
    """One page of the list.

    Args:
        after: Where the page starts, from the page before.

    Raises:
        WattwardenError: a filter or the place cannot be read.
    """
    column, kind = SORTS.get(chosen.sort, SORTS["worth"])
    rows = _matching(viewer, chosen)
    if after:
        worth, key = place(after, (kind, str))
        if kind is str:
            _day(str(worth))
        rows = rows.filter(Q(**{f"{column}__lt": worth}) | Q(**{column: worth, "finding_key__gt": key}))
    # One row more than shown tells whether there is a next page.
    found = list(rows.order_by(*_order(chosen))[: ROWS_PER_PAGE + 1])
    shown = found[:ROWS_PER_PAGE]
    if len(found) <= ROWS_PER_PAGE:
        return Page(listed(viewer, shown), None)
    last = getattr(shown[-1], column)
    return Page(listed(viewer, shown), cursor(str(last) if kind is str else last, shown[-1].finding_key))


def find_rows(viewer: Viewer, chosen: FindingFilter, keys: Sequence[str] = ()) -> Iterator[dict[str, object]]:
    """Rows of an export, in the order of the list; only the ``keys`` where some were chosen."""
    rows = _matching(viewer, chosen)
    if keys:
        rows = rows.filter(finding_key__in=list(keys))
    names = [field.name for field in Finding._meta.concrete_fields]  # noqa: SLF001 Django's public name
    for row in rows.order_by(*_order(chosen)).iterator(chunk_size=1000):
        (shown,) = listed(viewer, [row])
        title = shown.rule.title.text(viewer.language) if shown.rule else row.rule_id
        yield {
            **{name: getattr(row, name) for name in names},
            "title": title,
            "customer_id": shown.customer_id,
            "subject_id": shown.subject_id,
            "proof": "",
        }


def listed(viewer: Viewer, rows: Iterable[Finding]) -> list[ListedFinding]:
    """Rows as the viewer may see them."""
    rules, units = rules_of(home()), unit_names()
    shown = []
    for row in rows:
        masker = masker_for(viewer, row.org_path)
        shown.append(
            ListedFinding(
                row,
                rules.get(row.rule_id),
                str(masker.value("customer_id", row.customer_id) or ""),
                masker.subject(row.subject_kind, row.subject_id) or "",
                units.get(row.org_path, row.org_id or ""),
            )
        )
    return shown


def _order(chosen: FindingFilter) -> list[str | OrderBy]:
    """The largest first, of what the list is sorted by."""
    column, _ = SORTS.get(chosen.sort, SORTS["worth"])
    return in_order((f"-{column}", "finding_key"), chosen.q)


def _matching(viewer: Viewer, chosen: FindingFilter) -> QuerySet[Finding]:
    wanted = Q(staff_side=chosen.side == STAFF_SIDE)
    if chosen.state != "all" and chosen.change != LifeState.GONE.value:
        is_gone = Q(state=LifeState.GONE.value)
        wanted &= is_gone if chosen.state == LifeState.GONE.value else ~is_gone
    for name, column in _EXACT.items():
        if value := getattr(chosen, name):
            wanted &= Q(**{column: value})
    if chosen.risk:
        wanted &= _of_risk(chosen.risk)
    if chosen.org and chosen.org not in viewer.paths("see_findings"):
        wanted &= begins("org_path", chosen.org)
    if chosen.money:
        wanted &= Q(loss_likely_fen__gte=_fen(chosen.money))
    if chosen.since:
        wanted &= Q(period_to__isnull=True) | Q(period_to__gte=_day(chosen.since))
    if chosen.until:
        wanted &= Q(period_from__lte=_day(chosen.until))
    if chosen.q:
        wanted &= begins_any(chosen.q, "customer_id", "premise_id", "subject_id")
    return visible(Finding, viewer, "see_findings").filter(wanted)


def _of_risk(number: str) -> Q:
    """Findings of a point, or of all points of a chapter: these are many, so no index is offered for them."""
    is_point = number.count(".") == _POINT_DEPTH
    return Q(risk=number) if is_point else Q(risk__startswith=number)


def _fen(yuan: str) -> int:
    if not yuan.isdecimal():
        raise fail("money", found=yuan[:40], expected="a whole number of yuan")
    return int(yuan) * FEN_PER_YUAN


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise fail("period", found=text[:40], expected="a day such as 2026-10-31") from error
