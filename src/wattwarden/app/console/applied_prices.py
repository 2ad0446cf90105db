"""The prices that apply to a customer: as ``wattwarden prices show``, for those who may see him."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from wattwarden.app.console.customers import Head, customer_head
from wattwarden.app.customer_prices import customer_prices
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import Problem, WattwardenError


@dataclass(frozen=True)
class PricesOn:
    """What applies on a day.

    Args:
        reasons: Fact of the customer, and what follows from it.
        steps: Rows of ``Worked.rows``: every figure with its unit, document and dates.
        problems: Why nothing can be said; then there are neither reasons nor steps.
    """

    day: date
    reasons: Sequence[tuple[str, str]] = ()
    steps: Sequence[dict[str, str]] = ()
    problems: Sequence[Problem] = ()


def prices_on(viewer: Viewer, customer_id: str, day: date) -> tuple[Head, PricesOn]:
    """The figures of ``day``; where facts of the customer are missing, which.

    Raises:
        WattwardenError: he does not exist for this viewer.
    """
    _, head = customer_head(viewer, customer_id)
    try:
        applied = customer_prices(home(), customer_id, day)
    except WattwardenError as error:
        return head, PricesOn(day, problems=error.problems)
    language = viewer.language
    reasons = [(one.fact.text(language), one.follows.text(language)) for one in applied.reasons]
    return head, PricesOn(day, reasons, applied.worked.rows(language))
