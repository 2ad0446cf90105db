"""Energy of a bill from the registers of its meters, many readings at once.

One record is one meter over one stretch of days: its registers at both ends. A segment may have several, of
several meters or of a meter and its successor; their energies add up.

* Energy = (end − start) × multiplier, rounded half up to 0.01 kWh, each register for itself (DOMAIN B.6).
* A register of d whole digits goes back to zero after 10ᵈ − 0.0001 kWh; a reading that is marked as rolled
  over adds 10ᵈ kWh to a difference below zero. Without the mark the register runs backwards.
* The rates may miss the total by 0.01 kWh each (DOMAIN C.4), because every register is cut to what it shows.

Nothing is guessed: a reading that cannot be used has a named outcome and adds no energy.

Source: DOMAIN A.3, B.6, C.4.
"""

from typing import Literal, get_args

import numpy as np

from wattwarden.calc.tariff.bill import RATES
from wattwarden.calc.tariff.compiled import compiled
from wattwarden.calc.tariff.engine import LARGEST_KWH
from wattwarden.calc.tariff.kernel import half_up
from wattwarden.calc.tariff.records import NULL, Ints, Record, Records, integers

ReadingOutcome = Literal[
    "read", "rolled_over", "absent", "no_multiplier", "no_digits", "beyond_register", "gap", "reversed",
    "too_large", "rates_absent", "rates_do_not_add_up",
]  # fmt: skip
"""What became of a reading; the first fault in this order is the one that is named."""
READING_OUTCOMES: tuple[ReadingOutcome, ...] = get_args(ReadingOutcome)
READ, ROLLED_OVER, ABSENT, NO_MULTIPLIER, NO_DIGITS, BEYOND, GAP, REVERSED, TOO_LARGE, NO_RATES, RATES_APART = (
    range(len(READING_OUTCOMES))
)  # fmt: skip
FIRST_FAULT = ABSENT
"""Outcomes from this position on are faults: the reading added nothing."""

REGISTER = integers(
    ("segment", "multiplier", "digits", "is_rolled_over", "before", "start", "end",
     *(f"{rate}_{side}" for rate in RATES for side in ("start", "end")))
)  # fmt: skip
"""One meter over one stretch: registers in 10⁻⁴ kWh, multiplier in 10⁻⁶, whole digits. ``before`` is where
the reading before this one ended (``NULL``: there is none). ``segment`` is a position among ``SEGMENT``."""

ENERGY_OF_REGISTER = 10**8
"""10⁻⁴ kWh × 10⁻⁶ = 10⁻⁸ of 0.01 kWh."""
REGISTER_DIGITS = 4
TOP = 18
"""Most digits, decimals included, that a register can have in 64 bits."""
RATE_STEP = 100
"""What a register cuts off at most, in 10⁻⁴ kWh: 0.01 kWh (DOMAIN C.4)."""
LARGEST = LARGEST_KWH * 10**10
"""Largest energy in the product of register and multiplier."""
RUNS_BACK = -1


@compiled
def modulus(digits: int) -> int:
    """What a register of so many whole digits shows at most, plus one step, in 10⁻⁴ kWh."""
    size = 1
    for _ in range(min(digits + REGISTER_DIGITS, TOP)):
        size *= 10
    return size


@compiled
def moved(start: int, end: int, rolled_over: int, top: int) -> int:
    """How far a register went, in 10⁻⁴ kWh; ``RUNS_BACK`` where it went backwards without a mark."""
    if end >= start:
        return end - start
    return end - start + top if rolled_over else RUNS_BACK


@compiled
def faulty_total(reading: Record, top: int) -> int:
    """First fault of the total register, ``READ`` where there is none."""
    if NULL in (reading.start, reading.end):
        return ABSENT
    if reading.multiplier <= 0:
        return NO_MULTIPLIER
    if reading.digits == NULL and reading.end < reading.start and reading.is_rolled_over:
        return NO_DIGITS
    if min(reading.start, reading.end) < 0 or max(reading.start, reading.end) >= top:
        return BEYOND
    if reading.before not in (NULL, reading.start):
        return GAP
    return READ


@compiled
def rate_faults(reading: Record, top: int, total: int, moves: Ints) -> int:
    """Read the four rate registers into ``moves``; first fault, ``READ`` where there is none."""
    moves[0] = 0
    # A meter without sharp hours has no register for them.
    has_sharp = reading.sharp_start != NULL or reading.sharp_end != NULL
    ends = (
        (reading.sharp_start, reading.sharp_end),
        (reading.peak_start, reading.peak_end),
        (reading.flat_start, reading.flat_end),
        (reading.valley_start, reading.valley_end),
    )
    apart = total
    for rate in range(0 if has_sharp else 1, 4):
        start, end = ends[rate]
        if NULL in (start, end):
            return NO_RATES
        if min(start, end) < 0 or max(start, end) >= top:
            return BEYOND
        moves[rate] = moved(start, end, reading.is_rolled_over, top)
        if moves[rate] == RUNS_BACK:
            return REVERSED
        apart -= moves[rate]
    return RATES_APART if abs(apart) > RATE_STEP * (4 if has_sharp else 3) else READ


@compiled
def read_one(reading: Record, segment: Record, moves: Ints) -> int:
    """Add the energy of one reading to its segment; the outcome."""
    top = modulus(TOP if reading.digits == NULL else reading.digits)
    fault = faulty_total(reading, top)
    if fault != READ:
        return fault
    total = moved(reading.start, reading.end, reading.is_rolled_over, top)
    if total == RUNS_BACK:
        return REVERSED
    if total > LARGEST // reading.multiplier:
        return TOO_LARGE
    if segment.timed:
        fault = rate_faults(reading, top, total, moves)
        if fault != READ:
            return fault
        segment.sharp += half_up(moves[0] * reading.multiplier, ENERGY_OF_REGISTER)
        segment.peak += half_up(moves[1] * reading.multiplier, ENERGY_OF_REGISTER)
        segment.flat += half_up(moves[2] * reading.multiplier, ENERGY_OF_REGISTER)
        segment.valley += half_up(moves[3] * reading.multiplier, ENERGY_OF_REGISTER)
    segment.kwh += half_up(total * reading.multiplier, ENERGY_OF_REGISTER)
    return ROLLED_OVER if reading.end < reading.start else READ


@compiled
def read_all(readings: Records, segments: Records, outcomes: Ints) -> None:
    """Add the energies of all readings to their segments."""
    moves = np.zeros(4, np.int64)
    for position in range(len(readings)):
        reading = readings[position]
        outcomes[position] = read_one(reading, segments[reading.segment], moves)


def read_registers(readings: Records, segments: Records) -> Ints:
    """Add the energy of ``readings`` (records of ``REGISTER``) to ``segments``, total and rates, in 0.01 kWh.

    The rates are read where the segment is ``timed``. What a rounding leaves between the total and the rates
    is charged at the flat price by ``kernel``.

    Returns:
        Position in ``READING_OUTCOMES`` by reading; from ``FIRST_FAULT`` on nothing was added.
    """
    outcomes = np.zeros(len(readings), np.int64)
    read_all(readings, segments, outcomes)
    return outcomes
