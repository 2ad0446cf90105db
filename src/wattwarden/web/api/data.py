"""Bringing data in: imports, rows in quarantine, and how good the data are."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Path, Query, Router, Schema
from ninja.files import UploadedFile

from wattwarden.app.console import imports as jobs
from wattwarden.app.console.quality import data_quality
from wattwarden.app.console.quarantine import quarantine_workbook, take_corrected, waiting_rows
from wattwarden.records.models import ImportJob
from wattwarden.web.api.access import viewer
from wattwarden.web.api.exports import FILE, XLSX, Wanted, given_out
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import Number, Text, Words

router = Router(tags=["data"])


class ImportOut(Schema):
    """An import; ``report`` tells rows by table and what was refused, once it has ended."""

    number: int
    state: str
    is_trial: bool
    owner: str
    files: list[str]
    started_at: datetime
    report: dict[str, object]

    @classmethod
    def of(cls, job: ImportJob) -> "ImportOut":
        """From a job."""
        return cls(
            number=job.pk, state=job.state, is_trial=job.is_dry, owner=job.owner.username, files=list(job.files),
            started_at=job.created_at, report=dict(job.report or {}),
        )  # fmt: skip


class ImportIn(Schema):
    """How the files are read; with ``keep`` the rows are stored, else it is a trial."""

    mapping: Words = ""
    table: Words = ""
    keep: bool = False


class QuarantineQuery(Schema):
    """Rows of which table; of all where it is empty."""

    table: Words = ""


class RefusedOut(Schema):
    """A row that waits, and why; personal data are masked."""

    entry_id: str
    table: str
    file: str
    sheet: str
    line: int
    column: str
    found: str
    expected: Text


class QuarantineOut(Schema):
    """Rows that wait: how many by table, and the first of them."""

    total: int
    tables: dict[str, int]
    rows: list[RefusedOut]


class CorrectedOut(Schema):
    """What became of a corrected workbook."""

    read: int
    settled: int
    waiting: int


class QualityOut(Schema):
    """How good the data are that a scan read; ``scan`` is null before the first."""

    scan: int | None
    found: dict[str, object]


class QuarantineWanted(Wanted, QuarantineQuery):
    """Why they are needed, and of which table."""


@router.get("/imports", response={200: list[ImportOut], **REFUSALS}, summary="导入记录 · List imports")
def recent(request: HttpRequest) -> list[ImportOut]:
    """The newest imports."""
    return [ImportOut.of(job) for job in jobs.recent_jobs(viewer(request))]


@router.post("/imports", response={200: ImportOut, **REFUSALS}, summary="导入文件 · Import files")
def begin(request: HttpRequest, files: File[list[UploadedFile]], options: Form[ImportIn]) -> ImportOut:
    """Take files and begin; ask for the import until its ``state`` is ``done`` or ``failed``."""
    told = {"mapping": options.mapping, "table": options.table, "keep": "1" if options.keep else ""}
    job = jobs.accept_files(viewer(request), files, told)
    jobs.begin(job)
    return ImportOut.of(job)


@router.get("/imports/{int:number}", response={200: ImportOut, **REFUSALS}, summary="一次导入 · One import")
def one(request: HttpRequest, number: Annotated[Number, Path()]) -> ImportOut:
    """How far it is."""
    return ImportOut.of(jobs.one_job(viewer(request), number))


@router.post(
    "/imports/{int:number}/keep", response={200: ImportOut, **REFUSALS}, summary="正式导入 · Keep a trial"
)
def keep(request: HttpRequest, number: Annotated[Number, Path()]) -> ImportOut:
    """Import in earnest what a trial has looked at."""
    job = jobs.keep_trial(viewer(request), number)
    jobs.begin(job)
    return ImportOut.of(job)


@router.get("/quarantine", response={200: QuarantineOut, **REFUSALS}, summary="隔离区 · Refused rows")
def waiting(request: HttpRequest, query: Query[QuarantineQuery]) -> QuarantineOut:
    """Rows that wait, of one table or of all."""
    found = waiting_rows(viewer(request), query.table or None)
    rows = [
        RefusedOut(
            entry_id=e.entry_id, table=e.table, file=e.file, sheet=e.sheet, line=e.line, column=e.column,
            found=found.found[e.entry_id], expected=Text(zh=e.expected_zh, en=e.expected_en),
        )
        for e in found.entries
    ]  # fmt: skip
    return QuarantineOut(total=found.total, tables=dict(found.tables), rows=rows)


@router.post(
    "/quarantine", response={200: CorrectedOut, **REFUSALS}, summary="回填更正 · Import corrected rows"
)
def corrected(request: HttpRequest, file: File[UploadedFile]) -> CorrectedOut:
    """Take a workbook of such rows back, corrected."""
    done = take_corrected(viewer(request), file)
    return CorrectedOut(read=done.read, settled=done.settled, waiting=len(done.waiting))


@router.post(
    "/exports/quarantine", response=REFUSALS, openapi_extra=FILE, summary="导出隔离区 · Export refused rows"
)
def quarantine_file(request: HttpRequest, body: QuarantineWanted) -> HttpResponse:
    """The waiting rows as a workbook, to be corrected; recorded."""
    content = quarantine_workbook(viewer(request), body.table or None, body.reason)
    return given_out(content, XLSX, "quarantine.xlsx")


@router.get("/quality", response={200: QualityOut, **REFUSALS}, summary="数据质量 · Data quality")
def quality(request: HttpRequest) -> QualityOut:
    """How good the data are that the last scan read."""
    found = data_quality(viewer(request))
    return QualityOut(scan=found[0] if found else None, found=dict(found[1]) if found else {})
