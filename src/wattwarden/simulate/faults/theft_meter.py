"""1.2.2 Theft inside the meter: its cover, its program, its register, a magnet."""

from wattwarden.simulate.faults.registry import homes, of_sector, settled
from wattwarden.simulate.faults.theft_kit import Theft, trick
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.world import World


def _low_voltage(world: World) -> Bools:
    return settled(world) & ~world.people.is_high_voltage & (world.people.base_kwh > 4)


def _with_one_register(world: World) -> Bools:
    return _low_voltage(world) & ~world.people.meter_tou


def _homes_and_shops(world: World) -> Bools:
    return homes(world) & (world.people.base_kwh > 4) | of_sector(world, "shop")


@trick(
    "theft.cover_opened_without_work_order", "无工单开盖窃电", "Cover opened without a work order", 5.0,
    _homes_and_shops,
)  # fmt: skip
def _cover(theft: Theft) -> None:
    theft.event("cover_open", theft.start, (1, 22), 0.4)
    if theft.chance(0.5):
        theft.event("terminal_cover_open", theft.start, (1, 22), 0.4)
    theft.keep(0.25, 0.55)


@trick("theft.magnetic_field", "强磁干扰窃电", "Magnet on the meter", 3.0, _low_voltage)
def _magnet(theft: Theft) -> None:
    theft.keep(0.4, 0.6)
    for day in theft.days(4):
        theft.event("magnetic_field", day, (17, 22), 3.0)


@trick("theft.reprogrammed", "改写电表程序窃电", "Meter reprogrammed to count less", 2.0, _low_voltage)
def _program(theft: Theft) -> None:
    """The constant is changed over the optical port: no cover is opened, the meter notes a programming."""
    theft.event("programmed", theft.start, (9, 23), 0.1)
    if theft.chance(0.4):
        theft.event("event_cleared", theft.start, (9, 23), 0.05)
    theft.keep(0.35, 0.65)


@trick(
    "theft.register_turned_back",
    "倒表窃电",
    "Register turned back before it is read",
    1.5,
    _with_one_register,
)
def _turned_back(theft: Theft) -> None:
    """Within the two days before each month end the register loses a good part of the month."""
    world = theft.world
    back = -float(theft.rng.uniform(4.0, 7.0))
    for end in world.plan.month_bounds:
        if theft.start <= end - 2 and end <= theft.stop:
            world.change("seen", theft.customer, int(end) - 2, int(end), back)


@trick("theft.remote_switch", "遥控器窃电", "Remote switch inside the meter", 2.0, _low_voltage)
def _remote(theft: Theft) -> None:
    """Off at the push of a button, on whenever somebody comes: some days count, some hardly."""
    world, part = theft.world, float(theft.rng.uniform(0.05, 0.3))
    for day in range(theft.start, theft.stop):
        if theft.chance(0.55):
            world.change("seen", theft.customer, day, day + 1, part)
