"""Bills under other terms: what is due for the same use, by bill.

Source: the rules are in ``bill``, the paths in ``figures``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from wattwarden.calc.tariff.shadow import compared
from wattwarden.domain.prices import PriceBooks

NO_LINES = pa.table({
    "bill_id": pa.array([], pa.string()), "item": pa.array([], pa.string()),
    **{name: pa.array([], pa.int64()) for name in ("kwh", "price", "least_price", "fen", "lines")},
})  # fmt: skip
"""Issued lines of no bill: only what is due is asked for."""


@dataclass(frozen=True)
class Due:
    """What is due of one bill; None where it cannot be computed, and ``outcome`` and ``detail`` say why."""

    month: date
    fen: int | None
    outcome: str
    detail: str = ""


def due_by_bill(segments: pa.Table, books: PriceBooks) -> Mapping[str, Due]:
    """What is due of each bill, by its number.

    Args:
        segments: Facts of the bills with their rates, as ``energy_by_rate`` gives them.
    """
    totals = compared(segments, NO_LINES, books).filter(pa.compute.field("element") == "total")
    names = ("bill_id", "bill_month", "expected_fen", "outcome", "detail")
    return {row["bill_id"]: Due(row["bill_month"], row["expected_fen"], row["outcome"], row["detail"] or "")
            for row in totals.select(names).to_pylist()}  # fmt: skip
