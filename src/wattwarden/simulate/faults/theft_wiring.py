"""1.2.2 Theft around the meter: bypasses, shunts, links opened, currents turned, a load tapped before it."""

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.faults.registry import homes, settled
from wattwarden.simulate.faults.theft_kit import Theft, trick
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.world import World

PHASES = "abc"


def _through_transformers(world: World) -> Bools:
    people = world.people
    return np.asarray(settled(world) & (people.multiplier > 1) & (people.metering != sectors.HV_HV))


def _homes_with_curves(world: World) -> Bools:
    near = sum((world.people.area == a for a in world.curve_areas), start=world.people.area < -1)
    return np.asarray(homes(world) & near & (world.people.base_kwh > 4))


def _low_voltage(world: World) -> Bools:
    return settled(world) & ~world.people.is_high_voltage & (world.people.base_kwh > 6)


def _timed(world: World) -> Bools:
    return settled(world) & world.people.meter_tou & (world.people.base_kwh > 15)


def _three_phase(world: World) -> Bools:
    low = settled(world) & ~world.people.is_high_voltage & (world.people.voltage != sectors.V220)
    return np.asarray(_through_transformers(world) | low)


@trick(
    "theft.line_neutral_difference", "单相表分流", "Shunt on a single-phase meter", 3.0, _homes_with_curves
)
def _shunt(theft: Theft) -> None:
    world, part = theft.world, float(theft.rng.uniform(0.3, 0.6))
    for array in ("seen", "amps_0"):
        world.change(array, theft.customer, theft.start, theft.stop, part)


@trick("theft.night_bypass", "夜间绕越", "Partial bypass at night", 4.0, _timed, since=(-200, -30))
def _night(theft: Theft) -> None:
    theft.keep(0.02, 0.2, "night")


@trick("theft.whole_bypass", "双线绕越", "Bypass of both conductors", 3.0, _low_voltage)
def _bypass(theft: Theft) -> None:
    """Line and neutral pass by alike: the currents agree, only the area's balance knows."""
    theft.keep(0.2, 0.5)


@trick("theft.tapped_before_meter", "表前私接", "A load tapped before the meter", 2.0, _low_voltage)
def _tapped(theft: Theft) -> None:
    """A new load that never was metered: the register shows what it always did."""
    more = float(theft.rng.uniform(1.6, 2.6))
    for first, last in theft.spells():
        theft.world.change("use", theft.customer, first, last, more)
        theft.world.change("seen", theft.customer, first, last, 1 / more)


@trick(
    "theft.one_line_one_earth",
    "一火一地窃电",
    "Neutral lifted, return through earth",
    1.5,
    _homes_with_curves,
)
def _earth(theft: Theft) -> None:
    theft.world.change("seen", theft.customer, theft.start, theft.stop, float(theft.rng.uniform(0.05, 0.3)))
    theft.world.change("neutral", theft.customer, theft.start, theft.stop, 0.04)
    for day in theft.days(3):
        theft.event("neutral_current", day, (18, 23), 4.0)


@trick(
    "theft.current_loss_under_load", "带载失流", "Current lost under load", 2.0, _through_transformers,
    since=(-100, -25),
)  # fmt: skip
def _current(theft: Theft) -> None:
    phase = int(theft.rng.integers(3))
    theft.keep(0.66, 0.68)
    theft.world.change(f"amps_{phase}", theft.customer, theft.start, theft.stop, 0.003)
    for day in range(theft.start, theft.stop, 5):
        theft.event("current_loss", day, (7, 15), 6.0, PHASES[phase])


@trick("theft.current_shunted", "互感器二次短接分流", "Secondary current shunted", 1.5, _through_transformers)
def _shunted(theft: Theft) -> None:
    """A wire across the secondary terminals takes a part of each phase's current past the meter."""
    world, part = theft.world, float(theft.rng.uniform(0.35, 0.6))
    for array in ("seen", "amps_0", "amps_1", "amps_2"):
        world.change(array, theft.customer, theft.start, theft.stop, part)
    for day in theft.days(2):
        theft.event("current_unbalance", day, (8, 18), 2.0)


@trick("theft.current_reversed", "电流反接窃电", "One phase current turned round", 1.5, _through_transformers)
def _reversed(theft: Theft) -> None:
    """One of three phases counts backwards: 1 + 1 − 1 of 3 are left."""
    world, phase = theft.world, int(theft.rng.integers(3))
    world.change("seen", theft.customer, theft.start, theft.stop, 1 / 3)
    world.change(f"amps_{phase}", theft.customer, theft.start, theft.stop, -1.0)
    for day in theft.days(3):
        theft.event("reverse_power", day, (7, 18), 5.0, PHASES[phase])


@trick("theft.voltage_link_opened", "欠压法窃电", "Voltage link opened at times", 2.0, _three_phase)
def _voltage(theft: Theft) -> None:
    """A phase without voltage counts nothing; unlike a fault it comes and goes with the thief."""
    world, phase = theft.world, int(theft.rng.integers(3))
    for first in range(theft.start, theft.stop, 3):
        last = min(first + 2, theft.stop)
        world.change("seen", theft.customer, first, last, 2 / 3)
        world.change(f"volts_{phase}", theft.customer, first, last, 0.02)
        if theft.chance(0.3):
            theft.event("voltage_loss", first, (17, 20), 30.0, PHASES[phase])
