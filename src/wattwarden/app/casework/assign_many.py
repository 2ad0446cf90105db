"""Assign many cases at once; each is its own action, and what cannot be assigned is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattwarden.app.casework.act_on_case import act_on_case
from wattwarden.app.casework.settings import known_processes
from wattwarden.cases.given import Given
from wattwarden.cases.standard_actions import ASSIGN
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.records.guard import load
from wattwarden.records.models import Case


@dataclass(frozen=True)
class Assigned:
    """How many were assigned, and why others were not."""

    count: int
    problems: Sequence[Problem]


def assign_many(viewer: Viewer, chosen: Sequence[tuple[int, int]], owner: str, once: str) -> Assigned:
    """Hand cases to somebody: by an action that hands over, where the step has one, else as they stand.

    Args:
        viewer: Who assigns.
        chosen: Number and seen version of each case.
        owner: Number of the person.
        once: Key of the form.
    """
    problems: list[Problem] = []
    count = 0
    for case_id, version in chosen:
        try:
            case = load(Case, case_id, viewer, "assign_cases")
            given = Given(version=version, owner_id=owner)
            acted = act_on_case(viewer, case_id, _handing(case), given, f"{once}:{case_id}" if once else "")
            count += not acted.is_repeat
        except WattwardenError as error:
            problems += [
                Problem(f"{case_id}: {p.subject}", p.found, p.expected, p.action) for p in error.problems
            ]
    return Assigned(count, problems)


def _handing(case: Case) -> str:
    actions = known_processes()[case.process].actions
    for name, action in actions.items():
        if action.requires == ("owner",) and case.step in action.origin:
            return name
    return ASSIGN
