"""Everything a page shows of a case: where it stands, whose it is, what each clock says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.cases.clocks import ClockState, ClockView, clocks
from wattwarden.cases.history import Event
from wattwarden.cases.ledger import Ledger, ledger
from wattwarden.cases.process import Process
from wattwarden.cases.state import CaseState, states


@dataclass(frozen=True)
class CaseView:
    """A case at an instant.

    Attributes:
        state: Where it stands.
        clocks: Every run of every clock.
        ledger: Its money.
        now: The instant asked about.
    """

    process: Process
    state: CaseState
    clocks: tuple[ClockView, ...]
    ledger: Ledger
    now: datetime

    @property
    def is_closed(self) -> bool:
        """Whether it stands in a step that ends it."""
        return self.process.steps[self.state.step].kind == "closed"

    @property
    def next_due(self) -> ClockView | None:
        """The clock that is due first among those that have not ended."""
        going = [c for c in self.clocks if c.ended_at is None and c.due_at is not None]
        return min(going, key=lambda c: (c.due_at or self.now, c.clock), default=None)

    @property
    def breached(self) -> tuple[ClockView, ...]:
        """Clocks that are overrun and still run."""
        return tuple(c for c in self.clocks if c.state is ClockState.BREACHED)


def view(process: Process, events: Sequence[Event], calendar: WorkCalendar, now: datetime) -> CaseView:
    """Derive the case from its history.

    Args:
        process: Of the file that the case follows.
        events: The whole history, in order.
        calendar: Working days and hours.
        now: Local wall-clock time; never before the latest event.

    Raises:
        WattwardenError: the history does not hold together, or a limit reaches into an unknown year.
    """
    history = states(process, events)
    now = max(now, history[-1].at)
    return CaseView(process, history[-1], clocks(process, history, calendar, now), ledger(events), now)
