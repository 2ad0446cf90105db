"""The history of a case: an append-only list of events, from which everything else is derived."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from pydantic import Field

from wattwarden.cases.process import Fact
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.domain.labels import Strict

SYSTEM = "system"
"""Actor of what the program itself does."""


class EventKind(StrEnum):
    """What happened."""

    OPENED = "opened"
    ACTED = "acted"
    ASSIGNED = "assigned"
    PAUSED = "paused"
    RESUMED = "resumed"
    FACTS_CHANGED = "facts_changed"
    FINDING_JOINED = "finding_joined"
    FINDING_GONE = "finding_gone"
    RELATED = "related"
    ESCALATED = "escalated"
    VERIFIED = "verified"
    NOTED = "noted"
    BOOKED = "booked"


class Event(Strict):
    """One thing that happened to a case. Fields that an event does not need stay empty.

    Attributes:
        seq: 1 for the first event, then one more each; the last one is the version of the case.
        at: Local wall-clock time, never before the event before it.
        actor_id: Staff number, customer number, or SYSTEM.
        action: Action of the process, for ACTED.
        to: Step the case stands in from then on, for OPENED and for an action that moves.
        owner_id: Owner from then on: None leaves the owner, an empty text means nobody.
        reason: Code: of the action's reasons, of a pause, of an escalation level.
        clock: Clock concerned, for ESCALATED.
        facts: Facts that hold from then on.
        finding_key: For FINDING_JOINED and FINDING_GONE.
        related_to: Number of another case, for RELATED; ``reason`` says what they share.
        subject_staff_ids: Staff whom the case is about; they may not act on it, nor see it.
        author_ids: Staff whose change the case is about; they may not act on it.
        evidence: Digests of photos and papers in the store.
        until: Last day of a snooze or an acceptance.
        book: Entry of the ledger that ``amount_fen`` makes.
        process_hash, calendar_version: What held when it was written.
    """

    seq: int = Field(ge=1)
    at: datetime
    kind: EventKind
    actor_id: str = Field(min_length=1)
    action: str = ""
    to: str = ""
    owner_id: str | None = None
    reason: str = ""
    clock: str = ""
    note: str = ""
    facts: Mapping[str, Fact] = Field(default_factory=dict)
    outcome: str = ""
    cause: str = ""
    amount_fen: int | None = None
    book: str = ""
    finding_key: str = ""
    related_to: str = ""
    subject_staff_ids: tuple[str, ...] = ()
    author_ids: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    until: date | None = None
    process_hash: str = ""
    calendar_version: str = ""


def check_history(events: Sequence[Event]) -> None:
    """Refuse a history with a hole, a second beginning, or a step back in time.

    Raises:
        WattwardenError: with a problem per fault.
    """
    problems = []
    if not events or events[0].kind is not EventKind.OPENED:
        found = events[0].kind if events else "no event"
        problems.append(Problem("history", found=found, expected="a first event 'opened'"))
    for place, event in enumerate(events, start=1):
        if event.seq != place:
            problems.append(
                Problem(f"event {place}", found=f"number {event.seq}", expected=f"number {place}")
            )
        if place > 1 and event.kind is EventKind.OPENED:
            problems.append(Problem(f"event {place}", found="opened again", expected="one beginning"))
    for before, after in pairwise(events):
        if after.at < before.at:
            problems.append(
                Problem(f"event {after.seq}", found=f"{after.at}", expected=f"not before {before.at}",
                        action="A time that was measured earlier belongs into the facts of the event.")
            )  # fmt: skip
    if problems:
        raise WattwardenError(*problems)
