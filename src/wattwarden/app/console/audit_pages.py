"""The audit log for the console: searched, one record in full, verified, written out."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone

from wattwarden.app.audit_log import check_store, export_log
from wattwarden.app.console.paging import ROWS_PER_PAGE, Page, cursor, place
from wattwarden.app.console.traces import Subject, done, given_reason
from wattwarden.domain.access import Viewer
from wattwarden.domain.audit_chain import Verdict
from wattwarden.domain.errors import NotAllowedError, Problem, fail
from wattwarden.records.guard import not_found, visible_audit
from wattwarden.records.models import AuditRecord, OrgUnit


@dataclass(frozen=True)
class AuditFilter:
    """Which records are wanted; an empty field does not limit.

    Args:
        action: Beginning of the action: ``case`` or ``case.assign``.
        since, until: Days of this installation's time zone, both included, ``2026-11-25``.
    """

    actor: str = ""
    action: str = ""
    kind: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "AuditFilter":
        """The filter that an address asks for; unknown names are left out."""
        return cls(
            **{f.name: query[f.name].strip().replace("\0", "") for f in fields(cls) if f.name in query}
        )


def audit_page(viewer: Viewer, chosen: AuditFilter, after: str | None = None) -> Page[AuditRecord]:
    """One page of the log, the newest first."""
    rows = _filtered(visible_audit(viewer), chosen)
    if after:
        (sequence,) = place(after, (int,))
        rows = rows.filter(sequence__lt=sequence)
    found = list(rows.order_by("-sequence")[: ROWS_PER_PAGE + 1])
    shown = found[:ROWS_PER_PAGE]
    last = shown[-1] if len(found) > ROWS_PER_PAGE else None
    return Page(shown, cursor(last.sequence) if last else None)


def audit_record(viewer: Viewer, sequence: int) -> tuple[AuditRecord, str, str]:
    """One record, with what was before and after as indented JSON; empty where nothing was.

    Raises:
        WattwardenError: it does not exist for this viewer.
    """
    row = visible_audit(viewer).filter(pk=sequence).first()
    if row is None:
        raise not_found(AuditRecord, sequence)
    return row, _indented(row.old), _indented(row.new)


def verify_log(viewer: Viewer) -> Verdict:
    """Check the whole log; for those who audit the whole utility.

    Raises:
        WattwardenError: he does not.
    """
    if not _sees_all(viewer, staff_too=False):
        raise _for_the_whole()
    return check_store()


def written_log(viewer: Viewer, reason: str | None) -> bytes:
    """The log as a file that proves itself; for those who audit the whole utility and its staff.

    Raises:
        WattwardenError: he does not, or gives no reason.
    """
    if not _sees_all(viewer, staff_too=True):
        raise _for_the_whole()
    done(viewer, "audit.export", Subject("audit", "log"), reason=given_reason(reason, "audit export"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.jsonl"
        export_log(path)
        return path.read_bytes()


def may_verify(viewer: Viewer) -> bool:
    """Whether the whole log is his to check."""
    return _sees_all(viewer, staff_too=False)


def may_export(viewer: Viewer) -> bool:
    """Whether the whole log is his to take out."""
    return _sees_all(viewer, staff_too=True)


def _sees_all(viewer: Viewer, *, staff_too: bool) -> bool:
    tops = OrgUnit.objects.filter(parent__isnull=True).values_list("path", flat=True)
    return bool(tops) and all(
        viewer.may_at("see_audit", top) and (not staff_too or viewer.may_at("see_staff_findings", top))
        for top in tops
    )


def _for_the_whole() -> Exception:
    return NotAllowedError(Problem("audit log", "a part of the utility", "an auditor of the whole utility"))


def _filtered(rows: QuerySet[AuditRecord], chosen: AuditFilter) -> QuerySet[AuditRecord]:
    wanted = {
        "actor__icontains": chosen.actor, "action__startswith": chosen.action,
        "subject_kind": chosen.kind, "subject_id": chosen.subject,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if chosen.since:
        rows = rows.filter(at__gte=_midnight(chosen.since))
    return rows.filter(at__lt=_midnight(chosen.until) + timedelta(days=1)) if chosen.until else rows


def _midnight(day: str) -> datetime:
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=timezone.get_default_timezone())
    except ValueError as error:
        raise fail("day", found=day[:40], expected="a day such as 2026-11-25") from error


def _indented(text: str) -> str:
    return "" if text == "null" else json.dumps(json.loads(text), ensure_ascii=False, indent=2)
