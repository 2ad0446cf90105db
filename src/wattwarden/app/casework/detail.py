"""One case in full: where it stands, why it is due then, what may be done, what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from wattwarden.app.casework.claims import FACT as CLAIM
from wattwarden.app.casework.claims import claim_in_words
from wattwarden.app.casework.forms import NOBODY, STANDARD_TITLES, Choices, Form, form_of
from wattwarden.app.casework.histories import (
    actor_number,
    actor_of,
    history_of,
    users_by_number,
    view_of,
)
from wattwarden.app.casework.lists import ListedCase, listed
from wattwarden.app.casework.settings import RISK_CASE, known_processes, known_rules, office
from wattwarden.cases.act import allowed
from wattwarden.cases.clocks import ClockState, ClockView
from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.cases.ledger import Ledger, ledger
from wattwarden.cases.process import Fact, FactKind, Process
from wattwarden.cases.view import CaseView
from wattwarden.cases.why_due import STATE_LABELS, Line, why_due
from wattwarden.domain.access import Viewer
from wattwarden.domain.labels import Label
from wattwarden.records.guard import load, units_of, visible
from wattwarden.records.models import Case, CaseFinding, CaseVerification, RoleGrant, User, VisitEntry
from wattwarden.rulekit.model import Rule

_KINDS = {
    EventKind.OPENED: Label(zh="立案", en="Opened"),
    EventKind.ASSIGNED: Label(zh="指派", en="Assigned"),
    EventKind.PAUSED: Label(zh="暂停计时", en="Paused"),
    EventKind.RESUMED: Label(zh="恢复计时", en="Resumed"),
    EventKind.FACTS_CHANGED: Label(zh="属性变更", en="Facts changed"),
    EventKind.FINDING_JOINED: Label(zh="疑点并入", en="Finding joined"),
    EventKind.FINDING_GONE: Label(zh="疑点消失", en="Finding gone"),
    EventKind.RELATED: Label(zh="关联工单", en="Related case"),
    EventKind.ESCALATED: Label(zh="超时升级", en="Escalated"),
    EventKind.VERIFIED: Label(zh="数据验证", en="Verified by data"),
    EventKind.NOTED: Label(zh="备注", en="Note"),
    EventKind.BOOKED: Label(zh="金额认定", en="Money sized"),
}
BOOK_LABELS = {
    "found": Label(zh="发现", en="Found"),
    "claimed": Label(zh="追补", en="Claimed"),
    "billed": Label(zh="出账", en="Billed"),
    "paid": Label(zh="收回", en="Paid"),
    "refunded": Label(zh="退还", en="Refunded"),
    "waived": Label(zh="减免", en="Waived"),
}
_LINKED = 20
_MOST_PEOPLE = 200


@dataclass(frozen=True)
class ShownClock:
    """A run of a clock, its title, how it stands, and why it is due then."""

    clock: ClockView
    title: Label
    state: Label
    why: Sequence[Line]

    @property
    def is_over(self) -> bool:
        """Whether it was overrun."""
        return self.clock.state in (ClockState.BREACHED, ClockState.LATE)

    @property
    def is_going(self) -> bool:
        """Whether it has not ended."""
        return self.clock.ended_at is None


@dataclass(frozen=True)
class Happened:
    """One line of the timeline."""

    event: Event
    who: str
    what: Label
    details: Sequence[Label]


@dataclass(frozen=True)
class ShownFinding:
    """A finding of the case with its rule."""

    joined: CaseFinding
    rule: Rule | None


@dataclass(frozen=True)
class CaseDetail:
    """Everything that the page of a case shows; gates are asked for apart, they read the lake."""

    listed: ListedCase
    seen: CaseView
    clocks: Sequence[ShownClock]
    findings: Sequence[ShownFinding]
    timeline: Sequence[Happened]
    forms: Sequence[Form]
    balance: Ledger
    related: Sequence[ListedCase]
    entries: Sequence[VisitEntry]
    verifications: Sequence[CaseVerification]
    owner: str
    facts: Sequence[tuple[Label, Label]]

    @property
    def row(self) -> Case:
        """The stored row."""
        return self.listed.row


def case_detail(viewer: Viewer, case_id: int) -> CaseDetail:
    """The case for its page.

    Raises:
        WattwardenError: it does not exist for this viewer.
    """
    case = load(Case, case_id, viewer, "see_cases")
    events = history_of(case)
    seen = view_of(case, events)
    names = _names(events, seen.state.owner_id)
    joined = CaseFinding.objects.filter(case=case).order_by("is_gone", "finding_key")
    findings = [ShownFinding(j, known_rules().get(j.rule_id)) for j in joined]
    return CaseDetail(
        listed=listed(viewer, [case])[0],
        seen=seen,
        clocks=_clocks(seen),
        findings=findings,
        timeline=_timeline(seen, events, names, findings),
        forms=forms_for(viewer, case, seen, events),
        balance=ledger(events),
        related=listed(viewer, _related(viewer, case)),
        entries=list(
            VisitEntry.objects.filter(case=case).select_related("photo", "user").order_by("noted_at")
        ),
        verifications=list(CaseVerification.objects.filter(case=case).order_by("-number")),
        owner=names.get(seen.state.owner_id, ""),
        facts=_facts(seen),
    )


def forms_for(viewer: Viewer, case: Case, seen: CaseView, events: Sequence[Event]) -> list[Form]:
    """Forms of what this person may do now; what else forbids an action is told with it."""
    actor = actor_of(viewer, case.org_path)
    open_to_him = allowed(seen, actor)
    if not open_to_him:
        return []
    people = people_for(case, seen)
    balance = ledger(events)
    forms = [form_of(seen, name, problems, people, balance) for name, problems in open_to_him.items()]
    return sorted(forms, key=lambda form: (form.is_standard, bool(form.forbidden)))


def people_for(case: Case, seen: CaseView) -> Choices:
    """Accounts that may own the case: a working role for its organisation, and not concerned by it."""
    parts = case.org_path.strip("/").split("/")
    above = ["/" + "".join(f"{part}/" for part in parts[: n + 1]) for n in range(len(parts))]
    grants = RoleGrant.objects.filter(role__in=_working(seen.process), org__path__in=[*above, "/"])
    return _people(grants, seen.state.subject_staff_ids | seen.state.author_ids)


def case_people(viewer: Viewer) -> Choices:
    """Accounts that may own risk cases somewhere below the organisations where the viewer assigns."""
    units = units_of(viewer, "assign_cases")
    return _people(RoleGrant.objects.filter(role__in=_working(known_processes()[RISK_CASE]), org__in=units))


def _working(process: Process) -> set[str]:
    return {who for a in process.actions.values() if a.takes for who in a.who} | {
        step.owner for step in process.steps.values()
    }


def _people(grants: QuerySet[RoleGrant], concerned: frozenset[str] = frozenset()) -> Choices:
    found: dict[str, Label] = {}
    for grant in grants.select_related("user").order_by("user__display_name", "role")[:_MOST_PEOPLE]:
        user: User = grant.user
        if user.is_active and user.staff_id not in concerned:
            name = user.display_name or user.username
            found[actor_number(user.pk, user.staff_id)] = Label(zh=name, en=f"{name} ({user.username})")
    return list(found.items())


def _names(events: Sequence[Event], owner: str) -> dict[str, str]:
    numbers = {e.actor_id for e in events} | {e.owner_id for e in events if e.owner_id} | {owner}
    found = users_by_number(numbers - {"", SYSTEM, NOBODY})
    return {number: user.display_name or user.username for number, user in found.items()}


def _clocks(seen: CaseView) -> list[ShownClock]:
    shown = [
        ShownClock(
            c, seen.process.clocks[c.clock].title, STATE_LABELS[c.state], why_due(seen.process, c, office())
        )
        for c in seen.clocks
    ]
    return sorted(shown, key=lambda s: (not s.is_going, s.clock.due_at is None, s.clock.due_at or seen.now))


def _timeline(
    seen: CaseView, events: Sequence[Event], names: Mapping[str, str], findings: Sequence[ShownFinding]
) -> list[Happened]:
    titles = {f.joined.finding_key: f.rule.title for f in findings if f.rule}
    system = Label(zh="系统", en="system")
    lines = []
    for event in reversed(events):
        declared = seen.process.actions.get(event.action)
        what = declared.title if declared else _KINDS.get(event.kind) or STANDARD_TITLES["note"]
        who = system.zh if event.actor_id == SYSTEM else names.get(event.actor_id, event.actor_id)
        lines.append(Happened(event, who, what, list(_details(seen, event, names, titles))))
    return lines


def _details(
    seen: CaseView, event: Event, names: Mapping[str, str], titles: Mapping[str, Label]
) -> Sequence[Label]:
    process, told = seen.process, []
    if event.finding_key:
        key = event.finding_key[:12]
        told.append(titles.get(event.finding_key, Label(zh=key, en=key)))
    if event.owner_id:
        name = names.get(event.owner_id, event.owner_id)
        told.append(Label(zh=f"负责人：{name}", en=f"owner: {name}"))
    if event.outcome:
        told.append(process.outcomes[event.outcome].title)
    if event.cause:
        told.append(process.causes[event.cause])
    if event.reason:
        told.append(_reason(seen, event))
    for name, value in event.facts.items():
        kind = process.facts.get(name)
        if kind:
            shown = _fact_value(name, value, kind)
            told.append(Label(zh=f"{kind.zh}：{shown.zh}", en=f"{kind.en}: {shown.en}"))
    if event.until:
        told.append(Label(zh=f"至{event.until}", en=f"until {event.until}"))
    return told


def _reason(seen: CaseView, event: Event) -> Label:
    action = seen.process.actions.get(event.action)
    if action and event.reason in action.reasons:
        return action.reasons[event.reason]
    if event.reason in seen.process.pauses:
        return seen.process.pauses[event.reason].title
    return Label(zh=event.reason, en=event.reason)


def _related(viewer: Viewer, case: Case) -> list[Case]:
    rows = visible(Case, viewer, "see_cases").exclude(pk=case.pk)
    same = (
        rows.filter(customer_id=case.customer_id).order_by("-pk")[:_LINKED]
        if case.customer_id
        else rows.none()
    )
    found = {row.pk: row for row in same}
    if case.area_id:
        near = rows.filter(area_id=case.area_id, is_open=True).order_by("-net_value_fen", "pk")[:_LINKED]
        found |= {row.pk: row for row in near}
    return list(found.values())


def _facts(seen: CaseView) -> list[tuple[Label, Label]]:
    found = []
    for name, value in seen.state.facts.items():
        kind = seen.process.facts.get(name)
        if kind is not None:
            found.append((Label(zh=kind.zh, en=kind.en), _fact_value(name, value, kind)))
    return found


def _fact_value(name: str, value: Fact, kind: FactKind) -> Label:
    if name == CLAIM:
        return claim_in_words(value)
    yes = Label(zh="是", en="yes") if value is True else Label(zh=str(value), en=str(value))
    return kind.values.get(str(value), yes)
