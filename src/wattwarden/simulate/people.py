"""Draw the customers: sector, place, size, price, meter, habits."""

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.county import area_places, settlements, station_of
from wattwarden.simulate.plan import Bools, Floats, Ints, Plan
from wattwarden.simulate.prices import E8, RETAIL_AVERAGE, tariff_of
from wattwarden.simulate.sectors import SECTORS
from wattwarden.simulate.transformers import no_load_w, usual_model
from wattwarden.simulate.world import People

METHODS = ("counter", "debit", "entrusted", "online", "prepaid", "agent")
COUNTER, DEBIT, ENTRUSTED, ONLINE, PREPAID, AGENT = range(6)
MARKETS = ("none", "agency", "direct", "retail")
NONE, AGENCY, DIRECT, RETAIL = range(4)
CT_PRIMARIES = np.array([50, 75, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000])
CT_SECONDARY = 5
DIRECT_METER_KVA = 50.0
"""Up to this capacity the meter is connected directly (DOMAIN C.1)."""
LEAST_COUNTS = {
    "plant": 76,
    "mall": 34,
    "mill": 8,
    "hospital": 4,
    "charging": 4,
    "hotel": 10,
    "site": 8,
    "office": 16,
}
"""Least numbers in a county of 2,000, so that every fault finds somebody to happen to."""


def draw_people(plan: Plan) -> People:
    """All customers of the county."""
    rng = plan.random("people")
    n = plan.customers
    kinds = settlements(plan)
    block = np.arange(n) // plan.area_size
    settlement = np.array(kinds)[block]
    sector = _sectors(plan, rng, settlement)
    high = np.array([s.is_high_voltage for s in SECTORS])[sector]
    capacity = _capacities(rng, sector)
    base = _base_kwh(rng, sector, capacity)
    metering = np.where(~high, sectors.LV_LV, np.where(capacity >= 800, sectors.HV_HV, sectors.HV_LV))
    voltage = np.array([s.voltage for s in SECTORS])[sector]
    voltage = np.where((SECTORS[2].voltage == voltage) & (capacity <= 10), sectors.V220, voltage)
    tariff_class = np.array([s.tariff_class for s in SECTORS])[sector]
    market = _markets(rng, sector, tariff_class, high)
    mode = _modes(rng, tariff_class, capacity, high)
    solar = np.where((voltage <= sectors.V380) & (rng.random(n) < 0.012), rng.uniform(5, 20, n), 0.0)
    shop_floor = (tariff_class == sectors.COMMERCIAL) & (capacity >= 100)
    opened = np.where(high, -np.abs(_opened(plan, rng)) - 30, _opened(plan, rng))
    site = sector == sectors.NUMBER["site"]
    opened = np.where(site, -rng.integers(60, 300, n), opened)
    lon, lat = area_places(plan)
    return People(
        sector=sector,
        area=np.where(high, -1, block),
        station=np.array([station_of(plan, a) for a in range(plan.areas)])[block],
        base_kwh=base,
        capacity=capacity,
        voltage=voltage,
        multiplier=_multipliers(capacity, voltage, metering),
        mode=mode,
        tariff_class=tariff_class,
        is_tou=shop_floor,
        meter_tou=(tariff_class == sectors.COMMERCIAL) | (rng.random(n) < 0.04),
        pf_standard=_pf_standards(sector, tariff_class, capacity, high),
        metering=metering,
        solar_kw=solar,
        opened=opened,
        method=_methods(rng, tariff_class, high),
        market=market,
        purchase=_purchase(plan, rng, market),
        contract_demand=np.rint(np.maximum(0.42 * capacity, base * _peak_share(sector) * 1.7)).astype(
            np.int64
        ),
        settlement=settlement,
        longitude=lon[block] + rng.uniform(-0.004, 0.004, n),
        latitude=lat[block] + rng.uniform(-0.004, 0.004, n),
        power_factor=rng.uniform(0.905, 0.975, n),
        exchanged=np.where(high, -1, _exchanges(plan, rng, opened)),
        protected=(tariff_class == sectors.RESIDENTIAL) & (rng.random(n) < 0.004),
        no_load_w=_iron_losses(plan, capacity, high),
    )


def _sectors(plan: Plan, rng: np.random.Generator, settlement: Ints) -> Ints:
    counts = np.rint(sectors.per_sector("share") * plan.customers).astype(np.int64)
    for code, least in LEAST_COUNTS.items():
        at_least = round(least * min(1.0, plan.customers / 2_000))
        counts[sectors.NUMBER[code]] = max(counts[sectors.NUMBER[code]], at_least)
    home = sectors.NUMBER["urban_home"]
    counts[home] += plan.customers - counts.sum()
    drawn = rng.permutation(np.repeat(np.arange(len(SECTORS)), counts))
    is_home = drawn <= sectors.NUMBER["rural_home"]
    return np.where(is_home, np.minimum(settlement, 1), drawn)


def _capacities(rng: np.random.Generator, sector: Ints) -> Floats:
    capacity = np.zeros(len(sector))
    for position, kind in enumerate(SECTORS):
        members = sector == position
        capacity[members] = rng.choice(kind.capacities, members.sum())
    return capacity


def _base_kwh(rng: np.random.Generator, sector: Ints, capacity: Floats) -> Floats:
    mean = sectors.per_sector("daily_kwh")[sector] + sectors.per_sector("load_hours")[sector] * capacity
    spread = np.where(capacity > 8, 0.22, 0.42)
    base = mean * np.clip(np.exp(rng.normal(0.0, spread) - spread**2 / 2), 0.3, 2.2)
    away = rng.random(len(sector)) < np.where(capacity > 8, 0.0, 0.025)
    highest = 0.80 * capacity / (_peak_share(sector) * 1.75)
    return np.where(away, 0.05, np.minimum(base, highest))


def _peak_share(sector: Ints) -> Floats:
    return np.array([sectors.HOURS[s.hours].max() for s in SECTORS])[sector]


def _markets(rng: np.random.Generator, sector: Ints, tariff_class: Ints, high: Bools) -> Ints:
    # Mills use much energy: outside the market they would pay the surcharge of DOMAIN B.3.
    draw = rng.random(len(high))
    by_size = np.where(draw < 0.30, DIRECT, np.where(draw < 0.70, RETAIL, AGENCY))
    by_size = np.where((sector == sectors.NUMBER["mill"]) & (by_size == AGENCY), DIRECT, by_size)
    return np.where(tariff_class != sectors.COMMERCIAL, NONE, np.where(high, by_size, AGENCY))


def _modes(rng: np.random.Generator, tariff_class: Ints, capacity: Floats, high: Bools) -> Ints:
    two_part = (tariff_class == sectors.COMMERCIAL) & (capacity >= 315) & high
    by_demand = rng.random(len(high)) < 0.4
    return np.where(two_part, np.where(by_demand, sectors.DEMAND, sectors.CAPACITY), sectors.SINGLE)


def _pf_standards(sector: Ints, tariff_class: Ints, capacity: Floats, high: Bools) -> Ints:
    industrial = np.isin(sector, [sectors.NUMBER[c] for c in ("plant", "mill", "workshop")])
    assessed = (capacity >= 100) & (tariff_class == sectors.COMMERCIAL)
    return np.where(assessed, np.where(industrial & high & (capacity > 160), 90, 85), 0)


def _methods(rng: np.random.Generator, tariff_class: Ints, high: Bools) -> Ints:
    n = len(high)
    homes = rng.choice([COUNTER, DEBIT, ONLINE, AGENT, PREPAID], n, p=[0.06, 0.30, 0.52, 0.09, 0.03])
    firms = rng.choice([COUNTER, DEBIT, ENTRUSTED, ONLINE], n, p=[0.15, 0.35, 0.20, 0.30])
    return np.where(high, rng.choice([ENTRUSTED, DEBIT], n), np.where(tariff_class == 0, homes, firms))


def _purchase(plan: Plan, rng: np.random.Generator, market: Ints) -> Ints:
    """Price of the contract of market customers: the lowest retail average and a fee; else 0."""
    average = int(int(tariff_of(plan).purchase.min()) * RETAIL_AVERAGE)
    fee = rng.integers(5, 95, len(market)) * (E8 // 10_000)
    return np.where(np.isin(market, (DIRECT, RETAIL)), average + fee, 0)


def _iron_losses(plan: Plan, capacity: Floats, high: Bools) -> Ints:
    losses = np.zeros(len(capacity), dtype=np.int64)
    for customer in np.flatnonzero(high):
        kva = float(capacity[customer])
        losses[customer] = no_load_w(plan, usual_model(plan, int(customer), kva), kva)
    return losses


def _multipliers(capacity: Floats, voltage: Ints, metering: Ints) -> Ints:
    volts = np.where(metering == sectors.HV_HV, np.where(voltage == sectors.KV35, 35.0, 10.0), 0.38)
    amps = capacity / (np.sqrt(3) * volts)
    position = np.minimum(np.searchsorted(CT_PRIMARIES, amps), len(CT_PRIMARIES) - 1)
    ratio = CT_PRIMARIES[position] // CT_SECONDARY * np.where(volts > 1, volts * 10, 1).astype(np.int64)
    return np.where(capacity <= DIRECT_METER_KVA, 1, ratio)


def _opened(plan: Plan, rng: np.random.Generator) -> Ints:
    age = rng.integers(400, 6_000, plan.customers)
    new = rng.random(plan.customers) < 0.008
    return np.where(new, rng.integers(20, max(21, plan.days - 75), plan.customers), -age)


def _exchanges(plan: Plan, rng: np.random.Generator, opened: Ints) -> Ints:
    chosen = (rng.random(plan.customers) < 0.004) & (opened < 0)
    day = rng.integers(40, plan.days - 3, plan.customers)
    return np.where(chosen, day + np.isin(day, plan.month_bounds), -1)
