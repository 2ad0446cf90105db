"""What an action leaves behind beside the case: the audit record."""

from collections.abc import Sequence

from wattwarden.app.audit import record
from wattwarden.app.store import home
from wattwarden.cases.history import Event
from wattwarden.domain.access import Viewer
from wattwarden.records.models import Case


def record_act(viewer: Viewer, case: Case, events: Sequence[Event]) -> None:
    """Record who did what to which case; the only place where casework writes to the audit."""
    for event in events:
        what = event.action or event.kind
        record(home(), f"case.{what}", {"account": viewer.user_id, "case": case.pk, "number": event.seq})
