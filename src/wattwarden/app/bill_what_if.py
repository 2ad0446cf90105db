"""What a customer's bills of the last year would have cost under other terms, with the same use."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from wattwarden.app.open_lake import newest_lake
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.calc.tariff.packages import Kind
from wattwarden.calc.tariff.rates import Meters, energy_by_rate
from wattwarden.calc.tariff.what_if import Due, due_by_bill
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.prices import PriceBooks, price_books
from wattwarden.engines.derive import derivation_order

MONTHS = 12
HUNDREDTHS = 100
CONTRACT = ("package", "price", "coefficient", "service_fee", "green_price")
"""Terms of a market contract."""


@dataclass(frozen=True)
class NewTerms:
    """Terms to try; None keeps what was in force.

    Attributes:
        market: ``agency``, ``direct`` or ``retail``. The terms of a market contract below take the place of
            all that is signed; they are in yuan per kWh.
        package: Retail package; the average price of the market is that of each month.
        price: Price that the contract states, or the agreed price Pz of a profit share.
        coefficient, service_fee: K and Ps of the package.
        green_price: Environmental value, charged apart.
    """

    tariff_class: str | None = None
    billing_mode: str | None = None
    is_tou: bool | None = None
    contract_demand_kw: Decimal | None = None
    capacity_kva: Decimal | None = None
    market: str | None = None
    package: Kind | None = None
    price: Decimal | None = None
    coefficient: Decimal | None = None
    service_fee: Decimal | None = None
    green_price: Decimal | None = None


@dataclass(frozen=True)
class MonthCost:
    """One bill month: what is due, and what would be; None where that is unknown, with what was found."""

    month: date
    due_fen: int | None
    what_if_fen: int | None
    outcome: str
    detail: str = ""

    @property
    def change_fen(self) -> int | None:
        """What-if less due."""
        return None if self.due_fen is None or self.what_if_fen is None else self.what_if_fen - self.due_fen


def bill_what_if(home: Path, customer: str, terms: NewTerms) -> list[MonthCost]:
    """The last twelve bill months of ``customer``, in order.

    Raises:
        WattwardenError: nothing to try, an empty lake, or a customer without bills.
    """
    _refuse_senseless(terms)
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
    due, other = (_by_month(table, books) for table in (segments, _changed(segments, terms)))
    return [
        MonthCost(month, due[month].fen, other[month].fen, other[month].outcome, other[month].detail)
        for month in sorted(due)
    ]


def _refuse_senseless(terms: NewTerms) -> None:
    if all(getattr(terms, field.name) is None for field in fields(terms)):
        raise fail(
            "what-if",
            found="no other term",
            expected="at least one of class, mode, time of use, demand, capacity, market",
        )
    for name in ("contract_demand_kw", "capacity_kva", "coefficient", "green_price"):
        value = getattr(terms, name)
        if value is not None and value < 0:
            raise fail("what-if", found=f"{name} {value}", expected="0 or more")
    signed = [name for name in CONTRACT if getattr(terms, name) is not None]
    if terms.market in ("direct", "retail") and not {"package", "price"} & set(signed):
        raise fail(
            "what-if", found=f"market {terms.market} without a price",
            expected="--price in yuan per kWh, or --package with its terms",
        )  # fmt: skip
    if terms.market not in ("direct", "retail") and signed:
        found = f"{', '.join(signed)} without a market"
        raise fail("what-if", found=found, expected="--market direct or retail")


def _rated(inputs: Mapping[str, pa.Table]) -> pa.Table:
    meters = Meters(inputs["spans"], inputs["daily"], inputs["curve"])
    return energy_by_rate(inputs["segments"], meters)


def _by_month(segments: pa.Table, books: PriceBooks) -> dict[date, Due]:
    """What is due of each month; bills of a month are added up, and one that is unknown makes it so."""
    totals: dict[date, Due] = {}
    for due in due_by_bill(segments, books).values():
        before = totals.setdefault(due.month, replace(due, fen=0))
        if before.fen is not None:
            totals[due.month] = due if due.fen is None else replace(due, fen=before.fen + due.fen)
    return totals


def _changed(segments: pa.Table, terms: NewTerms) -> pa.Table:
    """The same use under the new terms."""
    values: dict[str, object] = {
        "tariff_class": terms.tariff_class, "billing_mode": terms.billing_mode, "is_tou": terms.is_tou,
        "contract_demand": _hundredths(terms.contract_demand_kw), "capacity": _hundredths(terms.capacity_kva),
        "contract_capacity": _hundredths(terms.capacity_kva), "market": terms.market,
    }  # fmt: skip
    values = {name: value for name, value in values.items() if value is not None}
    if terms.market is not None:
        contract_terms = {
            "package": terms.package, "contract_price": terms.price, "coefficient": terms.coefficient,
            "service_fee": terms.service_fee, "green_price": terms.green_price,
        }  # fmt: skip
        values |= {"is_surcharged": False, **contract_terms}
    for name, value in values.items():
        kind = segments.schema.field(name).type
        column = pa.repeat(pa.scalar(value), segments.num_rows).cast(kind)
        segments = segments.set_column(segments.schema.get_field_index(name), name, column)
    return segments


def _hundredths(value: Decimal | None) -> int | None:
    return None if value is None else int(value * HUNDREDTHS)
