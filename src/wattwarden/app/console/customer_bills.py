"""Bills of one customer with the shadow bill beside, and what is still open of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from wattwarden.app.shown_value import code_label, shown_value
from wattwarden.domain.content import contract
from wattwarden.domain.labels import Language

Row = Mapping[str, object]
_TOTAL, _PAID = "total", "ok"
_SHOWN_FROM_FEN = 100
"""A difference of the whole bill below one yuan is rounding, not an error."""


@dataclass(frozen=True)
class Element:
    """One element of a bill: due beside billed, money in fen."""

    label: str
    expected_kwh: str
    billed_kwh: str
    expected_fen: int | None
    billed_fen: int | None
    difference_fen: int | None
    cause: str


@dataclass(frozen=True)
class Bill:
    """One issued bill.

    Args:
        expected_fen, difference_fen: Due by the shadow bill, and billed less due; None if not checked.
        outcome: Whether it could be checked, else why not.
        open_fen: Still to be paid; None for bills that reverse others.
        is_late: Something is open past the due date.
    """

    bill_id: str
    month: date
    kind: str
    kwh: str
    amount_fen: int
    expected_fen: int | None
    difference_fen: int | None
    outcome: str
    cause: str
    elements: Sequence[Element]
    paid_fen: int
    open_fen: int | None
    due_on: date | None
    is_late: bool

    @property
    def differs(self) -> bool:
        """Whether billed and due differ by a yuan or more."""
        return self.difference_fen is not None and abs(self.difference_fen) >= _SHOWN_FROM_FEN


@dataclass(frozen=True)
class Bills:
    """All bills, newest first, and their sums in fen."""

    rows: Sequence[Bill]
    open_fen: int
    late_fen: int
    difference_fen: int


def bills(issued: pa.Table, shadow: pa.Table, payments: pa.Table, language: Language) -> Bills:
    """Put bills, shadow bills and payments beside each other.

    Args:
        issued, shadow, payments: The customer's rows of ``bill``, ``shadow_bill`` and ``payment``.
    """
    elements: dict[str, list[Row]] = defaultdict(list)
    for row in shadow.to_pylist():
        elements[str(row["bill_id"])].append(row)
    paid: dict[str, int] = defaultdict(int)
    for row in payments.to_pylist():
        if row["status"] == _PAID and row["bill_id"] is not None:
            paid[str(row["bill_id"])] += row["amount_fen"] or 0
    found = issued.to_pylist()
    reversed_ = {row["reverses_bill_id"] for row in found if row["kind"] == "reversal"}
    latest = max((row["issued_on"] for row in found if row["issued_on"]), default=date.min)
    rows = [
        _bill(row, elements[str(row["bill_id"])], paid[str(row["bill_id"])], (reversed_, latest), language)
        for row in sorted(found, key=lambda r: (r["bill_month"], r["bill_id"]), reverse=True)
    ]
    return Bills(
        rows,
        sum(max(0, row.open_fen or 0) for row in rows),
        sum(max(0, row.open_fen or 0) for row in rows if row.is_late),
        sum(row.difference_fen or 0 for row in rows if row.differs),
    )


def _bill(
    row: Mapping[str, object], elements: Sequence[Row], paid_fen: int, world: tuple[set[object], date],
    language: Language,
) -> Bill:  # fmt: skip
    reversed_, latest = world
    total: Row = next((e for e in elements if e["element"] == _TOTAL), {})
    amount = int(str(row["amount_fen"] or 0))
    counts = row["kind"] != "reversal" and row["bill_id"] not in reversed_
    open_fen = amount - paid_fen if counts else None
    due_on = row["due_on"] if isinstance(row["due_on"], date) else None
    month = row["bill_month"]
    return Bill(
        bill_id=str(row["bill_id"]),
        month=month if isinstance(month, date) else date.min,
        kind=_word("bill", "kind", row["kind"], language),
        kwh=shown_value(row["kwh"], "kwh", language),
        amount_fen=amount,
        expected_fen=_whole(total.get("expected_fen")),
        difference_fen=_whole(total.get("difference_fen")),
        outcome=_word("shadow_bill", "outcome", total.get("outcome"), language),
        cause=_word("shadow_bill", "cause", total.get("cause"), language),
        elements=[_element(e, language) for e in elements if e["element"] != _TOTAL],
        paid_fen=paid_fen,
        open_fen=open_fen,
        due_on=due_on,
        is_late=bool(open_fen and open_fen > 0 and due_on and due_on < latest),
    )


def _element(row: Row, language: Language) -> Element:
    return Element(
        label=_word("shadow_bill", "element", row["element"], language),
        expected_kwh=shown_value(row["expected_kwh"], "kwh", language),
        billed_kwh=shown_value(row["billed_kwh"], "kwh", language),
        expected_fen=_whole(row["expected_fen"]),
        billed_fen=_whole(row["billed_fen"]),
        difference_fen=_whole(row["difference_fen"]),
        cause=_word("shadow_bill", "cause", row["cause"], language),
    )


def _word(table: str, column: str, code: object, language: Language) -> str:
    return code_label(contract(), table, column, code, language) or "–"


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))
