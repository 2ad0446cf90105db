"""Customers: looking for them, and the sections of one customer's file, masked."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils.timezone import localdate
from ninja import Path, Query, Router, Schema
from pydantic import Field

from wattwarden.app.console.applied_prices import prices_on
from wattwarden.app.console.customer_bills import Bills
from wattwarden.app.console.customers import TABS, Tab, customer_head, fill_tab, tabs_for
from wattwarden.app.console.explained_bill import explained_bills
from wattwarden.app.console.reveal import Masked, reveal
from wattwarden.app.console.search import FoundCustomer, SearchResult, search
from wattwarden.domain.errors import NotFoundError, Problem
from wattwarden.domain.labels import Label
from wattwarden.web.api.access import viewer
from wattwarden.web.api.problems import REFUSALS, ProblemOut
from wattwarden.web.api.shapes import FindingRow, GridOut, Key, Pair, Reason, Series, Text, WorkedStep, texts

router = Router(tags=["customers"])


class FoundOut(Schema):
    """A customer, masked; ``key`` opens his file."""

    key: str
    customer_id: str
    name: str
    address: str
    org: str

    @classmethod
    def all(cls, found: Sequence[FoundCustomer]) -> "list[FoundOut]":
        """From the result of the search box."""
        return [cls.model_validate(vars(one)) for one in found]


class RuleFound(Schema):
    """A rule by its name."""

    id: str
    title: Text


class SearchOut(Schema):
    """What was found, by kind."""

    customers: list[FoundOut]
    more_customers: bool
    findings: list[FindingRow]
    cases: list[int]
    rules: list[RuleFound]

    @classmethod
    def of(cls, found: SearchResult) -> "SearchOut":
        """From the result of the search box."""
        return cls(
            customers=FoundOut.all(found.customers), more_customers=found.more,
            findings=[FindingRow.of(row) for row in found.findings], cases=[case.pk for case in found.cases],
            rules=[RuleFound(id=rule.id, title=Text.of(rule.title)) for rule in found.rules],
        )  # fmt: skip


class CustomerOut(Schema):
    """Who it is, masked, and the sections that may be asked for."""

    customer_id: str
    name: str
    address: str
    org: str
    open_findings: int
    open_cases: int
    sections: dict[str, Text]


class BillOut(Schema):
    """A bill beside what the shadow bill makes due, in fen."""

    bill_id: str
    month: date
    kind: str
    kwh: str
    amount_fen: int
    expected_fen: int | None
    difference_fen: int | None
    outcome: str
    cause: str
    paid_fen: int
    open_fen: int | None
    due_on: date | None
    is_late: bool


class SectionOut(Schema):
    """One section of the file; parts that do not apply are empty."""

    section: str
    facts: list[Pair]
    grids: list[GridOut]
    series: list[Series]
    bills: list[BillOut]
    findings: list[FindingRow]
    cases: list[int]

    @classmethod
    def of(cls, section: str, tab: Tab) -> "SectionOut":
        """From the tab of the page."""
        return cls(
            section=section, facts=Pair.all(tab.facts), grids=[GridOut.of(grid) for grid in tab.grids],
            series=[Series.of(chart) for chart in tab.charts], bills=_bills(tab.bills),
            findings=[FindingRow.of(row) for row in tab.findings], cases=[case.pk for case in tab.cases],
        )  # fmt: skip


class PricesOut(Schema):
    """What applies on a day; ``problems`` tell which fact is missing where nothing can be said."""

    day: date
    reasons: list[Pair]
    steps: list[WorkedStep]
    problems: list[ProblemOut]


class DerivationOut(Schema):
    """One bill; without steps where it cannot be checked, and ``detail`` says why."""

    bill_id: str
    outcome: str
    detail: str
    steps: list[WorkedStep]


class RevealIn(Schema):
    """Which value of which row, and why it is needed."""

    kind: Literal["customer", "finding", "case"]
    key: Key
    column: Key
    reason: Reason


class RevealedOut(Schema):
    """The value in full."""

    value: str


@router.get("/search", response={200: SearchOut, **REFUSALS}, summary="搜索 · Search")
def search_all(request: HttpRequest, q: Annotated[str, Field(max_length=80), Query()]) -> SearchOut:
    """Customers by number, name, address, meter or telephone; findings, cases and rules."""
    return SearchOut.of(search(viewer(request), q))


@router.get(
    "/customers/{customer_id}", response={200: CustomerOut, **REFUSALS}, summary="客户 · One customer"
)
def customer(request: HttpRequest, customer_id: Annotated[Key, Path()]) -> CustomerOut:
    """Who it is, and how much is open. The look is recorded."""
    who = viewer(request)
    _, head = customer_head(who, customer_id)
    names: dict[str, Label] = dict(tabs_for(who))
    return CustomerOut(
        customer_id=head.customer_id, name=head.name, address=head.address, org=head.org,
        open_findings=head.open_findings, open_cases=head.open_cases, sections=texts(names),
    )  # fmt: skip


@router.get(
    "/customers/{customer_id}/prices",
    response={200: PricesOut, **REFUSALS},
    summary="执行电价 · Prices that apply",
)
def prices(
    request: HttpRequest, customer_id: Annotated[Key, Path()], on: Annotated[date | None, Query()] = None
) -> PricesOut:
    """The figures of a day, today where none is named, with the facts and documents that lead to them."""
    _, found = prices_on(viewer(request), customer_id, on or localdate())
    return PricesOut(
        day=found.day, reasons=[Pair(label=fact, value=follows) for fact, follows in found.reasons],
        steps=[WorkedStep(**row) for row in found.steps],
        problems=ProblemOut.all(found.problems),
    )  # fmt: skip


@router.get(
    "/customers/{customer_id}/bills/{month}",
    response={200: list[DerivationOut], **REFUSALS},
    summary="账单推导 · How a bill comes about",
)
def derivation(
    request: HttpRequest, customer_id: Annotated[Key, Path()], month: Annotated[date, Path()]
) -> list[DerivationOut]:
    """The bills of the month of a day, step by step."""
    _, bills = explained_bills(viewer(request), customer_id, month.replace(day=1))
    return [
        DerivationOut(bill_id=bill.bill_id, outcome=bill.outcome, detail=bill.detail,
                      steps=[WorkedStep(**row) for row in bill.steps])
        for bill in bills
    ]  # fmt: skip


@router.post("/reveal", response={200: RevealedOut, **REFUSALS}, summary="查看明文 · Reveal a value")
def show(request: HttpRequest, body: RevealIn) -> RevealedOut:
    """One masked value in full; recorded with its reason."""
    wanted = Masked(body.kind, body.key, body.column)
    return RevealedOut(value=reveal(viewer(request), wanted, body.reason))


@router.get(
    "/customers/{customer_id}/{section}",
    response={200: SectionOut, **REFUSALS},
    summary="客户档案分项 · One section",
)
def section(
    request: HttpRequest, customer_id: Annotated[Key, Path()], section: Annotated[Key, Path()]
) -> SectionOut:
    """File, supply, readings, bills, payments, service or risk. The look is recorded."""
    who = viewer(request)
    if section not in tabs_for(who):
        raise NotFoundError(
            Problem(f"section {section[:40]}", "none that you may see", f"of {', '.join(TABS)}")
        )
    asked, _ = customer_head(who, customer_id)
    return SectionOut.of(section, fill_tab(asked, section))


def _bills(found: Bills | None) -> list[BillOut]:
    names = BillOut.model_fields
    return [BillOut(**{name: getattr(row, name) for name in names}) for row in found.rows] if found else []
