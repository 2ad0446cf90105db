"""Work out the money of a confirmed case, step by step, and take it into the remedy for approval by another.

What was typed travels with the proposal as one fact, so whoever approves sees the same derivation worked
out again, and an amount that does not come out of it is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import InvalidOperation
from urllib.parse import parse_qsl, urlencode

from wattwarden.app.casework.act_on_case import Acted, act_on_case
from wattwarden.app.casework.claim_kinds import KINDS, ClaimKind, filled
from wattwarden.app.casework.forms import Choices, Field
from wattwarden.app.casework.histories import history_of, view_of
from wattwarden.app.casework.lists import ListedCase, listed
from wattwarden.app.casework.typed import Typed
from wattwarden.app.columns import load_lists
from wattwarden.app.console.export import Export
from wattwarden.app.workbook import Sheet
from wattwarden.cases.given import Given
from wattwarden.cases.history import Event
from wattwarden.cases.state import CaseState
from wattwarden.cases.view import CaseView
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import Problem, WattwardenError, absent, fail
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.worked import Worked
from wattwarden.records.guard import load
from wattwarden.records.models import Case, CaseFinding

FACT = "claim"
"""Fact of a case: the calculator and what was typed into it."""
PROPOSE = "propose_remedy"
_PROVEN = ("confirmed", "useful")
_KIND, _STEP = "kind", "step"


@dataclass(frozen=True)
class Calculated:
    """A derivation and what may be asked for by it.

    Attributes:
        sent: What was typed, by field.
        step: Number of the step whose money is asked for, from 0.
        amounts: Steps that may be asked for, with label.
    """

    code: str
    kind: ClaimKind
    sent: Mapping[str, str]
    worked: Worked
    step: int
    amounts: Choices

    @property
    def amount_fen(self) -> int:
        """The money, signed: below zero the customer gets it."""
        return int(self.worked.steps[self.step].value)

    @property
    def remedy(self) -> str:
        """What the money is for."""
        return "refund" if self.amount_fen < 0 else self.kind.remedy

    def as_fact(self) -> str:
        """Everything that works it out again."""
        return urlencode({_KIND: self.code, _STEP: str(self.step), **self.sent})


@dataclass(frozen=True)
class ClaimPage:
    """What the page of the calculators shows.

    Attributes:
        fields: Of the chosen calculator, with what was typed.
        calculated: The derivation; None before anything was typed, or where it cannot be worked out.
        proposed_fen: The amount of the latest proposal that came from a calculator.
        may_propose: Whether the case is where a remedy is proposed.
    """

    listed: ListedCase
    version: int
    code: str
    fields: Sequence[Field]
    calculated: Calculated | None
    problems: Sequence[Problem]
    proposed_fen: int | None
    may_propose: bool

    @property
    def kind(self) -> ClaimKind:
        """The chosen calculator."""
        return KINDS[self.code]


def claim_page(viewer: Viewer, case_id: int, sent: Mapping[str, str]) -> ClaimPage:
    """The calculator that ``sent`` names with what it gives; without any, as the case was proposed.

    Raises:
        WattwardenError: the case does not exist for this viewer, or nothing was confirmed in it.
    """
    case, seen, events = _proven(viewer, case_id)
    stored = claim_typed(seen.state)
    given = dict(sent) or stored
    code = given.get(_KIND, "") if given.get(_KIND) in KINDS else _likely(seen)
    is_switch = "switch" in given
    typed = (
        {}
        if is_switch
        else {name: value for name, value in given.items() if name in {f.name for f in KINDS[code].fields}}
    )
    calculated: Calculated | None = None
    problems: Sequence[Problem] = ()
    if typed:
        try:
            calculated = calculate(viewer, code, given)
        except WattwardenError as error:
            problems = error.problems
    return ClaimPage(
        listed(viewer, [case])[0], seen.state.version, code, filled(KINDS[code], typed, _first(case)), calculated,
        problems, _proposed(events), PROPOSE in seen.process.actions and seen.state.step in seen.process.actions[PROPOSE].origin,
    )  # fmt: skip


def calculate(viewer: Viewer, code: str, given: Mapping[str, str]) -> Calculated:
    """Work out a claim from what was typed.

    Args:
        viewer: Who decides where several methods hold.
        code: Which calculator.
        given: Text by field; ``step`` names the amount that is asked for.

    Raises:
        NotFoundError: there is no such calculator.
        WattwardenError: a field that cannot be read, or what the claim itself refuses.
    """
    if code not in KINDS:
        raise absent(f"calculator {code[:40]}", expected=f"one of {', '.join(KINDS)}")
    kind = KINDS[code]
    sent = {f.name: given[f.name].strip() for f in kind.fields if given.get(f.name, "").strip()}
    if given.get("chosen"):
        sent["decided_by"] = given.get("decided_by") or viewer.name
    defaults = {f.name: f.value for f in kind.fields}
    try:
        worked = kind.work(Typed({**defaults, **sent}))
    except InvalidOperation as error:
        raise fail("figures", found="more digits than can be worked out exactly",
                   expected="figures of one customer", action="Look for one with too many zeros.") from error  # fmt: skip
    amounts = [
        (str(n), s.what) for n, s in enumerate(worked.steps) if s.is_money and (s.working or s is worked.steps[-1])
    ]  # fmt: skip
    chosen = given.get(_STEP, "")
    is_undecided = kind.penalty_level is not None and not sent.get("times")
    # What the law allows as a penalty at most is no claim before it was decided: the charge alone is.
    first = amounts[0 if is_undecided else -1][0]
    step = chosen if chosen in {number for number, _ in amounts} else first
    return Calculated(code, kind, sent, worked, int(step), amounts)


def propose_claim(viewer: Viewer, case_id: int, sent: Mapping[str, str]) -> Acted:
    """Take the money of a calculator into the remedy; somebody else approves it.

    Raises:
        WattwardenError: it cannot be worked out, comes to nothing, or this person may not propose it.
    """
    _proven(viewer, case_id)
    claim = calculate(viewer, sent.get(_KIND, ""), {**sent, "decided_by": viewer.name})
    if not claim.amount_fen:
        raise fail("claim", found="an amount of 0", expected="money to bill or to refund",
                   action="Propose a remedy without money.")  # fmt: skip
    step = claim.worked.steps[claim.step]
    title = claim.kind.title
    note = (
        f"{title.zh} / {title.en}: {step.what.zh} {step.working.zh if step.working else ''} = {step.amount()}"
    )
    version = sent.get("version", "")
    given = Given(
        version=int(version) if version.isdecimal() else 0,
        note="\n".join(filter(None, (note, sent.get("note", "").strip()))),
        amount_fen=abs(claim.amount_fen),
        facts={"remedy": claim.remedy, FACT: claim.as_fact()},
    )
    return act_on_case(viewer, case_id, PROPOSE, given, sent.get("once", ""))


def claim_export(viewer: Viewer, case_id: int, sent: Mapping[str, str], language: Language) -> Export:
    """The derivation as a sheet that leaves the console.

    Raises:
        WattwardenError: it cannot be worked out.
    """
    page = claim_page(viewer, case_id, sent)
    if page.calculated is None:
        raise WattwardenError(
            *(page.problems or (Problem("claim", "nothing typed", "figures for a calculator"),))
        )
    facts = {"case": case_id, "calculator": page.code}
    sheet = Sheet(page.kind.title, load_lists().lists["worked"], page.calculated.worked.rows(language))
    return Export("claim", page.kind.title, [sheet], facts)


def claim_in_words(value: object) -> Label:
    """A stored claim fact for people: the title of its calculator."""
    code = typed_of(value).get(_KIND, "")
    return KINDS[code].title if code in KINDS else Label(zh=str(value), en=str(value))


def claim_typed(state: CaseState) -> dict[str, str]:
    """What was typed into the calculator of the proposed claim, and which it was; empty without a claim."""
    return typed_of(state.facts.get(FACT, ""))


def typed_of(fact: object) -> dict[str, str]:
    """A stored claim fact as the form it came from."""
    return dict(parse_qsl(str(fact)))


def first_day(case_id: int) -> date | None:
    """The earliest day that a finding of the case speaks of; None where none names one."""
    rows = CaseFinding.objects.filter(case=case_id).values_list("data", flat=True)
    days = [date.fromisoformat(str(data["period_from"])) for data in rows if data.get("period_from")]
    return min(days, default=None)


def _proven(viewer: Viewer, case_id: int) -> tuple[Case, CaseView, Sequence[Event]]:
    case = load(Case, case_id, viewer, "see_cases")
    events = history_of(case)
    seen = view_of(case, events)
    outcome = seen.process.outcomes.get(seen.state.outcome)
    if outcome is None or outcome.counts_as not in _PROVEN:
        raise fail(f"case {case_id}", found="no confirmed outcome", expected="a case that was confirmed on site or at the desk",
                   action="Record the outcome first; money is not worked out from a suspicion.")  # fmt: skip
    return case, seen, events


def _likely(seen: CaseView) -> str:
    """The calculator that the cause suggests."""
    by_cause = {
        "theft": "theft",
        "breach": "over_capacity",
        "wiring": "wrong_wiring",
        "meter_fault": "meter_error",
    }
    return by_cause.get(seen.state.cause, "normal_month")


def _first(case: Case) -> dict[str, str]:
    """What the findings tell: the act began with the earliest period."""
    day = first_day(case.pk)
    return {"on": day.isoformat()} if day else {}


def _proposed(events: Sequence[Event]) -> int | None:
    told = [e.amount_fen for e in events if e.action == PROPOSE and FACT in e.facts]
    return told[-1] if told else None
