"""What leaves as a file: with a reason, a watermark, and no more rows than the role allows."""

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema
from pydantic import Field

from wattwarden.app.casework.claims import claim_export
from wattwarden.app.casework.export_cases import cases_export
from wattwarden.app.console.export import Export, export_workbook
from wattwarden.app.console.finding_proof import proof_paper
from wattwarden.app.console.list_exports import (
    customer_export,
    findings_export,
    quality_export,
    rules_export,
    units_export,
)
from wattwarden.web.api.access import viewer
from wattwarden.web.api.cases import CaseId, CaseQuery
from wattwarden.web.api.claims import FiguresIn
from wattwarden.web.api.findings import FindingQuery
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import Key, Reason, Words

router = Router(tags=["exports"])
PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_KEYS = 1000


def file_of(*kinds: str, says: str) -> dict[str, object]:
    """What the schema tells of an answer that is a file of one of these kinds."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"responses": {200: {"description": says, "content": dict.fromkeys(kinds, binary)}}}


FILE = file_of(XLSX, says="A workbook")


class Wanted(Schema):
    """Why it is needed."""

    reason: Reason


class FindingsWanted(Wanted):
    """Which findings: the filter, and of those only the ``keys`` where there are any."""

    filter: FindingQuery = FindingQuery()
    keys: Annotated[list[Key], Field(default_factory=list, max_length=_MOST_KEYS)]


class CasesWanted(Wanted):
    """Which cases."""

    filter: CaseQuery = CaseQuery()


class ClaimWanted(Wanted, FiguresIn):
    """Which calculator with which figures; without any, the claim that was proposed."""

    kind: Words = ""


class PaperWanted(Wanted):
    """In which language the paper is."""

    language: Literal["zh", "en"] = "zh"


@router.post("/findings", response=REFUSALS, openapi_extra=FILE, summary="导出疑点 · Export findings")
def findings(request: HttpRequest, body: FindingsWanted) -> HttpResponse:
    """The list as a workbook; recorded."""
    return _book(request, findings_export(viewer(request), body.filter.chosen(), body.keys), body)


@router.post("/cases", response=REFUSALS, openapi_extra=FILE, summary="导出工单 · Export cases")
def cases(request: HttpRequest, body: CasesWanted) -> HttpResponse:
    """The list as a workbook; recorded."""
    return _book(request, cases_export(viewer(request), body.filter.chosen()), body)


@router.post("/rules", response=REFUSALS, openapi_extra=FILE, summary="导出规则 · Export rules")
def rules(request: HttpRequest, body: Wanted) -> HttpResponse:
    """The catalogue with its figures as a workbook; recorded."""
    return _book(request, rules_export(viewer(request)), body)


@router.post(
    "/organisation", response=REFUSALS, openapi_extra=FILE, summary="导出组织 · Export the organisation"
)
def units(request: HttpRequest, body: Wanted) -> HttpResponse:
    """Units with their figures as a workbook; recorded."""
    return _book(request, units_export(viewer(request)), body)


@router.post("/quality", response=REFUSALS, openapi_extra=FILE, summary="导出数据质量 · Export data quality")
def quality(request: HttpRequest, body: Wanted) -> HttpResponse:
    """Coverage, tables and refused rows of the last scan as a workbook; recorded."""
    return _book(request, quality_export(viewer(request)), body)


@router.post(
    "/customers/{customer_id}/{section}",
    response=REFUSALS,
    openapi_extra=FILE,
    summary="导出客户档案分项 · Export one section",
)
def customer(
    request: HttpRequest,
    customer_id: Annotated[Key, Path()],
    section: Annotated[Key, Path()],
    body: Wanted,
) -> HttpResponse:
    """All rows behind one section of a customer as a workbook; recorded."""
    return _book(request, customer_export(viewer(request), customer_id, section), body)


@router.post(
    "/cases/{int:case_id}/claim", response=REFUSALS, openapi_extra=FILE, summary="导出退补 · Export a claim"
)
def claim(request: HttpRequest, case_id: CaseId, body: ClaimWanted) -> HttpResponse:
    """The derivation of a claim as a workbook; recorded."""
    who = viewer(request)
    sent = body.sent() | {"kind": body.kind} if body.kind else {}
    return _book(request, claim_export(who, case_id, sent, who.language), body)


@router.post(
    "/findings/{key}/proof",
    response=REFUSALS,
    openapi_extra=file_of(PDF, says="A paper"),
    summary="导出证据包 · Proof pack as PDF",
)
def proof(request: HttpRequest, key: Annotated[Key, Path()], body: PaperWanted) -> HttpResponse:
    """The proof pack of a finding as a paper; recorded."""
    content = proof_paper(viewer(request), key, body.reason, body.language)
    return given_out(content, PDF, f"proof-{body.language}.pdf")


def given_out(content: bytes, kind: str, name: str) -> HttpResponse:
    """The answer that carries a file of this name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def _book(request: HttpRequest, export: Export, wanted: Wanted) -> HttpResponse:
    content = export_workbook(viewer(request), export, wanted.reason)
    return given_out(content, XLSX, f"{export.what}.xlsx")
