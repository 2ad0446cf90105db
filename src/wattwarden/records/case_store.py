"""Write and lock cases: one transaction for one action, and nobody works what another one works."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from wattwarden.domain.access import Permission, Viewer
from wattwarden.domain.errors import fail
from wattwarden.records.guard import not_found, visible
from wattwarden.records.models import Case, CaseEvent, CaseFinding, LedgerEntry, Submitted

BATCH = 1000


def locked(case_id: int, viewer: Viewer, permission: Permission) -> Case:
    """The case, locked until the transaction ends; SQLite locks the whole store when it begins.

    Raises:
        WattwardenError: it does not exist for this viewer.
    """
    rows = visible(Case, viewer, permission).filter(pk=case_id)
    case = rows.select_for_update(of=("self",)).first()
    if case is None:
        raise not_found(Case, case_id)
    return case


def locked_by_system(case_ids: Sequence[int]) -> list[Case]:
    """Cases for what the program itself does, locked in one order, so that nobody waits in a ring."""
    return list(Case.objects.filter(pk__in=case_ids).order_by("pk").select_for_update(of=("self",)))


def is_new(key: str, case: Case | None) -> bool:
    """Remember the key of a form; False where it was taken before."""
    if not key:
        return True
    _, is_fresh = Submitted.objects.get_or_create(key=key, defaults={"case": case})
    return is_fresh


def write(
    case: Case,
    rows: Sequence[CaseEvent],
    columns: Mapping[str, object],
    entries: Iterable[tuple[int, datetime, str, int]],
    findings: Mapping[str, bool],
) -> None:
    """Append events to a locked case and bring its columns up to date.

    Args:
        case: As loaded under the lock.
        rows: New events.
        columns: New values of its columns.
        entries: Bookings: number of the event, instant, book, amount in fen.
        findings: Findings that joined (False) or are gone (True).

    Raises:
        WattwardenError: somebody changed the case in spite of the lock.
    """
    changed = Case.objects.filter(pk=case.pk, version=case.version).update(**columns)
    if not changed:
        raise fail(f"case {case.pk}", found="a newer version", expected=f"version {case.version}")
    CaseEvent.objects.bulk_create(rows)
    LedgerEntry.objects.bulk_create(
        [LedgerEntry(case=case, number=n, at=at, book=book, amount_fen=fen) for n, at, book, fen in entries]
    )
    for key, is_gone in findings.items():
        CaseFinding.objects.update_or_create(case=case, finding_key=key, defaults={"is_gone": is_gone})
    for name, value in columns.items():
        setattr(case, name, value)


def write_new(
    cases: Sequence[Case],
    rows: Sequence[CaseEvent],
    entries: Sequence[LedgerEntry],
    findings: Sequence[CaseFinding],
) -> None:
    """Write new cases with their first events, in one transaction, in batches."""
    with transaction.atomic():
        Case.objects.bulk_create(cases, batch_size=BATCH)
        CaseEvent.objects.bulk_create(rows, batch_size=BATCH)
        LedgerEntry.objects.bulk_create(entries, batch_size=BATCH)
        CaseFinding.objects.bulk_create(findings, batch_size=BATCH)


def free(rows: QuerySet[Case], user_id: int, at: datetime) -> QuerySet[Case]:
    """Those of ``rows`` that nobody owns and nobody else was just offered."""
    mine = Q(lease_until__isnull=True) | Q(lease_until__lt=at) | Q(lease_by=user_id)
    return rows.filter(mine, owner__isnull=True)


def lease(rows: QuerySet[Case], user_id: int, at: datetime, until: datetime, tries: int = 50) -> Case | None:
    """Reserve the first free one of ``rows`` for somebody; two who ask at once get different ones.

    PostgreSQL passes over rows that another transaction has locked; on SQLite a conditional update decides.
    """
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            case = free(rows, user_id, at).select_for_update(skip_locked=True, of=("self",)).first()
            chosen = [case] if case else []
        else:
            chosen = list(free(rows, user_id, at)[:tries])
        for case in chosen:
            if free(Case.objects.filter(pk=case.pk), user_id, at).update(lease_by=user_id, lease_until=until):
                return case
    return None


def release(case_id: int) -> None:
    """Let go of a reservation."""
    Case.objects.filter(pk=case_id).update(lease_by=None, lease_until=None)
