"""Areas with a planted cause, made of true loads: what the gate meter sees and what the meters record.

Supply is S = Σ use + a + k·(Σ use)², then it gets the gate meter's noise; every cause changes either what is
recorded, what is fed, or what the gate meter shows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from wattwarden.calc.loss.area import Area
from wattwarden.simulate.area_tricks import TRICKS, Clock, Floats, Ints

NO_LOAD_SHARE = (0.002, 0.008)
LOAD_LOSS_SHARE = (0.012, 0.035)
LEAST_STOLEN_SHARE = 0.004
"""Planted thefts below this share of the supply are drawn again."""


@dataclass(frozen=True)
class Planted:
    """The truth of a planted area.

    Attributes:
        cause: As ``truth.csv`` would call it.
        kinds: Kind by customer.
        stolen_kwh: Energy stolen by customer.
    """

    cause: str
    kinds: Mapping[str, str] = field(default_factory=dict)
    stolen_kwh: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """True loads of one area, before anything is planted.

    Attributes:
        use_kwh: Customers × intervals.
        first_slot, per_day: As in ``Area``.
        noise: Standard deviation of the gate meter per interval, as a share.
        strangers_kwh: Loads of customers of other areas at the same times.
    """

    area_id: str
    use_kwh: Floats
    strangers_kwh: Floats
    first_slot: int = 0
    per_day: int = 48
    noise: float = 0.003

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the customers."""
        return tuple(f"{self.area_id}-C{place:02}" for place in range(len(self.use_kwh)))

    @property
    def clock(self) -> Clock:
        """When the intervals are."""
        place = np.arange(self.use_kwh.shape[1]) + self.first_slot
        hour = place % self.per_day * 24.0 / self.per_day
        return Clock(hour, place // self.per_day, self.per_day, self.use_kwh.sum(axis=0))

    def supply(self, fed_kwh: Floats, rng: np.random.Generator, copper: float = 1.0) -> Floats:
        """What the gate meter shows when the area takes ``fed_kwh`` per interval."""
        mean = float(fed_kwh.mean())
        no_load = mean * rng.uniform(*NO_LOAD_SHARE)
        factor = copper * rng.uniform(*LOAD_LOSS_SHARE) * mean / float((fed_kwh**2).mean())
        supply = fed_kwh + no_load + factor * fed_kwh**2
        return np.round(supply * (1 + rng.normal(0.0, self.noise, supply.size)), 3)

    def area(self, recorded_kwh: Floats, supply_kwh: Floats) -> Area:
        """The area as filed."""
        return Area(
            self.area_id,
            self.names[: len(recorded_kwh)],
            np.round(recorded_kwh, 3),
            supply_kwh,
            self.first_slot,
            self.per_day,
            feeder_id=self.area_id,
        )


def plant_theft(ground: Ground, tricks: tuple[str, ...], rng: np.random.Generator) -> tuple[Area, Planted]:
    """Customers drawn at random use the tricks, one each."""
    supply = ground.supply(ground.use_kwh.sum(axis=0), rng)
    least = LEAST_STOLEN_SHARE * float(supply.sum())
    recorded = ground.use_kwh.copy()
    kinds: dict[str, str] = {}
    stolen: dict[str, float] = {}
    order = iter(rng.permutation(len(recorded)))
    for trick in tricks:
        for customer in order:
            use = ground.use_kwh[customer]
            seen = np.round(np.maximum(TRICKS[trick](use, ground.clock, rng), 0.0), 3)
            if float((use - seen).sum()) >= least:
                recorded[customer] = seen
                kinds[ground.names[customer]] = trick
                stolen[ground.names[customer]] = float((use - seen).sum())
                break
    return ground.area(recorded, supply), Planted("theft" if kinds else "normal", kinds, stolen)


def normal(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """Nothing is planted."""
    return ground.area(ground.use_kwh, ground.supply(ground.use_kwh.sum(axis=0), rng)), Planted("normal")


def filed_here_fed_elsewhere(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """One customer's readings are counted here, his energy comes from elsewhere."""
    who = _user(ground, rng)
    fed = ground.use_kwh.sum(axis=0) - ground.use_kwh[who]
    return ground.area(ground.use_kwh, ground.supply(fed, rng)), Planted(
        "mapping", {ground.names[who]: "belongs_elsewhere"}
    )


def fed_here_filed_elsewhere(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """One customer of this area is filed in another."""
    fed = ground.use_kwh.sum(axis=0) + ground.strangers_kwh[0]
    return ground.area(ground.use_kwh, ground.supply(fed, rng)), Planted("mapping_in")


def moved(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """One customer is fed from elsewhere from some day on."""
    who, day = _user(ground, rng), _middle(ground, rng)
    gone = np.where(ground.clock.day >= day, ground.use_kwh[who], 0.0)
    fed = ground.use_kwh.sum(axis=0) - gone
    return ground.area(ground.use_kwh, ground.supply(fed, rng)), Planted(
        "mapping", {ground.names[who]: "moved"}
    )


def gate_scale(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """The gate meter is off in proportion."""
    factor = 1 + rng.choice([-1, 1]) * rng.uniform(0.03, 0.15)
    return _with_gate(ground, rng, np.full(ground.use_kwh.shape[1], factor))


def gate_changed(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """The gate meter is off from some day on."""
    factor = 1 + rng.choice([-1, 1]) * rng.uniform(0.04, 0.15)
    return _with_gate(ground, rng, np.where(ground.clock.day >= _middle(ground, rng), factor, 1.0))


def gate_drifting(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """The gate meter's error grows over the period."""
    end = 1 + rng.choice([-1, 1]) * rng.uniform(0.08, 0.2)
    return _with_gate(ground, rng, np.linspace(1.0, end, ground.use_kwh.shape[1]))


def unmetered_constant(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """A box that takes the same at all hours has no meter."""
    fed = ground.use_kwh.sum(axis=0)
    extra = np.full(fed.size, fed.mean() * rng.uniform(0.03, 0.08))
    return ground.area(ground.use_kwh, ground.supply(fed + extra, rng)), Planted("unmetered")


def street_light(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """Street lights have no meter."""
    fed = ground.use_kwh.sum(axis=0)
    extra = fed.mean() * rng.uniform(0.05, 0.15) * ground.clock.between(18.5, 5.5)
    return ground.area(ground.use_kwh, ground.supply(fed + extra, rng)), Planted("unmetered")


def gate_clock(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """The gate meter's clock is an hour off."""
    area, _ = normal(ground, rng)
    return with_gate_clock_off(area), Planted("clock")


def customer_clock(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """One customer's clock is an hour off."""
    area, _ = normal(ground, rng)
    who = _user(ground, rng)
    readings = area.readings_kwh.copy()
    readings[who] = np.roll(readings[who], ground.per_day // 24)
    return replace(area, readings_kwh=readings), Planted("clock", {ground.names[who]: "clock"})


def meter_fast(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """One customer's meter records too much."""
    who = _user(ground, rng)
    recorded = ground.use_kwh.copy()
    recorded[who] *= 1 + rng.uniform(0.15, 0.4)
    supply = ground.supply(ground.use_kwh.sum(axis=0), rng)
    return ground.area(recorded, supply), Planted("meter_error", {ground.names[who]: "fast"})


def meter_stopped(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """One customer's meter does not turn at all."""
    who = _user(ground, rng)
    recorded = ground.use_kwh.copy()
    recorded[who] = 0.0
    supply = ground.supply(ground.use_kwh.sum(axis=0), rng)
    return ground.area(recorded, supply), Planted("meter_error", {ground.names[who]: "stopped"})


def missing_data(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """An eighth of the customers is not read for a third of the time, in runs of days."""
    area, _ = normal(ground, rng)
    readings = area.readings_kwh.copy()
    for who in rng.choice(len(readings), max(3, len(readings) // 8), replace=False):
        for start in rng.integers(0, ground.clock.days - 6, 4):
            readings[who, (ground.clock.day >= start) & (ground.clock.day < start + 6)] = np.nan
    return replace(area, readings_kwh=readings), Planted("missing_data")


def technical(ground: Ground, rng: np.random.Generator) -> tuple[Area, Planted]:
    """Long thin lines: five times the usual loss under load."""
    supply = ground.supply(ground.use_kwh.sum(axis=0), rng, copper=5.0)
    return ground.area(ground.use_kwh, supply), Planted("technical")


CAUSES: Mapping[str, Callable[[Ground, np.random.Generator], tuple[Area, Planted]]] = {
    plant.__name__: plant
    for plant in (
        normal, filed_here_fed_elsewhere, fed_here_filed_elsewhere, moved, gate_scale, gate_changed, gate_drifting,
        unmetered_constant, street_light, gate_clock, customer_clock, meter_fast, meter_stopped, missing_data,
        technical,
    )
}  # fmt: skip


def pair(
    here: Ground, there: Ground, rng: np.random.Generator
) -> tuple[tuple[Area, Planted], tuple[Area, Planted]]:
    """Two neighbouring areas: a customer filed in the first is fed from the second."""
    who = _user(here, rng)
    name = {here.names[who]: "belongs_elsewhere"}
    use = here.use_kwh[who]
    first = here.area(here.use_kwh, here.supply(here.use_kwh.sum(axis=0) - use, rng))
    second = there.area(there.use_kwh, there.supply(there.use_kwh.sum(axis=0) + use, rng))
    line = f"line of {here.area_id}"
    return (
        (replace(first, feeder_id=line), Planted("mapping", name)),
        (replace(second, feeder_id=line), Planted("mapping", name)),
    )


def with_gate_clock_off(area: Area) -> Area:
    """The area with a gate meter whose clock is an hour off."""
    return replace(area, supply_kwh=np.roll(area.supply_kwh, area.slots_per_day // 24))


def with_gaps(area: Area, share: float, rng: np.random.Generator) -> Area:
    """The area with a share of its readings lost, one by one."""
    lost = rng.random(area.readings_kwh.shape) < share
    return replace(area, readings_kwh=np.where(lost, np.nan, area.readings_kwh))


def _with_gate(ground: Ground, rng: np.random.Generator, factor: Floats) -> tuple[Area, Planted]:
    supply = ground.supply(ground.use_kwh.sum(axis=0), rng) * factor
    return ground.area(ground.use_kwh, np.round(supply, 3)), Planted("gate_scale")


def _user(ground: Ground, rng: np.random.Generator) -> int:
    """A customer of more than half the mean use."""
    total = ground.use_kwh.sum(axis=1)
    candidates: Ints = np.flatnonzero(total > total.mean() / 2)
    return int(rng.choice(candidates))


def _middle(ground: Ground, rng: np.random.Generator) -> int:
    days = ground.clock.days
    return int(rng.integers(days // 4, 3 * days // 4))
