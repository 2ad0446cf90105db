"""Take what a form sends: read it by the process file, and act."""

from collections.abc import Mapping, Sequence

from wattwarden.app.casework.act_on_case import Acted, act_on_case
from wattwarden.app.casework.forms import given_of, with_penalty
from wattwarden.app.casework.histories import history_of, view_of
from wattwarden.app.casework.penalty import penalty_ceiling
from wattwarden.domain.access import Viewer
from wattwarden.records.guard import load
from wattwarden.records.models import Case


def submit(
    viewer: Viewer, case_id: int, action: str, sent: Mapping[str, str], lists: Mapping[str, Sequence[str]]
) -> Acted:
    """Take an action as a form describes it.

    Args:
        viewer: Who acts.
        case_id: Number of the case.
        action: The action.
        sent: Single fields, among them ``version`` and the key ``once``.
        lists: Fields with several values.

    Raises:
        WattwardenError: with everything that stands in the way.
    """
    case = load(Case, case_id, viewer, "see_cases")
    seen = view_of(case, history_of(case))
    given = given_of(seen, action, sent, lists)
    return act_on_case(
        viewer, case_id, action, given, sent.get("once", ""),
        lambda s: with_penalty(sent, s, penalty_ceiling(seen, case_id)),
    )  # fmt: skip
