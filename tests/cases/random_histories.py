"""Random histories of the practice process: events at edges, at the same instant, around holidays."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from wattwarden.cases.history import Event

EDGES = (0, 1, 8 * 60, 12 * 60, 14 * 60 + 30, 17 * 60 + 30, 8 * 60 - 1, 17 * 60 + 31, 24 * 60 - 1)
STARTS = ("2024-02-07", "2024-09-12", "2024-12-28", "2025-01-24", "2025-04-28", "2025-09-26", "2026-02-12",
          "2026-04-29", "2026-06-16", "2026-09-17", "2026-09-28", "2026-12-24", "2027-02-01")  # fmt: skip
MOVES = ("first", "second", "elsewhere", "away", "closed")


def random_histories(seed: int, count: int) -> Iterator[tuple[list[Event], datetime]]:
    """Histories with the instant at which they are looked at."""
    rng = random.Random(seed)
    for _ in range(count):
        yield _history(rng)


def _history(rng: random.Random) -> tuple[list[Event], datetime]:
    day = datetime.fromisoformat(rng.choice(STARTS)) + timedelta(days=rng.randrange(14))
    now = _later(rng, day)
    facts = {"priority": rng.choice(("low", "high", "critical"))} if rng.random() < 0.7 else {}
    events = [Event(seq=1, at=now, kind="opened", actor_id="w1", to="first", facts=facts)]
    step, paused = "first", False
    for seq in range(2, rng.randrange(2, 14)):
        now = _later(rng, now)
        event, step, paused = _event(rng, seq, now, step, paused=paused)
        events.append(event)
    return events, _later(rng, now) if rng.random() < 0.8 else now


def _later(rng: random.Random, now: datetime) -> datetime:
    kind = rng.random()
    if kind < 0.15:
        return now
    if kind < 0.45:
        return now + timedelta(minutes=rng.randrange(1, 600), seconds=rng.randrange(60))
    day = now.replace(hour=0, minute=0, second=0) + timedelta(days=rng.choice((0, 1, 1, 2, 3, 5)))
    edge = day + timedelta(minutes=rng.choice(EDGES) if kind < 0.8 else rng.randrange(1440))
    return max(edge, now)


def _event(
    rng: random.Random, seq: int, now: datetime, step: str, *, paused: bool
) -> tuple[Event, str, bool]:
    kind = rng.random()
    more: dict[str, object] = {"kind": "noted"}
    if step == "closed":
        if kind < 0.6:
            step, more = "first", {"kind": "acted", "action": "reopen", "to": "first"}
    elif paused and kind < 0.45:
        paused, more = False, {"kind": "resumed"}
    elif not paused and kind < 0.25 and step in ("first", "second"):
        paused, more = True, {"kind": "paused", "reason": rng.choice(("customer", "brief"))}
    elif kind < 0.6:
        more = {"kind": "assigned", "owner_id": rng.choice(("", "w1", "w2"))}
    elif kind < 0.72:
        more = {"kind": "facts_changed", "facts": {"priority": rng.choice(("low", "high", "critical"))}}
    else:
        step = rng.choice(MOVES)
        paused, more = False, {"kind": "acted", "action": step, "to": step}
    return Event.model_validate({"seq": seq, "at": now, "actor_id": "w1", **more}), step, paused
