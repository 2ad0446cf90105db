"""Lists that leave as a workbook: with a reason, a watermark, and no more rows than the role allows."""

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from wattwarden.app.casework.export_cases import cases_export
from wattwarden.app.console.export import export_workbook
from wattwarden.app.console.list_exports import findings_export, rules_export
from wattwarden.web.api.access import viewer
from wattwarden.web.api.cases import CaseQuery
from wattwarden.web.api.findings import FindingQuery
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import Reason

router = Router(tags=["exports"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE = {
    "responses": {
        200: {
            "description": "A workbook",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class FindingsWanted(Schema):
    """Which findings, and why the list is needed."""

    reason: Reason
    filter: FindingQuery = FindingQuery()


class CasesWanted(Schema):
    """Which cases, and why the list is needed."""

    reason: Reason
    filter: CaseQuery = CaseQuery()


class RulesWanted(Schema):
    """Why the catalogue is needed."""

    reason: Reason


@router.post("/findings", response=REFUSALS, openapi_extra=FILE, summary="导出疑点 · Export findings")
def findings(request: HttpRequest, body: FindingsWanted) -> HttpResponse:
    """The list as a workbook; recorded."""
    who = viewer(request)
    return workbook("findings", export_workbook(who, findings_export(who, body.filter.chosen()), body.reason))


@router.post("/cases", response=REFUSALS, openapi_extra=FILE, summary="导出工单 · Export cases")
def cases(request: HttpRequest, body: CasesWanted) -> HttpResponse:
    """The list as a workbook; recorded."""
    who = viewer(request)
    return workbook("cases", export_workbook(who, cases_export(who, body.filter.chosen()), body.reason))


@router.post("/rules", response=REFUSALS, openapi_extra=FILE, summary="导出规则 · Export rules")
def rules(request: HttpRequest, body: RulesWanted) -> HttpResponse:
    """The catalogue with its figures as a workbook; recorded."""
    who = viewer(request)
    return workbook("rules", export_workbook(who, rules_export(who), body.reason))


def workbook(name: str, content: bytes) -> HttpResponse:
    """The answer that carries a workbook of this name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)
