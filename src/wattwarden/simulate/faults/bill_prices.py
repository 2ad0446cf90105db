"""1.3.1 Prices loaded wrong: for one customer, or for all of a station by one cause."""

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.faults.registry import Plot, kind_late, of_sector, settled
from wattwarden.simulate.people import AGENCY
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.prices import PEAK, SHARE_DIGITS, tariff_of

RISK = "1.3.1"
WRONG_PEAK = 1.5
"""Peak ratio that was entered in place of the one in force."""


@kind_late("billing.funds_missing", RISK, "漏计政府性基金", "Government funds missing", 1.5)
def _funds(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(of_sector(world, "shop", "office", "workshop", "mall", "plant")):
        month = plot.month(-5, -2)
        plot.misbill(customer, "funds", month, world.plan.months, 0)
        plot.wrong_bills(customer, month, world.plan.months)


@kind_late("billing.old_prices_after_change", RISK, "调价后仍用旧价", "Prices of before a change", 1.5)
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


def _by_station(plot: Plot, among: Bools) -> list[tuple[str, list[int]]]:
    """For each case a station and those of its customers whom it hits; the same customer only once."""
    station = plot.world.people.station
    counts = np.bincount(station[among], minlength=len(plot.world.stations))
    order = plot.rng.permutation(np.flatnonzero(counts))[: max(1, plot.count // 2)]
    return [
        (f"{plot.kind.kind}-{plot.world.stations[s]}", plot.pick(among & (station == s), int(counts[s])))
        for s in sorted(int(s) for s in order)
    ]


@kind_late(
    "billing.purchase_price_of_last_month",
    RISK,
    "误用上月代理购电价",
    "Purchase price of the month before",
    0.4,
)
def _purchase(plot: Plot) -> None:
    world, purchase = plot.world, tariff_of(plot.world.plan).purchase
    for group, customers in _by_station(plot, _spared(plot) & (world.people.market == AGENCY)):
        month = plot.month(-5, -1)
        for customer in customers:
            plot.misbill(customer, "purchase", month, month + 1, int(purchase[month - 1]))
            plot.wrong_bills(customer, month, month + 1, group)


@kind_late(
    "billing.transmission_price_wrong", RISK, "输配电价维护错误", "Transmission price loaded wrong", 0.4
)
def _transmission(plot: Plot) -> None:
    """Low voltage at the price of 10 kV."""
    world, price = plot.world, tariff_of(plot.world.plan).single_rate[:, sectors.KV10]
    low = (world.people.voltage <= sectors.V380) & (world.people.mode == sectors.SINGLE)
    for group, customers in _by_station(plot, _spared(plot) & low):
        first = plot.month(-5, -2)
        for customer in customers:
            for month in range(first, first + 2):
                plot.misbill(customer, "single_rate", month, month + 1, int(price[month]))
            plot.wrong_bills(customer, first, first + 2, group)


@kind_late("billing.tou_ratio_wrong", RISK, "分时比例维护错误", "Ratio of time of use loaded wrong", 0.4)
def _ratio(plot: Plot) -> None:
    world = plot.world
    timed = world.people.is_tou & (world.people.market == AGENCY)
    for group, customers in _by_station(plot, _spared(plot) & timed):
        month = plot.month(-4, -1)
        for customer in customers:
            plot.misbill(customer, f"ratios.{PEAK}", month, world.plan.months, WRONG_PEAK * 10**SHARE_DIGITS)
            plot.wrong_bills(customer, month, world.plan.months, group)
