"""Compare the engine's clocks with the oracle's."""

from collections.abc import Sequence
from datetime import datetime

from tests.cases.clock_oracle import oracle
from tests.cases.practice import PRACTICE, calendar
from wattwarden.cases.history import Event
from wattwarden.cases.view import view

SAME_TO_THE_ORACLE = {"warned": "running"}
"""The oracle does not know warnings."""


def differences(events: Sequence[Event], now: datetime) -> tuple[int, list[str]]:
    """Number of runs compared, and what differs."""
    seen = {
        (c.clock, c.number): (
            c.started_at, c.ended_at, c.due_at, SAME_TO_THE_ORACLE.get(c.state, str(c.state)), c.breached_at,
        )
        for c in view(PRACTICE, events, calendar(), now).clocks
    }  # fmt: skip
    told = oracle(PRACTICE, events, max(now, events[-1].at))
    wrong = [
        f"{key}: engine {seen.get(key)}, oracle {told.get(key)}"
        for key in sorted(seen.keys() | told.keys())
        if seen.get(key) != told.get(key)
    ]
    lines = [
        f"  {e.seq} {e.at} {e.kind} {e.action} {e.to} {e.owner_id} {e.reason} {dict(e.facts)}" for e in events
    ]
    return len(told), ["\n".join([text, f"  now {now}", *lines]) for text in wrong]
