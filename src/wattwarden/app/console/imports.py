"""Imports from the browser: files are kept aside, a thread imports them, the page follows its progress."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from django.utils import timezone

from wattwarden.app.background import in_background
from wattwarden.app.import_files import ImportReport, ImportRequest, import_files
from wattwarden.app.store import home
from wattwarden.app.suggest_mapping import suggest_mapping
from wattwarden.domain.access import Viewer
from wattwarden.domain.content import BUILT_IN, contract
from wattwarden.domain.errors import Problem, WattwardenError, absent, fail, forbidden
from wattwarden.records.models import ImportJob

UPLOADS = "uploads"
MOST_BYTES = 512 * 1024 * 1024
"""Bytes of one upload; larger files are imported on the command line."""
MOST_FILES = 50
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet", ".zip")
_SILENT_AFTER = timedelta(seconds=90)
_BEAT = timedelta(seconds=1)


class Upload(Protocol):
    """A file as the browser sends it."""

    @property
    def name(self) -> str | None:
        """Its name, folders of the sender's machine perhaps in front."""

    @property
    def size(self) -> int | None:
        """Bytes."""

    def chunks(self) -> Iterable[bytes]:
        """Its bytes, part by part."""


def mappings() -> Sequence[str]:
    """Names of the mappings that come with the product."""
    return sorted(path.stem for path in (BUILT_IN / "mappings").glob("*.yaml"))


def recent_jobs(viewer: Viewer) -> Sequence[ImportJob]:
    """The newest imports.

    Raises:
        WattwardenError: the viewer may not import.
    """
    _allowed(viewer)
    return list(ImportJob.objects.select_related("owner")[:20])


def one_job(viewer: Viewer, number: int) -> ImportJob:
    """One import; one that gave no sign of life for long is told as failed.

    Raises:
        WattwardenError: there is none, or the viewer may not import.
    """
    _allowed(viewer)
    job = ImportJob.objects.select_related("owner").filter(pk=number).first()
    if job is None:
        raise absent(f"import {number}", expected="a number of the list")
    if job.state == "running" and job.beat_at and timezone.now() - job.beat_at > _SILENT_AFTER:
        died = Problem(
            f"import {number}",
            "its process ended",
            "an end of its own",
            "Start the import again; the lake is unchanged.",
        )
        job.state, job.report = "failed", {"problems": [asdict(died)]}
        job.save(update_fields=["state", "report"])
    return job


def accept_files(viewer: Viewer, uploads: Sequence[Upload], options: Mapping[str, str]) -> ImportJob:
    """Keep the files and note the import; ``begin`` starts it.

    Args:
        options: ``mapping``, ``table``, and ``keep`` if the rows are to be stored: else it is a trial.

    Raises:
        WattwardenError: the viewer may not import, or files are none, too many, too large, or unknown.
    """
    _allowed(viewer)
    _check(uploads)
    if viewer.user_id is None:
        raise fail("import", found="the system itself", expected="a person")
    table = options.get("table", "")
    if table and table not in contract().source_tables:
        raise fail("table", found=table[:60], expected="a table of the data contract")
    if (mapping := options.get("mapping", "")) and mapping not in mappings():
        raise fail("mapping", found=mapping[:60], expected="one of the list")
    job = ImportJob.objects.create(
        owner_id=viewer.user_id, mapping=mapping, table=table, is_dry=options.get("keep") != "1",
        files=[Path(upload.name or "").name for upload in uploads],
    )  # fmt: skip
    folder = _folder(job)
    folder.mkdir(parents=True)
    for upload in uploads:
        # Only the last part of the name: a browser does not choose our folders.
        with (folder / Path(upload.name or "file").name).open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
    return job


def keep_trial(viewer: Viewer, number: int) -> ImportJob:
    """Import in earnest what a trial has looked at.

    Raises:
        WattwardenError: it was no finished trial, or its files are gone.
    """
    job = one_job(viewer, number)
    if not job.is_dry or job.state != "done" or not _folder(job).is_dir():
        raise fail(
            f"import {number}", found="no finished trial", expected="a trial whose files are still here"
        )
    job.is_dry, job.state, job.report, job.owner_id = False, "queued", {}, viewer.user_id or job.owner_id
    job.save()
    return job


def begin(job: ImportJob) -> None:
    """Import in a thread of this process; the lake lets one import in at a time."""
    number = job.pk
    in_background(
        f"import {number}",
        lambda: run_job(number),
        lambda: ImportJob.objects.filter(pk=number, state="running"),
        "report",
    )


def run_job(number: int) -> None:
    """Import the files of one job and write down what became of them."""
    job = ImportJob.objects.get(pk=number)
    job.state, job.beat_at = "running", timezone.now()
    job.save()
    folder = _folder(job)

    def progress(step: str, subject: str, done: int, total: int) -> None:
        now = timezone.now()
        if job.beat_at is None or now - job.beat_at >= _BEAT:
            job.step, job.done, job.total, job.beat_at = (
                f"{step} {Path(subject).name}"[:200],
                done,
                total,
                now,
            )
            job.save(update_fields=["step", "done", "total", "beat_at"])

    request = ImportRequest(
        home=home(), paths=(folder,), mapping=job.mapping or None, table=job.table or None, dry_run=job.is_dry
    )
    try:
        report = import_files(request, progress)
        job.report, job.state = _plain(report, folder), "done"
    except WattwardenError as error:
        job.report, job.state = {"problems": [asdict(problem) for problem in error.problems]}, "failed"
    if job.state == "failed" or not job.is_dry:
        shutil.rmtree(folder, ignore_errors=True)
    job.save()


def _plain(report: ImportReport, folder: Path) -> dict[str, object]:
    files = []
    for file in report.files:
        shown = {**asdict(file), "title": _short(file.title, folder), "suggestion": None}
        if file.status == "refused":
            shown["suggestion"] = _suggestion(file.title, folder)
        files.append(shown)
    return {
        "files": files,
        "tables": [asdict(table) for table in report.tables],
        "ignored": [_short(name, folder) for name in report.ignored],
        "resolved": report.resolved,
        "version": report.version,
        "unchecked": report.unchecked,
    }


def _suggestion(title: str, folder: Path) -> dict[str, object] | None:
    """What a refused file may be, where anything can be guessed."""
    path = next((p for p in folder.iterdir() if str(p) in title), None)
    if path is None:
        return None
    try:
        best = suggest_mapping(home(), path, None, None)[0]
    except WattwardenError:
        # It cannot even be read; the refusal has said why.
        return None
    columns = [
        {"source": g.source, "column": g.column, "confidence": g.confidence} for g in best.best.columns
    ]
    return {"table": best.best.table.name, "confidence": best.best.confidence, "columns": columns,
            "missing": list(best.best.missing), "text": best.text}  # fmt: skip


def _short(title: str, folder: Path) -> str:
    return title.replace(f"{folder}/", "")


def _folder(job: ImportJob) -> Path:
    return home() / UPLOADS / str(job.pk)


def _check(uploads: Sequence[Upload]) -> None:
    if not 0 < len(uploads) <= MOST_FILES:
        raise fail("upload", found=f"{len(uploads)} files", expected=f"1 to {MOST_FILES} files")
    size = sum(upload.size or 0 for upload in uploads)
    if size > MOST_BYTES:
        raise fail("upload", found=f"{size / 1024**2:.0f} MB", expected=f"at most {MOST_BYTES // 1024**2} MB",
                   action="Import larger files with: wattwarden import FILE")  # fmt: skip
    for upload in uploads:
        if not (upload.name or "").lower().endswith(SUFFIXES):
            raise fail(f"file {upload.name}", found="an unknown kind of file", expected=", ".join(SUFFIXES))


def _allowed(viewer: Viewer) -> None:
    if not viewer.may("import_files"):
        raise forbidden("import", found="a role that may not import", expected="one that may")
