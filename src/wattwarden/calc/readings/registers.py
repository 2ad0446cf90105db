"""Daily registers of many meters as flat arrays, ordered by meter and day.

A register of day ``d`` is frozen at 00:00, so the energy between two registers is that of the days from the
first, until the second. Energy is whole 10⁻⁴ kWh after the multiplier, exact.

Source: no formula of its own.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wattwarden.calc.readings.curves import HOURS_OF_DAY, Bools, Floats, Ints, numbers

STEPS = 10_000
"""Steps of 10⁻⁴ kWh in a kWh."""
WATTS = 1_000
NONE = np.iinfo(np.int64).min
"""An absent whole number."""


@dataclass(frozen=True)
class Meters:
    """Facts of meters, one element each.

    Attributes:
        meter, customer, peer: Number of the meter, of its customer, and group of like customers.
        multiplier: Product of the instrument transformer ratios.
        full: Where the register rolls over, in register steps of 10⁻⁴ kWh.
        most_kwh: Energy that a day can hold: capacity, else voltage times largest current; NaN where unknown.
        has_generation: The customer feeds in.
        is_removed: The meter no longer hangs there.
    """

    meter: npt.NDArray[np.object_]
    customer: npt.NDArray[np.object_]
    peer: npt.NDArray[np.object_]
    multiplier: Floats
    full: Floats
    most_kwh: Floats
    has_generation: Bools
    is_removed: Bools

    def __len__(self) -> int:
        return len(self.meter)


@dataclass(frozen=True)
class Registers:
    """Registers of the meters.

    Attributes:
        meter: Position of the meter of each row.
        day: Day number (days since 1970-01-01).
        register, reverse, rates: Total, reverse and sum of the rate registers, 10⁻⁴ kWh; ``NONE`` where absent.
        clock_s: Offset of the clock, seconds; NaN where unknown.
        is_estimated: The register was not collected.
        newest: Day number of the newest register of all.
    """

    meters: Meters
    meter: Ints
    day: Ints
    register: Ints
    reverse: Ints
    rates: Ints
    clock_s: Floats
    is_estimated: Bools
    newest: int

    def __len__(self) -> int:
        return len(self.meter)

    @cached_property
    def follows(self) -> Bools:
        """The row before is of the same meter."""
        same = np.zeros(len(self), dtype=np.bool_)
        same[1:] = self.meter[1:] == self.meter[:-1]
        return same

    @cached_property
    def step(self) -> Ints:
        """Days since the row before, 0 for the first of a meter."""
        days = np.zeros(len(self), dtype=np.int64)
        days[1:] = np.where(self.follows[1:], self.day[1:] - self.day[:-1], 0)
        return days

    @cached_property
    def energy(self) -> Ints:
        """Energy since the row before, 10⁻⁴ kWh after the multiplier; 0 for the first of a meter."""
        return np.where(self.follows, self._energy(self.register), 0)

    @cached_property
    def back(self) -> Ints:
        """Reverse energy since the row before; 0 where a register is absent."""
        known = self.reverse != NONE
        both = self.follows & known & np.roll(known, 1)
        return np.where(both, self._energy(np.where(known, self.reverse, 0)), 0)

    @cached_property
    def daily_kwh(self) -> Floats:
        """Mean energy of the days since the row before, kWh."""
        return np.asarray(self.energy / STEPS / np.maximum(self.step, 1))

    @cached_property
    def first(self) -> Ints:
        """First row of each meter that has rows, by row."""
        starts = np.flatnonzero(~self.follows)
        return np.asarray(np.repeat(starts, np.diff(np.append(starts, len(self)))))

    @property
    def starts(self) -> Ints:
        """First row of each meter that has rows."""
        return np.flatnonzero(~self.follows)

    @property
    def ends(self) -> Ints:
        """Last row of each meter that has rows."""
        return np.append(self.starts[1:], len(self))[: len(self.starts)] - 1

    def _energy(self, register: Ints) -> Ints:
        change = np.zeros(len(self), dtype=np.int64)
        change[1:] = register[1:] - register[:-1]
        return np.rint(change * self.meters.multiplier[self.meter]).astype(np.int64)

    def subset(self, kept: Bools) -> "Registers":
        """The rows under the mask."""
        return Registers(
            self.meters, self.meter[kept], self.day[kept], self.register[kept], self.reverse[kept], self.rates[kept],
            self.clock_s[kept], self.is_estimated[kept], self.newest,
        )  # fmt: skip


def runs(mask: Bools, rows: Registers) -> tuple[Ints, Ints]:
    """First and last row of each run of true elements within one meter."""
    before = np.zeros(len(mask), dtype=np.bool_)
    before[1:] = mask[:-1]
    after = np.zeros(len(mask), dtype=np.bool_)
    after[:-1] = mask[1:] & rows.follows[1:]
    return np.flatnonzero(mask & ~(before & rows.follows)), np.flatnonzero(mask & ~after)


def meters_of(table: pa.Table) -> Meters:
    """Facts of meters; the capacity of a day is that of the customer, or U × I_max of the meter's phases."""
    digits, multiplier = numbers(table, "digits"), numbers(table, "multiplier")
    capacity = numbers(table, "capacity_kva") * HOURS_OF_DAY
    phases = np.where(np.array(table["kind"].to_pylist(), dtype=object) == "single_phase", 1, 3)
    by_meter = (
        phases * numbers(table, "rated_v") * numbers(table, "max_a") / WATTS * HOURS_OF_DAY * multiplier
    )
    words = {n: np.array(table[n].to_pylist(), dtype=object) for n in ("meter_id", "customer_id", "peer")}
    most = np.fmax(np.where(capacity > 0, capacity, np.nan), by_meter)
    flags = (np.asarray(table[n].fill_null(False).to_numpy()) for n in ("has_generation", "is_removed"))
    full = np.where(np.isfinite(digits), 10.0 ** np.nan_to_num(digits, nan=6) * STEPS, np.nan)
    return Meters(words["meter_id"], words["customer_id"], words["peer"], multiplier, full, most, *flags)


def registers_of(meters: Meters, table: pa.Table) -> Registers:
    """Registers from rows ordered by meter and day; ``place`` is the position of the meter in ``meters``."""
    columns = {n: _whole(table, n) for n in ("place", "day", "register", "reverse", "rates")}
    estimated = np.asarray(table["is_estimated"].fill_null(False).to_numpy(), dtype=np.bool_)
    newest = int(_whole(table, "newest")[0]) if table.num_rows else 0
    return Registers(
        meters, columns["place"], columns["day"], columns["register"], columns["reverse"], columns["rates"],
        numbers(table, "clock_s"), estimated, newest,
    )  # fmt: skip


def _whole(table: pa.Table, name: str) -> Ints:
    return np.asarray(table[name].cast(pa.int64()).fill_null(int(NONE)).to_numpy(), dtype=np.int64)
