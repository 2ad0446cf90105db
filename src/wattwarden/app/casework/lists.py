"""Lists of cases: filtered and by worth, page by page; the board by step; snoozed and accepted ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from wattwarden.app.casework.settings import RISK_CASE, known_processes, known_rules
from wattwarden.app.casework.times import now, stored
from wattwarden.app.console.kept_sums import kept
from wattwarden.app.console.masking import masker_for
from wattwarden.app.console.paging import ROWS_PER_PAGE, Page, cursor, place
from wattwarden.cases.process import Process, Step
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.records.guard import visible
from wattwarden.records.models import Case
from wattwarden.records.prefix import begins_any, in_order, numbered

CARDS = 8
"""Cases shown in a column of the board."""


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are wanted; an empty field does not limit.

    Args:
        state: ``open``, ``closed`` or ``all``.
        owner: ``me``, ``none`` or empty.
        due: ``late`` for those overdue.
        drawn: ``yes`` for visits drawn at random.
        q: Beginning of a customer, premise or subject number, or the number of a case.
    """

    state: str = "open"
    step: str = ""
    severity: str = ""
    owner: str = ""
    due: str = ""
    drawn: str = ""
    q: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "CaseFilter":
        """The filter that an address asks for; unknown names are left out."""
        return cls(**{f.name: query[f.name].strip() for f in fields(cls) if f.name in query})


@dataclass(frozen=True)
class ListedCase:
    """One row of a list, with identifiers as the viewer may see them."""

    row: Case
    title: Label
    step: Step
    customer_id: str
    subject_id: str
    is_late: bool


@dataclass(frozen=True)
class Column:
    """A column of the board: a step, how many cases and how much money stand in it, and the best of them."""

    name: str
    step: Step
    count: int
    money_fen: int
    cards: Sequence[ListedCase]


def case_page(
    viewer: Viewer, chosen: CaseFilter, after: str | None = None, rows: int = ROWS_PER_PAGE
) -> Page[ListedCase]:
    """One page of the list, the most valuable first; of those overdue, the longest overdue.

    Args:
        viewer: For whom.
        chosen: Which cases.
        after: Where the page starts, from the page before.
        rows: Rows of a page.
    """
    found = visible(Case, viewer, "see_cases").filter(_condition(viewer, chosen))
    is_late = chosen.due == "late"
    if after and is_late:
        text, pk = place(after, (str, int))
        due = _instant(str(text))
        found = found.filter(Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk))
    elif after:
        worth, pk = place(after, (int, int))
        found = found.filter(Q(net_value_fen__lt=worth) | Q(net_value_fen=worth, pk__gt=pk))
    # One row more than shown tells whether there is a next page.
    order = ("due_at", "pk") if is_late else ("-net_value_fen", "pk")
    taken = list(found.select_related("owner").order_by(*in_order(order, chosen.q))[: rows + 1])
    shown = taken[:rows]
    last = shown[-1] if len(taken) > rows else None
    if last is None:
        return Page(listed(viewer, shown), None)
    first_key = last.due_at.isoformat() if is_late and last.due_at else last.net_value_fen
    return Page(listed(viewer, shown), cursor(first_key, last.pk))


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise fail(
            "page", found=text[:40], expected="the address of a page", action="Open the list anew."
        ) from error


def board(viewer: Viewer) -> list[Column]:
    """The steps of a risk case with what stands in each; closed ones are left out."""
    process = known_processes()[RISK_CASE]
    rows = visible(Case, viewer, "see_cases").filter(process=RISK_CASE, is_open=True)
    sums = kept("board", viewer, lambda: _sums_by_step(rows))
    columns = []
    for name, step in process.steps.items():
        if step.kind != "closed":
            cards = rows.filter(step=name).select_related("owner").order_by("-net_value_fen", "pk")[:CARDS]
            columns.append(Column(name, step, *sums.get(name, (0, 0)), listed(viewer, cards)))
    return columns


def _sums_by_step(rows: QuerySet[Case]) -> dict[str, tuple[int, int]]:
    found = rows.values_list("step").annotate(count=Count("pk"), money=Sum("found_fen")).order_by()
    return {step: (count, money or 0) for step, count, money in found}


def resting(viewer: Viewer) -> list[ListedCase]:
    """Cases that rest until a day, snoozed or accepted, the earliest first."""
    rows = visible(Case, viewer, "see_cases").filter(is_open=True, until__isnull=False)
    return listed(viewer, rows.select_related("owner").order_by("until", "pk")[:500])


def waiting_for_approval(viewer: Viewer) -> list[ListedCase]:
    """Cases that stand in a step that approvers own, the oldest due first; not those that concern him."""
    rows = visible(Case, viewer, "approve_remedies").filter(is_open=True, owner_role="approver")
    return listed(viewer, rows.select_related("owner").order_by("due_at", "pk")[:200])


def waiting_for_data(viewer: Viewer) -> list[ListedCase]:
    """Cases whose remedy later data will judge, the earliest day first."""
    rows = visible(Case, viewer, "see_cases").filter(is_open=True, verify_on__isnull=False)
    return listed(viewer, rows.select_related("owner").order_by("verify_on", "pk")[:200])


def listed(viewer: Viewer, rows: Sequence[Case] | QuerySet[Case]) -> list[ListedCase]:
    """Rows as a list shows them; no query beside that of the rows."""
    rules, late = known_rules(), stored(now())
    found = []
    for row in rows:
        masker = masker_for(viewer, row.org_path)
        process = known_processes()[row.process]
        found.append(
            ListedCase(
                row,
                _title(row, process, rules.get(row.lead_rule)),
                process.steps[row.step],
                str(masker.value("customer_id", row.customer_id) or ""),
                masker.subject(row.subject_kind, row.subject_id) or "",
                row.is_open and row.due_at is not None and row.due_at < late,
            )
        )
    return found


def _title(row: Case, process: Process, rule: object) -> Label:
    title: Label | None = getattr(rule, "title", None)
    if title is not None:
        return title
    return Label(zh="随机核查", en="Random visit") if row.drawn_at_random else process.title


def _condition(viewer: Viewer, chosen: CaseFilter) -> Q:
    wanted = Q()
    if chosen.state in ("open", "closed"):
        wanted &= Q(is_open=chosen.state == "open")
    for name, value in (("step", chosen.step), ("severity", chosen.severity)):
        if value:
            wanted &= Q(**{name: value})
    if chosen.owner == "me":
        wanted &= Q(owner=viewer.user_id)
    if chosen.owner == "none":
        wanted &= Q(owner__isnull=True)
    if chosen.due == "late":
        wanted &= Q(due_at__lt=stored(now()))
    if chosen.drawn == "yes":
        wanted &= Q(drawn_at_random=True)
    if chosen.q:
        wanted &= begins_any(chosen.q, "customer_id", "premise_id", "subject_id") | numbered(chosen.q)
    return wanted
