"""What the program does by itself when its time has come: wake what was put to rest, end a pause."""

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.calc.work_time.limits import due_at
from wattwarden.cases.act import act
from wattwarden.cases.given import Actor, Given
from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.cases.parties import SYSTEM_ROLE
from wattwarden.cases.situation import Situation
from wattwarden.cases.view import CaseView

PROGRAM = Actor(SYSTEM, frozenset({SYSTEM_ROLE}))


def timer_events(case: CaseView, calendar: WorkCalendar) -> tuple[Event, ...]:
    """Events that are due at the instant of the view; none the second time.

    A case that rests until a day wakes on the day after it. A pause that has lasted its longest ends, and its
    clocks have been running since then whether anybody noted it or not.

    Raises:
        WattwardenError: the end of a pause lies in a year without a calendar.
    """
    state = case.state
    wakes = case.process.steps[state.step].wakes
    if wakes and state.until is not None and case.now.date() > state.until:
        return act(case, wakes, PROGRAM, Given(state.version), Situation(), calendar).events
    pause = state.pause
    kind = case.process.pauses.get(pause.reason) if pause else None
    if pause is None or kind is None:
        return ()
    ends = due_at(kind.longest, pause.start, calendar)
    if ends is None or ends > case.now:
        return ()
    note = f"最长 {kind.longest.label().zh if kind.longest else ''}"
    return (Event(seq=state.version + 1, at=case.now, kind=EventKind.RESUMED, actor_id=SYSTEM, reason=pause.reason,
                  note=note),)  # fmt: skip
