"""1.3.1 Bills with other energy than was read: multiplier, digits, losses, splits."""

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.faults.registry import Plot, high_voltage, homes, kind_on_bills, settled
from wattwarden.simulate.misbilling import MULTIPLIER, TRANSPOSED
from wattwarden.simulate.people import CT_PRIMARIES, CT_SECONDARY
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.world import World

RISK = "1.3.1"


@kind_on_bills(
    "billing.multiplier_wrong_on_bill", RISK, "账单倍率与档案不符", "Billed with another multiplier", 1.5
)
def _multiplier(plot: Plot) -> None:
    world, people = plot.world, plot.world.people
    low_side = settled(world) & (people.multiplier > 1) & (people.metering != sectors.HV_HV)
    for customer in plot.pick(low_side):
        true = int(people.multiplier[customer])
        place = int(np.searchsorted(CT_PRIMARIES, true * CT_SECONDARY))
        other = CT_PRIMARIES[place + 1 if plot.chance(0.5) or not place else place - 1]
        month = plot.month(-5, -2)
        plot.misbill(customer, MULTIPLIER, month, world.plan.months, int(other) // CT_SECONDARY)
        plot.wrong_bills(customer, month, world.plan.months)


@kind_on_bills("billing.digits_transposed", RISK, "止数录入颠倒", "Digits of the register transposed", 2.0)
def _digits(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(homes(world) & ~world.people.meter_tou & (world.people.base_kwh > 3)):
        month = plot.month(-6, -1)
        plot.misbill(customer, TRANSPOSED, month, month + 1, 0)
        plot.wrong_bills(customer, month, month + 1)


@kind_on_bills(
    "billing.split_not_applied", RISK, "定比定量未执行", "Fixed ratio or quantity not applied", 1.0
)
def _split(plot: Plot) -> None:
    world = plot.world
    mixed = np.zeros(world.plan.customers, dtype=np.bool_)
    mixed[[int(str(row["customer_id"])[2:]) for row in world.rows["metering_split"]]] = True
    for customer in plot.pick(mixed & settled(world)):
        month = plot.month(-6, -3)
        for term in ("split_pct", "split_kwh"):
            plot.misbill(customer, term, month, world.plan.months, 0)
        plot.wrong_bills(customer, month, world.plan.months)


def _metered(world: World, metering: int) -> Bools:
    return np.asarray(high_voltage(world) & (world.people.metering == metering))


@kind_on_bills("billing.losses_not_billed", RISK, "账单漏计变损", "Losses missing on the bill", 1.0)
def _no_losses(plot: Plot) -> None:
    _lose(plot, sectors.HV_LV, 0)


@kind_on_bills(
    "billing.losses_billed_on_high_side", RISK, "高供高计多计变损", "Losses billed though metered high", 1.0
)
def _losses_twice(plot: Plot) -> None:
    _lose(plot, sectors.HV_HV, 1)


def _lose(plot: Plot, metering: int, billed: int) -> None:
    world = plot.world
    for customer in plot.pick(_metered(world, metering)):
        month = plot.month(-6, -2)
        plot.misbill(customer, "loss", month, world.plan.months, billed)
        plot.wrong_bills(customer, month, world.plan.months)
