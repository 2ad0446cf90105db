"""What an action leaves behind beside the case: the audit record."""

from collections.abc import Mapping, Sequence

from wattwarden.app.audit import record
from wattwarden.app.store import home
from wattwarden.cases.history import Event
from wattwarden.domain.access import Viewer
from wattwarden.records.models import Case


def record_act(viewer: Viewer, case: Case, events: Sequence[Event]) -> None:
    """Record who did what to which case; casework writes to the audit here only."""
    for event in events:
        what = event.action or event.kind
        record(home(), f"case.{what}", {"account": viewer.user_id, "case": case.pk, "number": event.seq})


def record_review(viewer: Viewer, case_id: int) -> None:
    """Record that somebody gave a second verdict."""
    record(home(), "case.second_review", {"account": viewer.user_id, "case": case_id})


def record_read(viewer: Viewer, what: str, facts: Mapping[str, object]) -> None:
    """Record a read or a file that leaves, with what it was."""
    record(home(), what, {"account": viewer.user_id, **facts})
