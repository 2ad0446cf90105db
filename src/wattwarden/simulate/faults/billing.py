"""1.3.1 Bills that are computed or corrected wrongly, against the utility or against the customer."""

from datetime import timedelta

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.columns import NULL
from wattwarden.simulate.connection import add_request
from wattwarden.simulate.corrections import add_correction
from wattwarden.simulate.faults.registry import Plot, high_voltage, kind, settled
from wattwarden.simulate.history import FOREVER
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.prices import SHARE_DIGITS, tariff_of
from wattwarden.simulate.world import Service, World, customer_id

RISK = "1.3.1"
PAUSED_MONTHS = 3


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


@kind("billing.discount_260_wrong", RISK, "260优惠执行错误", "The 260 kWh discount is wrong", 1.0)
def _discount(plot: Plot) -> None:
    """Without a discount in force or reached it is given, else it is withheld."""
    world, people = plot.world, plot.world.people
    share = tariff_of(world.plan).discount_share[:-1]
    last = int(np.flatnonzero(share != NULL).max(initial=-1)) + 1 or world.plan.months
    first = max(0, last - 5)
    for customer in plot.pick(high_voltage(world) & (people.mode == sectors.DEMAND)):
        reached = people.base_kwh[customer] * 30 >= 260 * people.capacity[customer]
        if reached and (share != NULL).any():
            plot.misbill(customer, "discount_share", first, last, NULL)
        else:
            plot.misbill(customer, "discount_share", first, last, 0.9 * 10**SHARE_DIGITS)
            plot.misbill(customer, "discount_floor", first, last, 0)
        plot.wrong_bills(customer, first, last)


@kind("billing.correction_self_approved", RISK, "退补自核自批", "Correction approved by who made it", 2.0)
def _self_approved(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & (world.people.capacity > 8)):
        clerk = world.staff["billing"][0]
        amount = -int(plot.rng.integers(150_000, 2_500_000))
        row = add_correction(world, customer, plot.day(-120, -10), amount, clerk, clerk, "其他")
        plot.about("bill", str(row["bill_id"]), 0, world.plan.days, -amount, customer=customer)


@kind(
    "billing.same_contact_many_customers", RISK, "同一联系方式多户", "One telephone for many customers", 0.5
)
def _same_phone(plot: Plot) -> None:
    world = plot.world
    for number in range(plot.count):
        phone = f"1360000{number:04d}"
        for customer in plot.pick(settled(world) & ~world.people.is_high_voltage, 14):
            world.patch("customer", customer, phone=phone)
            plot.truth(customer, 0, world.plan.days, group=f"phone{number}")


@kind("billing.fixed_ratio_stale", RISK, "定比定量未复核", "Fixed ratio not determined again", 1.0)
def _stale(plot: Plot) -> None:
    world = plot.world
    ratios = world.by_customer("metering_split")
    wanted = [int(number[2:]) for number in ratios]
    free = settled(world)
    mask = free & False
    mask[wanted] = free[wanted]
    for customer in plot.pick(mask):
        days = int(plot.rng.integers(500, 900))
        ratios[customer_id(customer)][0]["determined_on"] = world.plan.end - timedelta(days=days)
        plot.truth(customer, 0, world.plan.days)
