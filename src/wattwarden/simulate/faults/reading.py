"""1.2.1 Reading and dunning: guessed, repeated, unbilled and wrongly billed readings; unlawful dunning."""

from datetime import timedelta

import numpy as np

from wattwarden.simulate.collection import GRACE, NEVER
from wattwarden.simulate.faults.registry import Plot, homes, kind, settled
from wattwarden.simulate.misbilling import ENERGY_SHARE
from wattwarden.simulate.people import ONLINE
from wattwarden.simulate.readings import ESTIMATED, MANUAL
from wattwarden.simulate.world import World, bill_id, customer_id

RISK = "1.2.1"


def _plain(plot: Plot) -> list[int]:
    people = plot.world.people
    return plot.pick(settled(plot.world) & ~people.is_high_voltage & ~people.is_tou)


@kind("reading.estimated_repeatedly", RISK, "连续估抄", "Estimated readings in a row", 4.0)
def _estimated(plot: Plot) -> None:
    _repeat(plot, ESTIMATED)


@kind("reading.same_energy_repeated", RISK, "电量连续相同", "The same energy month after month", 3.0)
def _same(plot: Plot) -> None:
    _repeat(plot, MANUAL)


def _repeat(plot: Plot, method: int) -> None:
    world = plot.world
    for customer in _plain(plot):
        length = min(int(plot.rng.integers(3, 6)), world.plan.months - 2)
        start = world.plan.months - length - int(plot.rng.integers(0, 2))
        world.change("repeat", customer, start, start + length, method)
        first, last = world.plan.month_bounds[start], world.plan.month_bounds[start + length]
        plot.truth(customer, first, last, None)


@kind("reading.not_billed", RISK, "在用客户未发行电费", "Active customer without a bill", 3.0)
def _not_billed(plot: Plot) -> None:
    world = plot.world
    for customer in _plain(plot):
        length = 1 if plot.chance(0.4) else int(plot.rng.integers(2, 5))
        start = plot.month(-length - 2, -length + 1)
        world.change("unbilled", customer, start, start + length, 1)
        first, last = (
            world.plan.month_bounds[start],
            world.plan.month_bounds[min(start + length, world.plan.months)],
        )
        plot.truth(customer, first, last, None, evasion="one_month" if length == 1 else "")


@kind(
    "reading.billed_energy_differs_from_registers",
    RISK,
    "计费电量与抄见不符",
    "Billed energy differs from registers",
    4.0,
)
def _differs(plot: Plot) -> None:
    world = plot.world
    for customer in _plain(plot):
        start = plot.month(-6, -1)
        stop = min(start + 2, world.plan.months)
        plot.misbill(customer, ENERGY_SHARE, start, stop, float(plot.rng.choice([0.55, 0.7, 1.45])))
        plot.wrong_bills(customer, start, stop)


@kind("reading.registers_missing", RISK, "长期无冻结示数", "No daily register for long", 2.0)
def _missing(plot: Plot) -> None:
    world = plot.world
    for customer in _plain(plot):
        start = plot.day(-30, -9)
        world.change("lost", customer, start, world.plan.days + 1, 1)
        plot.truth(customer, start, world.plan.days)


@kind("reading.daily_estimated", RISK, "冻结示数长期估算", "Daily registers estimated for long", 2.0)
def _guessed(plot: Plot) -> None:
    world = plot.world
    for customer in _plain(plot):
        start = plot.day(-50, -12)
        world.change("guessed", customer, start, start + int(plot.rng.integers(9, 20)), 1)
        plot.truth(customer, start, world.plan.days)


@kind("reading.unit_or_multiplier_jump", RISK, "曲线单位用错", "Wrong unit of a curve", 1.0)
def _unit(plot: Plot) -> None:
    """Watt-hours taken for kilowatt-hours in the curves of a few meters."""
    world = plot.world
    for customer in plot.pick(settled(world) & np.isin(world.people.area, world.curve_areas)):
        world.change(
            "curve_unit", customer, world.plan.days - world.plan.curve_days, world.plan.days, 1_000.0
        )
        plot.truth(customer, world.plan.days - world.plan.curve_days, world.plan.days)


@kind("lookalike.gap_filled", RISK, "短时缺数已补", "A short gap that was filled again", 2.0)
def _filled(plot: Plot) -> None:
    """Honest: a few registers are missing and the next ones are there."""
    for customer in _plain(plot):
        start = plot.day(-40, -12)
        plot.world.change("lost", customer, start, start + int(plot.rng.integers(2, 6)), 1)
        plot.truth(customer, start, start + 6, is_lookalike=True)


@kind("dunning.outside_hours", RISK, "非时段催费", "Dunning outside allowed hours", 3.0)
def _at_night(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(homes(world) & (world.people.method == ONLINE)):
        month = plot.month(-4, -2)
        day = _overdue(world, customer, month, 12) + int(plot.rng.integers(2, 9))
        crew = world.station_staff[int(world.people.station[customer])]["collection"]
        world.add(
            "dunning_contact",
            {"contact_id": world.next_id("CX"), "customer_id": customer_id(customer), "bill_id": bill_id(customer, month),
             "contacted_at": world.at(day, float(plot.rng.uniform(22.2, 23.8))), "channel": "call", "staff_id": crew[0],
             "outcome": "reached"},
        )  # fmt: skip
        plot.truth(customer, day, day + 1, direction="customer_loses")


def _overdue(world: World, customer: int, month: int, days: int) -> int:
    """Let a bill be paid ``days`` after its due date, which is returned."""
    world.change("delay", customer, month, month + 1, NEVER if days >= NEVER else GRACE + days)
    return int(world.plan.month_bounds[month + 1]) + 2 + GRACE


def _stop(plot: Plot, customer: int, month: int, day: int, *, notice_days: float | None) -> None:
    world = plot.world
    crew = world.station_staff[int(world.people.station[customer])]
    at = world.at(world.plan.workday(day), 10.0)
    world.add(
        "supply_action",
        {"action_id": world.next_id("TF"), "customer_id": customer_id(customer), "bill_id": bill_id(customer, month),
         "action": "stop", "reason": "arrears", "approved_by": crew["leader"][0], "done_at": at,
         "notice_at": None if notice_days is None else at - timedelta(days=notice_days),
         "last_notice_at": at - timedelta(minutes=40), "is_remote": True, "staff_id": crew["collection"][0]},
    )  # fmt: skip


def _restore(plot: Plot, customer: int, month: int, day: int, hours: float) -> None:
    """Reconnection ``hours`` after the customer paid on ``day``."""
    world = plot.world
    crew = world.station_staff[int(world.people.station[customer])]
    paid = world.at(day, 9.0)
    world.add(
        "supply_action",
        {"action_id": world.next_id("TF"), "customer_id": customer_id(customer), "bill_id": bill_id(customer, month),
         "action": "restore", "reason": "arrears", "settled_at": paid, "done_at": paid + timedelta(hours=hours),
         "is_remote": True, "staff_id": crew["collection"][0]},
    )  # fmt: skip


@kind("dunning.cut_without_notice", RISK, "未通知即停电", "Cut without notice", 2.0)
def _cut(plot: Plot) -> None:
    for customer in plot.pick(homes(plot.world)):
        short = plot.chance(0.4)
        month = plot.month(0, -4)
        due = _overdue(plot.world, customer, month, 50)
        _stop(plot, customer, month, due + 42, notice_days=1.0 if short else None)
        _restore(plot, customer, month, due + 50, 5.0)
        plot.truth(
            customer, due + 42, due + 43, direction="customer_loses", evasion="short_notice" if short else ""
        )


@kind("dunning.restored_late", RISK, "结清后未及时复电", "Restored too late after payment", 2.0)
def _restored_late(plot: Plot) -> None:
    _cut_and_restore(plot, 30.0, 80.0, is_lookalike=False)


@kind("lookalike.restored_in_time", RISK, "23小时内复电", "Restored within the limit", 0.5)
def _restored(plot: Plot) -> None:
    _cut_and_restore(plot, 20.0, 23.0, is_lookalike=True)


def _cut_and_restore(plot: Plot, least: float, most: float, *, is_lookalike: bool) -> None:
    for customer in plot.pick(homes(plot.world)):
        month = plot.month(0, -4)
        due = _overdue(plot.world, customer, month, 50)
        _stop(plot, customer, month, due + 42, notice_days=8.0)
        _restore(plot, customer, month, due + 50, float(plot.rng.uniform(least, most)))
        plot.truth(customer, due + 50, due + 54, direction="customer_loses", is_lookalike=is_lookalike)


@kind("dunning.protected_customer_cut", RISK, "对保护客户停电", "Protected customer cut off", 1.0)
def _protected(plot: Plot) -> None:
    for customer in plot.pick(homes(plot.world)):
        plot.world.patch("customer", customer, is_protected=True)
        month = plot.month(0, -4)
        due = _overdue(plot.world, customer, month, 50)
        _stop(plot, customer, month, due + 42, notice_days=8.0)
        _restore(plot, customer, month, due + 50, 4.0)
        plot.truth(customer, due + 42, due + 43, direction="customer_loses")
