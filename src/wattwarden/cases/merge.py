"""Merge the findings of a scan into cases: one case per subject, whatever the number of findings.

Identity (the same premise) decides which case a finding belongs to; relation (the same customer, meter,
area or staff) only links cases. A snooze or a closing swallows what it named, and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.cases.act import open_case
from wattwarden.cases.given import Opening
from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.cases.process import Process
from wattwarden.cases.state import CaseState
from wattwarden.domain.case import SEVERITIES
from wattwarden.domain.finding import LifeState

PRIORITY = "priority"
"""The fact that carries the worst severity of a case's findings."""


@dataclass(frozen=True)
class ScannedFinding:
    """A finding as the latest scan left it.

    Attributes:
        subject: Key of the case it belongs to, as scoring gives it.
        relations: What it shares with other cases, by kind: customer, meter, area, staff.
        subject_staff_ids: Staff whom it is about.
        author_ids: Staff whose change it is about.
    """

    key: str
    subject: str
    severity: str
    life: LifeState
    relations: Mapping[str, str] = field(default_factory=dict)
    subject_staff_ids: tuple[str, ...] = ()
    author_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownCase:
    """A case of the store with its state; ``swallows`` are the findings it named when it was put to rest."""

    id: str
    subject: str
    state: CaseState
    swallows: frozenset[str] = frozenset()
    relations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NewCase:
    """A case to be opened, with its first events."""

    subject: str
    events: tuple[Event, ...]
    relations: Mapping[str, str]


@dataclass(frozen=True)
class Merged:
    """What a scan makes of the cases.

    Attributes:
        new: Cases to open, in order of subject.
        appended: Events to add, by case.
        swallowed: Findings that a resting or closed case has named already, each with that case.
    """

    new: tuple[NewCase, ...]
    appended: Mapping[str, tuple[Event, ...]]
    swallowed: Mapping[str, str]


def swallowed_by(history: Sequence[CaseState], process: Process) -> frozenset[str]:
    """Findings that a case named when it was put to rest: those still there at that moment.

    Args:
        history: State after each event.
        process: Tells which steps are closed, or wake by themselves.
    """
    if not _rests(history[-1], process):
        return frozenset()
    entered = next(
        s for s in history if s.entered_at == history[-1].entered_at and s.step == history[-1].step
    )
    return frozenset(entered.findings)


def merge(
    found: Sequence[ScannedFinding], known: Sequence[KnownCase], process: Process, calendar: WorkCalendar,
    at: datetime,
) -> Merged:  # fmt: skip
    """Decide for every finding whether it joins, raises, wakes, reopens or opens a case.

    The result does not depend on the order of the findings or of the cases.
    """
    by_subject: dict[str, list[KnownCase]] = {}
    for case in sorted(known, key=lambda c: c.id):
        by_subject.setdefault(case.subject, []).append(case)
    groups: dict[str, list[ScannedFinding]] = {}
    for finding in sorted(found, key=lambda f: f.key):
        groups.setdefault(finding.subject, []).append(finding)
    new: list[NewCase] = []
    appended: dict[str, tuple[Event, ...]] = {}
    swallowed: dict[str, str] = {}
    for subject, group in sorted(groups.items()):
        own = _current(by_subject.get(subject, []), process)
        if own is None:
            taken = [f for f in group if f.life is not LifeState.GONE]
            new += [_new(subject, taken, known, process, calendar, at)] if taken else []
        elif _is_closed(own, process):
            events, fresh = _closed(own, group, process, at, swallowed)
            appended |= {own.id: events} if events else {}
            new += [_new(subject, fresh, known, process, calendar, at)] if fresh else []
        else:
            events = _open(own, group, process, at, swallowed)
            appended |= {own.id: events} if events else {}
    return Merged(tuple(new), appended, swallowed)


def _current(cases: Sequence[KnownCase], process: Process) -> KnownCase | None:
    going = [case for case in cases if not _is_closed(case, process)]
    if going:
        return going[0]
    return max(cases, key=lambda c: (c.state.at, c.id), default=None)


def _is_closed(case: KnownCase, process: Process) -> bool:
    return process.steps[case.state.step].kind == "closed"


def _rests(state: CaseState, process: Process) -> bool:
    step = process.steps[state.step]
    return step.kind == "closed" or step.wakes is not None


def _open(
    case: KnownCase,
    group: Sequence[ScannedFinding],
    process: Process,
    at: datetime,
    swallowed: dict[str, str],
) -> tuple[Event, ...]:
    log = _Log(case.state, at)
    worst = _rank(str(case.state.facts.get(PRIORITY, "")))
    resting = _rests(case.state, process)
    wakes = False
    for finding in group:
        is_there = finding.key in case.state.findings
        if finding.life is LifeState.GONE:
            if is_there:
                log.add(EventKind.FINDING_GONE, finding_key=finding.key)
            continue
        worse = _rank(finding.severity) > worst
        if not is_there:
            _join(log, finding)
        if resting and finding.key in case.swallows and not worse:
            swallowed[finding.key] = case.id
            continue
        wakes = wakes or (resting and (worse or not is_there))
        if worse:
            worst = _rank(finding.severity)
            log.add(EventKind.FACTS_CHANGED, facts={PRIORITY: finding.severity})
    step = process.steps[case.state.step]
    if wakes and step.wakes:
        action = process.actions[step.wakes]
        log.add(EventKind.ACTED, action=step.wakes, to=action.to or "",
                owner_id=None if action.keeps_owner else "")  # fmt: skip
    return tuple(log.events)


def _closed(
    case: KnownCase,
    group: Sequence[ScannedFinding],
    process: Process,
    at: datetime,
    swallowed: dict[str, str],
) -> tuple[tuple[Event, ...], list[ScannedFinding]]:
    log = _Log(case.state, at)
    worst = _rank(str(case.state.facts.get(PRIORITY, "")))
    fresh: list[ScannedFinding] = []
    back: list[ScannedFinding] = []
    for finding in group:
        named = finding.key in case.swallows
        if finding.life is LifeState.GONE:
            if finding.key in case.state.findings:
                log.add(EventKind.FINDING_GONE, finding_key=finding.key)
        elif finding.key in case.state.gone:
            back.append(finding)
        elif named and _rank(finding.severity) <= worst:
            swallowed[finding.key] = case.id
        elif named:
            back.append(finding)
        else:
            fresh.append(finding)
    rule = process.returning
    if not back or rule is None or at - case.state.entered_at > timedelta(days=rule.within_days):
        return tuple(log.events), back + fresh
    action = process.actions[rule.action]
    log.add(EventKind.ACTED, action=rule.action, to=action.to or "", note="finding is back",
            owner_id=None if action.keeps_owner else "")  # fmt: skip
    for finding in back + fresh:
        _join(log, finding)
        if _rank(finding.severity) > worst:
            worst = _rank(finding.severity)
            log.add(EventKind.FACTS_CHANGED, facts={PRIORITY: finding.severity})
    return tuple(log.events), []


def _new(
    subject: str, group: Sequence[ScannedFinding], known: Iterable[KnownCase], process: Process,
    calendar: WorkCalendar, at: datetime,
) -> NewCase:  # fmt: skip
    worst = max(group, key=lambda f: _rank(f.severity)).severity
    first = open_case(process, Opening(facts={PRIORITY: worst}), SYSTEM, calendar, at)
    log = _Log(CaseState(1, at, process.starts_in, at), at, [first])
    relations: dict[str, str] = {}
    for finding in group:
        _join(log, finding)
        relations |= finding.relations
    for case in sorted(known, key=lambda c: c.id):
        shared = sorted(kind for kind, value in relations.items() if case.relations.get(kind) == value)
        if case.subject == subject:
            shared = ["subject"]
        if shared:
            log.add(EventKind.RELATED, related_to=case.id, reason=",".join(shared))
    return NewCase(subject, tuple(log.events), relations)


@dataclass
class _Log:
    state: CaseState
    at: datetime
    events: list[Event] = field(default_factory=list)

    def add(self, kind: EventKind, **fields: object) -> None:
        """Append an event of the system with the next number."""
        seq = self.events[-1].seq if self.events else self.state.version
        at = max(self.at, self.state.at)
        self.events.append(
            Event.model_validate({"seq": seq + 1, "at": at, "kind": kind, "actor_id": SYSTEM, **fields})
        )


def _join(log: _Log, finding: ScannedFinding) -> None:
    log.add(
        EventKind.FINDING_JOINED,
        finding_key=finding.key,
        subject_staff_ids=finding.subject_staff_ids,
        author_ids=finding.author_ids,
    )


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1
