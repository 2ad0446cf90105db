"""A process that uses everything the mechanism has, a calendar, and short ways to write histories."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from wattwarden.calc.work_time.build import work_calendar
from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.cases.history import Event
from wattwarden.cases.process import Process
from wattwarden.cases.view import CaseView, view
from wattwarden.domain.office_calendar import load_office_calendar

TITLE = {"zh": "题", "en": "title"}


def _limits(**amounts: int) -> list[dict[str, object]]:
    (unit, amount), *others = amounts.items()
    urgent = [{"when": {"priority": name}, "limit": {"amount": n, "unit": unit}} for name, n in others]
    return [*urgent, {"limit": {"amount": amount, "unit": unit}}]


def _clock(limits: list[dict[str, object]], **more: object) -> dict[str, object]:
    return {"title": TITLE, "runs_in": ["first", "second"], "limits": limits, "warn_at_pct": [50, 80], **more}


PRACTICE = Process.model_validate(
    {
        "id": "practice",
        "title": TITLE,
        "about": TITLE,
        "serves": ["2.2.1"],
        "clauses": ["hotline-95598.limits"],
        "subject": "premise",
        "starts_in": "first",
        "facts": {
            "priority": {**TITLE, "values": dict.fromkeys(("low", "high", "critical"), TITLE)},
        },
        "steps": {
            "first": {"title": TITLE, "kind": "open", "owner": "service"},
            "second": {"title": TITLE, "kind": "open", "owner": "service"},
            "elsewhere": {"title": TITLE, "kind": "waiting", "owner": "customer"},
            "away": {"title": TITLE, "kind": "open", "owner": "service"},
            "closed": {"title": TITLE, "kind": "closed", "owner": "service"},
        },
        "actions": {
            name: {"title": TITLE, "from": ["first", "second", "elsewhere", "away"], "to": name, "who": ["service"]}
            for name in ("first", "second", "elsewhere", "away", "closed")
        }
        | {"reopen": {"title": TITLE, "from": ["closed"], "to": "first", "who": ["service"], "reopens": True}},
        "pauses": {
            "customer": {
                "title": TITLE, "who": ["service"], "resumed_by": ["service"], "steps": ["first", "second"],
                "clocks": ["days", "hours", "nights", "wall", "mine", "again"],
            },
            "brief": {
                "title": TITLE, "who": ["service"], "resumed_by": ["service"],
                "steps": ["first", "second", "away"], "clocks": ["days", "nights", "mine"],
                "longest": {"amount": 2, "unit": "working_days"},
            },
        },
        "clocks": {
            "days": _clock(_limits(working_days=5, high=3, critical=1), stands_in=["elsewhere"]),
            "hours": _clock(_limits(working_hours=20, high=9, critical=2), stands_in=["elsewhere"]),
            "nights": _clock(_limits(calendar_days=7, high=4, critical=2), stands_in=["elsewhere"], on_reopen="continue"),
            "wall": _clock(_limits(clock_hours=48, high=30, critical=8), on_return="restart"),
            "quick": _clock(_limits(clock_minutes=90, high=45)),
            "mine": _clock(_limits(working_days=2, critical=1), per_owner=True),
            "again": _clock(_limits(working_days=3), runs_in=["second"], on_return="restart"),
            "free": _clock([{"when": {"priority": "critical"}, "limit": {"amount": 4, "unit": "working_hours"}},
                            {"limit": None}]),
        },
    }
)  # fmt: skip


@cache
def calendar() -> WorkCalendar:
    """The built-in calendar."""
    return work_calendar(load_office_calendar())


def at(text: str) -> datetime:
    """``09-30 17:30`` of 2026, or with a year in front."""
    return datetime.fromisoformat(text if text.count("-") > 1 else f"2026-{text}")


def history(*entries: dict[str, object]) -> list[Event]:
    """Number the entries, each with ``at`` as a text."""
    return [
        Event.model_validate({"actor_id": "w1", **entry, "at": at(str(entry["at"])), "seq": number})
        for number, entry in enumerate(entries, start=1)
    ]


def opened(when: str, **facts: object) -> dict[str, object]:
    return {"at": when, "kind": "opened", "to": "first", "facts": facts}


def moved(when: str, to: str, **more: object) -> dict[str, object]:
    return {"at": when, "kind": "acted", "action": to, "to": to, **more}


def reopened(when: str) -> dict[str, object]:
    return {"at": when, "kind": "acted", "action": "reopen", "to": "first"}


def paused(when: str, reason: str = "customer") -> dict[str, object]:
    return {"at": when, "kind": "paused", "reason": reason}


def resumed(when: str) -> dict[str, object]:
    return {"at": when, "kind": "resumed"}


def assigned(when: str, owner: str) -> dict[str, object]:
    return {"at": when, "kind": "assigned", "owner_id": owner}


def changed(when: str, **facts: object) -> dict[str, object]:
    return {"at": when, "kind": "facts_changed", "facts": facts}


def seen(now: str, *entries: dict[str, object], process: Process = PRACTICE) -> CaseView:
    """The case at an instant."""
    events: Sequence[Event] = history(*entries)
    return view(process, events, calendar(), at(now))
