"""One case as the programming interface tells it."""

from datetime import datetime

from ninja import Schema

from wattwarden.app.casework.detail import CaseDetail, Happened, ShownClock
from wattwarden.app.casework.forms import Field, Form
from wattwarden.app.casework.gates import GatedAction
from wattwarden.app.casework.times import stored
from wattwarden.cases.situation import GateResult
from wattwarden.domain.labels import Label
from wattwarden.records.models import CaseFinding
from wattwarden.rulekit.model import Rule
from wattwarden.web.api.problems import ProblemOut
from wattwarden.web.api.shapes import CaseRow, Text


class Why(Schema):
    """One step of the reason why it is due then."""

    text: Text
    clause: str


def _instant(at: datetime | None) -> datetime | None:
    """An instant with its offset: histories keep wall-clock time."""
    return None if at is None else stored(at)


class ClockOut(Schema):
    """A run of a clock."""

    title: Text
    state: Text
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    used_minutes: int
    left_minutes: int | None
    why: list[Why]

    @classmethod
    def of(cls, shown: ShownClock) -> "ClockOut":
        """From the clock of the page."""
        clock = shown.clock
        return cls(
            title=Text.of(shown.title), state=Text.of(shown.state), started_at=stored(clock.started_at),
            ended_at=_instant(clock.ended_at), due_at=_instant(clock.due_at),
            used_minutes=clock.used_minutes, left_minutes=clock.left_minutes,
            why=[Why(text=Text.of(line.text), clause=line.clause) for line in shown.why],
        )  # fmt: skip


class EventOut(Schema):
    """One thing that happened."""

    number: int
    at: datetime
    who: str
    what: Text
    details: list[Text]
    note: str

    @classmethod
    def of(cls, happened: Happened) -> "EventOut":
        """From a line of the timeline."""
        event = happened.event
        return cls(
            number=event.seq, at=stored(event.at), who=happened.who, what=Text.of(happened.what),
            details=Text.all(happened.details), note=event.note,
        )  # fmt: skip


class Choice(Schema):
    """A value that may be sent, and what it means."""

    value: str
    title: Text


class FieldOut(Schema):
    """A field of an action; those named ``fact_…`` are sent in ``facts`` without that beginning."""

    name: str
    label: Text
    kind: str
    choices: list[Choice]
    suggested: str
    is_needed: bool

    @classmethod
    def of(cls, field: Field) -> "FieldOut":
        """From the field of a form."""
        return cls(
            name=field.name, label=Text.of(field.label), kind=field.kind, suggested=field.value,
            is_needed=field.is_needed,
            choices=[Choice(value=value, title=Text.of(title)) for value, title in field.choices],
        )  # fmt: skip


class ActionOut(Schema):
    """An action that the account may take now, unless ``forbidden`` says why not."""

    name: str
    title: Text
    fields: list[FieldOut]
    forbidden: list[ProblemOut]
    has_gates: bool
    clause: str | None

    @classmethod
    def of(cls, form: Form) -> "ActionOut":
        """From the form of the page."""
        return cls(
            name=form.action, title=Text.of(form.title), fields=[FieldOut.of(field) for field in form.fields],
            forbidden=ProblemOut.all(form.forbidden),
            has_gates=form.has_gates, clause=form.clause,
        )  # fmt: skip


class BooksOut(Schema):
    """The ledger of the case in fen."""

    found: int
    claimed: int
    billed: int
    paid: int
    refunded: int
    waived: int


class JoinedOut(Schema):
    """A finding that joined the case."""

    key: str
    rule_id: str
    title: Text
    is_gone: bool


def _joined(joined: CaseFinding, rule: Rule | None) -> JoinedOut:
    title = rule.title if rule else Label(zh=joined.rule_id or "–", en=joined.rule_id or "–")
    return JoinedOut(
        key=joined.finding_key, rule_id=joined.rule_id, title=Text.of(title), is_gone=joined.is_gone
    )


class FactOut(Schema):
    """A fact of the case."""

    name: Text
    value: Text


class CaseOut(Schema):
    """One case in full."""

    case: CaseRow
    clocks: list[ClockOut]
    history: list[EventOut]
    actions: list[ActionOut]
    ledger: BooksOut
    findings: list[JoinedOut]
    related: list[CaseRow]
    facts: list[FactOut]

    @classmethod
    def of(cls, found: CaseDetail) -> "CaseOut":
        """From the page of the case."""
        return cls(
            case=CaseRow.of(found.listed),
            clocks=[ClockOut.of(clock) for clock in found.clocks],
            history=[EventOut.of(line) for line in found.timeline],
            actions=[ActionOut.of(form) for form in found.forms],
            ledger=BooksOut(**{name: getattr(found.balance, name) for name in BooksOut.model_fields}),
            findings=[_joined(one.joined, one.rule) for one in found.findings],
            related=[CaseRow.of(row) for row in found.related],
            facts=[FactOut(name=Text.of(name), value=Text.of(value)) for name, value in found.facts],
        )


class GateOut(Schema):
    """One gate: how it stands, why, and what would turn it green."""

    name: str
    title: Text
    is_green: bool
    why: Text
    fix: Text
    clause: str

    @classmethod
    def of(cls, gate: GateResult) -> "GateOut":
        """From the gate of the page."""
        return cls(
            name=gate.name, title=Text.of(gate.title), is_green=gate.is_green, why=Text.of(gate.why),
            fix=Text.of(gate.fix), clause=gate.clause,
        )  # fmt: skip


class GatedOut(Schema):
    """A hard step and its gates; it cannot be taken while one is not green."""

    title: Text
    is_green: bool
    gates: list[GateOut]

    @classmethod
    def of(cls, gated: GatedAction) -> "GatedOut":
        """From the hard step of the page."""
        gates = [GateOut.of(gate) for gate, _ in gated.gates]
        return cls(title=Text.of(gated.action.title), is_green=gated.is_green, gates=gates)
