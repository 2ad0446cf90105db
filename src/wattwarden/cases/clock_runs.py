"""Cut a history into the runs of a clock: when each began, ran, stood still and ended, under which limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.calc.work_time.limits import FOREVER, Span, due_at
from wattwarden.cases.process import Clock, LimitRule, Process, holds
from wattwarden.cases.state import CaseState


class Ended(StrEnum):
    """Why a clock no longer runs."""

    DONE = "done"
    HANDED_OVER = "handed_over"


@dataclass
class Run:
    """One run of a clock, in minutes of the calendar.

    Attributes:
        rules: Limits that held, each with the minute from which.
        running: Running spans, the last one FOREVER while it goes on.
        stood: Why it stood still, from and until.
    """

    number: int
    owner_id: str
    round: int
    start: int
    rules: list[tuple[int, LimitRule]]
    running: list[Span] = field(default_factory=list)
    stood: list[tuple[str, int, int]] = field(default_factory=list)
    end: int | None = None
    ended: Ended | None = None


def runs(
    name: str, clock: Clock, process: Process, history: Sequence[CaseState], calendar: WorkCalendar
) -> list[Run]:
    """Every run of one clock, in order."""
    found: list[Run] = []
    pauses = list(_pauses(name, process, history, calendar)) if history else []
    ends = [calendar.minute(state.at) for state in history[1:]] + [FOREVER]
    for state, end in zip(history, ends, strict=True):
        start = calendar.minute(state.at)
        runs_here = state.step in clock.runs_in and not (clock.per_owner and not state.owner_id)
        if runs_here:
            if not found or _begins_anew(clock, found[-1], state):
                if found and found[-1].end is None:
                    found[-1].end, found[-1].ended = start, Ended.HANDED_OVER
                found.append(Run(len(found) + 1, state.owner_id, state.round, start, []))
            run = found[-1]
            run.end, run.ended, run.round, run.owner_id = None, None, state.round, state.owner_id
            _add_running(run, start, end, pauses)
        elif found and found[-1].end is None and state.step in clock.stands_in:
            found[-1].stood.append((f"step:{state.step}", start, end))
        elif found and found[-1].end is None:
            found[-1].end, found[-1].ended = start, Ended.DONE
        if found and found[-1].end is None:
            _note_rule(found[-1], start, clock, state)
    return found


def _begins_anew(clock: Clock, run: Run, state: CaseState) -> bool:
    if clock.per_owner and state.owner_id != run.owner_id:
        return True
    if state.round != run.round:
        return clock.on_reopen == "restart"
    return run.end is not None and clock.on_return == "restart"


def _note_rule(run: Run, at: int, clock: Clock, state: CaseState) -> None:
    rule = next(rule for rule in clock.limits if holds(rule.when, state.facts))
    if not run.rules or run.rules[-1][1] != rule:
        run.rules.append((at, rule))


def _pauses(
    name: str, process: Process, history: Sequence[CaseState], calendar: WorkCalendar
) -> Iterator[tuple[str, int, int]]:
    for pause in history[-1].pauses:
        kind = process.pauses.get(pause.reason)
        if kind is None or name not in kind.clocks:
            continue
        end = FOREVER if pause.end is None else calendar.minute(pause.end)
        longest = due_at(kind.longest, pause.start, calendar)
        yield (
            pause.reason,
            calendar.minute(pause.start),
            min(end, calendar.minute(longest) if longest else FOREVER),
        )


def _add_running(run: Run, start: int, end: int, pauses: Sequence[tuple[str, int, int]]) -> None:
    at = start
    for reason, begin, until in pauses:
        if until <= at or begin >= end or begin == until:
            continue
        if begin > at:
            extend(run.running, at, begin)
        run.stood.append((f"pause:{reason}", max(begin, at), min(until, end)))
        at = min(until, end)
    if at < end:
        extend(run.running, at, end)


def extend(spans: list[Span], start: int, end: int) -> None:
    """Add a span, joined to the last where they touch."""
    if spans and spans[-1].end == start:
        spans[-1] = Span(spans[-1].start, end)
    else:
        spans.append(Span(start, end))
