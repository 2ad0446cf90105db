"""Transformers, instrument transformers, generation units, meter events, work orders, visits."""

from datetime import date, timedelta

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.people import CT_SECONDARY, DIRECT_METER_KVA
from wattwarden.simulate.plan import Ints
from wattwarden.simulate.transformers import usual_model
from wattwarden.simulate.world import Row, World, customer_id, meter_id

WORK_HOURS = (9.0, 16.5)
SPLITS = (("hotel", 1, "residential"), ("workshop", 6, "agricultural"), ("farm", 6, "residential"))
"""Sectors whose meters also count another class's use, one in how many customers, and that class."""


def add_devices(world: World) -> None:
    """All device files and the work on them."""
    for customer in np.flatnonzero(world.people.is_high_voltage):
        _own_transformer(world, int(customer))
    for customer in np.flatnonzero(world.people.capacity > DIRECT_METER_KVA):
        _instrument_transformers(world, int(customer))
    for customer in np.flatnonzero(world.people.solar_kw > 0):
        add_generation(world, int(customer), date(2023, 4, 1))
    _exchanges(world)
    _routine_work(world)
    _routine_events(world)
    _fixed_ratios(world)


def _own_transformer(world: World, customer: int) -> None:
    kva = float(world.people.capacity[customer])
    world.add(
        "customer_transformer",
        {"transformer_id": f"SB{customer:08d}", "valid_from": world.plan.date_of(int(world.people.opened[customer])),
         "customer_id": customer_id(customer), "capacity_kva": kva,
         "model": usual_model(world.plan, customer, kva), "state": "running", "reason": "new"},
    )  # fmt: skip


def _instrument_transformers(world: World, customer: int) -> None:
    people = world.people
    multiplier = int(people.multiplier[customer])
    pt = {sectors.HV_HV: 350 if people.voltage[customer] == sectors.KV35 else 100}.get(
        int(people.metering[customer])
    )
    kinds: list[tuple[str, float, float]] = [("ct", multiplier // (pt or 1) * CT_SECONDARY, CT_SECONDARY)]
    if pt:
        kinds.append(("pt", pt * 100.0, 100.0))
    for kind, primary, secondary in kinds:
        ratio = primary / secondary
        world.add(
            "instrument_transformer",
            {"transformer_id": f"HG{customer:08d}{kind}", "meter_id": meter_id(customer), "kind": kind,
             "rated_primary": primary, "rated_secondary": secondary, "archive_ratio": ratio, "field_ratio": ratio,
             "ami_ratio": ratio, "accuracy_class": "0.5S" if kind == "ct" else "0.5",
             "installed_on": world.plan.date_of(max(int(people.opened[customer]), -2_000)),
             "last_verified_on": world.plan.start - timedelta(days=300)},
        )  # fmt: skip


def add_generation(world: World, customer: int, connected: date) -> None:
    """A generation unit of a customer with photovoltaics."""
    known = world.at(max(0, world.plan.day(connected)), 9.0)
    world.add(
        "generation_unit",
        {"generation_unit_id": f"GF{customer:08d}", "customer_id": customer_id(customer),
         "capacity_kw": round(float(world.people.solar_kw[customer]), 1), "mode": "self_use",
         "connected_on": connected, "subsidy_code": "HN-2023-001"},
        known,
    )  # fmt: skip


def work_order(world: World, kind: str, customer: int, day: int, hour: float = 10.0, meter: str = "") -> Row:
    """Work at a customer, done on day index ``day``."""
    crew = world.station_staff[int(world.people.station[customer])]["meter"]
    return world.add(
        "work_order",
        {"work_order_id": world.next_id("GD"), "kind": kind, "meter_id": meter or meter_id(customer),
         "customer_id": customer_id(customer), "staff_id": crew[customer % len(crew)],
         "planned_on": world.plan.date_of(day), "done_at": world.at(day, hour)},
    )  # fmt: skip


def event(
    world: World, kind: str, customer: int, start: float, hours: float = 0.5, phase: str | None = None
) -> None:
    """A meter event that begins ``start`` days after the first day."""
    at = world.at(0, start * 24)
    world.add(
        "meter_event",
        {"meter_id": current_meter(world, customer, start), "event": kind, "started_at": at,
         "ended_at": at + timedelta(seconds=round(hours * 3_600)), "phase": phase},
    )  # fmt: skip


def current_meter(world: World, customer: int, day: float) -> str:
    """The meter that hangs at a customer on day index ``day``."""
    exchanged = int(world.people.exchanged[customer])
    return meter_id(customer, 2 if 0 <= exchanged <= day else 1)


def _exchanges(world: World) -> None:
    for customer in np.flatnonzero(world.people.exchanged >= 0):
        day = int(world.people.exchanged[customer])
        work_order(world, "exchange", int(customer), day, 10.5, meter_id(int(customer), 1))
        at = world.at(day, 10.0)
        for kind in ("terminal_cover_open", "power_off"):
            world.add(
                "meter_event",
                {"meter_id": meter_id(int(customer)), "event": kind, "started_at": at,
                 "ended_at": at + timedelta(minutes=20)},
            )  # fmt: skip


def _sample(world: World, rng: np.random.Generator, share: float) -> tuple[Ints, Ints]:
    count = max(20, round(world.plan.customers * share))
    customer = np.sort(rng.integers(0, world.plan.customers, count))
    first = np.maximum(world.people.opened[customer], 0) + 1
    day = first + np.floor(rng.random(count) * (world.plan.days - 1 - first)).astype(np.int64)
    return customer, day


def _routine_work(world: World) -> None:
    rng = world.plan.random("work")
    for customer, day in zip(*_sample(world, rng, 0.012), strict=True):
        kind = str(rng.choice(["verify", "inspect", "repair"], p=[0.3, 0.5, 0.2]))
        hour = float(rng.uniform(*WORK_HOURS))
        work_order(world, kind, int(customer), int(day), hour)
        if kind == "repair":
            event(world, "terminal_cover_open", int(customer), float(day) + (hour - 0.3) / 24, 0.2)
        if kind == "inspect":
            add_visit(world, int(customer), int(day), "normal", hour)
    for customer in np.flatnonzero(world.people.is_high_voltage):
        for kind in ("safety", "manager_visit"):
            work_order(
                world,
                kind,
                int(customer),
                int(rng.integers(5, world.plan.days)),
                float(rng.uniform(*WORK_HOURS)),
            )


def add_visit(
    world: World,
    customer: int,
    day: int,
    outcome: str,
    hour: float = 10.0,
    draw_probability: float | None = None,
) -> None:
    """The result of a visit by two inspectors, chosen by them or drawn by lot with a known chance."""
    crew = world.station_staff[int(world.people.station[customer])]["meter"]
    world.add(
        "inspection_result",
        {"inspection_id": world.next_id("JC"), "customer_id": customer_id(customer),
         "meter_id": current_meter(world, customer, day), "visited_at": world.at(day, hour), "staff_id": crew[0],
         "second_staff_id": crew[1], "outcome": outcome,
         "is_random": draw_probability is not None, "draw_probability": draw_probability},
    )  # fmt: skip


def _routine_events(world: World) -> None:
    rng = world.plan.random("events")
    seen: set[tuple[int, int]] = set()
    for customer, day in zip(*_sample(world, rng, 0.05), strict=True):
        if (int(customer), int(day)) in seen:
            continue
        seen.add((int(customer), int(day)))
        kind = str(
            rng.choice(["power_off", "clock_set", "over_voltage", "under_voltage"], p=[0.6, 0.2, 0.1, 0.1])
        )
        event(
            world,
            kind,
            int(customer),
            float(day) + float(rng.uniform(0.1, 0.9)),
            float(rng.uniform(0.05, 1.5)),
        )


def _fixed_ratios(world: World) -> None:
    """Homes in hotels, fields of workshops, and the dwelling of every sixth farm (DOMAIN A.3)."""
    rng = world.plan.random("ratio")
    numbers = np.arange(world.plan.customers)
    for sector, every, tariff_class in SPLITS:
        mixed = (world.people.sector == sectors.NUMBER[sector]) & (numbers % every == 0)
        for customer in np.flatnonzero(mixed):
            by_ratio = sector == "hotel" or customer % 2 == 0
            amount: Row = {"ratio_pct": float(rng.integers(5, 25))} if by_ratio else {"monthly_kwh": 60.0}
            determined_on = world.plan.end - timedelta(days=int(rng.integers(30, 300)))
            world.add(
                "metering_split",
                {"customer_id": customer_id(int(customer)), "tariff_class": tariff_class,
                 "kind": "ratio" if by_ratio else "quantity", "determined_on": determined_on, **amount},
            )  # fmt: skip
