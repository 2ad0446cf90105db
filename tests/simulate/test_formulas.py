"""The figures of the books and the formulas of a bill, against the worked examples of the rulebook."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.simulate import prices, sectors
from wattwarden.simulate.billing import charge, power_factor
from wattwarden.simulate.columns import NULL, Fixed, column, ids
from wattwarden.simulate.misbilling import transpose
from wattwarden.simulate.plan import Ints, Plan
from wattwarden.simulate.prices import tariff_of
from wattwarden.simulate.terms import Terms

WHOLE = st.integers(-(10**15), 10**15)
PLAN = Plan(500, 3)
TARIFF = tariff_of(PLAN)
APRIL, JULY = (tariff_of(Plan(500, 13)).months.index(PLAN.end.replace(month=m, day=1)) for m in (4, 7))
KV10 = sectors.KV10


def _terms(**changes: int | Ints) -> Terms:
    """One customer, one whole bill in the first month of the plan."""
    days = int(PLAN.month_bounds[1])
    usual: dict[str, int | Ints] = {
        "row": 0, "month": 0, "begin": 0, "end": days, "days_in_month": days, "energy": 1_000_000, "rates": np.zeros(4, dtype=np.int64),
        "export": 0, "reactive": 0, "demand": 0, "multiplier": 1, "capacity": 10_000, "no_load": 0,
        "contract_capacity": 10_000, "contract_demand": 0, "tariff_class": sectors.COMMERCIAL, "mode": sectors.SINGLE,
        "tou": 0, "pf_standard": 0, "loss": 0, "split_pct": 0, "split_kwh": 0, "split_price": 0,
        "limits": TARIFF.tier_limits[0], "tiers": TARIFF.tiers[0], "agricultural": TARIFF.agricultural[0, KV10],
        "purchase": TARIFF.purchase[0], "grid_loss": TARIFF.grid_loss[0], "single_rate": TARIFF.single_rate[0, KV10],
        "two_part": TARIFF.two_part[0, KV10], "ratios": TARIFF.ratios[0], "surcharge": 0, "green": 0,
        "system": TARIFF.system[0], "funds": TARIFF.funds[0], "feed_in": 0,
        "capacity_price": TARIFF.capacity[0, KV10], "demand_price": TARIFF.demand[0, KV10], "discount_share": NULL,
        "discount_floor": NULL, "demand_rule": TARIFF.demand_rule[0],
    }  # fmt: skip
    return Terms(**{name: np.array([value], dtype=np.int64) for name, value in (usual | changes).items()})


def _line(terms: Terms, name: str) -> int | None:
    (item,) = [i for i in charge(terms, TARIFF).items if i.name == name]
    return int(item.amount[0]) if item.present[0] else None


def _energy(terms: Terms, name: str) -> int:
    (item,) = [i for i in charge(terms, TARIFF).items if i.name == name]
    assert item.kwh is not None
    return int(item.kwh[0])


def test_power_factor_rates_follow_the_published_ladder() -> None:
    eighty, eighty_five, ninety = TARIFF.pf_rates[0]
    assert [int(ninety[f]) for f in (100, 95, 91, 90, 89, 80, 71, 65, 60, 22)] == [
        -75, -75, -15, 0, 50, 500, 950, 1_500, 2_500, 10_100,
    ]  # fmt: skip
    assert [int(eighty_five[f]) for f in (100, 90, 86, 85, 84, 65)] == [-110, -50, -10, 0, 50, 1_000]
    assert [int(eighty[f]) for f in (100, 92, 91, 90, 80, 79, 60)] == [-130, -130, -115, -100, 0, 50, 1_000]


@given(st.integers(1, 10**11), st.integers(0, 10**11))
def test_power_factor_is_rounded_half_up(active: int, reactive: int) -> None:
    apparent = (Decimal(active) ** 2 + Decimal(reactive) ** 2).sqrt()
    expected = (100 * active / apparent).quantize(Decimal(1), ROUND_HALF_UP)
    assert int(power_factor(np.array([active]), np.array([reactive]))[0]) == expected


@pytest.mark.parametrize(("measured_kw", "billed_kw"), [(960, 930), (945, 900), (940, 900), (0, 900)])
def test_demand_above_105_percent_counts_twice(measured_kw: int, billed_kw: int) -> None:
    terms = _terms(mode=sectors.DEMAND, contract_demand=90_000, demand=measured_kw * 100)
    assert int(charge(terms, TARIFF).billed_demand[0]) == billed_kw * 100
    assert _line(terms, "demand") == billed_kw * int(TARIFF.demand[0, KV10]) // 100


def test_demand_is_at_least_two_fifths_of_the_capacity() -> None:
    terms = _terms(mode=sectors.DEMAND, contract_demand=30_000, capacity=100_000)
    assert int(charge(terms, TARIFF).billed_demand[0]) == 40_000


def test_the_discount_takes_its_share_off_the_demand_price_to_four_decimals() -> None:
    reached = _terms(
        mode=sectors.DEMAND, contract_demand=90_000, demand_price=354_555, discount_share=900_000,
        discount_floor=26_000, energy=2_600_000,
    )  # fmt: skip
    assert _line(reached, "demand") == 900 * 319_100 // 100
    below = _terms(
        mode=sectors.DEMAND, contract_demand=90_000, demand_price=354_555, discount_share=900_000,
        discount_floor=26_000, energy=2_599_999,
    )  # fmt: skip
    assert _line(below, "demand") == 900 * 354_555 // 100


def test_capacity_is_charged_by_days_of_the_month() -> None:
    days, price = int(PLAN.month_bounds[1]), int(TARIFF.capacity[0, KV10])
    assert _line(_terms(mode=sectors.CAPACITY, capacity=63_000), "capacity") == 630 * price // 100
    ten = Decimal(630 * price * 10) / days / 100
    assert _line(_terms(mode=sectors.CAPACITY, capacity=63_000, begin=days - 10), "capacity") == int(
        ten.quantize(Decimal(1), ROUND_HALF_UP)
    )
    assert _line(_terms(capacity=63_000), "capacity") is None


def test_losses_of_the_worked_example() -> None:
    """S11-200 with 46,080 kWh in a month loses 234 + 921.6 = 1,155.6 kWh (DOMAIN A.9)."""
    terms = _terms(loss=1, no_load=TARIFF.transformers["S11-200"], energy=4_608_000, capacity=20_000, tou=0)
    assert TARIFF.transformers["S11-200"] == 325
    assert _energy(terms, "loss") == 115_560


def test_a_high_load_rate_loses_three_percent() -> None:
    kva, hours = 200, 720
    edge = round(kva * hours * 0.8 * 0.4) * 100
    for energy, percent in ((edge, 2), (edge + 100, 3)):
        terms = _terms(loss=1, energy=energy, capacity=kva * 100)
        assert _energy(terms, "loss") == energy * percent // 100


def test_a_full_bill_of_the_rulebook() -> None:
    """DOMAIN B.7: 10 kV, 2,000 kVA, contract demand 900 kW, July; system operation is adjusted."""
    terms = _terms(
        mode=sectors.DEMAND, tou=1, rates=np.array([60_000, 70_000, 120_000, 150_000]) * 100, energy=40_000_000,
        reactive=16_000_000, demand=96_000, contract_demand=90_000, capacity=200_000, contract_capacity=200_000,
        pf_standard=90, purchase=45_000_000, grid_loss=1_900_000, two_part=13_000_000, system=3_000_000,
        funds=4_625_000, demand_price=354_000, discount_share=900_000, discount_floor=26_000,
    )  # fmt: skip
    done = charge(terms, TARIFF)
    expected = {"sharp": 6_900_480, "peak": 6_708_800, "flat": 7_188_000, "valley": 3_594_000, "system": 1_200_000,
                "funds": 1_850_000, "demand": 3_292_200, "pf_adjust": -129_976}  # fmt: skip
    assert {i.name: int(i.amount[0]) for i in done.items if i.present[0]} == expected
    assert int(done.power_factor[0]) == 93
    assert int(done.amount[0]) == 30_603_504


def test_homes_pay_by_tier() -> None:
    terms = _terms(tariff_class=sectors.RESIDENTIAL, energy=50_000)
    first, second = (int(limit) // 100 for limit in TARIFF.tier_limits[0])
    assert _line(terms, "tier1") == first * 588 // 10
    assert _line(terms, "tier2") == (second - first) * 638 // 10
    assert _line(terms, "tier3") == (500 - second) * 888 // 10


def test_the_second_tier_is_larger_in_summer_and_winter() -> None:
    tariff = tariff_of(Plan(500, 13))
    assert [int(limit) for limit in tariff.tier_limits[APRIL]] == [20_000, 35_000]
    assert [int(limit) for limit in tariff.tier_limits[JULY]] == [20_000, 45_000]


def test_what_is_split_off_comes_from_every_rate_in_proportion() -> None:
    terms = _terms(tou=1, rates=np.array([0, 30_001, 30_000, 39_999]), energy=100_000, split_pct=1_000,
                   split_price=60_400_000)  # fmt: skip
    assert [_energy(terms, name) for name in ("peak", "flat", "valley", "split")] == [
        27_001,
        27_000,
        35_999,
        10_000,
    ]
    assert _line(terms, "split") == 6_040
    assert _energy(terms, "funds") == 90_000


def test_time_of_use_hours_follow_the_province() -> None:
    tariff = tariff_of(Plan(500, 13))
    july, april = (tariff.quarter_rates[month].reshape(24, 4)[:, 0].tolist() for month in (JULY, APRIL))
    assert [july[h] for h in (21, 17, 8, 3, 13)] == [
        prices.SHARP, prices.PEAK, prices.FLAT, prices.VALLEY, prices.VALLEY,
    ]  # fmt: skip
    assert prices.SHARP not in april
    assert april.count(prices.PEAK) == 8


def test_every_transformer_of_the_county_has_its_loss_in_the_book() -> None:
    sizes = {kva for sector in sectors.SECTORS if sector.is_high_voltage for kva in sector.capacities}
    known = {level.rsplit("-", 1)[1] for level in TARIFF.transformers}
    assert {f"{kva:g}" for kva in sizes} <= known


@pytest.mark.parametrize(
    ("start", "end", "read"),
    [(100_000, 123_400, 132_400), (100_000, 121_100, 112_100), (100_000, 100_000, 100_000)],
)
def test_transposed_digits(start: int, end: int, read: int) -> None:
    assert transpose(start, end) == read


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_a_transposed_register_never_runs_backwards(start: int, steps: int) -> None:
    assert transpose(start, start + steps) >= start


@given(st.lists(WHOLE, max_size=20))
def test_decimal_columns_keep_every_digit(values: list[int]) -> None:
    array = column("kwh", Fixed(np.array(values, dtype=np.int64), 2), "test")
    assert array.type == pa.decimal128(18, 4)
    assert [int(v * 100) for v in array.to_pylist()] == values


def test_absent_stays_absent() -> None:
    assert column("kwh", Fixed(np.array([NULL, 0]), 2), "test").to_pylist()[0] is None
    assert column("fen", np.array([NULL, 5]), "test").to_pylist() == [None, 5]


@given(st.lists(st.integers(0, 10**9 - 1), max_size=20))
def test_numbers_become_fixed_width_text(numbers: list[int]) -> None:
    assert ids("X", np.array(numbers, dtype=np.int64), 9).to_pylist() == [f"X{n:09d}" for n in numbers]
