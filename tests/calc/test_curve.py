"""Energy and demand from curves: hand-worked days, days with a moved clock, and what may not change."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattwarden.calc.tariff.bill import RATES, Rate
from wattwarden.calc.tariff.curve import (
    CURVE_DAY,
    CURVE_OUTCOMES,
    STRETCH,
    UNRATED,
    day_table,
    sum_curves,
)
from wattwarden.calc.tariff.records import NULL, Ints
from wattwarden.domain.errors import WattwardenError

DAY = date(2026, 7, 1)
SUMMER: list[tuple[Rate, int]] = [
    ("valley", 6), ("flat", 6), ("valley", 2), ("flat", 2), ("peak", 4), ("sharp", 4),
]  # fmt: skip
"""Valley 0–6 and 12–14, flat 6–12 and 14–16, peak 16–20, sharp 20–24 (DOMAIN B.4, July and August)."""
HOURLY: list[Rate | None] = [rate for rate, hours in SUMMER for _ in range(hours)]
QUARTERS = [rate for rate in HOURLY for _ in range(4)]


def summed(
    days: list[list[int]], tables: list[Ints], minutes: int = 15, table: list[int] | None = None
) -> dict[str, Any]:
    """What becomes of one stretch of days, intervals in 10⁻⁴ kWh; day i has table ``table[i]``, else 0."""
    kwh = np.array([value for day in days for value in day], np.int64)
    records = np.array([(len(day), table[i] if table else 0) for i, day in enumerate(days)], CURVE_DAY)
    (use,) = sum_curves(np.array([(0, 0, len(days))], STRETCH), records, kwh, tables, minutes)
    names = use.dtype.names or ()
    return {name: int(use[name]) for name in names} | {"outcome": CURVE_OUTCOMES[use["outcome"]]}


def rates_of(use: dict[str, Any]) -> list[int]:
    """Sharp, peak, flat, valley."""
    return [use[rate] for rate in RATES]


def test_a_day_by_hand() -> None:
    # 1.5 kWh in each quarter, but 2.5 from 20:00 to 20:15.
    day = [15_000] * 96
    day[80] = 25_000
    use = summed([day], [day_table(QUARTERS, DAY)])
    assert use["outcome"] == "complete"
    # Sharp 16 × 1.5 + 1, peak 16 × 1.5, flat 32 × 1.5, valley 32 × 1.5
    assert rates_of(use) == [250_000, 240_000, 480_000, 480_000]
    assert use["kwh"] == 1_450_000
    # 2.5 kWh in a quarter of an hour is 10 kW.
    assert use["demand"] == 1_000


def test_a_sliding_half_hour_takes_in_two_quarters_over_midnight() -> None:
    first, second = [10_000] * 96, [10_000] * 96
    first[95], second[0] = 30_000, 20_000
    table = day_table(QUARTERS, DAY)
    # (3 + 2) kWh in half an hour is 10 kW; 3 kWh in a quarter is 12 kW.
    assert summed([first, second], [table], minutes=30)["demand"] == 1_000
    assert summed([first, second], [table])["demand"] == 1_200


@pytest.mark.parametrize("points", [24, 48])
def test_a_coarse_curve_has_energy_but_no_quarter_hour_demand(points: int) -> None:
    table = day_table([rate for rate in HOURLY for _ in range(points // 24)], DAY)
    use = summed([[10_000] * points], [table])
    assert rates_of(use) == [4 * points * 10_000 // 24, 4 * points * 10_000 // 24,
                             8 * points * 10_000 // 24, 8 * points * 10_000 // 24]  # fmt: skip
    assert use["demand"] == NULL
    # 1 kWh an hour is 1 kW, 1 kWh in half an hour is 2 kW.
    assert summed([[10_000] * points], [table], minutes=60)["demand"] == 100 * points // 24


def test_demand_is_rounded_half_up_to_a_hundredth() -> None:
    day = [0] * 96
    day[3] = 12_513
    # 1.2513 × 4 = 5.0052 → 5.01
    assert summed([day], [day_table(QUARTERS, DAY)])["demand"] == 501


def test_a_leap_february_has_29_days() -> None:
    days = [[100] * 96] * 29
    use = summed(days, [day_table(QUARTERS, date(2028, 2, 29))])
    assert (use["outcome"], use["kwh"]) == ("complete", 29 * 96 * 100)


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        ([1] * 92, "short_day"),
        ([1] * 100, "long_day"),
        ([1] * 95, "wrong_number_of_points"),
        ([], "wrong_number_of_points"),
        ([1] * 50 + [NULL] + [1] * 45, "missing_point"),
        ([1] * 50 + [-1] + [1] * 45, "negative_point"),
    ],
)
def test_a_faulty_day_is_named_and_nothing_is_made_up(day: list[int], outcome: str) -> None:
    good = [1] * 96
    use = summed([good, day, good], [day_table(QUARTERS, DAY)])
    assert use == {"outcome": outcome, "faulty_day": 1, "kwh": 0, "demand": NULL} | dict.fromkeys(RATES, 0)


def test_a_stretch_without_days_has_no_curve() -> None:
    assert summed([], [day_table(QUARTERS, DAY)])["outcome"] == "no_curve"


def test_an_hour_without_a_rate_is_named() -> None:
    table = day_table([None, *QUARTERS[1:]], DAY)
    assert table[0] == UNRATED
    assert summed([[1] * 96], [table])["outcome"] == "no_rate"


@pytest.mark.parametrize(
    ("zone", "day", "points", "valley"),
    [
        # 02:00 to 03:00 is left out, or comes twice; it lies in the valley from 0 to 6.
        ("Europe/Berlin", date(2026, 3, 29), 92, 28),
        ("Europe/Berlin", date(2026, 10, 25), 100, 36),
        ("Asia/Shanghai", date(2026, 3, 29), 96, 32),
        # China's last summer time.
        ("Asia/Shanghai", date(1991, 4, 14), 92, 28),
        ("Asia/Shanghai", date(1991, 9, 15), 100, 36),
    ],
)
def test_a_zone_gives_a_day_as_many_points_as_pass_in_it(
    zone: str, day: date, points: int, valley: int
) -> None:
    table = day_table(QUARTERS, day, ZoneInfo(zone))
    assert len(table) == points
    assert int((table == RATES.index("valley")).sum()) == valley
    use = summed([[10_000] * 96, [10_000] * points], [day_table(QUARTERS, DAY), table], table=[0, 1])
    assert (use["outcome"], use["valley"]) == ("complete", (32 + valley) * 10_000)


def test_a_full_curve_does_not_pass_for_a_short_day() -> None:
    table = day_table(QUARTERS, date(2026, 3, 29), ZoneInfo("Europe/Berlin"))
    assert summed([[1] * 96], [table])["outcome"] == "wrong_number_of_points"


def test_each_day_has_its_own_table() -> None:
    tables = [day_table(["flat"] * 24, DAY), day_table(["peak"] * 24, DAY)]
    assert rates_of(summed([[1] * 24, [10] * 24, [1] * 24], tables, table=[0, 1, 0])) == [0, 240, 48, 0]


@pytest.mark.parametrize(
    ("stretch", "day", "found"),
    [
        ((0, 0, 2), (96, 0), "day that is not there"),
        ((0, 0, 1), (96, 1), "day that is not there"),
        ((1, 0, 1), (96, 0), "96 intervals"),
    ],
)
def test_positions_outside_the_arrays_are_refused(
    stretch: tuple[int, ...], day: tuple[int, ...], found: str
) -> None:
    with pytest.raises(WattwardenError, match=found):
        sum_curves(np.array([stretch], STRETCH), np.array([day], CURVE_DAY), np.ones(96, np.int64),
                   [day_table(QUARTERS, DAY)])  # fmt: skip


@pytest.mark.parametrize(("table", "found"), [([7] * 96, "unknown rate"), ([0] * 60, "60 points")])
def test_a_table_that_is_none_is_refused(table: list[int], found: str) -> None:
    with pytest.raises(WattwardenError, match=found):
        summed([[1] * len(table)], [np.array(table, np.int64)])


def test_a_day_of_another_length_than_24_48_or_96_is_refused() -> None:
    with pytest.raises(WattwardenError, match="23 points"):
        day_table(["flat"] * 23, DAY)


quarter_days = st.lists(st.lists(st.integers(0, 10**9), min_size=96, max_size=96), min_size=1, max_size=4)
tables_of_rates = st.lists(st.sampled_from(RATES), min_size=96, max_size=96)


@settings(deadline=None)
@given(quarter_days, tables_of_rates)
def test_the_rates_are_the_sums_of_their_points_and_add_up(days: list[list[int]], rates: list[Rate]) -> None:
    use = summed(days, [day_table(rates, DAY)])
    for rate in RATES:
        assert use[rate] == sum(day[p] for day in days for p in range(96) if rates[p] == rate)
    assert use["kwh"] == sum(map(sum, days)) == sum(rates_of(use))
    assert use["demand"] == (max(map(max, days)) * 4 + 50) // 100


@settings(deadline=None)
@given(quarter_days, st.sampled_from([30, 60]))
def test_sliding_demand_is_the_highest_of_all_windows(days: list[list[int]], minutes: int) -> None:
    points = [value for day in days for value in day]
    width = minutes // 15
    most = max(sum(points[at : at + width]) for at in range(len(points) - width + 1))
    twice = 2 * most * 60
    use = summed(days, [day_table(QUARTERS, DAY)], minutes)
    assert use["demand"] == (twice + minutes * 100) // (2 * minutes * 100)


@settings(deadline=None)
@given(quarter_days, tables_of_rates, st.integers(1, 95))
def test_a_shifted_clock_changes_nothing(days: list[list[int]], rates: list[Rate], shift: int) -> None:
    turned = [day[shift:] + day[:shift] for day in days]
    plain = summed(days, [day_table(rates, DAY)])
    assert summed(turned, [day_table(rates[shift:] + rates[:shift], DAY)]) == plain


@settings(deadline=None)
@given(quarter_days, tables_of_rates, st.data())
def test_swapping_equal_periods_changes_nothing(
    days: list[list[int]], rates: list[Rate], data: st.DataObject
) -> None:
    one, other = (data.draw(st.integers(0, 11), label=name) * 8 for name in ("one", "other"))
    rates[other : other + 8] = rates[one : one + 8]
    swapped = [list(day) for day in days]
    for day in swapped:
        day[one : one + 8], day[other : other + 8] = day[other : other + 8], day[one : one + 8]
    table = [day_table(rates, DAY)]
    assert summed(swapped, table) == summed(days, table)


@settings(deadline=None)
@given(quarter_days, tables_of_rates)
def test_days_add_up_to_their_stretch(days: list[list[int]], rates: list[Rate]) -> None:
    table = [day_table(rates, DAY)]
    parts = [summed([day], table) for day in days]
    whole = summed(days, table)
    assert rates_of(whole) == [sum(part[rate] for part in parts) for rate in RATES]
    assert whole["demand"] == max(part["demand"] for part in parts)


def test_a_year_with_a_moved_clock_has_as_many_quarters_as_any() -> None:
    zone = ZoneInfo("Europe/Berlin")
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    lengths = [len(day_table(QUARTERS, day, zone)) for day in days]
    assert sum(lengths) == 365 * 96
    assert sorted(set(lengths)) == [92, 96, 100]
