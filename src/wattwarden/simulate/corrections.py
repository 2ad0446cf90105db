"""Corrections of bills: back-bills and refunds with their line, and their payment where something is due."""

from datetime import timedelta

import numpy as np

from wattwarden.simulate.world import Row, World, customer_id

CORRECTIONS_PER_CUSTOMER = 0.0008
REASONS = ("抄表差错更正", "计量装置故障退补", "电价执行差错更正")


def add_corrections(world: World) -> None:
    """Honest corrections: small, with a reason, approved by another person, paid at once."""
    rng = world.plan.random("corrections")
    clerks, leader = world.staff["billing"], world.staff["leader"][0]
    for _ in range(max(3, round(world.plan.customers * CORRECTIONS_PER_CUSTOMER))):
        customer, day = int(rng.integers(world.plan.customers)), int(rng.integers(40, world.plan.days - 25))
        if world.people.opened[customer] > 0:
            continue
        amount = int(rng.integers(2_000, 90_000)) * (1 if rng.random() < 0.5 else -1)
        add_correction(
            world, customer, day, amount, str(rng.choice(clerks)), leader, str(rng.choice(REASONS))
        )


def add_correction(
    world: World, customer: int, day: int, amount: int, made_by: str, approved_by: str, reason: str
) -> Row:
    """A back-bill (positive) or refund (negative) of ``amount`` fen issued on day index ``day``."""
    plan = world.plan
    month = max(0, int(np.searchsorted(plan.month_bounds, day, side="right")) - 2)
    number = world.next_id("BX", 10)
    row = world.add(
        "bill",
        {"bill_id": number, "customer_id": customer_id(customer), "bill_month": plan.date_of(int(plan.month_bounds[month])),
         "period_from": plan.date_of(int(plan.month_bounds[month])), "period_to": plan.date_of(int(plan.month_bounds[month + 1])),
         "kind": "back_bill" if amount > 0 else "refund", "kwh": round(amount / 60, 2), "amount_fen": amount,
         "energy_fen": amount, "reason": reason, "created_by": made_by, "approved_by": approved_by,
         "issued_on": plan.date_of(day), "due_on": plan.date_of(day) + timedelta(days=22)},
        world.at(day, 22.0),
    )  # fmt: skip
    world.add(
        "bill_line",
        {"bill_id": number, "line_no": 1, "item": "correction", "kwh": round(amount / 60, 2), "amount_fen": amount},
        world.at(day, 22.0),
    )  # fmt: skip
    if amount > 0:
        world.add(
            "payment",
            {"payment_id": world.next_id("SX", 10), "customer_id": customer_id(customer), "bill_id": number,
             "paid_at": world.at(day + 3, 11.0), "amount_fen": amount, "late_fee_fen": 0, "channel": "app",
             "serial_no": world.next_id("LX", 10), "status": "ok"},
        )  # fmt: skip
    return row
