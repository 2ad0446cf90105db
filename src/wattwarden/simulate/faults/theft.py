"""1.2.2 Theft: the register sees less than is used, and how thieves try not to show it."""

from wattwarden.simulate import sectors
from wattwarden.simulate.devices import add_generation, add_visit, event, work_order
from wattwarden.simulate.faults.registry import Plot, high_voltage, homes, kind, of_sector, settled
from wattwarden.simulate.world import World, customer_id

RISK = "1.2.2"
BLOCK_DAYS = 7


def steal(plot: Plot, customer: int, start: int, keep: float, array: str = "seen") -> tuple[int, str]:
    """Let the register see ``keep`` of the use from ``start``; returns its end and the evasion."""
    world, days = plot.world, plot.world.plan.days
    evasion = plot.next_evasion()
    if evasion == "small":
        keep = 1 - (1 - keep) * 0.4
    if evasion == "after_visit":
        stop = days - plot.day(12, 30)
        add_visit(world, customer, stop - 1, "normal")
        work_order(world, "inspect", customer, stop - 1)
    else:
        stop = days
    step = 2 * BLOCK_DAYS if evasion == "intermittent" else days
    for first in range(start, stop, step):
        world.change(array, customer, first, min(first + (BLOCK_DAYS if step < days else days), stop), keep)
    return stop, evasion


def _start(plot: Plot) -> int:
    return plot.day(-240, -80)


@kind(
    "theft.cover_opened_without_work_order", RISK, "无工单开盖窃电", "Cover opened without a work order", 5.0
)
def _cover(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(homes(world) & (world.people.base_kwh > 4) | of_sector(world, "shop")):
        start = _start(plot)
        event(world, "cover_open", customer, start + float(plot.rng.uniform(0.05, 0.95)), 0.4)
        if plot.chance(0.5):
            event(world, "terminal_cover_open", customer, start + 0.01, 0.4)
        stop, evasion = steal(plot, customer, start, float(plot.rng.uniform(0.25, 0.55)))
        plot.truth(customer, start, stop, None, evasion=evasion)


@kind("lookalike.cover_opened_by_crew", RISK, "检修开盖", "Cover opened by a crew with a work order", 2.0)
def _crew(plot: Plot) -> None:
    for customer in plot.pick(settled(plot.world)):
        day = plot.day(-150, -5)
        work_order(plot.world, "repair", customer, day, 11.0)
        event(plot.world, "cover_open", customer, day + 10.6 / 24, 0.3)
        plot.truth(customer, day, day + 1, is_lookalike=True)


@kind("theft.magnetic_field", RISK, "强磁干扰窃电", "Magnet on the meter", 3.0)
def _magnet(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & ~world.people.is_high_voltage & (world.people.base_kwh > 4)):
        start = _start(plot)
        stop, evasion = steal(plot, customer, start, float(plot.rng.uniform(0.4, 0.6)))
        for day in sorted({start, *(plot.day(start, stop) for _ in range(4))}):
            event(world, "magnetic_field", customer, day + float(plot.rng.uniform(0.7, 0.95)), 3.0)
        plot.truth(customer, start, stop, None, evasion=evasion)


@kind("theft.line_neutral_difference", RISK, "单相表分流", "Shunt on a single-phase meter", 3.0)
def _shunt(plot: Plot) -> None:
    world = plot.world
    near = sum((world.people.area == a for a in world.curve_areas), start=world.people.area < -1)
    for customer in plot.pick(homes(world) & near & (world.people.base_kwh > 4)):
        start, keep = _start(plot), float(plot.rng.uniform(0.3, 0.6))
        world.change("seen", customer, start, world.plan.days, keep)
        world.change("amps_0", customer, start, world.plan.days, keep)
        plot.truth(customer, start, world.plan.days, None)


@kind("theft.night_bypass", RISK, "夜间绕越", "Partial bypass at night", 4.0)
def _night(plot: Plot) -> None:
    world = plot.world
    night = settled(world) & world.people.meter_tou & (world.people.base_kwh > 15)
    for customer in plot.pick(night):
        start = plot.day(-200, -30)
        stop, evasion = steal(plot, customer, start, float(plot.rng.uniform(0.02, 0.2)), "night")
        plot.truth(customer, start, stop, None, evasion=evasion)


@kind("theft.current_loss_under_load", RISK, "带载失流", "Current lost under load", 2.0)
def _current(plot: Plot) -> None:
    world = plot.world
    through_ct = settled(world) & (world.people.multiplier > 1) & (world.people.metering != sectors.HV_HV)
    for customer in plot.pick(through_ct):
        start = plot.day(-100, -25)
        stop, evasion = steal(plot, customer, start, 0.67)
        phase = int(plot.rng.integers(3))
        world.change(f"amps_{phase}", customer, start, stop, 0.003)
        for day in range(start, stop, 5):
            event(world, "current_loss", customer, day + float(plot.rng.uniform(0.3, 0.6)), 6.0, "abc"[phase])
        plot.truth(customer, start, stop, None, evasion=evasion)


@kind(
    "theft.use_falls_when_area_loss_rises",
    RISK,
    "用电下降时台区线损上升",
    "Use falls when the area's loss rises",
    3.0,
)
def _with_the_area(plot: Plot) -> None:
    world = plot.world
    large = settled(world) & ~world.people.is_high_voltage & (world.people.base_kwh > 60)
    for customer in plot.pick(large):
        start = world.plan.days - min(75, world.plan.days)
        for day in range(start, world.plan.days):
            if plot.chance(0.45):
                world.change("seen", customer, day, day + 1, float(plot.rng.uniform(0.05, 0.3)))
        plot.truth(customer, start, world.plan.days, None, evasion="intermittent")


@kind("theft.lasting_drop", RISK, "用电量突降不恢复", "Use drops and stays down", 5.0)
def _drop(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & ~world.people.is_high_voltage & (world.people.base_kwh > 6)):
        start = int(world.plan.month_bounds[max(1, world.plan.months - plot.month(4, 7))])
        stop, evasion = steal(plot, customer, start, float(plot.rng.uniform(0.15, 0.4)))
        plot.truth(customer, start, stop, None, evasion=evasion)


@kind("lookalike.vacant_house", RISK, "房屋空置", "House left empty", 3.0)
def _vacant(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(homes(world) & (world.people.base_kwh > 4)):
        start = plot.day(-230, -60)
        world.change("use", customer, start, world.plan.days, 0.03)
        plot.truth(customer, start, world.plan.days, is_lookalike=True)


@kind("lookalike.new_solar_owner", RISK, "新装光伏客户", "New owner of photovoltaics", 2.0)
def _solar(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(homes(world) & (world.people.base_kwh > 4)):
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


@kind("theft.far_below_peers", RISK, "用电远低于同类", "Far below peers from the beginning", 2.0)
def _always(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(of_sector(world, "shop", "hotel", "office") & (world.people.base_kwh > 25)):
        world.change("seen", customer, 0, world.plan.days, float(plot.rng.uniform(0.04, 0.1)))
        plot.truth(customer, 0, world.plan.days, None, evasion="from_the_beginning")


@kind("theft.over_capacity", RISK, "超容用电", "Use above the contract capacity", 1.5)
def _over_capacity(plot: Plot) -> None:
    world, people = plot.world, plot.world.people
    for customer in plot.pick(high_voltage(world) & (people.mode == sectors.CAPACITY)):
        share = sectors.HOURS[sectors.SECTORS[people.sector[customer]].hours].max()
        people.base_kwh[customer] = people.capacity[customer] / share * 1.1
        first = max(0, world.plan.months - 5)
        start = int(world.plan.month_bounds[first])
        world.change("demand", customer, start, world.plan.days, 1.38)
        loss = round(float(people.capacity[customer]) * 0.3 * 2_630 * (world.plan.months - first))
        plot.truth(customer, start, world.plan.days, loss)


@kind("theft.repeat_offender", RISK, "再次窃电", "Stealing again after a claim", 1.5)
def _again(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & ~world.people.is_high_voltage & (world.people.base_kwh > 5)):
        caught = plot.day(20, max(21, world.plan.days - 160))
        add_visit(world, customer, caught, "theft")
        world.rows["inspection_result"][-1].update(recovered_kwh=1_400.0, claimed_fen=320_000)
        start = min(caught + plot.day(30, 60), world.plan.days - 90)
        stop, evasion = steal(plot, customer, max(start, caught + 5), float(plot.rng.uniform(0.3, 0.5)))
        plot.truth(customer, start, stop, None, evasion=evasion)


@kind("theft.use_while_stopped", RISK, "停电后仍用电", "Use after the supply was cut", 2.0)
def _after_cut(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(homes(world)):
        day = plot.day(-90, -35)
        cut_for_arrears(world, customer, day)
        plot.truth(
            customer,
            day,
            world.plan.days,
            round(float(world.people.base_kwh[customer]) * 60 * (world.plan.days - day)),
        )


def cut_for_arrears(world: World, customer: int, day: int) -> None:
    """A disconnection that is still in force."""
    crew = world.station_staff[int(world.people.station[customer])]
    world.add(
        "supply_action",
        {"action_id": world.next_id("TF"), "customer_id": customer_id(customer), "action": "stop", "reason": "request",
         "approved_by": crew["leader"][0], "notice_at": world.at(day - 9, 15.0), "last_notice_at": world.at(day, 9.3),
         "done_at": world.at(day, 10.0), "is_remote": True, "staff_id": crew["collection"][0]},
    )  # fmt: skip
    world.patch("customer", customer, status="stopped")
