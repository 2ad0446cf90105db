"""What must always hold of refunds, claims and late fees."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from wattwarden.calc.claims import back_billing, late_fee, theft
from wattwarden.domain.worked import Basis, Worked

RATES = late_fee.Rates(Decimal(2), Decimal(3), Basis("rates", "verified"), minimum_fen=0)
ENERGY = st.decimals(0, 10_000_000, places=2)
FACTOR = st.decimals("0.1", 20, places=3)
DUE = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def result(worked: Worked) -> Decimal:
    return Decimal(worked.steps[-1].value)


@given(ENERGY, st.decimals("0.5", 200, places=1), st.decimals("0.5", 200, places=1))
def test_settling_a_multiplier_there_and_back_changes_nothing(kwh: Decimal, a: Decimal, b: Decimal) -> None:
    there = result(back_billing.multiplier(kwh, a, b))
    back = result(back_billing.multiplier(kwh + there, b, a))
    # One rounding of 0.01 kWh, seen through the other multiplier.
    assert abs(there + back) <= Decimal("0.01") * (1 + a / b)


@given(ENERGY, ENERGY)
def test_refund_is_the_negative_of_the_charge(a: Decimal, b: Decimal) -> None:
    assert result(back_billing.normal_month(a, b)) == -result(back_billing.normal_month(b, a))


@given(ENERGY, FACTOR)
def test_wrong_wiring_turned_round_is_the_negative_of_a_register_that_ran_backwards(
    kwh: Decimal, factor: Decimal
) -> None:
    forward = back_billing.wrong_wiring(kwh, factor)
    backward = back_billing.wrong_wiring(-kwh, -factor)
    # Both meters stand for the same true energy K × W; the readings differ by their sign.
    assert abs(result(forward) + kwh - (result(backward) - kwh)) <= Decimal("0.02")


@given(st.integers(1, 10**9), DUE, st.integers(0, 900), st.integers(0, 900))
def test_late_fee_grows_with_each_day_and_adds_up_over_the_days(
    amount: int, due: date, first: int, more: int
) -> None:
    def fee(days: int) -> Decimal:
        return result(late_fee.late_fee(amount, due, due + timedelta(days=days), RATES))

    assert fee(first) <= fee(first + more)
    assert fee(0) == 0


@given(st.integers(1, 10**9), DUE, st.integers(1, 300))
def test_the_days_of_all_years_are_the_days_late(amount: int, due: date, days: int) -> None:
    worked = late_fee.late_fee(amount, due, due + timedelta(days=days), RATES)
    assert sum(step.value for step in worked.steps if step.what.en.startswith("Days late")) == days


@given(st.decimals("0.1", 1000, places=2), st.integers(1, 400), st.decimals("0.5", 24, places=1))
def test_stolen_energy_is_linear_in_time(power: Decimal, days: int, hours: Decimal) -> None:
    one = result(theft.by_power(power, theft.Duration(days, hours, is_assumed=False)))
    two = result(theft.by_power(power, theft.Duration(2 * days, hours, is_assumed=False)))
    assert abs(two - 2 * one) <= Decimal("0.01")
