"""Which notices are due at an instant: before a breach, at it, and level by level after it.

Each carries a key that stays the same however often it is asked for, so that an outbox sends it once.
A limit that moved gives new keys: who was warned of Friday is warned again when it has become Tuesday.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.calc.work_time.limits import due_at
from wattwarden.cases.clocks import ClockState, ClockView
from wattwarden.cases.notice_content import Kind, NoticeRules
from wattwarden.cases.process import OWNER
from wattwarden.cases.view import CaseView
from wattwarden.domain.labels import Label

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
    found = [notice for clock in case.clocks for notice in _of(case_id, case, clock, calendar, rules)]
    return tuple(sorted((n for n in found if n.key not in known), key=lambda n: (n.since, n.key)))


def send_at(notice: Notice, now: datetime, rules: NoticeRules) -> datetime:
    """When a notice leaves: at once if urgent, else with the next digest outside the quiet hours."""
    if notice.is_urgent:
        return now
    times = sorted(t for t in rules.digest_at if not rules.quiet.holds(datetime.combine(now.date(), t)))
    for day in (now.date(), now.date() + timedelta(days=1)):
        for moment in times:
            if (at := datetime.combine(day, moment)) >= now:
                return at
    return _quiet_end(now, rules)


def digests(notices: Sequence[Notice], rules: NoticeRules) -> dict[str, tuple[Label, Label]]:
    """One message per receiver: title and text, in both languages; a single notice keeps its own title."""
    groups: dict[str, list[Notice]] = {}
    for notice in sorted(notices, key=lambda n: (n.to, n.since, n.key)):
        groups.setdefault(notice.to, []).append(notice)
    return {to: (_title(group, rules), _body(group)) for to, group in groups.items()}


def next_try(failures: int, failed_at: datetime, key: str, rules: NoticeRules) -> datetime | None:
    """When to try again after so many failures; None when it is given up.

    A tenth of the wait is spread by the key, so that many messages do not return at the same moment.
    """
    if failures < 1:
        raise ValueError("a retry follows a failure")
    if failures > len(rules.retry_minutes):
        return None
    wait = timedelta(minutes=rules.retry_minutes[failures - 1])
    spread = int(hashlib.sha256(f"{key}|{failures}".encode()).hexdigest()[:4], 16) / 0xFFFF
    return failed_at + wait + wait * spread / 10


def _of(
    case_id: str, case: CaseView, clock: ClockView, calendar: WorkCalendar, rules: NoticeRules
) -> Iterator[Notice]:
    if clock.due_at is None or clock.ended_at is not None:
        return
    owner = case.state.owner_id or f"role:{case.process.steps[case.state.step].owner}"
    breached = clock.breached_at
    if breached is None:
        passed = [(share, at) for share, at in clock.warnings if at <= case.now]
        if passed and clock.state is not ClockState.PAUSED:
            share, at = passed[-1]
            left = (clock.due_at - case.now) // _MINUTE
            yield _notice(case_id, case, clock, rules, "warning", owner, at, str(share),
                          is_urgent=left < rules.urgent_within_minutes)  # fmt: skip
        return
    yield _notice(case_id, case, clock, rules, "breach", owner, breached, "", is_urgent=True)
    for level in case.process.escalation:
        after = due_at(level.after, breached, calendar) if level.after else breached
        if level.clock != clock.clock or after is None or after > case.now:
            continue
        for receiver in level.to:
            to = owner if receiver == OWNER else f"role:{receiver}"
            yield _notice(case_id, case, clock, rules, "escalation", to, after, level.title, is_urgent=False)


def _notice(
    case_id: str, case: CaseView, clock: ClockView, rules: NoticeRules, kind: Kind, to: str, since: datetime,
    detail: str | Label, *, is_urgent: bool,
) -> Notice:  # fmt: skip
    due = clock.breached_at or clock.due_at or since
    words = {
        language: getattr(rules.lines[kind], language).format(
            case=case_id,
            process=getattr(case.process.title, language),
            clock=getattr(case.process.clocks[clock.clock].title, language),
            share=detail,
            level=getattr(detail, language, detail),
            due=f"{due:%Y-%m-%d %H:%M}",
        )
        for language in ("zh", "en")
    }
    told = detail if isinstance(detail, str) else detail.en
    parts = (case_id, clock.clock, clock.number, kind, told, to, due.date())
    key = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:KEY_LENGTH]
    return Notice(key, case_id, kind, clock.clock, to, since, Label(**words), is_urgent)


def _quiet_end(now: datetime, rules: NoticeRules) -> datetime:
    end: time = rules.quiet.end
    today = datetime.combine(now.date(), end)
    if not rules.quiet.holds(now):
        return now
    return today if today >= now else today + timedelta(days=1)


def _title(group: Sequence[Notice], rules: NoticeRules) -> Label:
    if len(group) == 1:
        return rules.titles[group[0].kind]
    return Label(zh=rules.digest.zh.format(count=len(group)), en=rules.digest.en.format(count=len(group)))


def _body(group: Sequence[Notice]) -> Label:
    return Label(zh="\n".join(n.text.zh for n in group), en="\n".join(n.text.en for n in group))
