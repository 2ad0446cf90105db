"""The county itself: organisation units, staff, feeders, transformer areas, outlets."""

from datetime import date

import numpy as np

from wattwarden.simulate.plan import Floats, Plan
from wattwarden.simulate.texts import GIVEN_NAMES, SURNAMES
from wattwarden.simulate.world import Row, World, area_id

AREAS_PER_STATION = 25
AREAS_PER_FEEDER = 20
AREAS_PER_OUTLET = 4
CENTRE = (110.0, 27.5)
"""Longitude and latitude about which the county lies, degrees."""

PROVINCE, CITY, COUNTY = "43", "4399", "439901"
REGION = "demo"
"""Region of the price books by which the county bills."""
SETTLEMENTS = ("urban", "rural", "remote")
COUNTY_ROLES = {
    "controller": 2, "auditor": 3, "billing": 4, "connection": 4, "account_manager": 4, "it": 3, "leader": 2,
    "service": 4,
}  # fmt: skip
STATION_ROLES = {"meter": 3, "reader": 3, "collection": 3, "service": 2, "account_manager": 1, "leader": 1,
                 "connection": 2}  # fmt: skip


def station_count(plan: Plan) -> int:
    """Number of supply stations."""
    return max(2, -(-plan.areas // AREAS_PER_STATION))


def station_of(plan: Plan, area: int) -> int:
    """Position of the station that looks after ``area``."""
    return area * station_count(plan) // plan.areas


def organisation(plan: Plan) -> tuple[list[Row], list[str]]:
    """Rows of ``org_unit`` and the numbers of the stations."""
    rows: list[Row] = [
        {"org_id": PROVINCE, "name": "望川省电力公司", "kind": "province", "parent_org_id": None},
        {"org_id": CITY, "name": "望川市供电公司", "kind": "city", "parent_org_id": PROVINCE},
        {"org_id": COUNTY, "name": "云岭县供电公司", "kind": "county", "parent_org_id": CITY},
    ]
    stations = [f"{COUNTY}{s + 1:03d}" for s in range(station_count(plan))]
    for number, station in enumerate(stations, start=1):
        rows.append(
            {"org_id": station, "name": f"云岭第{number}供电所", "kind": "station", "parent_org_id": COUNTY}
        )
        for team, name in (("1", "营业班"), ("2", "运检班")):
            rows.append(
                {"org_id": station + team, "name": f"云岭第{number}供电所{name}", "kind": "class",
                 "parent_org_id": station}
            )  # fmt: skip
    return [{**row, "region": REGION} for row in rows], stations


def personnel(
    plan: Plan, stations: list[str]
) -> tuple[list[Row], dict[str, list[str]], list[dict[str, list[str]]]]:
    """Rows of ``staff``, staff numbers of the county office by role, and of each station by role."""
    rng = plan.random("staff")
    rows: list[Row] = []

    def hire(org: str, role: str) -> str:
        number = f"E{len(rows) + 1:06d}"
        name = str(rng.choice(SURNAMES)) + str(rng.choice(GIVEN_NAMES))
        rows.append(
            {"staff_id": number, "name": name, "org_id": org, "role": role,
             "phone": f"139{rng.integers(10**8):08d}", "joined_on": date(2010 + int(rng.integers(14)), 7, 1)}
        )  # fmt: skip
        return number

    office = {role: [hire(COUNTY, role) for _ in range(count)] for role, count in COUNTY_ROLES.items()}
    crews = [
        {role: [hire(f"{org}{1 + (role == 'meter')}", role) for _ in range(count)]
         for role, count in STATION_ROLES.items()}
        for org in stations
    ]  # fmt: skip
    return rows, office, crews


def area_places(plan: Plan) -> tuple[Floats, Floats]:
    """Longitude and latitude of each area: clustered about its station's centre, within 2 km of it."""
    rng = plan.random("places")
    centres = np.array(CENTRE) + rng.uniform(-0.4, 0.4, (station_count(plan), 2))
    station = np.array([station_of(plan, a) for a in range(plan.areas)])
    places = centres[station] + rng.uniform(-0.015, 0.015, (plan.areas, 2))
    return places[:, 0], places[:, 1]


def settlements(plan: Plan) -> list[int]:
    """Settlement class of each area, as position in ``SETTLEMENTS``: 55 % urban, 40 % rural, 5 % remote."""
    return [int(x) for x in plan.random("settlement").choice(3, plan.areas, p=[0.55, 0.40, 0.05])]


def feeder_of(area: int) -> str:
    """Number of the feeder that supplies ``area``."""
    return f"XL{area // AREAS_PER_FEEDER:05d}"


def add_grid(world: World, places: tuple[Floats, Floats]) -> None:
    """Feeders, transformer areas and payment outlets."""
    plan, rng = world.plan, world.plan.random("grid")
    kinds = settlements(plan)
    capacity = area_capacity(world)
    for area in range(plan.areas):
        if area % AREAS_PER_FEEDER == 0:
            world.add("feeder", _feeder(world, area))
        world.add(
            "transformer_area",
            {"area_id": area_id(area), "name": f"云岭{area + 1}号公变台区", "feeder_id": feeder_of(area),
             "org_id": world.stations[station_of(plan, area)], "capacity_kva": capacity[area], "model": "S13-M",
             "settlement": SETTLEMENTS[kinds[area]], "gate_meter_id": f"MG{area:06d}",
             "technical_loss_pct": round(float(technical_loss(plan)[area]) * 100, 2)},
        )  # fmt: skip
        if area % AREAS_PER_OUTLET == 0:
            world.add("payment_outlet", _outlet(world, area, places, rng))


def technical_loss(plan: Plan) -> Floats:
    """Share of an area's supply that is lost in its wires: 1.5 % to 4 %."""
    return plan.random("loss").uniform(0.015, 0.04, plan.areas)


def area_capacity(world: World) -> Floats:
    """Transformer capacity of each area, kVA: a standard size above twice the mean load of its customers."""
    people = world.people
    local = ~people.is_high_voltage
    load = np.bincount(people.area[local], weights=people.base_kwh[local], minlength=world.plan.areas) / 24
    sizes = np.array([100.0, 200.0, 315.0, 400.0, 500.0, 630.0, 800.0, 1000.0, 1250.0, 1600.0, 2000.0])
    return sizes[np.minimum(np.searchsorted(sizes, load * 4.5), len(sizes) - 1)]


def _feeder(world: World, area: int) -> Row:
    number = area // AREAS_PER_FEEDER
    return {
        "feeder_id": feeder_of(area), "name": f"10kV岭{number + 1}线",
        "org_id": world.stations[station_of(world.plan, area)], "substation": f"云岭{number // 6 + 1}号变电站",
        "voltage_level": "kv10", "rated_kva": 16_000.0,
    }  # fmt: skip


def _outlet(world: World, area: int, places: tuple[Floats, Floats], rng: np.random.Generator) -> Row:
    number = area // AREAS_PER_OUTLET
    kind = ("hall", "agent", "bank", "kiosk")[number % 4]
    name = {"hall": "营业厅", "agent": "代收点", "bank": "银行网点", "kiosk": "自助终端"}[kind]
    return {
        "outlet_id": f"WD{number:05d}", "name": f"云岭{number + 1}号{name}", "kind": kind,
        "org_id": world.stations[station_of(world.plan, area)],
        "longitude_deg": float(places[0][area]) + float(rng.uniform(-0.002, 0.002)),
        "latitude_deg": float(places[1][area]) + float(rng.uniform(-0.002, 0.002)),
        "opened_on": date(2015, 3, 1),
    }  # fmt: skip
