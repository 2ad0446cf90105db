"""1.3.1 Capacity and demand that are used or billed against the rules (DOMAIN A.1, A.8, B.2)."""

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.columns import NULL
from wattwarden.simulate.connection import add_request
from wattwarden.simulate.faults.registry import Plot, high_voltage, kind
from wattwarden.simulate.faults.scheme import retariff
from wattwarden.simulate.history import FOREVER, grow, halvable, open_late, pause_half, unasked
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.prices import SHARE_DIGITS, tariff_of
from wattwarden.simulate.world import Service, World, customer_id

RISK = "1.3.1"
PAUSED_MONTHS = 3
HIGH_DEMAND = 2.3
"""Factor that lifts the highest power of an honest month above 105 % of the contract demand."""
LOW_DEMAND = 0.3
"""Contract demand below the floor of 40 % of the capacity."""
LIMIT, EXCESS, FLOOR = range(3)
"""Positions in ``Terms.demand_rule``."""


def _pause(plot: Plot, customer: int, *, planted: bool) -> tuple[int, int]:
    """Seal a customer's transformer for the last whole months by a request; the months it covers."""
    world = plot.world
    first = world.plan.months - PAUSED_MONTHS
    start = int(world.plan.month_bounds[first])
    request = add_request(world, plot.rng, customer, "pause", max(0, start - 12))
    number, sealed_on = customer_id(customer), world.plan.date_of(start)
    running = next(r for r in world.rows["customer_transformer"] if r["customer_id"] == number)
    running["valid_to"] = sealed_on
    world.add(
        "customer_transformer",
        {**{k: v for k, v in running.items() if k != "arrived_at"}, "valid_from": sealed_on, "valid_to": None,
         "state": "sealed", "reason": "pause", "request_id": request["request_id"]},
        world.at(start, 9.0),
    )  # fmt: skip
    world.services.append(Service(customer, start, FOREVER, 0.0, 0, planted))
    world.patch("customer", customer, status="suspended", operating_capacity_kva=0.0)
    return first, start


def _by_capacity(world: World) -> Bools:
    return np.asarray(high_voltage(world) & (world.people.mode == sectors.CAPACITY))


def _by_demand(world: World) -> Bools:
    return np.asarray(high_voltage(world) & (world.people.mode == sectors.DEMAND))


@kind("theft.sealed_capacity_used", "1.2.2", "使用已加封设备", "Sealed equipment used", 1.5)
def _sealed_used(plot: Plot) -> None:
    for customer in plot.pick(_by_capacity(plot.world)):
        _, start = _pause(plot, customer, planted=True)
        plot.truth(customer, start, plot.world.plan.days, None)


@kind("lookalike.honest_pause", "1.2.2", "依法暂停", "Lawful pause without use", 0.5)
def _paused(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_by_capacity(world), max(1, plot.count // 2)):
        _, start = _pause(plot, customer, planted=False)
        world.change("use", customer, start, world.plan.days, 0.0)
        plot.truth(customer, start, world.plan.days, is_lookalike=True)


@kind("billing.suspended_capacity_billed_wrong", RISK, "暂停容量仍计费", "Suspended capacity billed", 1.0)
def _billed_wrong(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_by_capacity(world)):
        first, start = _pause(plot, customer, planted=False)
        world.change("use", customer, start, world.plan.days, 0.0)
        plot.misbill(customer, "capacity", first, world.plan.months, world.people.capacity[customer] * 100)
        plot.wrong_bills(customer, first, world.plan.months)


@kind(
    "billing.capacity_not_restored", RISK, "复电后仍减收容量", "Capacity not billed again after a pause", 1.0
)
def _not_restored(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(halvable(world)):
        month = plot.month(1, -3)
        resumed = int(world.plan.month_bounds[month]) + int(plot.rng.integers(4, 20))
        pause_half(world, plot.rng, customer, max(1, resumed - int(plot.rng.integers(25, 40))), resumed)
        plot.misbill(customer, "capacity", month, world.plan.months, world.people.capacity[customer] * 50)
        plot.wrong_bills(customer, month, world.plan.months)


@kind(
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


@kind("billing.first_month_in_full", RISK, "新装首月按整月计收", "First month billed in full", 0.6)
def _first_month(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(unasked(world) & high_voltage(world)):
        month = plot.month(1, -3)
        bounds = world.plan.month_bounds
        day = int(bounds[month]) + int(plot.rng.integers(6, 22))
        open_late(world, plot.rng, customer, day)
        plot.misbill(customer, "days_in_month", month, month + 1, int(bounds[month + 1]) - day)
        plot.wrong_bills(customer, month, month + 1)


@kind("billing.discount_260_wrong", RISK, "260优惠执行错误", "The 260 kWh discount is wrong", 1.0)
def _discount(plot: Plot) -> None:
    """Without a discount in force or reached it is given, else it is withheld."""
    world, people = plot.world, plot.world.people
    share = tariff_of(world.plan).discount_share[:-1]
    last = int(np.flatnonzero(share != NULL).max(initial=-1)) + 1 or world.plan.months
    first = max(0, last - 5)
    for customer in plot.pick(_by_demand(world)):
        reached = people.base_kwh[customer] * 30 >= 260 * people.capacity[customer]
        if reached and (share != NULL).any():
            plot.misbill(customer, "discount_share", first, last, NULL)
        else:
            plot.misbill(customer, "discount_share", first, last, 0.9 * 10**SHARE_DIGITS)
            plot.misbill(customer, "discount_floor", first, last, 0)
        plot.wrong_bills(customer, first, last)


@kind("billing.excess_demand_not_charged", RISK, "超需量未加倍", "Demand above 105 % not charged", 1.0)
def _excess(plot: Plot) -> None:
    for customer in plot.pick(_by_demand(plot.world)):
        month = _exceed(plot, customer)
        plot.misbill(customer, f"demand_rule.{EXCESS}", month, month + 1, 0)
        plot.wrong_bills(customer, month, month + 1)


@kind("lookalike.demand_exceeded", RISK, "超需量已加倍", "Demand above 105 %, charged", 0.5)
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


@kind(
    "billing.demand_floor_ignored", RISK, "核定需量低于40%照收", "Demand below 40 % of capacity billed", 0.6
)
def _floor(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_by_demand(world)):
        low = round(float(world.people.capacity[customer]) * LOW_DEMAND)
        world.change("contract_demand", customer, 0, world.plan.months, low * 100)
        retariff(world, customer, contract_demand_kw=float(low))
        plot.misbill(customer, f"demand_rule.{FLOOR}", 0, world.plan.months, 0)
        plot.wrong_bills(customer, 0, world.plan.months)


@kind(
    "billing.mode_wrong_on_bill", RISK, "两部制客户按单一制计费", "Two-part customer billed single-rate", 0.8
)
def _mode(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_by_capacity(world)):
        month = plot.month(-5, -2)
        plot.misbill(customer, "mode", month, world.plan.months, sectors.SINGLE)
        plot.wrong_bills(customer, month, world.plan.months)
