"""Take one action on a case, in one transaction: lock, decide, append, tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from wattwarden.app.casework.histories import (
    actor_of,
    bookings,
    columns,
    findings_changed,
    history_of,
    row_of,
    users_by_number,
    view_of,
)
from wattwarden.app.casework.record_act import record_act
from wattwarden.app.casework.settings import known_processes, office
from wattwarden.app.casework.situation import situation_of
from wattwarden.app.casework.times import stored
from wattwarden.app.casework.what_changed import changed_since
from wattwarden.cases.act import act
from wattwarden.cases.given import Given
from wattwarden.cases.history import Event
from wattwarden.cases.ledger import booking_problems, ledger
from wattwarden.cases.situation import GateResult, Situation
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import Barred, NotAllowedError, Problem, StaleError, WattwardenError
from wattwarden.records.case_store import is_new, locked, write
from wattwarden.records.guard import may_handle
from wattwarden.records.models import Case

Sizing = Callable[[Situation], Situation]


@dataclass(frozen=True)
class Acted:
    """What came of an action.

    Attributes:
        is_repeat: The same form had been taken before, so nothing happened now.
        gates: How each gate of the action stands.
    """

    case: Case
    is_repeat: bool = False
    gates: tuple[GateResult, ...] = ()


def act_on_case(
    viewer: Viewer, case_id: int, action: str, given: Given, once: str = "", sizing: Sizing | None = None
) -> Acted:
    """Take an action in the viewer's name.

    Args:
        viewer: Who acts.
        case_id: Number of the case.
        action: An action of its process, or a standard one.
        given: What he hands in, with the version that he saw.
        once: Key of the form; sent twice, it is taken once.
        sizing: Adds to the situation what the form tells, for example the penalty asked for.

    Raises:
        StaleError: the case has gone on since the version that he saw; nothing was changed then.
        NotAllowedError: it is not for him; nothing was changed then.
        WattwardenError: with everything else that stands in the way; nothing was changed then.
    """
    with transaction.atomic():
        case = locked(case_id, viewer, "see_cases")
        key = f"{viewer.user_id}:{once}" if once else ""
        if not is_new(key, case):
            return Acted(case, is_repeat=True)
        events = history_of(case)
        seen = view_of(case, events)
        actor = actor_of(viewer, case.org_path)
        declared = known_processes()[case.process].actions.get(action)
        situation = Situation()
        if declared and declared.gates:
            situation = situation_of(case, events)
            situation = sizing(situation) if sizing else situation
        decision = act(seen, action, actor, given, situation, office())
        problems = [*decision.problems, *_owner_problems(case, given.owner_id)]
        if declared and declared.books and given.amount_fen is not None:
            problems += booking_problems(ledger(events), declared.books, given.amount_fen)
        if problems:
            raise _refusal(problems, events, given.version)
        append(case, events, decision.events)
        record_act(viewer, case, decision.events)
    return Acted(case, gates=decision.gates)


def _owner_problems(case: Case, number: str | None) -> list[Problem]:
    """Nobody owns what he may not see: his own contract, a case about himself, one of a foreign unit."""
    if not number:
        return []
    user = users_by_number([number]).get(number)
    if user and user.is_active and may_handle(Case, case.pk, user.viewer(), "see_cases"):
        return []
    return [Problem("owner", number[:60], "somebody who may see this case", "Choose from the list.")]


def append(case: Case, before: Sequence[Event], new: Sequence[Event]) -> None:
    """Append events to a locked case and derive its columns anew."""
    if not new:
        return
    after = [*before, *new]
    seen = view_of(case, after)
    derived = columns(seen, after)
    owner = seen.state.owner_id
    derived["owner"] = users_by_number([owner]).get(owner) if owner else None
    entries = [(e.seq, stored(e.at), book, fen) for e, book, fen in bookings(new)]
    write(case, [row_of(case, event) for event in new], derived, entries, findings_changed(new))


def _refusal(problems: Sequence[Problem], events: Sequence[Event], version: int) -> WattwardenError:
    """The error that tells whether to look again, to leave it to others, or to hand in something else."""
    kind: type[WattwardenError] = WattwardenError
    if version < events[-1].seq:
        kind = StaleError
    elif any(isinstance(problem, Barred) for problem in problems):
        kind = NotAllowedError
    return kind(*_told(problems, events, version))


def _told(problems: Sequence[Problem], events: Sequence[Event], version: int) -> list[Problem]:
    """Problems, a stale page among them with what happened since."""
    if version >= events[-1].seq:
        return list(problems)
    since = "; ".join(changed_since(events, version))
    return [replace(p, action=f"{p.action} {since}".strip()) if p.subject == "case" else p for p in problems]
