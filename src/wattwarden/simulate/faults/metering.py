"""1.2.3 Metering: frozen, wrong, drifting and misfiled meters, and areas that lose too much."""

import math

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.devices import event
from wattwarden.simulate.faults.registry import Plot, high_voltage, kind, settled
from wattwarden.simulate.people import CT_PRIMARIES
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.world import World, area_id, customer_id, meter_id

RISK = "1.2.3"


@kind("metering.register_frozen", RISK, "电能表停走", "Meter register frozen", 4.0)
def _frozen(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & (world.people.base_kwh > 4)):
        start = plot.day(-52, -9)
        world.change("seen", customer, start, world.plan.days, 0.0)
        plot.truth(customer, start, world.plan.days, None)


@kind("metering.register_backwards", RISK, "电能表倒走", "Meter register runs backwards", 1.5)
def _backwards(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & (world.people.base_kwh > 4) & ~world.people.meter_tou):
        start = plot.day(-50, -10)
        world.change("seen", customer, start, start + 6, -0.4)
        plot.truth(customer, start, start + 6, None)


@kind("metering.phase_lost", RISK, "电压断相", "One phase lost", 2.0)
def _phase(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & _four_wire(world)):
        start, phase = plot.day(-110, -20), int(plot.rng.integers(3))
        world.change("seen", customer, start, world.plan.days, 2 / 3)
        world.change(f"volts_{phase}", customer, start, world.plan.days, 0.02)
        hours = (world.plan.days - start) * 24.0 - 1
        event(world, "voltage_loss", customer, start + 0.35, hours, "abc"[phase])
        event(world, "phase_loss", customer, start + 0.36, hours, "abc"[phase])
        plot.truth(customer, start, world.plan.days, None)


def _with_curves(world: World) -> Bools:
    """Customers with a plain history whose load curve is collected."""
    people = world.people
    return np.asarray(settled(world) & (people.is_high_voltage | np.isin(people.area, world.curve_areas)))


def _four_wire(world: World) -> Bools:
    """Four-wire meters behind current transformers."""
    return np.asarray((world.people.multiplier > 1) & (world.people.metering != sectors.HV_HV))


@kind("metering.power_reversed", RISK, "电流互感器反接", "Current transformer reversed", 1.5)
def _reversed(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_with_curves(world) & (world.people.multiplier > 1)):
        start = plot.day(-90, -12)
        if world.people.metering[customer] == sectors.HV_HV:
            # The first of two elements: K = √3·cot φ (DOMAIN A.4).
            phase, tangent = 0, math.tan(math.acos(world.people.power_factor[customer]))
            left = tangent / math.sqrt(3)
        else:
            phase, left = int(plot.rng.integers(3)), 1 / 3
        world.change("seen", customer, start, world.plan.days, left)
        world.change(f"power_{phase}", customer, start, world.plan.days, -1.0)
        if plot.chance(0.6):
            event(
                world,
                "reverse_power",
                customer,
                start + 0.4,
                (world.plan.days - start) * 24.0 - 12,
                "abc"[phase],
            )
        plot.truth(customer, start, world.plan.days, None)


@kind(
    "metering.phase_angles", RISK, "电流电压不同相", "Voltage and current of other phases on an element", 1.0
)
def _swapped(plot: Plot) -> None:
    """Two currents on each other's element: in a balanced load the powers cancel and the register stands."""
    world = plot.world
    for customer in plot.pick(_with_curves(world) & _four_wire(world)):
        start = plot.day(-80, -12)
        world.change("seen", customer, start, world.plan.days, 0.0)
        world.change("swapped", customer, start, world.plan.days, 1.0)
        plot.truth(customer, start, world.plan.days, None)


@kind("lookalike.single_phase_load", RISK, "三相客户单相用电", "Three-phase customer who uses one phase", 1.5)
def _one_phase(plot: Plot) -> None:
    """Honest: all of the load hangs on one phase, so the other currents are small."""
    world = plot.world
    for customer in plot.pick(_with_curves(world) & _four_wire(world)):
        for phase, share in enumerate((2.9, 0.05, 0.05)):
            world.change(f"amps_{phase}", customer, 0, world.plan.days, share)
        plot.truth(customer, 0, world.plan.days, is_lookalike=True)


@kind(
    "metering.multiplier_mismatch", RISK, "倍率档案错误", "Multiplier on file is not that in the field", 2.5
)
def _multiplier(plot: Plot) -> None:
    world, people = plot.world, plot.world.people
    files = {(str(r["meter_id"]), str(r["kind"])): r for r in world.rows["instrument_transformer"]}
    for customer in plot.pick(
        settled(world) & (people.multiplier > 1) & ~np.isin(people.metering, [sectors.HV_HV])
    ):
        true = int(people.multiplier[customer])
        place = int(np.searchsorted(CT_PRIMARIES, true * 5)) + (-1 if plot.chance(0.6) else 1)
        filed = int(CT_PRIMARIES[min(max(place, 0), len(CT_PRIMARIES) - 1)]) // 5
        world.change("multiplier", customer, 0, world.plan.months, filed)
        world.patch("meter", customer, multiplier=float(filed))
        if plot.chance(0.5):
            files[meter_id(customer), "ct"]["archive_ratio"] = float(filed)
        plot.truth(customer, 0, world.plan.days, None)


@kind("metering.area_loss_abnormal", RISK, "台区线损异常", "Abnormal loss of an area", 0.8)
def _area(plot: Plot) -> None:
    world = plot.world
    for area in world.pick_areas(plot.rng, plot.count):
        factor = float(plot.rng.choice([1.22, 1.12, 0.90]))
        world.area_scale[area] = factor
        plot.about(
            "transformer_area", area_id(area), 0, world.plan.days, evasion="small" if factor == 1.12 else ""
        )


@kind("metering.wrong_area", RISK, "户变关系错误", "Meter filed under another area", 2.0)
def _misfiled(plot: Plot) -> None:
    world, people = plot.world, plot.world.people
    for customer in plot.pick(settled(world) & ~people.is_high_voltage & (people.base_kwh > 45)):
        home = int(people.area[customer])
        other = home - 1 if home else min(1, world.plan.areas - 1)
        world.file_area[customer] = other
        world.patch("meter", customer, area_id=area_id(other))
        world.patch("premise", customer, area_id=area_id(other))
        if plot.chance(0.5):
            event(world, "cross_area", customer, plot.day(-40, -3) + 0.2, 1.0)
        plot.about(
            "meter", meter_id(customer), 0, world.plan.days, customer=customer, group=customer_id(customer)
        )
        for area in (home, other):
            plot.about("transformer_area", area_id(area), 0, world.plan.days, group=customer_id(customer))


@kind("metering.transformer_loss_not_billed", RISK, "高供低计未计变损", "Transformer loss not billed", 1.5)
def _loss(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(high_voltage(world) & (world.people.metering == sectors.HV_LV)):
        plot.misbill(customer, "loss", 0, world.plan.months, 0)
        world.patch("meter", customer, loss_billed=False)
        plot.truth(customer, 0, world.plan.days, None)


@kind("metering.clock_drift", RISK, "电能表时钟超差", "Meter clock drifts", 3.0)
def _clock(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world)):
        start = plot.day(-50, -15)
        offset = int(plot.rng.integers(420, 4_000)) * (1 if plot.chance(0.5) else -1)
        world.change("clock", customer, start, world.plan.days + 1, offset)
        plot.truth(customer, start, world.plan.days)


@kind(
    "metering.reverse_without_generation",
    RISK,
    "无光伏档案反向电量",
    "Reverse energy without a generation file",
    1.5,
)
def _reverse(plot: Plot) -> None:
    world = plot.world
    picked = plot.pick((world.people.solar_kw > 0) & (world.people.opened < 0) & (world.people.exchanged < 0))
    numbers = {customer_id(c) for c in picked}
    world.rows["generation_unit"][:] = [
        r for r in world.rows["generation_unit"] if r["customer_id"] not in numbers
    ]
    for customer in picked:
        plot.truth(customer, 0, world.plan.days)


@kind("lookalike.meter_exchanged", RISK, "有工单换表", "Meter exchanged with a work order", 2.0)
def _exchanged(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick((world.people.exchanged >= 0) & (world.people.solar_kw == 0)):
        day = int(world.people.exchanged[customer])
        plot.truth(customer, day, day + 1, is_lookalike=True)
