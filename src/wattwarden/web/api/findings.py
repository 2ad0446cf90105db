"""Findings: the list, one of them, its proof."""

from collections.abc import Sequence
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from wattwarden.app.console.charts import Chart
from wattwarden.app.console.finding_detail import FindingDetail, finding_detail
from wattwarden.app.console.finding_proof import finding_proof
from wattwarden.app.console.findings import FindingFilter, find_page
from wattwarden.app.proof_pack import ProofPack
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.web.api.access import viewer
from wattwarden.web.api.problems import REFUSALS, ProblemOut
from wattwarden.web.api.shapes import (
    After,
    ClauseOut,
    FindingRow,
    Key,
    PageOut,
    Pair,
    Param,
    Series,
    Text,
    Words,
)

router = Router(tags=["findings"])


class FindingQuery(Schema):
    """Which findings; the filter of the page, field by field."""

    risk: Words = ""
    rule: Words = ""
    org: Words = ""
    severity: Words = ""
    state: Literal["open", "gone", "all"] = "open"
    direction: Words = ""
    change: Literal["", "new", "back", "gone"] = ""
    money: Words = ""
    since: Words = ""
    until: Words = ""
    q: Words = ""
    side: Literal["", "staff"] = ""
    sort: Literal["worth", "expected", "newest"] = "worth"
    after: After = None

    def chosen(self) -> FindingFilter:
        """As the application filters."""
        return FindingFilter.from_query(self.model_dump(exclude={"after"}))


class PersonOut(Schema):
    """Whom it is about, masked; ``opens`` is his number where the viewer may open his file."""

    customer_id: str
    name: str
    address: str
    opens: str | None


class FindingOut(Schema):
    """One finding with its reasons."""

    finding: FindingRow
    person: PersonOut | None
    point: Text | None
    params: list[Param]
    clauses: list[ClauseOut]
    because: list[Text]
    related: list[FindingRow]
    case_id: int | None


class HappenedOut(Schema):
    """An event, a job or a visit, and when."""

    at: str
    what: Text


class PackOut(Schema):
    """About the customer, by all rules that found him: curves, what happened, what to check and heed."""

    series: list[Series]
    timeline: list[HappenedOut]
    clears: list[Text]
    first: list[Text]
    safety: list[Text]

    @classmethod
    def of(cls, pack: ProofPack, charts: Sequence[Chart]) -> "PackOut":
        """From the proof pack of the page."""
        lists = {name: Text.all(getattr(pack, name)) for name in ("clears", "first", "safety")}
        timeline = [HappenedOut(at=at, what=Text.of(what)) for at, what in pack.timeline]
        return cls(series=[Series.of(chart) for chart in charts], timeline=timeline, **lists)


class ProofOut(Schema):
    """Why it was found: values, series and query of the rule, what would clear it, and the proof pack.

    There is no pack about findings without a customer; ``problems`` tell why one cannot be read.
    """

    values: list[Pair]
    series: list[Series]
    sql: str | None
    clears: list[Text]
    first: list[Text]
    misses: Text | None
    pack: PackOut | None
    problems: list[ProblemOut]


@router.get("", response={200: PageOut[FindingRow], **REFUSALS}, summary="疑点列表 · List findings")
def findings(request: HttpRequest, query: Query[FindingQuery]) -> PageOut[FindingRow]:
    """Findings that the account may see, filtered and sorted as on the page; 50 a page."""
    page = find_page(viewer(request), query.chosen(), query.after)
    return PageOut[FindingRow](rows=[FindingRow.of(row) for row in page.rows], next=page.after)


@router.get("/{key}", response={200: FindingOut, **REFUSALS}, summary="疑点详情 · One finding")
def finding(request: HttpRequest, key: Annotated[Key, Path()]) -> FindingOut:
    """One finding: who, how much, the clause, why it ranks there, its case. The look is recorded."""
    return _out(finding_detail(viewer(request), key))


@router.get("/{key}/proof", response={200: ProofOut, **REFUSALS}, summary="疑点证据 · Proof of a finding")
def proof(request: HttpRequest, key: Annotated[Key, Path()]) -> ProofOut:
    """Values, series and query that prove it, and the proof pack. The look is recorded."""
    who = viewer(request)
    found = finding_detail(who, key)
    rule = found.shown.rule
    pack, problems = _pack(who, key)
    return ProofOut(
        values=Pair.all(found.proof), series=[Series.of(c) for c in found.charts], sql=found.sql,
        clears=Text.all(rule.false_positives if rule else ()), first=Text.all(rule.checks if rule else ()),
        misses=Text.of(rule.misses) if rule else None, pack=pack, problems=ProblemOut.all(problems),
    )  # fmt: skip


def _pack(who: Viewer, key: str) -> tuple[PackOut | None, Sequence[Problem]]:
    """The pack, or why it cannot be read: the rest of the proof is told all the same."""
    try:
        shown = finding_proof(who, key)
    except WattwardenError as error:
        return None, error.problems
    return PackOut.of(shown.pack, shown.charts) if shown.pack else None, ()


def _out(found: FindingDetail) -> FindingOut:
    return FindingOut(
        finding=FindingRow.of(found.shown),
        person=PersonOut.model_validate(vars(found.person)) if found.person else None,
        point=Text.of(found.point.title) if found.point else None,
        params=[Param.model_validate(vars(param)) for param in found.params],
        clauses=ClauseOut.all(found.clauses),
        because=Text.all(found.because),
        related=[FindingRow.of(row) for row in found.related],
        case_id=found.case.pk if found.case else None,
    )
