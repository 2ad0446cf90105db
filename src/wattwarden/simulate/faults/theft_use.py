"""1.2.2 Theft as it shows in the use alone, and by account: falls, swings, levels, capacity, after a cut."""

from wattwarden.simulate import sectors
from wattwarden.simulate.devices import add_visit
from wattwarden.simulate.faults.registry import Plot, high_voltage, homes, kind, of_sector, settled
from wattwarden.simulate.faults.theft_kit import RISK, Theft, lasting, trick
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.world import World, customer_id


def _large(world: World) -> Bools:
    return settled(world) & ~world.people.is_high_voltage & (world.people.base_kwh > 60)


def _ordinary(world: World) -> Bools:
    return settled(world) & ~world.people.is_high_voltage & (world.people.base_kwh > 6)


@trick(
    "theft.lasting_drop", "用电量突降不恢复", "Use drops and stays down", 5.0, _ordinary, since=(-210, -120)
)
def _drop(theft: Theft) -> None:
    theft.keep(0.15, 0.4)


@trick("theft.hidden_in_the_season", "借季节掩护窃电", "Theft hidden in the season's swing", 2.0, _ordinary)
def _season(theft: Theft) -> None:
    """Only while use swings anyway, so that the year's curve looks flatter, not broken."""
    seasonal = Theft(theft.world, theft.rng, theft.customer, theft.start, theft.stop, "in_season")
    seasonal.keep(0.3, 0.55)


@kind(
    "theft.use_falls_when_area_loss_rises",
    RISK,
    "用电下降时台区线损上升",
    "Use falls when the area's loss rises",
    3.0,
)
def _with_the_area(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_large(world)):
        start = world.plan.days - min(75, world.plan.days)
        for day in range(start, world.plan.days):
            if plot.chance(0.45):
                world.change("seen", customer, day, day + 1, float(plot.rng.uniform(0.05, 0.3)))
        plot.truth(customer, start, world.plan.days, None, evasion="intermittent")


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
        lasting(plot, customer, max(start, caught + 5), _halved)


def _halved(theft: Theft) -> None:
    theft.keep(0.3, 0.5)


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
