"""Write cases that a scan opens, many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wattwarden.app.casework.histories import bookings, columns, findings_changed, row_of, view_of
from wattwarden.app.casework.settings import RISK_CASE
from wattwarden.app.casework.times import stored
from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.cases.merge import NewCase
from wattwarden.records.case_store import write_new
from wattwarden.records.models import Case, CaseFinding, LedgerEntry

Row = Mapping[str, object]
OUTSIDE = "/"
"""Path of what belongs to no known unit."""
_TAKEN = ("premise_id", "customer_id", "subject_kind", "subject_id", "org_id", "place", "probability",
          "money_low_fen", "money_likely_fen", "money_high_fen", "net_value_fen")  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Where things are: path of each organisation, transformer area of each premise."""

    paths: Mapping[str, str]
    areas: Mapping[str, str]


def open_new(new: Sequence[tuple[NewCase, Row]], places: Places, at: datetime) -> int:
    """Write new cases with their histories; returns how many.

    Args:
        new: Each case with its row of CASE_SCHEMA.
        places: For organisation paths and areas.
        at: When they are opened, local.
    """
    cases: list[Case] = []
    histories: list[list[Event]] = []
    for case, row in new:
        events = [*case.events, *_found(case.events, row)]
        histories.append(events)
        cases.append(case_row(case.subject, row, events, places, at))
    events_rows = [row_of(case, e) for case, events in zip(cases, histories, strict=True) for e in events]
    entries = [
        LedgerEntry(case=case, number=e.seq, at=stored(e.at), book=book, amount_fen=fen)
        for case, events in zip(cases, histories, strict=True)
        for e, book, fen in bookings(events)
    ]
    joined = [
        CaseFinding(case=case, finding_key=key, is_gone=is_gone)
        for case, events in zip(cases, histories, strict=True)
        for key, is_gone in findings_changed(events).items()
    ]
    write_new(cases, events_rows, entries, joined)
    return len(cases)


def case_row(subject: str, row: Row, events: Sequence[Event], places: Places, at: datetime) -> Case:
    """The row of a case that is opened now."""
    case = Case(
        case_key=subject,
        process=RISK_CASE,
        opened_at=stored(at),
        org_path=places.paths.get(str(row["org_id"]), OUTSIDE),
        area_id=places.areas.get(str(row["premise_id"])),
        lead_rule=_lead(row),
        staff_side=bool(row.get("staff_side", False)),
        **{name: row[name] for name in _TAKEN},
    )
    for name, value in columns(view_of(case, events, at), events).items():
        setattr(case, name, value)
    return case


def _lead(row: Row) -> str:
    rules = row["rules"]
    return str(rules[0]) if isinstance(rules, list) and rules else ""


def _found(events: Sequence[Event], row: Row) -> list[Event]:
    likely = int(str(row["money_likely_fen"]))
    if not likely:
        return []
    return [Event(seq=events[-1].seq + 1, at=events[-1].at, kind=EventKind.BOOKED, actor_id=SYSTEM,
                  book="found", amount_fen=likely)]  # fmt: skip
