"""Which prices apply, and why: each path tells the fact that decides it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from wattwarden.calc.tariff.applied import Applied, applied_prices
from wattwarden.calc.tariff.figures import TOU_AVERAGE, Terms, figures_for
from wattwarden.calc.tariff.packages import Package
from wattwarden.domain.labels import Label
from wattwarden.domain.prices import PriceBooks, price_books
from wattwarden.domain.timetable import timetable_of

DAY = date(2026, 5, 10)
CONTRACT = Package(price=Decimal("0.42"))


def applied(terms: Terms, months: int = 1, pf_standard_pct: int | None = None) -> Applied:
    return applied_prices(terms, months, pf_standard_pct, price_books(), Label(zh="电价", en="prices"))


@pytest.mark.parametrize(
    ("terms", "fact"),
    [
        (Terms("demo", DAY, "residential"), "residential use"),
        (Terms("demo", DAY, "residential", price_code="shared_meter"), "homes behind one meter"),
        (Terms("demo", DAY, "agricultural"), "agricultural use"),
        (Terms("demo", DAY, "commercial_industrial", voltage="kv10"), "the file says no time of use"),
        (Terms("demo", DAY, "commercial_industrial", is_tou=True), "the file says time of use"),
        (
            Terms("demo", DAY, "commercial_industrial", is_tou=True, market="direct", package=CONTRACT),
            "the file says time of use, but energy is not bought by agency",
        ),
        (
            Terms("demo", DAY, "commercial_industrial", surcharged=True),
            "left the market and buys through the agent again",
        ),
        (
            Terms("demo", DAY, "commercial_industrial", split_class="agricultural"),
            "a fixed ratio or quantity is agreed",
        ),
        (Terms("demo", DAY, "residential", exports=True), "energy is fed into the grid"),
    ],
)
def test_the_deciding_fact_is_told(terms: Terms, fact: str) -> None:
    found = applied(terms)
    assert fact in [reason.fact.en for reason in found.reasons]
    assert all(step.what.zh for step in found.worked.steps)


def test_direct_trading_after_march_names_the_clause() -> None:
    terms = Terms("demo", DAY, "commercial_industrial", is_tou=True, market="direct", package=CONTRACT)
    follows = [reason.follows.en for reason in applied(terms).reasons]
    assert any("1656号" in text for text in follows)


def test_power_factor_names_its_table() -> None:
    terms = Terms("demo", DAY, "commercial_industrial")
    follows = [reason.follows.zh for reason in applied(terms, pf_standard_pct=85).reasons]
    assert any("(83)水电财字215号" in text for text in follows)


def test_rules_of_another_mode_are_left_out() -> None:
    terms = Terms("demo", DAY, "commercial_industrial", "two_part_capacity", "kv10")
    told = " ".join(step.what.en for step in applied(terms).worked.steps)
    assert "Capacity charge" in told
    assert "Demand charge" not in told


def test_limits_of_tiers_are_those_of_the_months_covered() -> None:
    one, two = (applied(Terms("demo", DAY, "residential"), months).worked.steps[-1] for months in (1, 2))
    assert two.value == 2 * one.value or one.what.en.endswith("(of the year)")


def test_tiers_of_two_months_add_the_limits_of_each() -> None:
    # May has 350 kWh in tiers 1 and 2, June 450.
    *_, first, second = applied(Terms("demo", date(2026, 6, 10), "residential"), 2).worked.steps
    assert (first.value, second.value) == (Decimal(400), Decimal(800))


def test_a_price_code_of_the_source_system_does_not_make_a_shared_meter() -> None:
    applies = applied(Terms("demo", DAY, "residential", price_code="0111"))
    assert applies.reasons[0].fact.en == "residential use"


def test_who_chose_the_average_time_of_use_price_pays_its_surcharge_and_no_ratios() -> None:
    demo = price_books().books
    hunan = PriceBooks(books={("demo" if place == "hunan" else place, name): book
                              for (place, name), book in demo.items()
                              if place != "hunan" or name == TOU_AVERAGE})  # fmt: skip
    terms = Terms("demo", DAY, "commercial_industrial", voltage="kv10", price_code=TOU_AVERAGE)
    plain, chosen = (
        figures_for(replace(terms, price_code=code), hunan).prices for code in (None, TOU_AVERAGE)
    )
    assert (chosen.energy or 0) - (plain.energy or 0) == Decimal("0.07")
    assert not chosen.rates


def test_homes_have_hours_of_their_own_where_the_province_has_them() -> None:
    day = date(2024, 8, 1)
    assert timetable_of("hunan", homes=True).letters_on(day)[-4:] == "VVVV"
    assert timetable_of("demo", homes=True) is timetable_of("demo")


@pytest.mark.parametrize(
    ("package", "working", "price"),
    [
        (Package("market_rate", coefficient=Decimal("1.02"), average=Decimal("0.43")), "0.43 × 1.02", "0.4386"),
        (Package("average_plus_fee", service_fee=Decimal("0.01"), average=Decimal("0.43")), "0.43 + 0.01", "0.44"),
        (Package("profit_share", Decimal("0.46"), Decimal("0.5"), average=Decimal("0.43")),
         "0.46 − (0.46 − 0.43) × 0.5", "0.445"),
        (Package("mixed", None, Decimal("0.6"), Decimal("0.01"), average=Decimal("0.43")),
         "0.43 × 0.6 + (0.43 + 0.01) × (1 − 0.6)", "0.434"),
        (Package(price=Decimal("0.42")), None, "0.42"),
    ],
)  # fmt: skip
def test_the_formula_of_a_package_is_shown_with_its_numbers(
    package: Package, working: str | None, price: str
) -> None:
    terms = Terms("demo", DAY, "commercial_industrial", market="retail", package=package)
    (step,) = (s for s in applied(terms).worked.steps if s.what.en.startswith("Purchase price"))
    assert (step.value, step.working and step.working.en) == (Decimal(price), working)
