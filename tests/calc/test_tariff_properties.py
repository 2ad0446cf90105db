"""What must hold of every bill, whatever its figures."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.calc.tariff.bill import RATES, Bill, Losses, Prices, Rate, Segment
from wattwarden.calc.tariff.engine import price_bill
from wattwarden.domain.money import round_to

ENERGY = st.decimals(0, 1_000_000, places=2)
PRICE = st.decimals("0.0001", 2, places=8)
DAYS = 30


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """The first bill loads the compiled arithmetic, which no deadline of an example should pay for."""
    price_bill(home(Decimal(1)))


def total(bill: Bill) -> int:
    return sum(line.amount_fen for line in price_bill(bill))


def home(kwh: Decimal, before: Decimal = Decimal(0)) -> Bill:
    tiers = (Decimal("0.588"), Decimal("0.638"), Decimal("0.888"))
    segment = Segment(DAYS, "residential", kwh, Prices(tiers=tiers))
    return Bill(DAYS, (segment,), tier_limits_kwh=(Decimal(200), Decimal(350)), kwh_before=before)


def shop(kwh: dict[Rate, Decimal], prices: dict[Rate, Decimal]) -> Bill:
    segment = Segment(
        DAYS, "commercial_industrial", sum(kwh.values(), Decimal(0)), Prices(rates=prices), rates_kwh=kwh
    )
    return Bill(DAYS, (segment,))


@given(ENERGY, ENERGY)
def test_more_energy_never_costs_less(a: Decimal, b: Decimal) -> None:
    assert total(home(min(a, b))) <= total(home(max(a, b)))


@given(ENERGY, ENERGY)
def test_tiers_of_two_bills_in_a_row_are_those_of_one(first: Decimal, second: Decimal) -> None:
    apart = total(home(first)) + total(home(second, before=first))
    # Each of the six lines was rounded once.
    assert abs(apart - total(home(first + second))) <= 3


@given(st.lists(ENERGY, min_size=4, max_size=4), st.lists(PRICE, min_size=4, max_size=4))
def test_swapping_two_rates_with_their_prices_changes_nothing(
    kwh: list[Decimal], prices: list[Decimal]
) -> None:
    names: tuple[Rate, ...] = ("sharp", "peak", "flat", "valley")
    swapped: tuple[Rate, ...] = ("peak", "sharp", "valley", "flat")
    one = shop(dict(zip(names, kwh, strict=True)), dict(zip(names, prices, strict=True)))
    other = shop(dict(zip(swapped, kwh, strict=True)), dict(zip(swapped, prices, strict=True)))
    assert total(one) == total(other)


@given(st.lists(ENERGY, min_size=4, max_size=4), st.lists(PRICE, min_size=4, max_size=4), st.integers(0, 100))
def test_energy_split_at_any_day_costs_what_it_costs_in_one(
    kwh: list[Decimal], prices: list[Decimal], share: int
) -> None:
    whole = shop(dict(zip(RATES, kwh, strict=True)), dict(zip(RATES, prices, strict=True)))
    (segment,) = whole.segments
    before = {rate: round(used * share / 100, 2) for rate, used in segment.rates_kwh.items()}
    after = {rate: used - before[rate] for rate, used in segment.rates_kwh.items()}
    parts = tuple(
        replace(segment, days=15, rates_kwh=rates, kwh=sum(rates.values(), Decimal(0)))
        for rates in (before, after)
    )
    # Each rate has two rounded lines in place of one.
    assert abs(total(Bill(DAYS, parts)) - total(whole)) <= len(RATES)


@given(ENERGY, st.decimals(0, 1_000_000, places=2), st.decimals(1, 100_000, places=2), st.integers(0, 100))
def test_the_total_is_the_sum_of_the_lines_and_of_its_parts(
    kwh: Decimal, reactive: Decimal, kva: Decimal, share: int
) -> None:
    prices = Prices(
        energy=Decimal("0.64"), system=Decimal("0.032"), funds=Decimal("0.046"), capacity=Decimal("26.3")
    )
    segment = Segment(DAYS, "commercial_industrial", kwh, prices, "two_part_capacity", capacity_kva=kva,
                      losses=Losses(Decimal("0.68"), kva), split_pct=None)  # fmt: skip
    table = tuple(Decimal(step - 90) / 10 for step in range(101))
    bill = Bill(DAYS, (segment,), reactive_kvarh=reactive, pf_standard=Decimal("0.90"), pf_table=table)
    lines = price_bill(bill)
    by_element = {line.element: line.amount_fen for line in lines}
    base = sum(fen for element, fen in by_element.items() if element not in ("funds", "pf_adjust"))
    adjusted = next((line for line in lines if line.element == "pf_adjust"), None)
    rate = Decimal(0) if adjusted is None else adjusted.rate_pct or Decimal(0)
    assert total(bill) == base + by_element.get("funds", 0) + int(round_to(base * rate / 100, 0))
    cheaper = replace(bill, segments=(replace(segment, kwh=round(kwh * share / 100, 2)),))
    assert by_element.get("energy", 0) >= sum(
        line.amount_fen for line in price_bill(cheaper) if line.element == "energy"
    )


@given(st.decimals(1, 100_000, places=2), st.integers(1, DAYS - 1), st.decimals(1, 60, places=4))
def test_capacity_split_at_any_day_is_capacity_of_the_month(kva: Decimal, day: int, price: Decimal) -> None:
    whole = Segment(DAYS, "commercial_industrial", Decimal(0), Prices(energy=price, capacity=price),
                    "two_part_capacity", capacity_kva=kva)  # fmt: skip
    parts = (replace(whole, days=day), replace(whole, days=DAYS - day))
    assert abs(total(Bill(DAYS, parts)) - total(Bill(DAYS, (whole,)))) <= 1


@given(st.decimals(1, 100_000, places=2), st.decimals(0, 100_000, places=2), st.integers(1, DAYS - 1))
def test_demand_split_at_any_day_is_demand_of_the_month(
    contract: Decimal, measured: Decimal, day: int
) -> None:
    whole = Segment(DAYS, "commercial_industrial", Decimal(0), Prices(energy=Decimal(1), demand=Decimal(42)),
                    "two_part_demand", contract_demand_kw=contract)  # fmt: skip
    parts = (replace(whole, days=day), replace(whole, days=DAYS - day))
    in_parts, in_one = (Bill(DAYS, s, measured_demand_kw=measured) for s in (parts, (whole,)))
    assert abs(total(in_parts) - total(in_one)) <= 1


@given(ENERGY, PRICE)
def test_export_is_the_negative_of_the_same_energy_bought(kwh: Decimal, price: Decimal) -> None:
    bought = Bill(DAYS, (Segment(DAYS, "agricultural", kwh, Prices(energy=price)),))
    sold = Bill(
        DAYS,
        (Segment(DAYS, "agricultural", Decimal(0), Prices(energy=price, feed_in=price), export_kwh=kwh),),
    )
    assert total(sold) == -total(bought)


@given(st.decimals("0.01", 1_000_000, places=2), st.decimals(0, 1_000_000, places=2))
def test_the_power_factor_is_rounded_half_up_exactly(active: Decimal, reactive: Decimal) -> None:
    table = tuple(Decimal(step) for step in range(101))
    segment = Segment(DAYS, "agricultural", active, Prices(energy=Decimal(1)))
    lines = price_bill(
        Bill(DAYS, (segment,), reactive_kvarh=reactive, pf_standard=Decimal("0.90"), pf_table=table)
    )
    factor = int(next(line.rate_pct for line in lines if line.element == "pf_adjust") or 0)
    # cosφ ≥ (c − ½)/100 ⇔ (200² − k²)·P² ≥ k²·Q² with k = 2c − 1, in whole numbers.
    p, q = int(active * 100), int(reactive * 100)

    def reaches(c: int) -> bool:
        k = 2 * c - 1
        return k <= 0 or (40_000 - k * k) * p * p >= k * k * q * q

    assert reaches(factor)
    assert not reaches(factor + 1) or factor == 100


def test_losses_of_a_home_cost_the_average_of_its_tiers() -> None:
    bill = home(Decimal(300))
    losses = Losses(*(Decimal(0),) * 2, light_pct=Decimal(10), heavy_pct=Decimal(10), line_pct=Decimal(0))
    line = next(
        line
        for line in price_bill(replace(bill, segments=(replace(bill.segments[0], losses=losses),)))
        if line.element == "loss"
    )
    # 200 kWh at 0.588 and 100 kWh at 0.638 yuan are 0.60466667 yuan on average.
    assert (line.kwh, line.price, line.amount_fen) == (Decimal(30), Decimal("0.60466667"), 1814)
