"""Rows that an import must refuse, with a list of what is wrong with each.

Every bad row is added to the good ones under its own key, or repeats the key of a good row with another
value. Nothing that a rule should find depends on them.
"""

import csv
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate.world import Row, World, customer_id, meter_id

HEADER = ("table", "key", "what")
BAD_SHARE = 0.001
"""Bad rows, as part of the good rows of their table."""

Spoiler = Callable[[World, np.random.Generator, int], tuple[str, Row, str]]


def spoil(world: World, written: Mapping[str, int], folder: Path) -> None:
    """Add bad rows and list them in ``dirt.csv``: the table, the key and what is wrong.

    Args:
        written: Rows per table that are in their files already.
    """
    rng = world.plan.random("dirt")
    listed = []
    for make, table in SPOILERS.items():
        good = written[table] + len(world.rows[table])
        for number in range(max(2, round(good * BAD_SHARE))):
            place, row, what = make(world, rng, number)
            added = world.add(place, row, world.at(world.plan.days, 1.0))
            added[ARRIVED_AT] = row.get(ARRIVED_AT, added[ARRIVED_AT])
            key = "|".join(str(row[name]) for name in world.contract[place].key)
            listed.append((place, key, what))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "dirt.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(sorted(listed))


def _someone(world: World, rng: np.random.Generator) -> int:
    return int(rng.integers(world.plan.customers))


def _register_jump(world: World, rng: np.random.Generator, number: int) -> tuple[str, Row, str]:
    """A cycle reading whose end lies below its start, not marked as a roll-over."""
    del rng
    customer = number % world.plan.customers
    row: Row = {
        "meter_id": meter_id(customer), "customer_id": customer_id(customer),
        "read_date": world.plan.end - timedelta(days=2), "cycle_month": world.plan.end.replace(day=1),
        "start_register": 5_000.0, "end_register": 310.5, "multiplier": 1.0, "kwh": -4_689.5, "method": "manual",
        "is_rollover": False,
    }  # fmt: skip
    return "reading_cycle", row, "negative register jump"


def _bad_dates(world: World, rng: np.random.Generator, number: int) -> tuple[str, Row, str]:
    """A bill whose period ends before it begins."""
    customer = _someone(world, rng)
    row: Row = {
        "bill_id": f"BD{number:010d}", "customer_id": customer_id(customer), "bill_month": world.plan.start,
        "period_from": world.plan.start + timedelta(days=30), "period_to": world.plan.start, "kind": "normal",
        "kwh": 100.0, "amount_fen": 6_000, "issued_on": world.plan.start + timedelta(days=33),
    }  # fmt: skip
    return "bill", row, "period ends before it begins"


def _unknown_reference(world: World, rng: np.random.Generator, number: int) -> tuple[str, Row, str]:
    """A payment for a customer and a bill that do not exist."""
    row: Row = {
        "payment_id": f"SD{number:010d}", "customer_id": f"99{_someone(world, rng):08d}",
        "bill_id": f"B9{number:010d}", "paid_at": world.at(20, 10.0), "amount_fen": 5_000, "channel": "app",
        "status": "ok",
    }  # fmt: skip
    return "payment", row, "unknown customer and bill"


def _duplicate_key(world: World, rng: np.random.Generator, number: int) -> tuple[str, Row, str]:
    """A second row for a post or an outage that is already there, with another value."""
    table, column, value = (("public_post", "views", 7), ("outage", "customers_affected", 1))[number % 2]
    del rng
    good = world.rows[table][number // 2 % len(world.rows[table])]
    row = good | {column: value}
    return table, row, "the same key twice with different values"


def _missing_required(world: World, rng: np.random.Generator, number: int) -> tuple[str, Row, str]:
    """A ticket without the time at which it was received."""
    row: Row = {
        "ticket_id": f"FD{number:09d}", "customer_id": customer_id(_someone(world, rng)), "kind": "consult",
        "topic": "billing", "channel": "hotline", "received_at": None, "text": "客户咨询电费。",
    }  # fmt: skip
    return "service_ticket", row, "no time of receipt"


def _unknown_code(world: World, rng: np.random.Generator, number: int) -> tuple[str, Row, str]:
    """A work order of a kind that the contract does not list."""
    customer = _someone(world, rng)
    row: Row = {
        "work_order_id": f"GX{number:09d}", "kind": "miscellaneous", "meter_id": meter_id(customer),
        "customer_id": customer_id(customer), "planned_on": date(2026, 1, 5), "done_at": world.at(30, 9.0),
    }  # fmt: skip
    return "work_order", row, "code out of its list"


SPOILERS: dict[Spoiler, str] = {
    _register_jump: "reading_cycle", _bad_dates: "bill", _unknown_reference: "payment", _duplicate_key: "outage",
    _missing_required: "service_ticket", _unknown_code: "work_order",
}  # fmt: skip
"""What spoils, and the table whose size says how often."""
