"""Show one masked value to somebody who says why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wattwarden.app.console.limits import within_limit
from wattwarden.app.console.traces import Subject, done, given_reason
from wattwarden.app.store import home
from wattwarden.domain.access import Permission, Viewer
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.masking import Masker
from wattwarden.lake.reading_room import ReadingRoom
from wattwarden.records.guard import load, not_found
from wattwarden.records.models import Case, Customer, Finding

_SEEN_BY: Final[Mapping[str, Permission]] = {
    "finding": "see_findings",
    "case": "see_cases",
    "customer": "see_customers",
}
_TABLE = "customer"


@dataclass(frozen=True)
class Masked:
    """Which value is wanted.

    Args:
        kind: ``finding``, ``case`` or ``customer``.
        key: Its key in the store.
        column: Name of the masked column, or ``subject_id``.
    """

    kind: str
    key: str
    column: str


def reveal(viewer: Viewer, wanted: Masked, reason: str | None) -> str:
    """The value in full, recorded with the reason before it is given out.

    Raises:
        WattwardenError: no such value for this viewer, no right to reveal there, or no reason.
    """
    why = given_reason(reason, "reveal")
    row = _row(viewer, wanted)
    if not viewer.may_at("reveal", row.org_path):
        raise not_found(type(row), wanted.key)
    kinds = Masker.of(contract()).kinds
    if wanted.column not in kinds and wanted.column != "subject_id":
        raise fail("reveal", found=f"column {wanted.column[:60]}", expected="a masked column")
    value = _value(row, wanted.column)
    if value is None:
        raise fail("reveal", found="no value", expected=f"a value in {wanted.column}")
    within_limit(viewer, "reveal")
    done(
        viewer, f"{wanted.kind}.reveal",
        Subject(wanted.kind, wanted.key, row.org_path, getattr(row, "staff_side", False)),
        new={"column": wanted.column}, reason=why,
    )  # fmt: skip
    return value


def _row(viewer: Viewer, wanted: Masked) -> Case | Customer | Finding:
    permission = _SEEN_BY.get(wanted.kind)
    if permission is None:
        raise fail("reveal", found=wanted.kind[:60], expected=f"one of {', '.join(_SEEN_BY)}")
    if wanted.kind == "finding":
        return load(Finding, wanted.key, viewer, permission)
    if wanted.kind == "customer":
        return load(Customer, wanted.key, viewer, permission)
    if not wanted.key.isdigit():
        raise not_found(Case, wanted.key)
    return load(Case, int(wanted.key), viewer, permission)


def _value(row: Case | Customer | Finding, column: str) -> str | None:
    """From the row, else its proof, else the customer's record in the lake."""
    held: object = getattr(row, column, None)
    if held is None and isinstance(row, Finding):
        held = json.loads(row.proof).get(column)
    if held is None and row.customer_id and column in contract()[_TABLE].columns:
        held = _from_file(row.customer_id, column)
    return None if held is None or held == "" else str(held)


def _from_file(customer_id: str, column: str) -> object:
    room = ReadingRoom(home())
    found = [] if room.number() is None else room.read(_TABLE, customer_id).to_pylist()
    return found[0].get(column) if found else None
