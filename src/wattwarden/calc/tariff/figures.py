"""Which figures of the price books hold for a customer on a day, and by which path.

Source: DOMAIN B.2 to B.5 and warning 2 (no government time of use for direct trading from 2026-03-01).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from wattwarden.calc.tariff.bill import (
    RATES,
    BillingMode,
    DemandRule,
    Losses,
    Prices,
    Rate,
    TariffClass,
)
from wattwarden.calc.tariff.packages import Package, package_price
from wattwarden.domain.errors import fail
from wattwarden.domain.money import round_to
from wattwarden.domain.period import month_start
from wattwarden.domain.prices import PriceBook, PriceBooks, PriceLine

Market = Literal["agency", "direct", "retail"]
LEVELS = {"v220": "lv", "v380": "lv"}
"""Level of a price by supply voltage, where they differ in name."""
SHARED_METER = "shared_meter"
TOU_AVERAGE = "tou_average"
"""Price code of a customer who chose the average time-of-use price (B.4), and the book of what it adds."""
LOW_VOLTAGE = "lv"
ANNUAL_TIERS = "residential_limit_year"
"""Book that a province with tiers by the year has."""
PF_STEPS = 101


@dataclass(frozen=True)
class Terms:
    """What decides which figures hold.

    Attributes:
        voltage: Code of the supply voltage.
        price_code: ``shared_meter`` for homes behind one meter, ``tou_average`` for commerce that chose the
            average time-of-use price.
        market: How the energy is bought; homes and farms are outside the market.
        package: Price terms of a market contract.
        surcharged: Buys by agency at 1.5 times the price.
        split_class: Class at whose price a part of the energy is charged.
        exports: Feeds energy into the grid.
    """

    region: str
    day: date
    tariff_class: TariffClass
    mode: BillingMode = "single_rate"
    voltage: str = "v220"
    is_tou: bool = False
    price_code: str | None = None
    market: Market = "agency"
    package: Package | None = None
    surcharged: bool = False
    split_class: TariffClass | None = None
    exports: bool = False


@dataclass(frozen=True)
class Figures:
    """What holds, and where it was taken from.

    Attributes:
        used: The dated line of each figure, by name of the book and level.
        timed: Time of use is due.
        parts: What the energy price of commerce and industry is the sum of, by name of the book.
        ratios: Time-of-use ratios that were applied.
        floating: The part of the energy price that the ratios multiply.
        package: Market contract that sets the purchase price.
    """

    prices: Prices
    demand_rule: DemandRule
    loss_shares: Losses
    used: Mapping[tuple[str, str], PriceLine]
    timed: bool
    parts: Mapping[str, Decimal]
    ratios: Mapping[Rate, Decimal]
    floating: Decimal = Decimal(0)
    package: Package | None = None


class _Reader:
    """Looks up figures for one region and day, and remembers the lines used."""

    def __init__(self, books: PriceBooks, region: str, day: date) -> None:
        self._books, self._region, self._day = books, region, day
        self.used: dict[tuple[str, str], PriceLine] = {}
        self.parts: dict[str, Decimal] = {}
        self.ratios: dict[Rate, Decimal] = {}
        self.floating = Decimal(0)

    def book(self, name: str) -> PriceBook:
        return self._books.book(self._region, name)

    def value(self, name: str, level: str = "all") -> Decimal:
        book = self.book(name)
        value = book.value_on(self._day, level)
        self.used[name, level] = book.line_on(self._day)
        return value

    def value_if_in_force(self, name: str, level: str = "all") -> Decimal | None:
        """None where no line holds on the day: the rule is not in force then."""
        in_force = any(self._day in line.period for line in self.book(name).lines)
        return self.value(name, level) if in_force else None


def figures_for(terms: Terms, books: PriceBooks) -> Figures:
    """The figures of the path that the terms lead to.

    Raises:
        WattwardenError: a book, a line on the day, a figure or a term of the contract is missing.
    """
    reader = _Reader(books, terms.region, terms.day)
    path = {"residential": _home, "agricultural": _farm, "commercial_industrial": _commercial}
    prices, timed = path[terms.tariff_class](terms, reader)
    rule = DemandRule(*(reader.value("demand_rule", level) for level in ("limit", "excess", "floor")))
    shares = Losses(Decimal(0), Decimal(0), Decimal(0),
                    *(reader.value("transformer_copper_loss", level)
                      for level in ("light", "heavy", "heavy_above", "load_factor")))  # fmt: skip
    package = terms.package if terms.market != "agency" and reader.parts else None
    return Figures(
        prices, rule, shares, reader.used, timed, reader.parts, reader.ratios, reader.floating, package
    )


def _home(terms: Terms, reader: _Reader) -> tuple[Prices, bool]:
    feed_in = reader.value("feed_in") if terms.exports else None
    if terms.is_tou:
        rates = {rate: reader.value("residential_tou", "peak" if rate == "sharp" else rate) for rate in RATES}
        return Prices(rates=rates, feed_in=feed_in), True
    if terms.price_code == SHARED_METER:
        return Prices(energy=reader.value("residential_ladder", SHARED_METER), feed_in=feed_in), False
    first, second, third = (reader.value("residential_ladder", f"tier{tier}") for tier in (1, 2, 3))
    return Prices(tiers=(first, second, third), feed_in=feed_in), False


def _farm(terms: Terms, reader: _Reader) -> tuple[Prices, bool]:
    energy = reader.value("agricultural", LEVELS.get(terms.voltage, terms.voltage))
    return Prices(
        energy=energy, split=_split_price(terms, reader),
        feed_in=reader.value("feed_in") if terms.exports else None,
    ), False  # fmt: skip


def _commercial(terms: Terms, reader: _Reader) -> tuple[Prices, bool]:
    level = LEVELS.get(terms.voltage, terms.voltage)
    purchase = _purchase(terms, reader)
    single = terms.mode == "single_rate"
    transmission = "transmission_single_rate" if single else "transmission_two_part"
    parts = {
        "agency_purchase": purchase,
        "grid_loss": reader.value("grid_loss"),
        transmission: reader.value(transmission, level),
    }
    timed = terms.is_tou and _has_government_tou(terms, reader)
    if terms.price_code == TOU_AVERAGE and not timed:
        parts[TOU_AVERAGE] = reader.value(TOU_AVERAGE)
    reader.parts = parts
    base = sum(parts.values(), Decimal(0))
    share = None if single else reader.value_if_in_force("demand_discount", "share")
    return Prices(
        energy=base,
        rates=_rates(parts, reader) if timed else {},
        purchase_surcharge=_surcharge(terms, purchase, reader),
        green=terms.package.green if terms.package and terms.package.green else Decimal(0),
        system=reader.value("system_operation"),
        funds=reader.value("funds"),
        split=_split_price(terms, reader),
        feed_in=reader.value("feed_in") if terms.exports else None,
        capacity=None if single else reader.value("capacity_charge", level),
        demand=None if single else reader.value("demand_charge", level),
        discount_share=share,
        discount_kwh_per_kva=None if share is None else reader.value("demand_discount_floor"),
    ), timed


def _purchase(terms: Terms, reader: _Reader) -> Decimal:
    if terms.market == "agency":
        return reader.value("agency_purchase")
    if terms.package is None:
        raise fail("market contract", found="none in force", expected="the contract that sets the price",
                   action="Import the contract, or correct the market attribute.")  # fmt: skip
    return package_price(terms.package)


def _has_government_tou(terms: Terms, reader: _Reader) -> bool:
    level = "agency" if terms.market == "agency" else "direct"
    return bool(reader.value("government_tou", level))


def _rates(parts: Mapping[str, Decimal], reader: _Reader) -> dict[Rate, Decimal]:
    """Each rate's price: what floats times the ratio, rounded, plus what does not."""
    floats = sum((value for name, value in parts.items() if reader.book(name).floats), Decimal(0))
    fixed = sum(parts.values(), Decimal(0)) - floats
    reader.floating = floats
    digits = int(reader.value("billing_policy", "price_digits"))
    reader.ratios = {rate: reader.value("tou_ratio", rate) for rate in RATES}
    return {rate: round_to(floats * ratio, digits) + fixed for rate, ratio in reader.ratios.items()}


def _surcharge(terms: Terms, purchase: Decimal, reader: _Reader) -> Decimal:
    if not terms.surcharged:
        return Decimal(0)
    digits = int(reader.value("billing_policy", "price_digits"))
    return round_to((reader.value("agency_surcharge", "times") - 1) * purchase, digits)


def _split_price(terms: Terms, reader: _Reader) -> Decimal | None:
    if terms.split_class is None:
        return None
    if terms.split_class == "residential":
        return reader.value("residential_ladder", SHARED_METER)
    if terms.split_class == "agricultural":
        return reader.value("agricultural", LOW_VOLTAGE)
    raise fail("fixed ratio or quantity", found=f"class {terms.split_class}",
               expected="residential or agricultural energy that is split off")  # fmt: skip


WARM_AND_COLD_MONTHS = frozenset({1, 2, 6, 7, 8, 12})
"""Months with the higher limit of tier 2 (B.5)."""


def tier_limits(books: PriceBooks, region: str, day: date, months: int) -> tuple[Decimal, Decimal]:
    """Upper limits of tiers 1 and 2 in kWh for ``months`` months up to that of ``day``, or for its year.

    The second limit depends on the season (B.5): a bill of May and June has one month of each.

    Raises:
        WattwardenError: no figure holds in one of the months.
    """
    if has_annual_tiers(books, region):
        book = books.book(region, ANNUAL_TIERS)
        return book.value_on(day, "tier1"), book.value_on(day, "tier2")
    book = books.book(region, "residential_limit")
    first, second = Decimal(0), Decimal(0)
    for ago in range(months):
        month = month_start(day, -ago) if ago else day
        season = "summer_winter" if month.month in WARM_AND_COLD_MONTHS else "spring_autumn"
        first += book.value_on(month, "tier1")
        second += book.value_on(month, f"tier2_{season}")
    return first, second


def has_annual_tiers(books: PriceBooks, region: str) -> bool:
    """Whether the tiers of homes count by the year."""
    return (region, ANNUAL_TIERS) in books.books


def no_load_kw(books: PriceBooks, region: str, day: date, transformers: str | None) -> Decimal:
    """Iron loss of transformers named like ``S11-200+S13-400`` (model and kVA); none in service lose none.

    Raises:
        WattwardenError: no transformer is on file, or the book has no figure for one of them.
    """
    book = books.book(region, "transformer_no_load_loss")
    if transformers is None:
        raise fail("transformer", found="none on file", expected="the transformers of a low-side meter")
    if not transformers:
        return Decimal(0)
    return sum((book.value_on(day, name) for name in transformers.split("+")), Decimal(0))


def pf_table(books: PriceBooks, region: str, day: date, standard_pct: int) -> tuple[Decimal, ...]:
    """Adjustments in per cent for cosφ 0.00, 0.01 … 1.00 under a standard of 80, 85 or 90.

    Raises:
        WattwardenError: there is no such table.
    """
    book = books.book(region, f"power_factor_{standard_pct:03d}")
    return tuple(book.value_on(day, f"{step // 100}.{step % 100:02d}") for step in range(PF_STEPS))
