"""The derivation of a bill: as ``wattwarden bill explain``, for those who may see the customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from wattwarden.app.console.customers import Head, customer_head
from wattwarden.app.explain_bill import explain_bill
from wattwarden.app.shown_value import code_label
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.content import contract


@dataclass(frozen=True)
class Derivation:
    """One bill.

    Args:
        outcome: Whether it could be checked, else why not.
        steps: Rows of ``Worked.rows``: what, working, value, unit, basis; none if it could not be checked.
    """

    bill_id: str
    outcome: str
    detail: str
    title: str
    steps: Sequence[dict[str, str]]


def explained_bills(viewer: Viewer, customer_id: str, month: date) -> tuple[Head, Sequence[Derivation]]:
    """The bills of ``month`` of the customer.

    Raises:
        WattwardenError: he does not exist for this viewer, or has no such bill.
    """
    _, head = customer_head(viewer, customer_id)
    language = viewer.language
    return head, [
        Derivation(
            bill.bill_id,
            code_label(contract(), "shadow_bill", "outcome", bill.outcome, language) or bill.outcome,
            bill.detail,
            bill.worked.title.text(language).replace(customer_id, head.customer_id) if bill.worked else "",
            bill.worked.rows(language) if bill.worked else [],
        )
        for bill in explain_bill(home(), customer_id, month)
    ]
