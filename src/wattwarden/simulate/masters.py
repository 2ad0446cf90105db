"""Files with one row per customer: customer, premise, contract, meter, price."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate import sectors
from wattwarden.simulate.columns import NULL, Codes, Fixed, Frame, ids
from wattwarden.simulate.county import SETTLEMENTS
from wattwarden.simulate.people import DIRECT, DIRECT_METER_KVA, MARKETS, METHODS
from wattwarden.simulate.plan import CHINA_OFFSET_S, SECONDS_PER_DAY, Bools, Ints, Plan, day_number
from wattwarden.simulate.sectors import SECTORS
from wattwarden.simulate.terms import MARKET_TOU_ENDS
from wattwarden.simulate.texts import BRANDS, GIVEN_NAMES, STREETS, SURNAMES
from wattwarden.simulate.world import Row, World

TARIFF_START = day_number(date(2023, 6, 1))
"""First day of the third price period, from which present assignments run."""
CUSTOMER_TYPES = ("resident", "enterprise", "government", "farm")
PRICE_CODES = ("JM", "NY", "GS")
"""Beginning of the price code by class; the billing mode and the voltage follow."""
METER_KINDS = ("single_phase", "three_phase_3w", "three_phase_4w")


def _texts(choices: tuple[str, ...], index: Ints) -> pa.Array:
    return pa.array(choices, type=pa.string()).take(pa.array(index % len(choices)))


def _joined(*parts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _known(plan: Plan, day: Ints) -> Ints:
    """Instant from which a file opened on day index ``day`` is known: not before the start."""
    return (plan.start_number + np.maximum(day, 0)) * SECONDS_PER_DAY - CHINA_OFFSET_S


def names(world: World, first: int, last: int) -> pa.Array:
    """Names of customers: persons at home, invented companies otherwise."""
    rng = world.plan.random("names", first)
    draw = rng.integers(0, 1 << 30, (3, last - first))
    sector = world.people.sector[first:last]
    person = _joined(_texts(SURNAMES, draw[0]), _texts(GIVEN_NAMES, draw[1]))
    endings = tuple(s.suffix for s in SECTORS)
    company = _joined(_texts(BRANDS, draw[0]), _texts(BRANDS, draw[1]), _texts(endings, sector))
    return pc.if_else(sector <= sectors.NUMBER["rural_home"], person, company)


def customer_frame(world: World, first: int, last: int) -> Frame:
    """Rows of ``customer``."""
    plan, people, part = world.plan, world.people, slice(first, last)
    rng = plan.random("customer", first)
    n = last - first
    numbers = np.arange(first, last)
    sector, high = people.sector[part], people.is_high_voltage[part]
    types = np.array([CUSTOMER_TYPES.index(s.customer_type) for s in SECTORS])[sector]
    codes = np.array([np.resize(s.industries, 8) for s in SECTORS])[sector, numbers % 8]
    important = sector == sectors.NUMBER["hospital"]
    capacity = people.capacity[part]
    managers = _manager_numbers(world)[people.station[part]]
    home = types == 0
    return {
        "customer_id": ids("31", numbers, 8),
        "name": names(world, first, last),
        "customer_type": Codes(types, CUSTOMER_TYPES),
        "premise_id": ids("PR", numbers, 8),
        "org_id": pa.array(world.stations).take(pa.array(people.station[part])),
        "status": Codes(np.zeros(n, dtype=np.int64), ("active",)),
        "opened_on": plan.start_number + people.opened[part],
        "voltage_level": Codes(people.voltage[part], sectors.VOLTAGES),
        "industry_code": pa.array(codes, type=pa.string()),
        "contract_capacity_kva": capacity,
        "operating_capacity_kva": capacity,
        "source_mode": Codes(np.where(important, 1, 0), ("single", "double")),
        "importance": Codes(np.where(important, 1, 0), ("ordinary", "level2")),
        "is_protected": people.protected[part],
        "market_attribute": Codes(people.market[part], MARKETS),
        # Works on that list trade directly; under agency they would owe the surcharge (DOMAIN B.3).
        "high_energy_use": (sector == sectors.NUMBER["mill"]) & (people.market[part] >= DIRECT),
        "temporary_until": np.where(
            sector == sectors.NUMBER["site"], day_number(plan.end) + rng.integers(60, 400, n), NULL
        ),
        "is_temporary": sector == sectors.NUMBER["site"],
        "phone": ids("13", rng.integers(0, 10**9, n), 9),
        "id_number": pc.if_else(home, ids("439901", rng.integers(10**11, 10**12, n), 12),
                                ids("91439901", rng.integers(0, 10**10, n), 10)),
        "bank_account": pc.if_else(np.isin(people.method[part], (1, 2)), ids("6299", rng.integers(0, 10**12, n), 12),
                                   None),
        "payment_method": Codes(people.method[part], METHODS),
        "account_manager_id": pc.if_else(high, ids("E", managers, 6), None),
        "tier": Codes(np.where(capacity >= 1000, 0, np.where(high, 1, 2)), ("high_value", "key", "ordinary")),
        ARRIVED_AT: _known(plan, people.opened[part]),
    }  # fmt: skip


def _manager_numbers(world: World) -> Ints:
    return np.array([int(crew["account_manager"][0][1:]) for crew in world.station_staff])


def premise_frame(world: World, first: int, last: int) -> Frame:
    """Rows of ``premise``."""
    people, part = world.people, slice(first, last)
    numbers = np.arange(first, last)
    streets = _texts(STREETS, people.area[part].clip(0) * 7 + people.station[part])
    door = pa.array(np.char.add((numbers % 400 + 1).astype(str), "号"))
    return {
        "premise_id": ids("PR", numbers, 8),
        "address": _joined(pa.array(["云岭县"] * len(numbers)), streets, door),
        "org_id": pa.array(world.stations).take(pa.array(people.station[part])),
        "area_id": pc.if_else(people.area[part] >= 0, ids("TQ", people.area[part].clip(0), 6), None),
        "settlement": Codes(people.settlement[part], SETTLEMENTS),
        "longitude_deg": people.longitude[part],
        "latitude_deg": people.latitude[part],
        ARRIVED_AT: _known(world.plan, people.opened[part]),
    }


def contract_frame(world: World, first: int, last: int) -> Frame:
    """Rows of ``contract``: complete, signed by the owner, agreeing with the files."""
    plan, people, part = world.plan, world.people, slice(first, last)
    rng = plan.random("contract", first)
    n = last - first
    numbers = np.arange(first, last)
    home = people.sector[part] <= sectors.NUMBER["rural_home"]
    site = people.sector[part] == sectors.NUMBER["site"]
    high = people.is_high_voltage[part]
    until = np.where(home, NULL, day_number(plan.end) + rng.integers(200, 1_000, n))
    since = np.where(home, plan.start_number + people.opened[part], until - 1_200 - rng.integers(0, 400, n))
    since = np.where(people.opened[part] > -1_400, plan.start_number + people.opened[part], since)
    yes = np.ones(n, dtype=np.bool_)
    kind = np.where(home, 2, np.where(site, 3, np.where(high, 0, 1)))
    holder = names(world, first, last)
    return {
        "contract_id": ids("HT", numbers, 9),
        "customer_id": ids("31", numbers, 8),
        "form": Codes(np.where(since > day_number(date(2019, 1, 1)), 1, 0), ("paper", "electronic")),
        "kind": Codes(kind, ("hv", "lv", "residential", "temporary")),
        "signed_on": since - 3,
        "signatory": holder,
        "signatory_is_owner": yes,
        "has_power_of_attorney": ~yes,
        "valid_from": since,
        "valid_to": until,
        "customer_name": holder,
        "capacity_kva": people.capacity[part],
        "voltage_level": Codes(people.voltage[part], sectors.VOLTAGES),
        "tariff_class": Codes(people.tariff_class[part], sectors.TARIFF_CLASSES),
        "metering_mode": Codes(people.metering[part], sectors.METERING_MODES),
        "multiplier": people.multiplier[part],
        "boundary": _texts(("电能表出线端", "跌落式熔断器下桩头"), high.astype(np.int64)),
        "late_fee_permille_per_day": np.where(home, 1, 2),
        "has_supply_mode": yes, "has_use_nature": yes, "has_metering_price": yes, "has_maintenance_split": yes,
        "has_breach_liability": yes,
        "has_emergency_power_clause": people.sector[part] == sectors.NUMBER["hospital"],
        ARRIVED_AT: _known(plan, people.opened[part]),
    }  # fmt: skip


def tariff_frame(world: World, first: int, last: int) -> Frame:
    """Rows of ``tariff_assignment``: the assignment in force at the end."""
    plan, people, part = world.plan, world.people, slice(first, last)
    freed = freed_customers(world)[part]
    since = np.maximum(plan.start_number + people.opened[part], TARIFF_START)
    free_day = day_number(date(*MARKET_TOU_ENDS, 1))
    since = np.where(freed, np.maximum(since, free_day), since)
    commercial = people.tariff_class[part] == sectors.COMMERCIAL
    standard = people.pf_standard[part]
    demand = people.mode[part] == sectors.DEMAND
    return {
        "customer_id": ids("31", np.arange(first, last), 8),
        "valid_from": since,
        "tariff_class": Codes(people.tariff_class[part], sectors.TARIFF_CLASSES),
        "billing_mode": Codes(people.mode[part], sectors.BILLING_MODES),
        "price_code": _joined(
            _texts(PRICE_CODES, people.tariff_class[part]),
            _texts(("1", "2", "3"), people.mode[part]),
            _texts(("-0", "-0", "-10", "-35"), people.voltage[part]),
        ),
        "voltage_level": Codes(people.voltage[part], sectors.VOLTAGES),
        "is_tou": people.is_tou[part] & ~freed & commercial,
        "pf_standard": Fixed(np.where(standard > 0, standard, NULL), 2),
        "contract_demand_kw": np.where(demand, people.contract_demand[part], NULL),
        "use_description": _texts(tuple(s.use for s in SECTORS), people.sector[part]),
        ARRIVED_AT: _known(plan, since - plan.start_number),
    }


def freed_customers(world: World) -> Bools:
    """Market customers whose time-of-use price ended with the market rules of 2026-03-01."""
    ended = world.plan.end >= date(*MARKET_TOU_ENDS, 1)
    return np.asarray(world.people.is_tou & (world.people.market >= DIRECT) & ended)


def add_earlier_tariffs(world: World) -> None:
    """Assignments of market customers from before the end of their time-of-use price."""
    for customer in np.flatnonzero(freed_customers(world)):
        add_earlier_tariff(world, int(customer), date(*MARKET_TOU_ENDS, 1), is_tou=True)


def add_earlier_tariff(world: World, customer: int, until: date, **overrides: object) -> None:
    """The assignment that a customer had until ``until``: that of its sector, but for ``overrides``."""
    people, plan = world.people, world.plan
    standard = int(people.pf_standard[customer])
    demand = people.mode[customer] == sectors.DEMAND
    row: Row = {
        "customer_id": f"31{customer:08d}",
        "valid_from": max(date(2023, 6, 1), plan.date_of(int(people.opened[customer]))), "valid_to": until,
        "tariff_class": sectors.TARIFF_CLASSES[people.tariff_class[customer]],
        "billing_mode": sectors.BILLING_MODES[people.mode[customer]],
        "is_tou": bool(people.is_tou[customer]) and people.tariff_class[customer] == sectors.COMMERCIAL,
        "voltage_level": sectors.VOLTAGES[people.voltage[customer]],
        "pf_standard": standard / 100 if standard else None,
        "contract_demand_kw": float(people.contract_demand[customer]) if demand else None,
    }  # fmt: skip
    world.add("tariff_assignment", row | overrides)


def meter_frame(world: World, first: int, last: int) -> Frame:
    """Rows of ``meter``: the first meter of each customer, removed where it was exchanged."""
    plan, people, part = world.plan, world.people, slice(first, last)
    exchanged = people.exchanged[part]
    gone = exchanged >= 0
    oldest = day_number(plan.end) - 2_100 - np.arange(first, last) % 700
    installed = np.maximum(plan.start_number + people.opened[part], oldest)
    frame = _meter_columns(world, np.arange(first, last), installed, 1)
    frame["removed_on"] = np.where(gone, plan.start_number + exchanged, NULL)
    frame["status"] = Codes(gone.astype(np.int64), ("running", "removed"))
    frame[ARRIVED_AT] = _known(plan, people.opened[part])
    return frame


def exchanged_meter_frame(world: World, first: int, last: int) -> Frame:
    """Rows of ``meter`` that an exchange brought."""
    plan = world.plan
    numbers = first + np.flatnonzero(world.people.exchanged[first:last] >= 0)
    day = world.people.exchanged[numbers]
    frame = _meter_columns(world, numbers, plan.start_number + day, 2)
    frame["status"] = Codes(np.zeros(len(numbers), dtype=np.int64), ("running",))
    frame[ARRIVED_AT] = _known(plan, day)
    return frame


def _meter_columns(world: World, numbers: Ints, installed: Ints, generation: int) -> Frame:
    people = world.people
    high, capacity = people.is_high_voltage[numbers], people.capacity[numbers]
    single = people.voltage[numbers] == sectors.V220
    metering = people.metering[numbers]
    kind = np.where(single, 0, np.where(metering == sectors.HV_HV, 1, 2))
    through_ct = capacity > DIRECT_METER_KVA
    assessed = high | (people.pf_standard[numbers] > 0)
    return {
        "meter_id": ids("MT", numbers * 10 + generation, 9),
        "metering_point_id": ids("MP", numbers, 9),
        "customer_id": ids("31", numbers, 8),
        "area_id": pc.if_else(~high, ids("TQ", people.area[numbers].clip(0), 6), None),
        "role": Codes(np.zeros(len(numbers), dtype=np.int64), ("billing",)),
        "serial_no": ids("43", numbers * 10 + generation, 12),
        "kind": Codes(kind, METER_KINDS),
        "metering_mode": Codes(metering, sectors.METERING_MODES),
        "loss_billed": metering == sectors.HV_LV,
        "accuracy_class": Codes(np.where(high, 0, np.where(single, 2, 1)), ("0.5S", "1.0", "2.0")),
        "rated_voltage_v": np.where(metering == sectors.HV_HV, 100, 220),
        "base_current_a": np.where(through_ct, 1.5, np.where(single, 5, 10)),
        "max_current_a": np.where(through_ct, 6.0, np.where(single, 60, 100)),
        "multiplier": people.multiplier[numbers],
        "digits": np.full(len(numbers), 8),
        "has_tou": people.meter_tou[numbers],
        "has_demand_register": high,
        "has_reactive_register": assessed,
        "installed_on": installed,
        "last_verified_on": installed - 20,
        "rotation_due_on": installed + 3_652,
        "seal_no": ids("FY", numbers * 10 + generation, 9),
    }
