"""1.3.1 Capacity and demand that are billed against the rules (DOMAIN A.1, A.8, B.2)."""

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.faults.registry import Plot, high_voltage, kind_on_bills
from wattwarden.simulate.history import (
    EARLIEST,
    SHORTEST_PAUSE,
    grow,
    halvable,
    open_late,
    pause_half,
    unasked,
)
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.terms import EXCESS
from wattwarden.simulate.world import World

RISK = "1.3.1"
HIGH_DEMAND = 2.3
"""Factor that lifts the highest power of an honest month above 105 % of the contract demand."""


def _by_capacity(world: World) -> Bools:
    return np.asarray(high_voltage(world) & (world.people.mode == sectors.CAPACITY))


def _by_demand(world: World) -> Bools:
    return np.asarray(high_voltage(world) & (world.people.mode == sectors.DEMAND))


@kind_on_bills(
    "billing.capacity_not_restored", RISK, "复电后仍减收容量", "Capacity not billed again after a pause", 1.0
)
def _not_restored(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(halvable(world)):
        month = plot.month(1, -3)
        resumed = int(world.plan.month_bounds[month]) + int(plot.rng.integers(10, 22))
        start = max(EARLIEST, resumed - int(plot.rng.integers(SHORTEST_PAUSE, 30)))
        pause_half(world, plot.rng, customer, start, max(resumed, start + SHORTEST_PAUSE))
        plot.misbill(customer, "capacity", month, world.plan.months, world.people.capacity[customer] * 50)
        plot.wrong_bills(customer, month, world.plan.months)


@kind_on_bills(
    "billing.days_pro_rata_ignored",
    RISK,
    "增容当月未按日折算",
    "Month of an increase not billed by days",
    1.0,
)
def _whole_month(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(halvable(world)):
        month = plot.month(1, -3)
        grow(world, plot.rng, customer, int(world.plan.month_bounds[month]) + int(plot.rng.integers(8, 22)))
        plot.misbill(customer, "capacity", month, month + 1, world.people.capacity[customer] * 100)
        plot.wrong_bills(customer, month, month + 1)


@kind_on_bills("billing.first_month_in_full", RISK, "新装首月按整月计收", "First month billed in full", 0.6)
def _first_month(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(unasked(world) & high_voltage(world)):
        month = plot.month(1, -3)
        bounds = world.plan.month_bounds
        day = int(bounds[month]) + int(plot.rng.integers(16, 24))
        open_late(world, plot.rng, customer, day)
        plot.misbill(customer, "days_in_month", month, month + 1, int(bounds[month + 1]) - day)
        plot.wrong_bills(customer, month, month + 1)


@kind_on_bills(
    "billing.excess_demand_not_charged", RISK, "超需量未加倍", "Demand above 105 % not charged", 1.0
)
def _excess(plot: Plot) -> None:
    for customer in plot.pick(_by_demand(plot.world)):
        month = _exceed(plot, customer)
        plot.misbill(customer, f"demand_rule.{EXCESS}", month, month + 1, 0)
        plot.wrong_bills(customer, month, month + 1)


@kind_on_bills("lookalike.demand_exceeded", RISK, "超需量已加倍", "Demand above 105 %, charged", 0.5)
def _exceeded(plot: Plot) -> None:
    for customer in plot.pick(_by_demand(plot.world), max(1, plot.count // 2)):
        first, last = plot.world.plan.month_bounds[(month := _exceed(plot, customer)) : month + 2]
        plot.truth(customer, first, last, is_lookalike=True)


def _exceed(plot: Plot, customer: int) -> int:
    """Let the highest power of one month exceed the contract demand; the month."""
    month = plot.month(0, -1)
    first, last = plot.world.plan.month_bounds[month : month + 2]
    plot.world.change("demand", customer, int(first), int(last), HIGH_DEMAND)
    return month


@kind_on_bills(
    "billing.mode_wrong_on_bill", RISK, "两部制客户按单一制计费", "Two-part customer billed single-rate", 0.8
)
def _mode(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_by_capacity(world)):
        month = plot.month(-5, -2)
        plot.misbill(customer, "mode", month, world.plan.months, sectors.SINGLE)
        plot.wrong_bills(customer, month, world.plan.months)
