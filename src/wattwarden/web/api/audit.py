"""The audit log, for those who may see it."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from wattwarden.app.console.audit_pages import AuditFilter, audit_page, audit_record, verify_log, written_log
from wattwarden.records.models import AuditRecord
from wattwarden.web.api.access import viewer
from wattwarden.web.api.exports import Wanted, file_of, given_out
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import After, PageOut, Words

router = Router(tags=["audit"])
_LINES = "application/x-ndjson"
_FILE = file_of(_LINES, says="A line for each record")


class AuditQuery(Schema):
    """Which records."""

    actor: Words = ""
    action: Words = ""
    kind: Words = ""
    subject: Words = ""
    since: Words = ""
    until: Words = ""
    after: After = None

    def chosen(self) -> AuditFilter:
        """As the application filters."""
        return AuditFilter.from_query(self.model_dump(exclude={"after"}))


class AuditRow(Schema):
    """Who did or read what, when and why."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    org_path: str
    reason: str
    hash: str

    @classmethod
    def of(cls, row: AuditRecord) -> "AuditRow":
        """From a stored record."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class AuditOut(Schema):
    """One record with what was before and after, as JSON text; empty where nothing was."""

    record: AuditRow
    old: str
    new: str


class VerdictOut(Schema):
    """Whether the log is whole; ``fault`` names the first bad record."""

    records: int
    sealed: int
    fault: str


@router.get("", response={200: PageOut[AuditRow], **REFUSALS}, summary="审计日志 · List audit records")
def records(request: HttpRequest, query: Query[AuditQuery]) -> PageOut[AuditRow]:
    """Records that the account may see, the newest first; 50 a page."""
    page = audit_page(viewer(request), query.chosen(), query.after)
    return PageOut[AuditRow](rows=[AuditRow.of(row) for row in page.rows], next=page.after)


@router.get("/verdict", response={200: VerdictOut, **REFUSALS}, summary="校验审计链 · Verify the chain")
def verdict(request: HttpRequest) -> VerdictOut:
    """Check the whole chain and its seals now; for those who audit the whole utility."""
    found = verify_log(viewer(request))
    return VerdictOut(records=found.records, sealed=found.sealed, fault=found.fault or "")


@router.post(
    "/file",
    response=REFUSALS,
    openapi_extra=_FILE,
    summary="导出审计日志 · The log as a file that proves itself",
)
def file(request: HttpRequest, body: Wanted) -> HttpResponse:
    """The whole log with its seals, for ``wattwarden audit verify``; recorded."""
    return given_out(written_log(viewer(request), body.reason), _LINES, "audit.jsonl")


@router.get("/{int:sequence}", response={200: AuditOut, **REFUSALS}, summary="审计记录 · One record")
def record(request: HttpRequest, sequence: Annotated[int, Field(ge=1, le=2**62), Path()]) -> AuditOut:
    """One record in full."""
    row, old, new = audit_record(viewer(request), sequence)
    return AuditOut(record=AuditRow.of(row), old=old, new=new)
