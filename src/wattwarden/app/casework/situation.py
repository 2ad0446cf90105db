"""What is known of a customer before a hard step, from his newest rows and from the case itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from wattwarden.app.casework.customer_rows import CustomerRows, customer_rows
from wattwarden.app.store import home
from wattwarden.cases.history import Event
from wattwarden.cases.situation import Situation
from wattwarden.records.models import Case

_APPROVAL, _NOTICE = "approve_remedy", "serve_cut_notice"
_DISPUTING, _DISPUTED = ("complaint", "report", "opinion"), ("billing", "metering")


def situation_of(case: Case, events: Sequence[Event]) -> Situation:
    """Everything that gates look at; what the data do not tell stays unknown, and so not in order."""
    served = next((e for e in reversed(events) if e.action == _NOTICE), None)
    told: dict[str, object] = {
        "evidence_count": len({digest for event in events for digest in event.evidence}),
        "is_approved": any(e.action == _APPROVAL for e in events),
        "notice_served_at": served.at if served else None,
        "notice_evidence": bool(served.evidence) if served else None,
    }
    if case.customer_id is not None:
        rows = customer_rows(home(), case.customer_id)
        told |= _of_customer(rows)
        if served is None:
            told["notice_served_at"] = _latest(rows["supply_action"], "notice_at")
    return Situation(**told)  # type: ignore[arg-type]  # the names are fields of the situation


def _of_customer(rows: CustomerRows) -> dict[str, object]:
    """What the customer's own rows tell; nothing where he is not on file."""
    if not rows["customer"]:
        return {}
    (customer,) = rows["customer"]
    unanswered = [t for t in rows["service_ticket"] if t["finished_at"] is None]
    # A bill is disputed while a complaint, a report or an opinion about bills or metering has no answer.
    disputes = [t for t in unanswered if t["kind"] in _DISPUTING and t["topic"] in _DISPUTED]
    due = [
        b["due_on"]
        for b in rows["open_bill"]
        if _int(b["open_fen"]) > 0 and not b["is_reversed"] and b["due_on"]
    ]
    contacts = sorted(
        (at.date(), str(row["channel"]))
        for row in rows["dunning_contact"]
        if isinstance(at := row["contacted_at"], datetime)
    )
    return {
        "importance": customer["importance"],
        "is_protected": customer["is_protected"],
        "open_complaints": sum(t["kind"] == "complaint" for t in unanswered),
        "disputed_bills": len(disputes),
        "due_on": min(due, default=None),  # type: ignore[type-var]  # days, as the contract says
        "last_notice_at": _latest(rows["supply_action"], "last_notice_at"),
        "dunning_contacts": tuple(contacts),
    }


def _latest(rows: Sequence[Mapping[str, object]], column: str) -> datetime | None:
    found = [at for row in rows if isinstance(at := row[column], datetime)]
    return max(found).replace(tzinfo=None) if found else None


def _int(value: object) -> int:
    return int(str(value))
