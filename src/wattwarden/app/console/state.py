"""The state of the installation: what works, and how much waits."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DatabaseError, connection
from django.utils import timezone

from wattwarden.app.store import home
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.lake.scan_store import ScanStore
from wattwarden.lake.store import Lake
from wattwarden.records.audit import unsealed
from wattwarden.records.connect import is_behind
from wattwarden.records.models import Case, Finding
from wattwarden.records.outbox import backlog, given_up

_LEAST_FREE_BYTES = 500 * 1024**2


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Args:
        says: A short fact for the operator; no secret, no personal data.
    """

    name: str
    is_well: bool
    says: str


def checks() -> Sequence[Check]:
    """Everything the console needs to work. A missing or old scan is told, but does not stop it."""
    found = [_tried("database", _database)]
    if found[0].is_well:
        found.append(_tried("schema", _schema))
    return [*found, _tried("lake", _lake), _tried("scan", _scan), _tried("disk", _disk)]


def queue_sizes() -> Mapping[str, tuple[str, float]]:
    """What waits, by name: its meaning and its size."""
    now = timezone.now()
    open_cases = Case.objects.filter(is_open=True)
    age = scan_age_seconds()
    return {
        "open_cases": ("Cases that are open", open_cases.count()),
        "unowned_cases": ("Open cases without an owner", open_cases.filter(owner__isnull=True).count()),
        "overdue_cases": ("Open cases past their time limit", open_cases.filter(due_at__lt=now).count()),
        "outbox_backlog": ("Deliveries of notices that wait to be sent", backlog()),
        "outbox_given_up": ("Deliveries of notices that were given up", given_up()),
        "published_findings": ("Findings in the store", Finding.objects.count()),
        "unsealed_audit_records": ("Audit records after the last seal", unsealed()),
        "last_scan_age_seconds": (
            "Seconds since the last scan; -1 before the first",
            -1 if age is None else age,
        ),
    }


def scan_age_seconds() -> float | None:
    """Seconds since the last scan was published; None before the first."""
    numbers = ScanStore(home()).numbers()
    if not numbers:
        return None
    folder = ScanStore(home()).read(max(numbers))
    return max(0.0, datetime.now(UTC).timestamp() - folder.stat().st_mtime)


def _tried(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except (WattwardenError, DatabaseError, OSError) as error:
        return Check(name, False, f"{type(error).__name__}: {str(error).splitlines()[0][:200]}")


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.vendor


def _schema() -> str:
    if is_behind():
        raise DatabaseError("the schema is behind; start the server anew, it brings it up to date")
    return "up to date"


def _lake() -> str:
    return f"version {Lake(home(), contract()).snapshot().version}"


def _scan() -> str:
    numbers = ScanStore(home()).numbers()
    if not numbers:
        return "none yet"
    age = scan_age_seconds() or 0
    return f"scan {max(numbers)}, {age / 3600:.1f} hours old"


def _disk() -> str:
    free = shutil.disk_usage(home()).free
    if free < _LEAST_FREE_BYTES:
        raise OSError(f"only {free // 1024**2} MB free")
    return f"{free // 1024**2} MB free"
