"""1.3.1 Bills at another price than the file says: class, time of use, tiers, power factor, feed-in."""

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.faults.registry import Plot, homes, kind_on_bills, of_sector, settled
from wattwarden.simulate.people import AGENCY, DIRECT
from wattwarden.simulate.prices import tariff_of
from wattwarden.simulate.terms import free_of_tou

RISK = "1.3.1"
NO_LIMIT = 10**9
"""Upper limit of a tier that nobody reaches, 0.01 kWh."""
LARGE_HOME_KWH = 9.0
"""Daily use of a home that reaches the second tier, and the third at the season's peak."""


@kind_on_bills("billing.class_wrong_on_bill", RISK, "账单用电类别与档案不符", "Billed as another class", 1.5)
def _class(plot: Plot) -> None:
    world = plot.world
    shops = of_sector(world, "shop") & ~world.people.is_tou & (world.people.base_kwh > 6)
    for position, customer in enumerate(plot.pick(shops)):
        month = plot.month(-5, -1)
        wrong = (sectors.RESIDENTIAL, sectors.AGRICULTURAL)[position % 2]
        plot.misbill(customer, "tariff_class", month, world.plan.months, wrong)
        plot.wrong_bills(customer, month, world.plan.months)


@kind_on_bills("billing.tou_not_applied", RISK, "账单未执行分时", "Time of use not applied", 1.0)
def _flat(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & world.people.is_tou & (world.people.market == AGENCY)):
        month = plot.month(-5, -2)
        plot.misbill(customer, "tou", month, world.plan.months, 0)
        plot.wrong_bills(customer, month, world.plan.months)


@kind_on_bills(
    "billing.tou_on_market_customer", RISK, "市场化客户仍执行分时", "Time of use in the market", 1.0
)
def _timed(plot: Plot) -> None:
    world, free = plot.world, np.flatnonzero(free_of_tou(plot.world.plan))
    if not len(free):
        return
    for customer in plot.pick(settled(world) & world.people.is_tou & (world.people.market >= DIRECT)):
        month = max(int(free[0]), plot.month(-4, -2))
        plot.misbill(customer, "tou", month, world.plan.months, 1)
        plot.wrong_bills(customer, month, world.plan.months)


@kind_on_bills(
    "billing.pf_standard_wrong_on_bill", RISK, "力率标准执行错误", "Another power factor standard", 1.0
)
def _standard(plot: Plot) -> None:
    world, people = plot.world, plot.world.people
    for customer in plot.pick(settled(world) & (people.pf_standard > 0)):
        month = plot.month(-6, -2)
        plot.misbill(
            customer,
            "pf_standard",
            month,
            world.plan.months,
            85 if people.pf_standard[customer] == 90 else 90,
        )
        plot.wrong_bills(customer, month, world.plan.months)


@kind_on_bills(
    "billing.pf_not_adjusted", RISK, "账单未执行力调", "Power factor not adjusted on the bill", 1.0
)
def _unadjusted(plot: Plot) -> None:
    world, people = plot.world, plot.world.people
    for customer in plot.pick(settled(world) & (people.pf_standard > 0)):
        people.power_factor[customer] = 0.8
        month = plot.month(-6, -2)
        plot.misbill(customer, "pf_standard", month, world.plan.months, 0)
        plot.wrong_bills(customer, month, world.plan.months)


@kind_on_bills("billing.tiers_not_applied", RISK, "未执行阶梯电价", "Tiers not applied", 2.0)
def _no_tiers(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(homes(world) & (world.people.base_kwh > LARGE_HOME_KWH)):
        month = plot.month(-6, -3)
        for tier in range(2):
            plot.misbill(customer, f"limits.{tier}", month, world.plan.months, NO_LIMIT)
        plot.wrong_bills(customer, month, world.plan.months)


@kind_on_bills(
    "billing.tier_limits_of_other_season", RISK, "阶梯季节档错", "Tier limits of the other season", 2.0
)
def _season(plot: Plot) -> None:
    world = plot.world
    limits = tariff_of(world.plan).tier_limits[:-1, 1]
    other = np.where(limits == limits.max(), limits.min(), limits.max())
    for customer in plot.pick(homes(world) & (world.people.base_kwh > LARGE_HOME_KWH)):
        for month, limit in enumerate(other):
            plot.misbill(customer, "limits.1", month, month + 1, int(limit))
        plot.wrong_bills(customer, 0, world.plan.months)


@kind_on_bills(
    "billing.feed_in_at_retail_price", RISK, "上网电量按销售电价结算", "Feed-in paid at the retail price", 1.0
)
def _feed_in(plot: Plot) -> None:
    world, people = plot.world, plot.world.people
    paid = np.zeros(world.plan.customers, dtype=np.bool_)
    paid[[int(str(row["customer_id"])[2:]) for row in world.rows["generation_unit"]]] = True
    tiers = tariff_of(world.plan).tiers[:, 0]
    solar = paid & (people.solar_kw > 0) & (people.opened < 0) & (people.exchanged < 0)
    for customer in plot.pick(solar & (people.tariff_class == sectors.RESIDENTIAL)):
        first = plot.month(-6, -2)
        for month in range(first, world.plan.months):
            plot.misbill(customer, "feed_in", month, month + 1, int(tiers[month]))
        plot.wrong_bills(customer, first, world.plan.months)
