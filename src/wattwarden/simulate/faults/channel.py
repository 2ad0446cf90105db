"""1.3.2 Payment means: channels that fail, outlets that are far or gone."""

import numpy as np

from wattwarden.simulate.collection import APP, GRACE
from wattwarden.simulate.county import AREAS_PER_OUTLET
from wattwarden.simulate.faults.registry import Plot, kind, settled
from wattwarden.simulate.people import AGENT, COUNTER, DEBIT
from wattwarden.simulate.world import area_id, bill_id, customer_id

RISK = "1.3.2"
LEAST_VISITORS = 14
"""Customers of an area who pay in person, from which on the distance matters."""
FAR_DEGREES = 1.3
"""Out of reach of every other outlet of the county."""


def _failed_payment(plot: Plot, customer: int, day: int, channel: str, status: str, **more: object) -> None:
    world = plot.world
    if day >= world.plan.days:
        return
    world.add(
        "payment",
        {"payment_id": world.next_id("SF", 10), "customer_id": customer_id(customer),
         "paid_at": world.at(day, float(plot.rng.uniform(8, 20))), "amount_fen": int(plot.rng.integers(3_000, 20_000)),
         "channel": channel, "serial_no": world.next_id("LF", 10), "status": status, **more},
    )  # fmt: skip


@kind("channel.failing", RISK, "缴费网点频繁失败", "Payments at an outlet fail", 0.4)
def _failing(plot: Plot) -> None:
    world = plot.world
    outlets = [r for r in world.rows["payment_outlet"] if r["kind"] in ("kiosk", "agent")]
    wanted = max(1, min(plot.count, len(outlets) // 3))
    for row in [outlets[i] for i in sorted(plot.rng.permutation(len(outlets))[:wanted])]:
        channel = "kiosk" if row["kind"] == "kiosk" else "agent"
        first = world.plan.days - 9
        near = np.flatnonzero(world.people.area // AREAS_PER_OUTLET == int(str(row["outlet_id"])[2:]))
        for _ in range(90):
            status = str(plot.rng.choice(["failed", "timeout"]))
            customer = int(plot.rng.choice(near))
            _failed_payment(plot, customer, plot.day(first, -1), channel, status, outlet_id=row["outlet_id"])
        group = str(row["outlet_id"])
        plot.about("payment_outlet", group, first, world.plan.days, group=group)
        plot.about("org_unit", str(row["org_id"]), first, world.plan.days, group=group)


@kind("channel.far_from_outlet", RISK, "远离缴费网点", "Far from any payment outlet", 0.5)
def _far(plot: Plot) -> None:
    world = plot.world
    in_person = np.isin(world.people.method, (COUNTER, AGENT)) & ~world.people.is_high_voltage
    visitors = np.bincount(world.people.area[in_person], minlength=world.plan.areas)
    for area in world.pick_areas(plot.rng, plot.count, np.flatnonzero(visitors >= LEAST_VISITORS).tolist()):
        world.people.longitude[world.people.area == area] += FAR_DEGREES
        plot.about("transformer_area", area_id(area), 0, world.plan.days)


@kind(
    "channel.outlet_closed_without_replacement",
    RISK,
    "网点关停无替代",
    "Outlet closed without replacement",
    0.2,
)
def _closed(plot: Plot) -> None:
    world = plot.world
    planted = {t.subject_id for t in world.truths}
    outlets = [
        r for r in world.rows["payment_outlet"] if r["outlet_id"] not in planted and r["kind"] != "hall"
    ]
    for row in [outlets[i] for i in sorted(plot.rng.permutation(len(outlets))[:1])]:
        day = plot.day(-60, -20)
        row["closed_on"] = world.plan.date_of(day)
        served = world.people.area // AREAS_PER_OUTLET == int(str(row["outlet_id"])[2:])
        world.people.latitude[served] += FAR_DEGREES
        row["latitude_deg"] = float(str(row["latitude_deg"])) + FAR_DEGREES
        group = str(row["outlet_id"])
        plot.about("payment_outlet", group, day, world.plan.days, group=group)
        for area in sorted({int(a) for a in world.people.area[served]}):
            plot.about("transformer_area", area_id(area), day, world.plan.days, group=group)


@kind("channel.debit_fails_repeatedly", RISK, "代扣连续失败", "Standing debit fails again and again", 3.0)
def _debit(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & (world.people.method == DEBIT)):
        first = max(0, world.plan.months - 4)
        for month in range(first, world.plan.months):
            day = int(world.plan.month_bounds[month + 1]) + 7
            _failed_payment(plot, customer, day, "debit", "failed", bill_id=bill_id(customer, month))
        world.change("channel", customer, first, world.plan.months, APP)
        world.change("delay", customer, first, world.plan.months, GRACE - 4)
        plot.truth(customer, int(world.plan.month_bounds[first]), world.plan.days)
