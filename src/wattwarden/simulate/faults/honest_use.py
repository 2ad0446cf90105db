"""Honest customers who look like thieves: use that falls for good, seasons, storms, crews at work."""

from wattwarden.simulate.devices import add_generation, event, work_order
from wattwarden.simulate.faults.registry import Plot, homes, kind, of_sector, settled
from wattwarden.simulate.faults.theft_kit import RISK
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.world import World

WARM_MONTHS = (4, 5, 6, 7, 8, 9, 10)


def _usual_homes(world: World) -> Bools:
    return homes(world) & (world.people.base_kwh > 4)


@kind("lookalike.cover_opened_by_crew", RISK, "检修开盖", "Cover opened by a crew with a work order", 2.0)
def _crew(plot: Plot) -> None:
    for customer in plot.pick(settled(plot.world)):
        day = plot.day(-150, -5)
        work_order(plot.world, "repair", customer, day, 11.0)
        event(plot.world, "cover_open", customer, day + 10.6 / 24, 0.3)
        plot.truth(customer, day, day + 1, is_lookalike=True)


@kind("lookalike.vacant_house", RISK, "房屋空置", "House left empty", 3.0)
def _vacant(plot: Plot) -> None:
    _uses_less(plot, _usual_homes(plot.world), 0.02, 0.05)


@kind("lookalike.smaller_household", RISK, "家庭人口减少", "A household that shrank", 4.0)
def _smaller(plot: Plot) -> None:
    _uses_less(plot, _usual_homes(plot.world), 0.4, 0.65)


@kind("lookalike.business_fell_off", RISK, "经营萎缩", "A business that fell off", 2.0)
def _fell_off(plot: Plot) -> None:
    _uses_less(plot, of_sector(plot.world, "shop", "workshop", "office"), 0.35, 0.6)


def _uses_less(plot: Plot, who: Bools, low: float, high: float) -> None:
    """Use falls for good: the area's balance stays what it was."""
    world = plot.world
    for customer in plot.pick(who):
        start = plot.day(-230, -60)
        world.change("use", customer, start, world.plan.days, float(plot.rng.uniform(low, high)))
        plot.truth(customer, start, world.plan.days, is_lookalike=True)


@kind("lookalike.summer_house", RISK, "季节性住所", "A house used in summer only", 2.0)
def _summer(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_usual_homes(world)):
        for day, date in enumerate(world.plan.dates[:-1]):
            if date.month not in WARM_MONTHS:
                world.change("use", customer, day, day + 1, 0.08)
        plot.truth(customer, 0, world.plan.days, is_lookalike=True)


@kind("lookalike.storm_events", RISK, "雷雨引起的失压事件", "Voltage events of a storm", 3.0)
def _storm(plot: Plot) -> None:
    for customer in plot.pick(settled(plot.world) & ~plot.world.people.is_high_voltage):
        for _ in range(int(plot.rng.integers(1, 4))):
            day = plot.day(-200, -5)
            event(plot.world, "voltage_loss", customer, day + float(plot.rng.uniform(0.5, 0.9)), 0.4, "a")
        plot.truth(customer, plot.world.plan.days - 200, plot.world.plan.days, is_lookalike=True)


@kind("lookalike.new_solar_owner", RISK, "新装光伏客户", "New owner of photovoltaics", 2.0)
def _solar(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_usual_homes(world)):
        start = plot.day(-220, -70)
        world.people.solar_kw[customer] = float(plot.rng.uniform(6, 12))
        world.change("sun", customer, 0, start, 0.0)
        add_generation(world, customer, world.plan.date_of(start))
        plot.truth(customer, start, world.plan.days, is_lookalike=True)


@kind("lookalike.holiday_shop", RISK, "节假日歇业商铺", "Shop closed over the holidays", 2.0)
def _closed_shop(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(of_sector(world, "shop", "workshop")):
        first = world.plan.days - 30 + int(plot.rng.integers(0, 4))
        world.change("use", customer, first, first + int(plot.rng.integers(8, 14)), 0.01)
        plot.truth(customer, first, first + 14, is_lookalike=True)
