"""What waits at a desk: approvals, remedies that data will judge, resting cases, second reviews."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from wattwarden.app.casework.compare import Compared, comparisons
from wattwarden.app.casework.lists import resting, waiting_for_approval, waiting_for_data
from wattwarden.app.casework.second_review import judge_again, my_reviews
from wattwarden.web.api.access import viewer
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import CaseRow, Number, Series, Text, Words

router = Router(tags=["work"])


class ReviewOut(Schema):
    """A case to be judged again; its first verdict is not told."""

    case_id: int
    drawn_at: datetime


class ComparedOut(Schema):
    """What later data said about a remedy, why, and the series before and after it."""

    case_id: int
    at: datetime
    remedied_on: date
    verdict: Text
    why: list[Text]
    series: list[Series]

    @classmethod
    def of(cls, found: Compared) -> "ComparedOut":
        """From a verdict of the page."""
        row = found.verification
        return cls(
            case_id=found.listed.row.pk, at=row.at, remedied_on=row.remedied_on, verdict=Text.of(found.verdict),
            why=Text.all(found.why), series=[Series.of(chart) for chart in found.charts],
        )  # fmt: skip


class VerdictIn(Schema):
    """The second verdict, and why."""

    outcome: Words
    note: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get(
    "/approvals", response={200: list[CaseRow], **REFUSALS}, summary="待我审批 · Waiting for approval"
)
def approvals(request: HttpRequest) -> list[CaseRow]:
    """Cases whose remedy this account may approve, the oldest due first."""
    return [CaseRow.of(row) for row in waiting_for_approval(viewer(request))]


@router.get(
    "/verification", response={200: list[CaseRow], **REFUSALS}, summary="待数据验证 · Waiting for data"
)
def verification(request: HttpRequest) -> list[CaseRow]:
    """Cases whose remedy later data will judge, the earliest day first."""
    return [CaseRow.of(row) for row in waiting_for_data(viewer(request))]


@router.get("/verdicts", response={200: list[ComparedOut], **REFUSALS}, summary="验证结论 · Verdicts of data")
def verdicts(request: HttpRequest, case_id: Annotated[Number | None, Query()] = None) -> list[ComparedOut]:
    """The latest verdicts, of one case or of all that the account may see."""
    who = viewer(request)
    return [ComparedOut.of(found) for found in comparisons(who, who.language, case_id)]


@router.get("/resting", response={200: list[CaseRow], **REFUSALS}, summary="挂起与接受 · Resting cases")
def rest(request: HttpRequest) -> list[CaseRow]:
    """Snoozed cases and accepted risks, the earliest end first."""
    return [CaseRow.of(row) for row in resting(viewer(request))]


@router.get("/reviews", response={200: list[ReviewOut], **REFUSALS}, summary="盲样复核 · Second reviews")
def reviews(request: HttpRequest) -> list[ReviewOut]:
    """Cases that this account judges again."""
    return [ReviewOut(case_id=r.case_id, drawn_at=r.drawn_at) for r in my_reviews(viewer(request))]


@router.post("/reviews/{int:case_id}", response={200: None, **REFUSALS}, summary="复核结论 · Judge again")
def judge(request: HttpRequest, case_id: Annotated[Number, Path()], body: VerdictIn) -> None:
    """Give the second verdict, once."""
    judge_again(viewer(request), case_id, body.outcome, body.note)
