"""Which notices are due at an instant: before a breach, at it, and level by level after it.

Each carries a key that stays the same however often it is asked for, so that an outbox sends it once.
A limit that moved gives new keys: who was warned of Friday is warned again when it has become Tuesday.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.calc.work_time.limits import due_at
from wattwarden.cases.clocks import ClockState, ClockView
from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.cases.notice_content import Kind, NoticeRules
from wattwarden.cases.process import OWNER
from wattwarden.cases.view import CaseView
from wattwarden.domain.labels import Label, Language

KEY_LENGTH = 24
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Notice:
    """Something that somebody should hear.

    Attributes:
        key: Idempotency key.
        to: A staff number, or ``role:<role>`` for whoever holds it in the organisation of the case.
        since: When it became due.
        is_urgent: It waits neither for a digest nor for the end of the quiet hours.
    """

    key: str
    case_id: str
    kind: Kind
    clock: str
    to: str
    since: datetime
    text: Label
    is_urgent: bool


def due_notices(
    case_id: str, case: CaseView, calendar: WorkCalendar, rules: NoticeRules, sent: Iterable[str] = ()
) -> tuple[Notice, ...]:
    """Every notice that is due at the instant of the view and was not sent yet, earliest first.

    Args:
        case_id: How messages name the case.
        case: As derived at this instant.
        calendar: For levels that follow so many working days after a breach.
        rules: Texts and what is urgent.
        sent: Keys that were sent before.

    Raises:
        WattwardenError: a level reaches into a year without a calendar.
    """
    known = set(sent)
    found = [notice for clock in case.clocks for notice in _of(_About(case_id, case, clock, rules), calendar)]
    return tuple(sorted((n for n in found if n.key not in known), key=lambda n: (n.since, n.key)))


def escalation_events(case: CaseView, notices: Iterable[Notice]) -> tuple[Event, ...]:
    """Events that record the escalations among notices of this case, so that its history tells them."""
    raised = [notice for notice in notices if notice.kind == "escalation"]
    return tuple(
        Event(
            seq=case.state.version + number,
            at=case.now,
            kind=EventKind.ESCALATED,
            actor_id=SYSTEM,
            clock=notice.clock,
            reason=notice.to,
            note=notice.text.zh,
        )
        for number, notice in enumerate(raised, start=1)
    )


@dataclass(frozen=True)
class _About:
    case_id: str
    case: CaseView
    clock: ClockView
    rules: NoticeRules

    def notice(
        self, kind: Kind, to: str, since: datetime, detail: Label, *, is_urgent: bool = False
    ) -> Notice:
        """A notice about this clock."""
        due = self.clock.breached_at or self.clock.due_at or since
        parts = (self.case_id, self.clock.clock, self.clock.number, kind, detail.en, to, due.date())
        key = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:KEY_LENGTH]
        text = Label(zh=self._line(kind, "zh", detail, due), en=self._line(kind, "en", detail, due))
        return Notice(key, self.case_id, kind, self.clock.clock, to, since, text, is_urgent)

    def _line(self, kind: Kind, language: Language, detail: Label, due: datetime) -> str:
        process = self.case.process
        return (
            self.rules.lines[kind]
            .text(language)
            .format(
                case=self.case_id,
                process=process.title.text(language),
                clock=process.clocks[self.clock.clock].title.text(language),
                share=detail.text(language),
                level=detail.text(language),
                due=f"{due:%Y-%m-%d %H:%M}",
            )
        )


def _of(about: _About, calendar: WorkCalendar) -> Iterator[Notice]:
    case, clock = about.case, about.clock
    if clock.due_at is None or clock.ended_at is not None:
        return
    owner = case.state.owner_id or f"role:{case.process.steps[case.state.step].owner}"
    if clock.breached_at is None:
        passed = [(share, at) for share, at in clock.warnings if at <= case.now]
        if passed and clock.state is not ClockState.PAUSED:
            share, at = passed[-1]
            urgent = (clock.due_at - case.now) // _MINUTE < about.rules.urgent_within_minutes
            yield about.notice("warning", owner, at, Label(zh=f"{share}", en=f"{share}"), is_urgent=urgent)
        return
    breach = about.rules.titles["breach"]
    yield about.notice("breach", owner, clock.breached_at, breach, is_urgent=True)
    for level in case.process.escalation:
        after = due_at(level.after, clock.breached_at, calendar) if level.after else clock.breached_at
        if level.clock == clock.clock and after is not None and after <= case.now:
            for receiver in level.to:
                to = owner if receiver == OWNER else f"role:{receiver}"
                yield about.notice("escalation", to, after, level.title)
