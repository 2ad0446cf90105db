"""Access log, file changes and probes of the marketing system."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate.columns import Codes, Frame, ids
from wattwarden.simulate.devices import work_order
from wattwarden.simulate.plan import CHINA_OFFSET_S, SECONDS_PER_DAY, Bools, Ints
from wattwarden.simulate.world import Row, World, customer_id, meter_id

VIEWS_PER_DAY = 7
LOG_DAYS = 60
"""Days of access log and probes, ending at the end of the history."""
PROBES = (("availability", 0.999), ("disk", 0.62), ("interface", 0.998), ("arrival", 0.9993), ("backup", 1.0))
EXPECTED = {"availability": 0.995, "disk": 0.85, "interface": 0.99, "arrival": 0.98, "backup": 1.0}


def access_frame(world: World) -> Frame:
    """Rows of ``access_log`` of honest staff: one log-in and some views on working days, in office hours."""
    plan = world.plan
    rng = plan.random("access")
    staff = np.array([int(str(row["staff_id"])[1:]) for row in world.rows["staff"]])
    first = max(0, plan.days - LOG_DAYS)
    workdays = np.array([d for d in range(first, plan.days) if plan.date_of(d).weekday() < 5])
    per_day = VIEWS_PER_DAY + 1
    who = np.repeat(staff, len(workdays) * per_day)
    day = np.tile(np.repeat(workdays, per_day), len(staff))
    step = np.tile(np.arange(per_day), len(staff) * len(workdays))
    kept = (rng.random(len(who)) < 0.8) | (step == 0)
    who, day, step = who[kept], day[kept], step[kept]
    second = np.where(step == 0, rng.integers(30_600, 32_400, len(who)), 0)
    second = np.where(step > 0, 32_500 + step * 4_000 + rng.integers(0, 3_500, len(who)), second)
    at = (plan.start_number + day) * SECONDS_PER_DAY + second
    viewed = rng.integers(0, plan.customers, len(who))
    order = np.lexsort((who, at))
    return {
        "access_id": ids("RZ", np.arange(len(who)), 10),
        "staff_id": ids("E", who[order], 6),
        "accessed_at": at[order],
        "action": Codes(np.where(step == 0, 0, 1)[order], ("login", "view")),
        "table_name": Codes(np.where(step == 0, -1, 0)[order], ("customer",)),
        "customer_id": _views(viewed[order], step[order] > 0),
        "row_count": np.where(step == 0, 0, 1)[order],
        "ip_address": Codes(who[order] % 200, [f"10.20.0.{n}" for n in range(200)]),
        "terminal_id": ids("ZD", who[order], 6),
        ARRIVED_AT: at[order] + 60 - CHINA_OFFSET_S,
    }


def _views(viewed: Ints, is_view: Bools) -> pa.Array:
    return pc.if_else(is_view, ids("31", viewed, 8), None)


def access(world: World, staff: str, day: int, hour: float, action: str = "view", **more: object) -> None:
    """One entry of the access log."""
    world.add(
        "access_log",
        {"access_id": world.next_id("RX"), "staff_id": staff, "accessed_at": world.at(day, hour), "action": action,
         "row_count": 1, "ip_address": f"10.20.0.{int(staff[1:]) % 200}", "terminal_id": f"ZD{staff[1:]}",
         "table_name": "customer", **more},
    )  # fmt: skip


@dataclass(frozen=True)
class Edit:
    """Which field of which file was changed, from what to what."""

    table: str
    column: str
    old: str
    new: str


def change_file(world: World, customer: int, edit: Edit, day: int, staff: str, **more: object) -> Row:
    """One change of a customer's file."""
    record = meter_id(customer) if edit.table == "meter" else customer_id(customer)
    row: Row = {
        "change_id": world.next_id("BG"), "table_name": edit.table, "record_id": record, "column_name": edit.column,
        "customer_id": customer_id(customer), "old_value": edit.old, "new_value": edit.new,
        "changed_at": world.at(day, 9.0 + customer % 7), "staff_id": staff,
    }  # fmt: skip
    return world.add("archive_change", row | more)


def add_system(world: World) -> None:
    """Honest file changes, each approved by another and with a work order, and probes that are in order."""
    plan = world.plan
    rng = plan.random("system")
    for _ in range(max(10, round(plan.customers * 0.004))):
        customer, day = int(rng.integers(plan.customers)), int(rng.integers(5, plan.days - 1))
        order = work_order(world, "archive_change", customer, day, 8.5)
        phone = f"13{int(rng.integers(10**9)):09d}"
        change_file(
            world, customer, Edit("customer", "phone", f"13{int(rng.integers(10**9)):09d}", phone), day,
            str(rng.choice(world.staff["service"])), approved_by=world.staff["leader"][0],
            work_order_id=order["work_order_id"],
        )  # fmt: skip
    for day in range(max(0, plan.days - LOG_DAYS), plan.days):
        for station in world.stations:
            for kind, level in PROBES:
                value = min(1.0, level + float(rng.uniform(-0.0006, 0.0006)))
                add_probe(world, kind, station, day, value)


def add_probe(world: World, kind: str, org: str, day: int, value: float) -> None:
    """One probe of the system at a station."""
    good = value <= EXPECTED[kind] if kind == "disk" else value >= EXPECTED[kind] - 0.002
    at = world.at(day, 7.0) + timedelta(minutes=int(org) % 50)
    world.add(
        "system_probe",
        {"probe_id": world.next_id("JK"), "system": "营销2.0" if kind != "arrival" else "用电信息采集", "org_id": org,
         "kind": kind, "probed_at": at, "is_ok": good, "value": round(value, 4), "expected": EXPECTED[kind]},
    )  # fmt: skip
