"""1.3.1 Corrections that nobody checked, one contact for many customers, ratios that grew old."""

from datetime import timedelta

from wattwarden.simulate.corrections import add_correction
from wattwarden.simulate.faults.registry import Plot, kind, settled
from wattwarden.simulate.world import customer_id

RISK = "1.3.1"


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
