"""What casework leaves in the audit log: the only place where it writes there."""

from collections.abc import Mapping, Sequence

from wattwarden.app.casework.histories import row_of
from wattwarden.cases.history import Event
from wattwarden.domain.access import Viewer
from wattwarden.domain.audit_chain import AuditEvent
from wattwarden.records.audit import append
from wattwarden.records.models import Case


def record_act(viewer: Viewer, case: Case, events: Sequence[Event]) -> None:
    """Record who did what to which case."""
    append(*(
        AuditEvent(viewer.user_id, viewer.name, f"case.{event.action or event.kind}", "case", str(case.pk),
                   case.org_path, new={"number": event.seq, **row_of(case, event).data}, reason=event.note)
        for event in events
    ))  # fmt: skip


def record_of_case(viewer: Viewer, case: Case, action: str, facts: Mapping[str, object]) -> None:
    """Record something else that was done with a case: a letter, a photo, a second verdict."""
    append(
        AuditEvent(viewer.user_id, viewer.name, action, "case", str(case.pk), case.org_path, new=dict(facts))
    )
