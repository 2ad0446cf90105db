"""What a customer's bills of the last year would have cost under other terms, with the same use."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from wattwarden.app.open_lake import newest_lake
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.calc.tariff.rates import Meters, energy_by_rate
from wattwarden.calc.tariff.shadow import compared
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.prices import PriceBooks, price_books
from wattwarden.engines.derive import derivation_order

MONTHS = 12
HUNDREDTHS = 100


@dataclass(frozen=True)
class NewTerms:
    """Terms to try; None keeps what was in force.

    Attributes:
        market: ``agency``, ``direct`` or ``retail``.
        price: Price of the market contract, yuan per kWh.
    """

    tariff_class: str | None = None
    billing_mode: str | None = None
    is_tou: bool | None = None
    contract_demand_kw: Decimal | None = None
    capacity_kva: Decimal | None = None
    market: str | None = None
    price: Decimal | None = None


@dataclass(frozen=True)
class MonthCost:
    """One bill month: what is due, and what would be; None where it cannot be computed, with the outcome."""

    month: date
    due_fen: int | None
    what_if_fen: int | None
    outcome: str

    @property
    def change_fen(self) -> int | None:
        """What-if less due."""
        return None if self.due_fen is None or self.what_if_fen is None else self.what_if_fen - self.due_fen


def bill_what_if(home: Path, customer: str, terms: NewTerms) -> list[MonthCost]:
    """The last twelve bill months of ``customer``, in order.

    Raises:
        WattwardenError: nothing to try, an empty lake, or a customer without bills.
    """
    if all(getattr(terms, field.name) is None for field in fields(terms)):
        raise fail(
            "what-if",
            found="no other term",
            expected="at least one of class, mode, time of use, demand, capacity, market",
        )
    if terms.market in ("direct", "retail") and terms.price is None:
        raise fail(
            "what-if", found=f"market {terms.market} without a price", expected="--price in yuan per kWh"
        )
    derivation = contract()["shadow_bill"].derived
    if derivation is None or derivation.per is None:
        raise fail("table shadow_bill", found="no parts", expected="a table derived month by month")
    with newest_lake(home, customer) as engine:
        engine.derive(derivation_order(contract(), ["price_change"]))
        months = engine.query(derivation.per).column(0).to_pylist()[-MONTHS:]
        parts = [_rated(engine.inputs(derivation, month)) for month in months]
    if not parts:
        raise fail("what-if", found=f"no bill of {customer}", expected="an issued bill")
    segments = pa.concat_tables(parts)
    books = price_books(home / SITE_CONTENT)
    due, other = (_totals(table, books) for table in (segments, _changed(segments, terms)))
    return [MonthCost(month, due[month][0], other[month][0], other[month][1]) for month in sorted(due)]


def _rated(inputs: Mapping[str, pa.Table]) -> pa.Table:
    meters = Meters(inputs["spans"], inputs["daily"], inputs["curve"])
    return energy_by_rate(inputs["segments"], meters)


def _totals(segments: pa.Table, books: PriceBooks) -> dict[date, tuple[int | None, str]]:
    """Month → money due and outcome; several bills of a month are added up."""
    lines = pa.table({name: pa.array([], kind) for name, kind in _LINES.items()})
    totals: dict[date, tuple[int | None, str]] = {}
    for row in compared(segments, lines, books).to_pylist():
        if row["element"] == "total":
            before = totals.get(row["bill_month"], (0, "checked"))[0]
            due = row["expected_fen"]
            known = None if before is None or due is None else before + due
            totals[row["bill_month"]] = (known, row["outcome"])
    return totals


def _changed(segments: pa.Table, terms: NewTerms) -> pa.Table:
    """The same use under the new terms."""
    values: dict[str, object] = {
        "tariff_class": terms.tariff_class, "billing_mode": terms.billing_mode, "is_tou": terms.is_tou,
        "contract_demand": _hundredths(terms.contract_demand_kw), "capacity": _hundredths(terms.capacity_kva),
        "contract_capacity": _hundredths(terms.capacity_kva), "market": terms.market, "contract_price": terms.price,
    }  # fmt: skip
    if terms.market is not None:
        values["is_surcharged"] = False
    for name, value in values.items():
        if value is not None:
            kind = segments.schema.field(name).type
            column = pa.array([value] * segments.num_rows).cast(kind)
            segments = segments.set_column(segments.schema.get_field_index(name), name, column)
    return segments


def _hundredths(value: Decimal | None) -> int | None:
    return None if value is None else int(value * HUNDREDTHS)


_LINES = {
    "bill_id": pa.string(), "item": pa.string(), "kwh": pa.int64(), "price": pa.int64(),
    "least_price": pa.int64(), "fen": pa.int64(), "lines": pa.int64(),
}  # fmt: skip
