"""Energy from registers: hand-worked readings to 0.01 kWh, and what becomes of each faulty one."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.calc.tariff.bill import RATES
from wattwarden.calc.tariff.records import NULL, SEGMENT, Records, scaled
from wattwarden.calc.tariff.registers import (
    FIRST_FAULT,
    READING_OUTCOMES,
    REGISTER,
    read_registers,
)

CENT = Decimal("0.01")
USUAL = {"segment": 0, "is_rolled_over": 0, "digits": 6}
RATED = {
    "start": "1000", "end": "1010.5", "sharp_start": "100", "sharp_end": "101", "peak_start": "300", "peak_end": "303.5",
    "flat_start": "350", "flat_end": "353", "valley_start": "250", "valley_end": "253",
}  # fmt: skip
"""10.50 kWh on the register: sharp 1, peak 3.5, flat 3, valley 3."""


def reading(**facts: str | int | Decimal | None) -> dict[str, int]:
    """A record of ``REGISTER`` from registers in kWh; what is not given is absent."""
    plain = {name: int(facts.pop(name, usual) or 0) for name, usual in USUAL.items()}
    plain["multiplier"] = scaled(Decimal(facts.pop("multiplier", 1) or 0), 6)
    kwh = {name: scaled(Decimal(value), 4) for name, value in facts.items() if value is not None}
    return dict.fromkeys(REGISTER.names or (), NULL) | plain | kwh


def read(*readings: dict[str, int], timed: bool = True, segments: int = 1) -> tuple[list[str], Records]:
    """Outcomes, and the segments with what was added."""
    target = np.zeros(segments, SEGMENT)
    target["timed"] = timed
    records = np.array([tuple(r[name] for name in REGISTER.names or ()) for r in readings], REGISTER)
    return [READING_OUTCOMES[position] for position in read_registers(records, target)], target


def energy(segment: Records) -> list[Decimal]:
    """Total, sharp, peak, flat, valley in kWh."""
    return [Decimal(int(segment[name])) * CENT for name in ("kwh", *RATES)]


def test_the_difference_times_the_multiplier_is_the_energy() -> None:
    outcomes, segments = read(reading(**RATED, multiplier=4_000))
    assert outcomes == ["read"]
    # 10.5 × 4,000; 1 × 4,000; 3.5 × 4,000; 3 × 4,000; 3 × 4,000
    assert energy(segments[0]) == [42_000, 4_000, 14_000, 12_000, 12_000]


def test_each_register_is_rounded_half_up_to_a_hundredth() -> None:
    outcomes, segments = read(reading(start="0", end="0.0045", multiplier="1.5"), timed=False)
    # 0.0045 × 1.5 = 0.00675 → 0.01
    assert outcomes == ["read"]
    assert energy(segments[0])[0] == CENT
    _, segments = read(reading(start="0", end="0.0049"), timed=False)
    assert energy(segments[0])[0] == 0


def test_a_marked_register_that_rolls_over_adds_its_whole_range() -> None:
    # 5 digits: 100,000 − 99,990.25 + 12.75 = 22.5; × 20 = 450
    over = reading(start="99990.25", end="12.75", digits=5, is_rolled_over=1, multiplier=20)
    outcomes, segments = read(over, timed=False)
    assert outcomes == ["rolled_over"]
    assert energy(segments[0])[0] == 450


def test_only_the_registers_that_went_past_zero_roll_over() -> None:
    over = reading(
        start="99990", end="10", flat_start="20000", flat_end="20005", peak_start="99995", peak_end="5",
        valley_start="40000", valley_end="40005", digits=5, is_rolled_over=1,
    )  # fmt: skip
    outcomes, segments = read(over)
    assert outcomes == ["rolled_over"]
    assert energy(segments[0]) == [20, 0, 10, 5, 5]


def test_a_meter_and_its_successor_add_up_in_one_segment() -> None:
    old = reading(start="88000", end="88120", multiplier=30)
    new = reading(start="0", end="40.5", multiplier=40)
    outcomes, segments = read(old, new, timed=False)
    # 120 × 30 + 40.5 × 40 = 3,600 + 1,620
    assert outcomes == ["read", "read"]
    assert energy(segments[0])[0] == 5_220


def test_a_reading_that_starts_where_the_one_before_ended_is_read() -> None:
    assert read(reading(start="10", end="20", before="10"), timed=False)[0] == ["read"]


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"end": "5"}, "absent"),
        ({"start": "5"}, "absent"),
        ({"start": "5", "end": "9", "multiplier": 0}, "no_multiplier"),
        ({"start": "5", "end": "9", "multiplier": -20}, "no_multiplier"),
        ({"start": "9", "end": "5", "digits": NULL, "is_rolled_over": 1}, "no_digits"),
        ({"start": "5", "end": "10000", "digits": 4}, "beyond_register"),
        ({"start": "-1", "end": "5"}, "beyond_register"),
        ({"start": "5.01", "end": "9", "before": "5"}, "gap"),
        ({"start": "9", "end": "8.9999"}, "reversed"),
        ({"start": "0", "end": "200000.01", "multiplier": 1_000}, "too_large"),
        ({"start": "0", "end": "9"}, "rates_absent"),
        ({**RATED, "valley_end": None}, "rates_absent"),
        ({**RATED, "valley_end": "249"}, "reversed"),
        ({**RATED, "valley_end": "1000000"}, "beyond_register"),
        ({**RATED, "valley_end": "253.0401"}, "rates_do_not_add_up"),
    ],
)
def test_a_faulty_reading_is_named_and_adds_nothing(facts: dict[str, Any], outcome: str) -> None:
    outcomes, segments = read(reading(**facts))
    assert outcomes == [outcome]
    assert READING_OUTCOMES.index(outcomes[0]) >= FIRST_FAULT
    assert energy(segments[0]) == [0] * 5


@pytest.mark.parametrize("valley_end", ["252.96", "253.04"])
def test_what_four_registers_cut_off_is_no_fault(valley_end: str) -> None:
    assert read(reading(**{**RATED, "valley_end": valley_end}))[0] == ["read"]


def test_the_largest_energy_is_still_read() -> None:
    outcomes, segments = read(reading(start="0", end="200000", multiplier=1_000), timed=False)
    assert outcomes == ["read"]
    assert energy(segments[0])[0] == 200_000_000


def test_rates_are_not_asked_for_without_time_of_use() -> None:
    outcomes, segments = read(reading(**{**RATED, "valley_end": "1"}), timed=False)
    assert outcomes == ["read"]
    assert energy(segments[0]) == [Decimal("10.5"), 0, 0, 0, 0]


def test_a_faulty_reading_leaves_the_others_alone() -> None:
    outcomes, segments = read(
        reading(start="0", end="1"), reading(start="3", end="2", segment=1), reading(start="0", end="7", segment=1),
        timed=False, segments=2,
    )  # fmt: skip
    assert outcomes == ["read", "reversed", "read"]
    assert [energy(s)[0] for s in segments] == [1, 7]


registers = st.integers(0, 9_999_999_999)
multipliers = st.sampled_from(["1", "0.5", "1.5", "20", "4000", "33.333333"])


@given(registers, registers, multipliers)
def test_any_register_forward_or_round_agrees_with_decimals(start: int, end: int, multiplier: str) -> None:
    first, last = (Decimal(value).scaleb(-4) for value in (start, end))
    facts = reading(start=first, end=last, multiplier=multiplier, is_rolled_over=1)
    outcomes, segments = read(facts, timed=False)
    moved = last - first + (1_000_000 if end < start else 0)
    due = (moved * Decimal(multiplier)).quantize(CENT, ROUND_HALF_UP)
    assert outcomes == (["too_large"] if due > 200_000_000 else ["rolled_over" if end < start else "read"])
    assert energy(segments[0])[0] == (0 if due > 200_000_000 else due)


@given(st.lists(registers, min_size=3, max_size=3).map(sorted), st.integers(1, 200))
def test_reading_in_between_changes_nothing_where_the_product_is_exact(points: list[int], times: int) -> None:
    first, between, last = (Decimal(value // 100).scaleb(-2) for value in points)
    once = reading(start=first, end=last, multiplier=times)
    twice = [
        reading(start=first, end=between, multiplier=times),
        reading(start=between, end=last, before=between, multiplier=times),
    ]
    _, whole = read(once, timed=False)
    outcomes, parts = read(*twice, timed=False)
    assert outcomes == ["read", "read"]
    assert parts[0]["kwh"] == whole[0]["kwh"]
