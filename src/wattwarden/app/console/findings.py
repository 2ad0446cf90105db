"""Findings for the console: the list by worth, and one in full."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from django.db.models import Q

from wattwarden.app.console.masking import masker_for
from wattwarden.app.console.paging import ROWS_PER_PAGE, Page, cursor, place
from wattwarden.app.console.traces import Subject, read
from wattwarden.app.rule_catalogue import all_rules
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.finding import LifeState
from wattwarden.records.guard import load, visible
from wattwarden.records.models import Finding
from wattwarden.rulekit.model import Rule


@dataclass(frozen=True)
class FindingFilter:
    """Which findings are wanted; an empty field does not limit.

    Args:
        state: ``open`` (also those that came back) or ``gone``.
        q: Beginning of a customer, premise or subject number.
        staff_side: Those about the utility's own people instead of all others; no address asks for it.
    """

    risk: str = ""
    rule: str = ""
    severity: str = ""
    state: str = "open"
    q: str = ""
    staff_side: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "FindingFilter":
        """The filter that an address asks for; unknown names are left out."""
        names = [f.name for f in fields(cls) if f.type is str and f.name in query]
        return cls(**{name: query[name].strip().replace("\0", "") for name in names})


@dataclass(frozen=True)
class ListedFinding:
    """One row: the stored finding, its rule, and identifiers as the viewer may see them."""

    row: Finding
    rule: Rule | None
    customer_id: str
    subject_id: str


def find_page(viewer: Viewer, chosen: FindingFilter, after: str | None = None) -> Page[ListedFinding]:
    """One page of the list, the most valuable first.

    Args:
        after: Where the page starts, from the page before.
    """
    rows = visible(Finding, viewer, "see_findings").filter(_condition(chosen))
    if after:
        worth, key = place(after, (int, str))
        rows = rows.filter(Q(net_value_fen__lt=worth) | Q(net_value_fen=worth, finding_key__gt=key))
    # One row more than shown tells whether there is a next page.
    found = list(rows.order_by("-net_value_fen", "finding_key")[: ROWS_PER_PAGE + 1])
    shown = found[:ROWS_PER_PAGE]
    last = shown[-1] if len(found) > ROWS_PER_PAGE else None
    return Page(_listed(viewer, shown), cursor(last.net_value_fen, last.finding_key) if last else None)


def find_one(viewer: Viewer, key: str) -> ListedFinding:
    """One finding.

    Raises:
        WattwardenError: it does not exist for this viewer.
    """
    row = load(Finding, key, viewer, "see_findings")
    read(viewer, Subject("finding", row.finding_key, row.org_path, row.staff_side))
    return _listed(viewer, [row])[0]


def _listed(viewer: Viewer, rows: Sequence[Finding]) -> list[ListedFinding]:
    rules = all_rules(home())
    listed = []
    for row in rows:
        masker = masker_for(viewer, row.org_path)
        listed.append(
            ListedFinding(
                row,
                rules.get(row.rule_id),
                str(masker.value("customer_id", row.customer_id) or ""),
                masker.subject(row.subject_kind, row.subject_id) or "",
            )
        )
    return listed


def _condition(chosen: FindingFilter) -> Q:
    gone = Q(state=LifeState.GONE.value)
    wanted = gone if chosen.state == LifeState.GONE.value else ~gone
    wanted &= Q(staff_side=chosen.staff_side)
    for name, value in (("risk", chosen.risk), ("rule_id", chosen.rule), ("severity", chosen.severity)):
        if value:
            wanted &= Q(**{name: value})
    if chosen.q:
        begins = {f"{name}__startswith": chosen.q for name in ("customer_id", "premise_id", "subject_id")}
        wanted &= Q(*begins.items(), _connector=Q.OR)
    return wanted
