"""How the gates of a case's hard steps stand, what would turn them green, and the softest step instead."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattwarden.app.casework.histories import history_of, view_of
from wattwarden.app.casework.settings import office
from wattwarden.app.casework.situation import situation_of
from wattwarden.cases.dunning import Proposal, softest_step
from wattwarden.cases.gates import check_gates
from wattwarden.cases.process import Action
from wattwarden.cases.situation import GateResult
from wattwarden.domain.access import Viewer
from wattwarden.domain.content import BUILT_IN
from wattwarden.records.guard import load
from wattwarden.records.models import Case
from wattwarden.rulekit.register import Clause, load_clauses


@dataclass(frozen=True)
class GatedAction:
    """A hard step and its gates."""

    action: Action
    gates: Sequence[tuple[GateResult, Clause | None]]

    @property
    def is_green(self) -> bool:
        """Whether nothing stands in the way."""
        return all(gate.is_green for gate, _ in self.gates)


@dataclass(frozen=True)
class Gates:
    """All hard steps that are possible where the case stands, and the softest dunning step."""

    actions: Sequence[GatedAction]
    softest: Proposal | None


def gates_of(viewer: Viewer, case_id: int) -> Gates:
    """Look at the gates of a case.

    Raises:
        WattwardenError: the case does not exist for this viewer.
    """
    case = load(Case, case_id, viewer, "see_cases")
    events = history_of(case)
    seen = view_of(case, events)
    situation = situation_of(case, events)
    clauses = load_clauses(BUILT_IN)
    hard = [
        GatedAction(
            action,
            [
                (gate, clauses.get(gate.clause))
                for gate in check_gates(action.gates, situation, office(), seen.now)
            ],
        )
        for action in seen.process.actions.values()
        if action.gates and seen.state.step in action.origin
    ]
    return Gates(hard, softest_step(situation, office(), seen.now))
