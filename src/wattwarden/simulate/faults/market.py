"""1.5.2 Market: customers who shrink, leave or pay too much; contracts, captive plants."""

from datetime import timedelta

import numpy as np

from wattwarden.domain.period import month_start
from wattwarden.simulate.faults.registry import Plot, high_voltage, kind, kind_on_bills, of_sector
from wattwarden.simulate.market import RETAIL_CAP, add_market_contract, add_plant, green
from wattwarden.simulate.people import AGENCY, DIRECT, RETAIL
from wattwarden.simulate.prices import E8, tariff_of
from wattwarden.simulate.texts import SELLERS
from wattwarden.simulate.world import customer_id

RISK = "1.5.2"
DEAR = 1.25
"""A price far above the reference, as part of the highest agency price."""


@kind("market.captive_plant_unpaid", RISK, "自备电厂未缴费", "Captive plant pays no standby fee", 0.6)
def _plant(plot: Plot) -> None:
    world = plot.world
    taken = {str(r["customer_id"]) for r in world.rows["captive_plant"]}
    free = np.array([customer_id(c) not in taken for c in range(world.plan.customers)])
    # A captive plant on agency power would owe the surcharge of those outside the market as well.
    in_market = world.people.market >= DIRECT
    for customer in plot.pick(high_voltage(world) & free & in_market & (world.people.capacity >= 500)):
        add_plant(world, customer, standby_fen=0, pays_funds=False, fuel="coal")
        loss = round(float(world.people.capacity[customer]) * 0.2 * 2_000) * world.plan.months
        plot.truth(customer, 0, world.plan.days, loss)


@kind("market.contract_expiring", RISK, "市场合同即将到期", "Market contract about to end", 0.8)
def _expiring(plot: Plot) -> None:
    world = plot.world
    contracts = world.by_customer("market_contract")
    for customer in plot.pick(high_voltage(world) & (world.people.market == RETAIL)):
        until = month_start(world.plan.end, 1)
        contracts[customer_id(customer)][0]["valid_to"] = until
        plot.truth(customer, world.plan.days - 10, world.plan.days)


@kind("market.contracts_overlap", RISK, "市场合同重叠", "Overlapping market contracts", 0.8)
def _overlap(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(high_voltage(world) & (world.people.market == RETAIL)):
        since = world.plan.date_of(plot.day(-120, -40))
        add_market_contract(
            world, plot.rng, customer, month_start(world.plan.end, 11), valid_from=since,
            signed_on=since - timedelta(days=9), seller=SELLERS[customer % len(SELLERS)],
        )  # fmt: skip
        plot.truth(customer, world.plan.day(since), world.plan.days)


@kind("market.pays_above_reference", RISK, "零售价高于参考", "Retail price above the reference", 0.8)
def _dear(plot: Plot) -> None:
    world = plot.world
    contracts = world.by_customer("market_contract")
    highest = int(tariff_of(world.plan).purchase.max())
    cap, dear = round(highest * RETAIL_CAP), round(highest * DEAR)
    for customer in plot.pick(high_voltage(world) & (world.people.market == RETAIL) & ~green(world)):
        contracts[customer_id(customer)][0]["price"] = dear / E8
        world.people.purchase[customer] = dear
        kwh = float(world.people.base_kwh[customer]) * 365
        loss = round(kwh * (dear - cap) * 100 / E8)
        plot.truth(customer, 0, world.plan.days, loss, direction="customer_loses")


@kind(
    "market.left_market_without_surcharge",
    RISK,
    "退市未执行1.5倍",
    "Left the market without the surcharge",
    0.6,
)
def _left(plot: Plot) -> None:
    for customer in plot.pick(high_voltage(plot.world) & (plot.world.people.market == AGENCY)):
        month = _leave(plot, customer)
        plot.misbill(customer, "surcharge", month, plot.world.plan.months, 0)
        plot.wrong_bills(customer, month, plot.world.plan.months)


@kind_on_bills(
    "lookalike.left_market_surcharged", RISK, "退市已执行1.5倍", "Left the market, pays the surcharge", 0.3
)
def _left_and_pays(plot: Plot) -> None:
    for customer in plot.pick(
        high_voltage(plot.world) & (plot.world.people.market == AGENCY), max(1, plot.count // 2)
    ):
        month = _leave(plot, customer)
        first = int(plot.world.plan.month_bounds[month])
        plot.truth(customer, first, plot.world.plan.days, is_lookalike=True)


def _leave(plot: Plot, customer: int) -> int:
    """Leave the market with the first of a month; the first bill month with the surcharge."""
    month = plot.month(1, -4)
    left_on = plot.world.plan.date_of(int(plot.world.plan.month_bounds[month]))
    plot.world.patch("customer", customer, market_left_on=left_on)
    return month


@kind("market.shrinking_customer", RISK, "用电萎缩客户", "Customer who shrinks", 1.5)
def _shrinking(plot: Plot) -> None:
    world, months = plot.world, plot.world.plan.months
    bounds = world.plan.month_bounds
    for position, customer in enumerate(plot.pick(high_voltage(world) & (world.people.base_kwh > 600))):
        slow = position % 4 == 3
        for step, month in enumerate(range(max(0, months - 7), months)):
            left = 0.95 - 0.07 * step if slow else 0.85 - 0.11 * step
            world.change("use", customer, int(bounds[month]), int(bounds[month + 1]), left)
        world.change("use", customer, int(bounds[-1]), world.plan.days, 0.3)
        plot.truth(customer, int(bounds[max(0, months - 7)]), world.plan.days, evasion="slow" if slow else "")


@kind("lookalike.seasonal_farm", RISK, "季节性农业用户", "Farm with seasonal use", 1.0)
def _farm(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(of_sector(world, "farm")):
        for month, day in enumerate(world.plan.month_bounds[:-1]):
            if world.plan.date_of(int(day)).month not in (5, 6, 7, 8, 9):
                world.change("use", customer, int(day), int(world.plan.month_bounds[month + 1]), 0.05)
        world.change("use", customer, int(world.plan.month_bounds[-1]), world.plan.days, 0.05)
        plot.truth(customer, 0, world.plan.days, is_lookalike=True)
