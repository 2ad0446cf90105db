"""What stands in the way of an action: a stale page, the wrong person, something missing, a red gate."""

from collections.abc import Iterable, Iterator, Mapping

from wattwarden.cases.given import Actor, Given
from wattwarden.cases.history import SYSTEM
from wattwarden.cases.process import OWNER, Action, Requirement, holds
from wattwarden.cases.situation import GateResult
from wattwarden.cases.view import CaseView
from wattwarden.domain.errors import Barred, Problem


def stale(case: CaseView, given: Given) -> Iterator[Problem]:
    """The page that the actor saw is not the latest."""
    if given.version != case.state.version:
        yield Problem(
            "case",
            found=f"version {given.version} on your page, {case.state.version} by now",
            expected="the version that you have seen",
            action="Load the case again: somebody else has changed it. Nothing of yours was saved.",
        )


def barred(case: CaseView, actor: Actor) -> Iterator[Problem]:
    """Nobody acts on a case about himself or his own change."""
    if actor.id in case.state.subject_staff_ids:
        yield Barred(f"staff {actor.id}", found="the case is about himself", expected="somebody else",
                     action="Hand it to a colleague or to the auditor.")  # fmt: skip
    elif actor.id in case.state.author_ids:
        yield Barred(f"staff {actor.id}", found="the case is about his own change", expected="somebody else",
                     action="Hand it to a colleague or to the auditor.")  # fmt: skip


def cannot(case: CaseView, name: str, action: Action, actor: Actor) -> Iterator[Problem]:
    """The case stands elsewhere, or the actor may not."""
    if case.state.step not in action.origin:
        here = case.process.steps[case.state.step].title.en
        possible = ", ".join(action.origin)
        yield Problem(f"action {name}", found=f"a case in '{here}'", expected=f"a case in {possible}",
                      action="Load the case again: it stands elsewhere by now.")  # fmt: skip
    if not may(case, action.who, actor):
        yield Barred(f"action {name}", found=f"roles {listed(actor.roles)}", expected=f"one of {listed(action.who)}",
                     action="Ask somebody of that role, or have the case assigned to you.")  # fmt: skip
    yield from same_person(case, name, action, actor)


def same_person(case: CaseView, name: str, action: Action, actor: Actor) -> Iterator[Problem]:
    """A second person is needed."""
    for other in action.not_by:
        if actor.id in case.state.doers.get(other, ()) and actor.id != SYSTEM:
            title = case.process.actions[other].title.en
            yield Barred(f"action {name}", found=f"the same person as for '{title}'", expected="a second person",
                         action="Ask a colleague who had no part in it.")  # fmt: skip


def missing(case: CaseView, action: Action, given: Given) -> Iterator[Problem]:
    """What the action requires and the actor did not hand in."""
    step = case.process.steps[case.state.step]
    needed = [code for code, material in step.materials.items() if holds(material.when, case.state.facts)]
    have = {*case.state.materials, *given.materials}
    ticked = {*case.state.done, *given.checked}
    is_there: Mapping[Requirement, bool] = {
        "note": bool(given.note.strip()),
        "reason": given.reason in action.reasons,
        "owner": bool(given.owner_id),
        "outcome": given.outcome in action.outcomes,
        "cause": given.cause in case.process.causes,
        "amount": given.amount_fen is not None and given.amount_fen > 0,
        "until": given.until is not None and given.until > case.now.date(),
        "evidence": bool(given.evidence or case.state.evidence),
        "checklist": all(str(number) in ticked for number in range(len(step.checklist))),
        "materials": have.issuperset(needed),
    }
    expected: Mapping[Requirement, str] = {
        "note": "a sentence that says why",
        "reason": f"one of {listed(action.reasons)}",
        "owner": "somebody who takes it over",
        "outcome": f"one of {listed(action.outcomes)}",
        "cause": f"one of {listed(case.process.causes)}",
        "amount": "an amount above 0 in fen",
        "until": "a day after today",
        "evidence": "a photo or a paper",
        "checklist": "every entry of the checklist ticked",
        "materials": f"the materials {listed(set(needed) - have)}",
    }
    for requirement in action.requires:
        if not is_there[requirement]:
            yield Problem(
                f"{requirement} of the action", found="nothing valid", expected=expected[requirement]
            )


def red(gate: GateResult) -> Problem:
    """A gate that is not green, as a problem."""
    return Problem(
        f"gate {gate.name} ({gate.clause})", found=gate.why.en, expected=gate.title.en, action=gate.fix.en
    )


def may(case: CaseView, who: Iterable[str], actor: Actor) -> bool:
    """Whether the actor is among them, by role or as the owner."""
    owns = OWNER in who and actor.id == case.state.owner_id
    return owns or not actor.roles.isdisjoint(who)


def listed(names: Iterable[str]) -> str:
    """Names in order, as text."""
    return ", ".join(sorted(names)) or "none"
