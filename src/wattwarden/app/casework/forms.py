"""Forms of actions, built from what a process file requires; the same for every process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from wattwarden.app.casework.typed import Typed
from wattwarden.cases.gate_content import gates
from wattwarden.cases.given import Given
from wattwarden.cases.ledger import Ledger, room
from wattwarden.cases.process import Action, Fact, FactKind
from wattwarden.cases.situation import Situation
from wattwarden.cases.standard_actions import ASSIGN, CHANGE_FACTS, NOTE, PAUSE, RESUME
from wattwarden.cases.view import CaseView
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.domain.labels import Label

NOBODY = "-"
"""Value of the owner field that puts a case back for anybody to take."""
Choices = Sequence[tuple[str, Label]]
STANDARD_TITLES = {
    NOTE: Label(zh="添加备注", en="Add a note"),
    ASSIGN: Label(zh="指派", en="Assign"),
    PAUSE: Label(zh="暂停计时", en="Pause"),
    RESUME: Label(zh="恢复计时", en="Resume"),
    CHANGE_FACTS: Label(zh="更改属性", en="Change a fact"),
}
_STANDARD_NEEDS: Mapping[str, tuple[str, ...]] = {
    NOTE: ("note",), ASSIGN: ("owner",), PAUSE: ("reason", "note"), RESUME: (), CHANGE_FACTS: (),
}  # fmt: skip
_LABELS = {
    "note": Label(zh="说明", en="Note"),
    "reason": Label(zh="原因", en="Reason"),
    "owner": Label(zh="交给", en="Hand over to"),
    "outcome": Label(zh="结论", en="Outcome"),
    "cause": Label(zh="成因", en="Cause"),
    "amount": Label(zh="金额(元)", en="Amount (yuan)"),
    "until": Label(zh="截至(含)", en="Until (inclusive)"),
    "evidence": Label(zh="证据(照片或文件)", en="Evidence (photo or paper)"),
    "checklist": Label(zh="核查清单", en="Checklist"),
    "materials": Label(zh="材料", en="Materials"),
    "penalty_times": Label(zh="违约使用电费倍数", en="Multiple of the penalty"),
    "penalty_reason": Label(zh="倍数理由", en="Reason for the multiple"),
}


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Attributes:
        kind: ``text``, ``select``, ``checks``, ``money``, ``date``, ``number`` or ``files``.
        value: What stands in it at first.
        hint: Where that value comes from.
    """

    name: str
    label: Label
    kind: str
    choices: Choices = ()
    value: str = ""
    is_needed: bool = True
    hint: Label | None = None


@dataclass(frozen=True)
class Form:
    """An action as a page offers it.

    Attributes:
        forbidden: What forbids it to this person.
        has_gates: Whether gates stand before it; the page asks for them apart.
    """

    action: str
    title: Label
    fields: Sequence[Field]
    forbidden: Sequence[Problem]
    has_gates: bool = False
    clause: str | None = None
    is_standard: bool = False


def form_of(
    seen: CaseView, name: str, forbidden: Sequence[Problem], people: Choices, balance: Ledger
) -> Form:
    """The form of an action in the step where the case stands.

    Args:
        seen: The case.
        name: The action.
        forbidden: What forbids it to this person.
        people: Who may get the case: number and name.
        balance: Suggests amounts.
    """
    process, action = seen.process, seen.process.actions.get(name)
    if action is None:
        fields = [_field(need, seen, None, people, "") for need in _STANDARD_NEEDS[name]]
        if name == CHANGE_FACTS:
            fields = [_fact(fact, kind, seen) for fact, kind in process.facts.items() if kind.values]
        return Form(name, STANDARD_TITLES[name], fields, forbidden, is_standard=True)
    suggested = _suggested(action, balance)
    fields = [_field(need, seen, action, people, suggested) for need in action.requires]
    fields += [_fact(fact, process.facts[fact], seen) for fact in action.asks]
    asked = {field for gate in action.gates for field in gates().gates[gate].needs}
    fields += [
        Field(extra, _LABELS[extra], "number" if extra == "penalty_times" else "text")
        for extra in ("penalty_times", "penalty_reason")
        if extra in asked
    ]
    return Form(name, action.title, fields, forbidden, bool(action.gates), action.clause)


def given_of(seen: CaseView, name: str, sent: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> Given:
    """What somebody handed in with a form.

    Args:
        seen: The case, for its facts.
        name: The action.
        sent: Single values by field.
        lists: Values of ``checklist``, ``materials`` and ``evidence``.

    Raises:
        WattwardenError: a number, amount or day cannot be read.
    """
    owner = sent.get("owner")
    facts: dict[str, Fact] = {
        fact: sent[f"fact_{fact}"] for fact in seen.process.facts if sent.get(f"fact_{fact}")
    }
    if name == CHANGE_FACTS:
        facts = {fact: value for fact, value in facts.items() if seen.state.facts.get(fact) != value}
    return Given(
        version=_whole(sent.get("version", "")),
        owner_id="" if owner == NOBODY else owner or None,
        reason=sent.get("reason", ""),
        note=sent.get("note", "").strip(),
        outcome=sent.get("outcome", ""),
        cause=sent.get("cause", ""),
        amount_fen=Typed(sent).fen("amount") if sent.get("amount", "").strip() else None,
        until=Typed(sent).day("until") if sent.get("until") else None,
        facts=facts,
        checked=tuple(lists.get("checklist", ())),
        materials=tuple(lists.get("materials", ())),
        evidence=tuple(lists.get("evidence", ())),
    )


def with_penalty(sent: Mapping[str, str], situation: Situation, most: Decimal) -> Situation:
    """The situation with the penalty that a form asks for; ``most`` is its ceiling."""
    times = sent.get("penalty_times", "").strip()
    if not times:
        return situation
    return replace(
        situation, penalty_times=Typed(sent).number("penalty_times"), penalty_times_max=most,
        penalty_reason=sent.get("penalty_reason", ""),
    )  # fmt: skip


def _field(need: str, seen: CaseView, action: Action | None, people: Choices, suggested: str) -> Field:
    label = _LABELS[need]
    if need in ("checklist", "materials"):
        step = seen.process.steps[seen.state.step]
        return Field(
            need, label, "checks", _checklist(seen) if need == "checklist" else list(step.materials.items())
        )
    if need == "amount":
        hint = (
            Label(zh="建议值取自工单台账", en="suggested from the ledger of the case") if suggested else None
        )
        return Field(need, label, "money", value=suggested, hint=hint)
    if need == "evidence":
        return Field(need, label, "files", is_needed=not seen.state.evidence)
    choices = _choices(need, seen, action, people)
    if choices is not None:
        return Field(need, label, "select", choices)
    return Field(need, label, "date" if need == "until" else "text")


def _choices(need: str, seen: CaseView, action: Action | None, people: Choices) -> Choices | None:
    """What may be chosen for a requirement; None where it is typed."""
    if need == "reason":
        return _reasons(seen, action)
    if need == "owner":
        nobody = () if action else ((NOBODY, Label(zh="(退回待领)", en="(nobody: put it back)")),)
        return (*people, *nobody)
    if need == "outcome" and action:
        return [(code, seen.process.outcomes[code].title) for code in action.outcomes]
    return list(seen.process.causes.items()) if need == "cause" else None


def _reasons(seen: CaseView, action: Action | None) -> Choices:
    if action is not None:
        return list(action.reasons.items())
    here = seen.state.step
    return [(code, pause.title) for code, pause in seen.process.pauses.items() if here in pause.steps]


def _checklist(seen: CaseView) -> Choices:
    step = seen.process.steps[seen.state.step]
    done = set(seen.state.done)
    return [(str(n), entry) for n, entry in enumerate(step.checklist) if str(n) not in done]


def _fact(name: str, kind: FactKind, seen: CaseView) -> Field:
    choices = [(code, label) for code, label in kind.values.items()]
    value = str(seen.state.facts.get(name, ""))
    return Field(f"fact_{name}", Label(zh=kind.zh, en=kind.en), "select", choices, value, is_needed=False)


def _suggested(action: Action, balance: Ledger) -> str:
    match action.books:
        case "billed" | "paid" | "waived" as book:
            amount = room(balance, book)
        case _:
            amount = balance.found or None
    if amount is None or amount <= 0:
        return ""
    return f"{amount // 100}.{amount % 100:02d}"


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise WattwardenError(Problem("version", found=text or "nothing", expected="the version of the page"))
    return int(text)
