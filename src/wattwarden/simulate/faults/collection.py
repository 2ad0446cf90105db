"""1.3.1 Payers, late fees, bank and ledger, prepayments."""

from datetime import timedelta

import numpy as np

from wattwarden.simulate.collection import (
    BANK_DROP,
    BANK_TWICE,
    GRACE,
    NEVER,
    WALLET,
)
from wattwarden.simulate.faults.registry import Plot, high_voltage, homes, kind, settled
from wattwarden.simulate.people import ONLINE, PREPAID
from wattwarden.simulate.world import bill_id, customer_id

RISK = "1.3.1"


@kind("collection.arrears_without_dunning", RISK, "欠费未催", "Arrears without dunning", 3.0)
def _undunned(plot: Plot) -> None:
    world, months = plot.world, plot.world.plan.months
    for customer in plot.pick(settled(world) & (world.people.base_kwh > 3)):
        start = plot.month(-6, -3)
        world.change("delay", customer, start, months, NEVER)
        world.change("undunned", customer, start, months, 1)
        plot.truth(customer, int(world.plan.month_bounds[start]), world.plan.days, unpaid=True)


@kind("collection.serial_late_payer", RISK, "连续逾期缴费", "Late month after month", 5.0)
def _serial(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & (world.people.base_kwh > 2)):
        for month in range(world.plan.months - 1):
            if plot.chance(0.85):
                world.change("delay", customer, month, month + 1, GRACE + int(plot.rng.integers(6, 22)))
        plot.truth(customer, 0, world.plan.days)


@kind("lookalike.late_once", RISK, "偶然逾期一次", "Late once, paid with the late fee", 3.0)
def _once(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & (world.people.capacity > 8)):
        month = plot.month(0, -2)
        world.change("delay", customer, 0, world.plan.months, 6)
        world.change("delay", customer, month, month + 1, GRACE + 14)
        plot.truth(customer, int(world.plan.month_bounds[month]), world.plan.days, is_lookalike=True)


@kind("collection.large_customer_arrears", RISK, "大客户欠费", "Large customer in arrears", 1.0)
def _large(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(high_voltage(world) & (world.people.base_kwh > 800)):
        start = plot.month(-4, -2)
        world.change("delay", customer, start, world.plan.months, NEVER)
        plot.truth(customer, int(world.plan.month_bounds[start]), world.plan.days, unpaid=True)


@kind("collection.late_fee_waived", RISK, "随意减免违约金", "Late fee waived at will", 1.0)
def _waived(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(high_voltage(world) & (world.people.base_kwh > 1_200)):
        month = plot.month(-5, -2)
        world.change("delay", customer, month, month + 1, GRACE + 20)
        world.change("waived", customer, month, month + 1, 1)
        loss = round(float(world.people.base_kwh[customer]) * 30 * 75 * 0.002 * 20)
        plot.truth(customer, int(world.plan.month_bounds[month + 1]), world.plan.days, loss)


@kind("collection.bank_only", RISK, "银行单边", "Bank line without a payment", 3.0)
def _bank_only(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & ~world.people.is_high_voltage):
        day, amount = plot.day(-60, -5), int(plot.rng.integers(3_000, 60_000))
        row = world.add(
            "bank_statement_line",
            {"statement_line_id": world.next_id("YX", 10), "bank": "云付通支付公司", "booked_at": world.at(day, 14.0),
             "amount_fen": amount, "channel": "third_party", "serial_no": world.next_id("LB", 10),
             "customer_id": customer_id(customer), "status": "S"},
        )  # fmt: skip
        plot.about(
            "bank_statement_line", str(row["statement_line_id"]), day, day + 1, amount, customer=customer,
            direction="customer_loses",
        )  # fmt: skip


def _through_bank(plot: Plot) -> list[tuple[int, int]]:
    """Online customers who pay one month through a wallet, in time."""
    world = plot.world
    chosen = []
    for customer in plot.pick(settled(world) & (world.people.method == ONLINE) & (world.people.base_kwh > 2)):
        month = plot.month(-4, -1)
        world.change("channel", customer, month, month + 1, WALLET)
        world.change("delay", customer, month, month + 1, 7)
        chosen.append((customer, month))
    return chosen


@kind("collection.ledger_only", RISK, "供电单边", "Payment without a bank line", 3.0)
def _ledger_only(plot: Plot) -> None:
    world = plot.world
    for customer, month in _through_bank(plot):
        world.change("bank", customer, month, month + 1, BANK_DROP)
        bounds = world.plan.month_bounds
        plot.truth(customer, int(bounds[month]), int(bounds[month + 1]), unpaid=True)


@kind("collection.amount_differs", RISK, "银行与账面金额不符", "Bank and ledger amounts differ", 3.0)
def _differs(plot: Plot) -> None:
    world = plot.world
    for customer, month in _through_bank(plot):
        short = int(plot.rng.integers(500, 2_500))
        world.change("bank", customer, month, month + 1, -short)
        bounds = world.plan.month_bounds
        plot.truth(customer, int(bounds[month]), int(bounds[month + 1]), short)


@kind("collection.duplicate_bank_line", RISK, "银行重复扣款", "Bank line booked twice", 3.0)
def _twice(plot: Plot) -> None:
    world = plot.world
    for customer, month in _through_bank(plot):
        world.change("bank", customer, month, month + 1, BANK_TWICE)
        bounds = world.plan.month_bounds
        plot.truth(
            customer, int(bounds[month]), int(bounds[month + 1]), unpaid=True, direction="customer_loses"
        )


@kind(
    "collection.prepayment_to_third_party",
    RISK,
    "预收退给第三方",
    "Prepayment refunded to a third party",
    2.0,
)
def _refund(plot: Plot) -> None:
    world = plot.world
    other = world.people.method != PREPAID
    for customer in plot.pick(settled(world) & other):
        day, amount = plot.day(-150, -20), int(plot.rng.integers(20_000, 400_000))
        crew = world.station_staff[int(world.people.station[customer])]["collection"]
        for kind_of, at, payee, balance in (("deposit", day, None, amount), ("refund", day + 9, "高子轩", 0)):
            world.add(
                "prepayment",
                {"entry_id": world.next_id("YX", 11), "customer_id": customer_id(customer), "entered_at": world.at(at, 10.5),
                 "kind": kind_of, "amount_fen": amount, "balance_fen": balance, "payee_name": payee, "staff_id": crew[0]},
            )  # fmt: skip
        plot.truth(customer, day, day + 10, amount, direction="customer_loses")


@kind(
    "collection.reversed_after_day_end", RISK, "日终后冲正", "Payment reversed after the day was closed", 1.5
)
def _reversed(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(homes(world) & np.asarray(world.people.base_kwh > 3)):
        month = plot.month(-4, -1)
        day = int(world.plan.month_bounds[month + 1]) + 5
        crew = world.station_staff[int(world.people.station[customer])]["collection"]
        at = world.at(day, 16.0)
        amount = int(plot.rng.integers(6_000, 30_000))
        world.change("delay", customer, month, month + 1, 9)
        world.add(
            "payment",
            {"payment_id": world.next_id("SX", 10), "customer_id": customer_id(customer), "bill_id": bill_id(customer, month),
             "paid_at": at, "amount_fen": amount, "late_fee_fen": 0, "channel": "counter_cash", "status": "reversed",
             "reversed_at": at + timedelta(days=2), "staff_id": crew[0]},
        )  # fmt: skip
        plot.truth(customer, day, day + 3, amount)
