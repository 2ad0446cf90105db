"""Areas whose gate meter has a load curve, each with one planted cause: what area balances are judged on.

Homes draw power as the invented households do (``households``), so that no two move alike; what goes wrong
is planted by ``planted_areas``, and the registers, bills and supply of the area follow from it.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from wattwarden.calc.loss.area import Area
from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate import sectors
from wattwarden.simulate.area_tricks import TRICKS
from wattwarden.simulate.columns import Frame, ids
from wattwarden.simulate.county import station_of
from wattwarden.simulate.households import household_loads
from wattwarden.simulate.plan import (
    CHINA_OFFSET_S,
    CURVE_POINTS,
    SECONDS_PER_DAY,
    Floats,
    Ints,
    Plan,
)
from wattwarden.simulate.planted_areas import CAUSES, Ground, Planted, pair, plant_theft
from wattwarden.simulate.world import GateArea, Truth, World, area_id, customer_id

QUARTER_S = SECONDS_PER_DAY // CURVE_POINTS
SPREAD = 0.3
"""Standard deviation of the logarithm of a firm's quarter-hours about its usual day."""
SINCE_DAYS = 150
"""A theft or a fault of a meter began so many days before the end; the balance sees its last days."""
PAIR, THEFT = "pair", "theft"
ROUND = (
    THEFT, PAIR, "gate_scale", THEFT, "normal", "street_light", THEFT, "meter_fast", "missing_data", THEFT,
    "technical", "gate_changed", THEFT, "gate_clock", "moved", THEFT, "unmetered_constant", "customer_clock",
    THEFT, "normal", "meter_stopped",
)  # fmt: skip
"""What is planted, area by area, over and over; a pair takes two areas."""
LASTING = frozenset({"theft", "meter_error"})
KINDS: Mapping[str, tuple[str, str]] = {
    "theft": ("theft.area_suspect", "1.2.2"),
    "unmetered": ("theft.unmetered_supply", "1.2.2"),
    "mapping": ("metering.fed_from_other_area", "1.2.3"),
    "gate_scale": ("metering.gate_meter_off", "1.2.3"),
    "meter_error": ("metering.customer_meter_fault_in_balance", "1.2.3"),
    "clock": ("metering.clock_seen_in_balance", "1.2.3"),
    "technical": ("metering.technical_loss_large", "1.2.3"),
    "missing_data": ("metering.area_readings_missing", "1.2.3"),
}
"""Kind and risk point of each planted cause."""
HEADER = ("area_id", "cause", "customer_id", "kind", "stolen_kwh")


def choose_gate_areas(plan: Plan) -> dict[int, GateArea]:
    """Areas with a gate curve by their position, spread over the county; both of a pair hang on one line."""
    if not plan.gate_areas:
        return {}
    stride = max(2, plan.areas // plan.gate_areas // 2 * 2)
    places = iter(range(2 * stride if plan.areas > 3 * stride else stride, plan.areas - 1, stride))
    tricks = plan.random("gate tricks").permutation(list(TRICKS))
    chosen: dict[int, GateArea] = {}
    thefts = 0
    for number, first in enumerate(places):
        plant = ROUND[number % len(ROUND)]
        if len(chosen) >= plan.gate_areas or (plant == PAIR and not _neighbours(plan, first)):
            continue
        trick = str(tricks[thefts % len(tricks)]) if plant == THEFT else ""
        thefts += plant == THEFT
        chosen[first] = GateArea(plant, trick)
        if plant == PAIR:
            chosen[first + 1] = GateArea(PAIR, partner=first)
    return chosen


def _neighbours(plan: Plan, area: int) -> bool:
    """Whether an area and the next one belong to one station and are computed together."""
    each = plan.chunk_customers // plan.area_size
    return station_of(plan, area) == station_of(plan, area + 1) and area // each == (area + 1) // each


def reserve(world: World) -> None:
    """Customers of these areas take part in nothing else: always there, one meter, no generation."""
    people = world.people
    members = np.isin(people.area, list(world.gate_areas))
    people.solar_kw[members] = 0.0
    people.exchanged[members] = -1
    people.opened[members & (people.opened >= 0)] = -400
    world.used |= members
    world.used_areas.update(world.gate_areas)
    for area in world.gate_areas:
        world.add(
            "meter",
            {"meter_id": gate_meter_id(area), "area_id": area_id(area), "role": "gate", "kind": "three_phase_4w",
             "multiplier": 1.0, "installed_on": date(2022, 3, 1), "last_verified_on": date(2022, 2, 10),
             "status": "running"},
        )  # fmt: skip


def gate_meter_id(area: int) -> str:
    """Number of the gate meter (考核表) of an area."""
    return f"MG{area:06d}"


@dataclass
class Gated:
    """Energies of the gate areas of one chunk by interval, kWh.

    Attributes:
        rows: Customers, as positions in the chunk.
        recorded: What their meters recorded, customers × intervals; NaN where nothing was read.
        supply: What the gate meter of each area recorded.
        scale: Supply over use in the days with curves, by area; it holds for the days before as well.
    """

    rows: Ints
    recorded: Floats
    supply: Mapping[int, Floats] = field(default_factory=dict)
    scale: Mapping[int, float] = field(default_factory=dict)


def record_gate_areas(world: World, first: int, true: Ints, seen: Ints) -> Gated:
    """Plant the causes of the gate areas of a chunk and let their registers see what the meters recorded.

    Args:
        true: Steps that the load took, by customer and day, before the multiplier.
        seen: What the registers recorded; changed in place.
    """
    days = world.plan.curve_days
    part = slice(first, first + len(true))
    here = world.people.area[part]
    supply: dict[int, Floats] = {}
    scale: dict[int, float] = {}
    rows: list[Ints] = []
    recorded: list[Floats] = []
    for areas in _groups(world, here):
        members = [np.flatnonzero(here == area) for area in areas]
        grounds = [_ground(world, first, area, who, true) for area, who in zip(areas, members, strict=True)]
        for area, who, ground, (found, planted) in zip(
            areas, members, grounds, _plant(world, areas, grounds), strict=True
        ):
            supply[area] = found.supply_kwh
            scale[area] = float(found.supply_kwh.sum() / max(ground.use_kwh.sum(), 1e-9))
            rows.append(who)
            recorded.append(found.readings_kwh)
            _see(world, first, who, found, planted, true, seen)
            _tell(world, area, first + who, found, planted)
    length = days * CURVE_POINTS
    return Gated(
        np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64),
        np.concatenate(recorded) if recorded else np.zeros((0, length)),
        supply,
        scale,
    )


def _groups(world: World, here: Ints) -> list[tuple[int, ...]]:
    """Gate areas of a chunk, those of a pair together."""
    there = [area for area in sorted(world.gate_areas) if (here == area).any()]
    return [
        (area, area + 1) if world.gate_areas[area].plant == PAIR else (area,)
        for area in there
        if world.gate_areas[area].partner is None
    ]


def _ground(world: World, first: int, area: int, who: Ints, true: Ints) -> Ground:
    """True loads of an area's customers: the energy of each day, drawn in the manner of homes and firms."""
    plan, people = world.plan, world.people
    rng = plan.random("gate shapes", area)
    customers = first + who
    daily = true[who, plan.days - plan.curve_days :] * people.multiplier[customers][:, None] / 100
    hourly = np.array([sectors.HOURS[sector.hours] for sector in sectors.SECTORS])[people.sector[customers]]
    shape = np.repeat(hourly, CURVE_POINTS // 24, axis=1)[:, None, :] * rng.lognormal(
        0.0, SPREAD, (len(who), plan.curve_days, CURVE_POINTS)
    )
    homes = people.tariff_class[customers] == sectors.RESIDENTIAL
    loads = household_loads(int(homes.sum()), plan.curve_days, CURVE_POINTS, rng)
    shape[homes] = loads.reshape(-1, plan.curve_days, CURVE_POINTS) + 1e-6
    shape /= shape.sum(axis=2, keepdims=True)
    use = (daily[:, :, None] * shape).reshape(len(who), -1)
    return Ground(area_id(area), use, np.zeros((0, 0)), 0, CURVE_POINTS)


def _plant(world: World, areas: tuple[int, ...], grounds: list[Ground]) -> list[tuple[Area, Planted]]:
    spec = world.gate_areas[areas[0]]
    rng = world.plan.random("gate cause", areas[0])
    if not world.plan.faults:
        return [CAUSES["normal"](ground, rng) for ground in grounds]
    if spec.plant == PAIR:
        return list(pair(grounds[0], grounds[1], rng))
    if spec.plant == THEFT:
        return [plant_theft(grounds[0], (spec.trick,), rng)]
    return [CAUSES[spec.plant](grounds[0], rng)]


def _see(world: World, first: int, who: Ints, found: Area, planted: Planted, true: Ints, seen: Ints) -> None:
    """Registers of customers whose meters record something else than the use, now and since it began."""
    if planted.cause not in LASTING:
        return
    plan = world.plan
    curve = slice(plan.days - plan.curve_days, plan.days)
    before = slice(max(0, plan.days - SINCE_DAYS), plan.days - plan.curve_days)
    for place, name in enumerate(found.customers):
        if name not in planted.kinds:
            continue
        row = int(who[place])
        daily = found.readings_kwh[place].reshape(plan.curve_days, CURVE_POINTS).sum(axis=1)
        seen[row, curve] = np.rint(daily * 100 / world.people.multiplier[first + row])
        share = seen[row, curve].sum() / max(int(true[row, curve].sum()), 1)
        seen[row, before] = np.rint(true[row, before] * share)


def _tell(world: World, area: int, customers: Ints, found: Area, planted: Planted) -> None:
    """Enter what is true of an area: its cause, and the kinds that rules should find."""
    plan = world.plan
    named = [
        (int(customers[place]), name) for place, name in enumerate(found.customers) if name in planted.kinds
    ]
    for customer, name in named:
        stolen = planted.stolen_kwh.get(name)
        world.area_truths.append(
            {"area_id": area_id(area), "cause": planted.cause, "customer_id": customer_id(customer),
             "kind": planted.kinds[name], "stolen_kwh": "" if stolen is None else f"{stolen:.3f}"}
        )  # fmt: skip
    if not named:
        world.area_truths.append({"area_id": area_id(area), "cause": planted.cause})
    if planted.cause not in KINDS:
        return
    kind, risk = KINDS[planted.cause]
    since = SINCE_DAYS if planted.cause in LASTING else plan.curve_days
    period = (max(0, plan.days - since), plan.days)
    group = f"balance {area_id(world.gate_areas[area].partner or area)}"
    if planted.cause != THEFT:
        world.truths.append(Truth(kind, risk, "transformer_area", area_id(area), None, *period, group=group))
    for customer, _ in named:
        loss = None if planted.cause in LASTING else 0
        world.truths.append(
            Truth(kind, risk, "customer", customer_id(customer), customer, *period, loss, group=group)
        )


def gate_frame(world: World, gated: Gated) -> Frame | None:
    """Rows of ``load_curve`` of the gate meters, or None without any in the chunk."""
    plan = world.plan
    if not gated.supply:
        return None
    areas = np.array(sorted(gated.supply))
    length = plan.curve_days * CURVE_POINTS
    start = (plan.start_number + plan.days - plan.curve_days) * SECONDS_PER_DAY
    read_at = np.tile(start + np.arange(length) * QUARTER_S, len(areas))
    kwh = np.concatenate([gated.supply[int(area)] for area in areas])
    return {
        "meter_id": ids("MG", np.repeat(areas, length), 6),
        "read_at": read_at,
        "kwh": kwh,
        "p_kw": kwh * (CURVE_POINTS // 24),
        ARRIVED_AT: read_at + 3_600 - CHINA_OFFSET_S,
    }


def write_area_truth(world: World, folder: Path) -> None:
    """Write ``area_truth.csv``: the cause planted in each gate area, and the customers that it concerns."""
    with (folder / "area_truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        writer.writerows(sorted(world.area_truths, key=lambda row: row["area_id"]))
