"""Histories between the engine and the store: rows of events, and the columns that lists need."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from wattwarden.app.casework.settings import known_processes, office
from wattwarden.app.casework.times import local, now, stored
from wattwarden.cases.given import Actor
from wattwarden.cases.history import Event, EventKind
from wattwarden.cases.ledger import BOOKS, ledger
from wattwarden.cases.merge import PRIORITY
from wattwarden.cases.view import CaseView, view
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import fail
from wattwarden.domain.staff_side import joined
from wattwarden.records.models import Case, CaseEvent, User

ACCOUNT = "user-"
"""Begins the number of an actor whose account has no staff number."""
_LONGEST_KEY = 18
"""Digits that surely fit the 64 bits of a key."""
_OWN_COLUMNS = frozenset({"seq", "at", "kind", "actor_id"})


def actor_number(user_id: int, staff_id: str | None) -> str:
    """How a history names the holder of an account."""
    return staff_id or f"{ACCOUNT}{user_id}"


def actor_of(viewer: Viewer, org_path: str) -> Actor:
    """Who acts, with the roles that he holds for this organisation.

    Raises:
        WattwardenError: the viewer has no account.
    """
    if viewer.user_id is None:
        raise fail("actor", found="no account", expected="a signed-in person")
    roles = frozenset(g.role for g in viewer.grants if org_path.startswith(g.org_path))
    return Actor(actor_number(viewer.user_id, viewer.staff_id), roles)


def users_by_number(numbers: Iterable[str]) -> dict[str, User]:
    """Accounts by the number that histories use; two conditions, one query."""
    wanted = set(numbers)
    typed = [n.removeprefix(ACCOUNT) for n in wanted if n.startswith(ACCOUNT)]
    # What a request names may be anything: only what a key can be is asked for.
    ids = [int(n) for n in typed if n.isascii() and n.isdigit() and len(n) <= _LONGEST_KEY]
    found = User.objects.filter(staff_id__in=wanted) | User.objects.filter(pk__in=ids)
    return {actor_number(user.pk, user.staff_id): user for user in found}


def events_of(rows: Iterable[CaseEvent]) -> list[Event]:
    """The history that stored rows hold, in order."""
    return [
        Event.model_validate(
            {**row.data, "seq": row.number, "at": local(row.at), "kind": row.kind, "actor_id": row.actor_id}
        )
        for row in rows
    ]


def history_of(case: Case) -> list[Event]:
    """The whole history of a stored case; one query."""
    return events_of(CaseEvent.objects.filter(case=case).order_by("number"))


def view_of(case: Case, events: Sequence[Event], at: datetime | None = None) -> CaseView:
    """The case as it stands at an instant, now unless told otherwise."""
    return view(known_processes()[case.process], events, office(), at or now())


def row_of(case: Case, event: Event) -> CaseEvent:
    """An event as a row of the store."""
    data = event.model_dump(mode="json", exclude_defaults=True, exclude=set(_OWN_COLUMNS))
    return CaseEvent(
        case=case, number=event.seq, at=stored(event.at), actor_id=event.actor_id, kind=event.kind, data=data
    )


def columns(seen: CaseView, events: Sequence[Event]) -> dict[str, object]:
    """What lists filter and sort by, derived from a history; ``owner`` is left to the caller."""
    state, step = seen.state, seen.process.steps[seen.state.step]
    due = seen.next_due
    money = ledger(events)
    wait = step.verify_after_days
    return {
        "step": state.step,
        "is_open": not seen.is_closed,
        "version": state.version,
        "severity": str(state.facts.get(PRIORITY, "low")),
        "owner_role": step.owner,
        "round": state.round,
        "outcome": state.outcome,
        "cause": state.cause,
        "due_at": stored(due.due_at) if due and due.due_at else None,
        "until": state.until if step.wakes else None,
        "verify_on": state.entered_at.date() + timedelta(days=wait) if wait else None,
        "closed_at": stored(state.entered_at) if seen.is_closed else None,
        "staff_ids": joined({*state.subject_staff_ids, *state.author_ids}),
        **{f"{book}_fen": getattr(money, book) for book in BOOKS},
    }


def bookings(events: Iterable[Event]) -> list[tuple[Event, str, int]]:
    """Events that book money, with the book and the amount in fen."""
    return [(e, e.book, e.amount_fen) for e in events if e.book and e.amount_fen is not None]


def findings_changed(events: Iterable[Event]) -> Mapping[str, bool]:
    """Whether each finding that the events speak of is gone after them."""
    changed = (EventKind.FINDING_JOINED, EventKind.FINDING_GONE)
    return {e.finding_key: e.kind is EventKind.FINDING_GONE for e in events if e.kind in changed}
