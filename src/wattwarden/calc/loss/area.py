"""What is known of one transformer area over a stretch of time, and what cannot be balanced.

Source: DOMAIN E, 线损 = 供电量 − 售电量; energy that customers feed in counts as supply.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HOURS = 24
FEWEST_INTERVALS = 96
FEWEST_CUSTOMERS = 2
FEWEST_READ_PCT = 30.0


class Outcome(Enum):
    """Whether an area can be balanced, or why not."""

    BALANCED = "balanced"
    NO_GATE_METER = "no_gate_meter"
    NO_CUSTOMERS = "no_customers"
    ONE_CUSTOMER = "one_customer"
    TOO_SHORT = "too_short"
    NO_SUPPLY = "no_supply"
    ALL_READINGS_ZERO = "all_readings_zero"
    TOO_MUCH_MISSING = "too_much_missing"


@dataclass(frozen=True)
class Area:
    """Interval energies of one area; intervals follow each other without a gap.

    Attributes:
        area_id: Number of the area.
        customers: One name per row of ``readings_kwh``.
        readings_kwh: Customers × intervals; NaN where nothing was read.
        supply_kwh: Net supply through the gate meter per interval (in less out); NaN where not read.
        first_slot: Place of the first interval in its day, 0 at midnight.
        slots_per_day: Intervals in a day, a multiple of 24 (24, 48, 96).
        fed_in_kwh: What customers fed into the area per interval; None without generation.
        temperature_c: Outdoor temperature per interval; None when not known.
        starts_at: Start of the first interval, minutes since 1970; areas that share it can be compared.
        feeder_id: Line that feeds the area; its areas are neighbours. None when not known: all are.
    """

    area_id: str
    customers: tuple[str, ...]
    readings_kwh: Floats
    supply_kwh: Floats
    first_slot: int = 0
    slots_per_day: int = 48
    fed_in_kwh: Floats | None = None
    temperature_c: Floats | None = None
    starts_at: int = 0
    feeder_id: str | None = None

    @property
    def place(self) -> Ints:
        """Running number of each interval counted from the first midnight."""
        return np.arange(self.supply_kwh.size) + self.first_slot

    @property
    def hour(self) -> Ints:
        """Hour of the day of each interval, 0 to 23."""
        return self.place % self.slots_per_day * HOURS // self.slots_per_day

    @property
    def day(self) -> Ints:
        """Day of each interval, 0 for the first, which need not be whole."""
        return self.place // self.slots_per_day

    @property
    def delivered_kwh(self) -> Floats:
        """Energy that reached the area's wires per interval: net supply and what customers fed in."""
        return self.supply_kwh if self.fed_in_kwh is None else self.supply_kwh + self.fed_in_kwh

    @cached_property
    def read_pct(self) -> float:
        """Share of readings that are there."""
        return 100.0 * float(np.mean(~np.isnan(self.readings_kwh))) if self.readings_kwh.size else 0.0


def outcome_of(area: Area) -> Outcome:
    """Whether the area can be balanced; the first obstacle found."""
    known = int((~np.isnan(area.supply_kwh)).sum())
    obstacles = {
        Outcome.NO_CUSTOMERS: not area.customers,
        Outcome.NO_GATE_METER: known == 0,
        Outcome.TOO_SHORT: known < FEWEST_INTERVALS,
        Outcome.NO_SUPPLY: not np.nansum(np.abs(area.delivered_kwh)) > 0,
        Outcome.TOO_MUCH_MISSING: area.read_pct < FEWEST_READ_PCT,
        Outcome.ALL_READINGS_ZERO: not np.nansum(area.readings_kwh) > 0,
        Outcome.ONE_CUSTOMER: len(area.customers) < FEWEST_CUSTOMERS,
    }
    return next((outcome for outcome, there in obstacles.items() if there), Outcome.BALANCED)
