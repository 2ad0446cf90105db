"""Open clocks as plain rows that a store can keep, and when all of them are due at once.

After an edit of the calendar, or to refresh a list of all open cases, nobody folds 200,000 histories again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from wattwarden.calc.work_time.bulk import NEVER, Clocks, due_minutes
from wattwarden.calc.work_time.calendar_index import Ints, WorkCalendar
from wattwarden.calc.work_time.limits import FOREVER, Limit
from wattwarden.cases.view import CaseView


@dataclass(frozen=True)
class ClockRow:
    """An open clock whose limit never changed.

    Attributes:
        spans: Running spans; the end is None where it still runs.
    """

    clock: str
    number: int
    limit: Limit
    started_at: datetime
    spans: tuple[tuple[datetime, datetime | None], ...]


def open_rows(case: CaseView) -> tuple[tuple[ClockRow, ...], bool]:
    """Rows of the clocks that have not ended and have a limit.

    Returns:
        The rows, and whether they say everything: a clock whose limit changed on the way is left out, and its
        case has to be derived from its history.
    """
    going = [c for c in case.clocks if c.ended_at is None and c.due_at is not None]
    plain = [c for c in going if len(c.rules) == 1]
    rows = tuple(
        ClockRow(c.clock, c.number, limit, c.started_at, c.spans)
        for c in plain
        if (limit := c.rules[0][1].limit)
    )
    return rows, len(plain) == len(going)


def due_of_rows(rows: Sequence[ClockRow], calendar: WorkCalendar, now: datetime) -> list[datetime | None]:
    """When each clock is due; one that stands, as if it went on now.

    Raises:
        WattwardenError: one reaches into a year without a calendar.
    """
    present = calendar.minute(now)
    limits = list(dict.fromkeys(row.limit for row in rows))
    place = {limit: number for number, limit in enumerate(limits)}
    starts, ends, first = [], [], [0]
    for row in rows:
        spans = [(calendar.minute(a), FOREVER if b is None else calendar.minute(b)) for a, b in row.spans]
        if not spans or spans[-1][1] != FOREVER:
            spans.append((present, FOREVER))
        starts += [start for start, _ in spans]
        ends += [end for _, end in spans]
        first.append(len(starts))
    clocks = Clocks(
        limits=limits,
        limit_of=_ints([place[row.limit] for row in rows]),
        starts=_ints([calendar.minute(row.started_at) for row in rows]),
        first_span=_ints(first),
        span_starts=_ints(starts),
        span_ends=_ints(ends),
    )
    return [None if due == NEVER else calendar.instant(int(due)) for due in due_minutes(clocks, calendar)]


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
