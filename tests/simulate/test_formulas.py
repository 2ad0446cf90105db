"""Illustrative prices and the formulas of a bill, against the worked examples of the rulebook."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.simulate import prices
from wattwarden.simulate.billing import Terms, charge
from wattwarden.simulate.columns import NULL, Fixed, column, ids
from wattwarden.simulate.plan import Plan

WHOLE = st.integers(-(10**15), 10**15)


def _terms(**changes: int) -> Terms:
    usual = {
        "energy": 1_000_000, "reactive": 0, "demand": 0, "multiplier": 1, "capacity": 10_000, "contract_demand": 0,
        "tariff_class": 2, "mode": 0, "tou": 0, "pf_standard": 0, "loss": 0, "discount": 0, "voltage": 2,
        "purchase": prices.PURCHASE,
    }  # fmt: skip
    arrays = {name: np.full((1, 3), value) for name, value in (usual | changes).items()}
    return Terms(rates=np.zeros((1, 3, 4), dtype=np.int64), **arrays)


def _line(terms: Terms, name: str) -> int | None:
    (item,) = [i for i in charge(terms, Plan(500, 3)).items if i.name == name]
    return int(item.amount[0, 0]) if item.present[0, 0] else None


def test_power_factor_rates_follow_the_published_ladder() -> None:
    ninety, eighty_five, eighty = (prices.pf_rates(s) for s in prices.PF_STANDARDS[::-1])
    assert [int(ninety[f]) for f in (100, 95, 91, 90, 89, 80, 71, 65, 60, 22)] == [
        -75, -75, -15, 0, 50, 500, 950, 1_500, 2_500, 10_100,
    ]  # fmt: skip
    assert [int(eighty_five[f]) for f in (100, 90, 86, 85, 84, 65)] == [-110, -50, -10, 0, 50, 1_000]
    assert [int(eighty[f]) for f in (100, 92, 91, 90, 80, 79, 60)] == [-130, -130, -115, -100, 0, 50, 1_000]


def test_demand_above_105_percent_counts_twice() -> None:
    terms = _terms(mode=2, contract_demand=90_000, demand=96_000)
    assert int(charge(terms, Plan(500, 3)).billed_demand[0, 0]) == 93_000
    assert _line(terms, "demand") == 930 * prices.DEMAND_FEN
    assert _line(_terms(mode=2, contract_demand=90_000, demand=94_000), "demand") == 900 * prices.DEMAND_FEN


def test_the_260_discount_takes_a_tenth_off_the_demand_charge() -> None:
    assert (
        _line(_terms(mode=2, contract_demand=90_000, discount=1), "demand")
        == 900 * prices.DEMAND_FEN * 9 // 10
    )


def test_capacity_is_charged_per_kva() -> None:
    assert _line(_terms(mode=1, capacity=63_000), "capacity") == 630 * prices.CAPACITY_FEN
    assert _line(_terms(capacity=63_000), "capacity") is None


def test_homes_pay_by_tier() -> None:
    terms = _terms(tariff_class=0, energy=50_000)
    month = Plan(500, 3).start.month
    first, second = prices.tier_limits(month)
    assert _line(terms, "tier1") == first * 588 // 10
    assert _line(terms, "tier2") == (second - first) * 638 // 10
    assert _line(terms, "tier3") == (500 - second) * 888 // 10


def test_time_of_use_hours_follow_the_province() -> None:
    july, april = prices.hour_rates(7), prices.hour_rates(4)
    assert [int(july[h]) for h in (21, 17, 8, 3, 13)] == [
        prices.SHARP, prices.PEAK, prices.FLAT, prices.VALLEY, prices.VALLEY,
    ]  # fmt: skip
    assert prices.SHARP not in april.tolist()
    assert int((april == prices.PEAK).sum()) == 8


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
