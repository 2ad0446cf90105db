"""1.3.1 Prices loaded wrong: for one customer, or for all of a station by one cause."""

from collections.abc import Iterator

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.faults.registry import Plot, kind_of_many, kind_on_bills, of_sector, settled
from wattwarden.simulate.people import AGENCY
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.prices import PEAK, SHARE_DIGITS, tariff_of

RISK = "1.3.1"
WRONG_PEAK = 1.5
"""Peak ratio that was entered in place of the one in force."""


@kind_on_bills("billing.funds_missing", RISK, "漏计政府性基金", "Government funds missing", 1.5)
def _funds(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(of_sector(world, "shop", "office", "workshop", "mall", "plant")):
        month = plot.month(-5, -2)
        plot.misbill(customer, "funds", month, world.plan.months, 0)
        plot.wrong_bills(customer, month, world.plan.months)


@kind_on_bills("billing.old_prices_after_change", RISK, "调价后仍用旧价", "Prices of before a change", 1.5)
def _old(plot: Plot) -> None:
    world, people, tariff = plot.world, plot.world.people, tariff_of(plot.world.plan)
    changed = np.flatnonzero((np.diff(tariff.single_rate[:-1], axis=0) != 0).any(axis=1)) + 1
    if not len(changed):
        return
    month = int(changed[-1])
    stop = min(month + 2, world.plan.months)
    for customer in plot.pick(settled(world) & (people.tariff_class == sectors.COMMERCIAL)):
        voltage = int(people.voltage[customer])
        for term, table in (
            ("single_rate", tariff.single_rate), ("two_part", tariff.two_part),
            ("capacity_price", tariff.capacity), ("demand_price", tariff.demand),
        ):  # fmt: skip
            plot.misbill(customer, term, month, stop, int(table[month - 1, voltage]))
        plot.wrong_bills(customer, month, stop)


def _spared(plot: Plot) -> Bools:
    """Commercial customers that nothing else happens to."""
    world = plot.world
    return np.asarray((world.people.tariff_class == sectors.COMMERCIAL) & ~world.used)


def _by_station(plot: Plot, among: Bools, start: int, stop: int) -> Iterator[int]:
    """Customers whom one cause at their station hits in months ``start`` until ``stop``."""
    world = plot.world
    counts = np.bincount(world.people.station[among], minlength=len(world.stations))
    large = np.flatnonzero((counts > 0) & (2 * counts >= counts.max()))
    chosen = plot.rng.permutation(large)[: max(1, plot.count // 2)]
    first, last = (int(world.plan.month_bounds[month]) for month in (start, stop))
    for station in sorted(int(s) for s in chosen):
        group = f"{plot.kind.kind}-{world.stations[station]}"
        plot.about("org_unit", world.stations[station], first, last, group=group)
        for customer in plot.pick(among & (world.people.station == station), int(counts[station])):
            plot.wrong_bills(customer, start, stop, group)
            yield customer


@kind_of_many("billing.tou_ratio_wrong", RISK, "分时比例维护错误", "Ratio of time of use loaded wrong", 0.4)
def _ratio(plot: Plot) -> None:
    world = plot.world
    timed = world.people.is_tou & (world.people.market == AGENCY)
    month, months = plot.month(-4, -1), world.plan.months
    for customer in _by_station(plot, _spared(plot) & timed, month, months):
        plot.misbill(customer, f"ratios.{PEAK}", month, months, WRONG_PEAK * 10**SHARE_DIGITS)


@kind_of_many(
    "billing.transmission_price_wrong", RISK, "输配电价维护错误", "Transmission price loaded wrong", 0.4
)
def _transmission(plot: Plot) -> None:
    """Low voltage at the price of 10 kV."""
    world, price = plot.world, tariff_of(plot.world.plan).single_rate[:, sectors.KV10]
    low = (world.people.voltage <= sectors.V380) & (world.people.mode == sectors.SINGLE)
    first = plot.month(-5, -2)
    for customer in _by_station(plot, _spared(plot) & low, first, first + 2):
        for month in range(first, first + 2):
            plot.misbill(customer, "single_rate", month, month + 1, int(price[month]))


@kind_of_many(
    "billing.purchase_price_of_last_month",
    RISK,
    "误用上月代理购电价",
    "Purchase price of the month before",
    0.4,
)
def _purchase(plot: Plot) -> None:
    world, purchase = plot.world, tariff_of(plot.world.plan).purchase
    month = max(1, plot.month(-5, -1))
    for customer in _by_station(plot, _spared(plot) & (world.people.market == AGENCY), month, month + 1):
        plot.misbill(customer, "purchase", month, month + 1, int(purchase[month - 1]))
