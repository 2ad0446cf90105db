"""Traces that the console leaves in the audit log: what was done, whose data were read, what was taken out.

A change is recorded in the transaction that makes it: call ``done`` inside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wattwarden.domain.access import Viewer
from wattwarden.domain.audit_chain import AuditEvent
from wattwarden.domain.errors import fail
from wattwarden.records.audit import append

SHORTEST_REASON = 4
"""Characters; a reason of two letters tells an auditor nothing."""


@dataclass(frozen=True)
class Subject:
    """What an action is about.

    Args:
        org_path: Path of the organisation it belongs to.
        staff_side: It is about the utility's own people.
    """

    kind: str
    key: str
    org_path: str = ""
    staff_side: bool = False


def done(
    viewer: Viewer, action: str, subject: Subject, *, old: object = None, new: object = None, reason: str = ""
) -> int:
    """Record an action; its number in the log.

    Args:
        action: What was done, ``thing.verb``: ``case.assign``.
        old, new: What it changed.
    """
    event = AuditEvent(
        viewer.user_id, viewer.name, action, subject.kind, subject.key, subject.org_path, old, new, reason,
        subject.staff_side,
    )  # fmt: skip
    return append(event)


def read(viewer: Viewer, subject: Subject, facts: Mapping[str, object] | None = None) -> None:
    """Record that somebody opened the file of a customer, a finding or a case."""
    done(viewer, f"{subject.kind}.read", subject, new=facts)


def given_reason(text: str | None, what: str) -> str:
    """The reason as it was typed.

    Raises:
        WattwardenError: there is none, or too little of one.
    """
    reason = (text or "").strip()
    if len(reason) < SHORTEST_REASON:
        raise fail(
            what, found="no reason" if not reason else f"“{reason}”",
            expected=f"a reason of {SHORTEST_REASON} characters or more",
            action="Say why; it is kept in the audit log.",
        )  # fmt: skip
    return reason
