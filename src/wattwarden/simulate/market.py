"""Market contracts and prices, captive plants, daily balance, demand response, corrections."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from wattwarden.domain.period import month_start
from wattwarden.simulate import sectors
from wattwarden.simulate.county import COUNTY, REGION
from wattwarden.simulate.people import DIRECT, RETAIL
from wattwarden.simulate.plan import Bools, Floats
from wattwarden.simulate.prices import E8, RETAIL_AVERAGE, tariff_of
from wattwarden.simulate.texts import SELLERS
from wattwarden.simulate.world import Row, World, customer_id

CATEGORY = {"mill": "high_energy", "hospital": "public_service"}
RETAIL_CAP = 1.08
"""Reference ceiling of the retail price, as part of the agency price."""
GREEN_PRICE = Decimal("0.021")
"""Environmental value in green packages, yuan per kWh."""
MONITORED, CONTROLLED = 0.78, 0.24
"""Shares of peak load under monitoring and control; the duty is 70 % and 20 % (DOMAIN H)."""


def add_market(world: World) -> None:
    """All market tables."""
    rng = world.plan.random("market")
    _prices(world)
    for customer in np.flatnonzero(world.people.market >= DIRECT):
        add_market_contract(world, rng, int(customer), month_start(world.plan.end, int(rng.integers(5, 14))))
    mills = np.flatnonzero(world.people.sector == sectors.NUMBER["mill"])
    for customer in mills[::2]:
        add_plant(world, int(customer), standby_fen=8_000_000, pays_funds=True)
    large = world.people.is_high_voltage & (world.people.capacity >= 400)
    for order, customer in enumerate(np.flatnonzero(large), start=1):
        code = sectors.SECTORS[world.people.sector[customer]].code
        if code != "hospital":
            add_response(world, int(customer), order, CATEGORY.get(code, "ordinary"))


def _prices(world: World) -> None:
    tariff = tariff_of(world.plan)
    for month, purchase in zip(tariff.months, tariff.purchase, strict=True):
        for kind, part in (
            ("agency", 1.0),
            ("retail_average", RETAIL_AVERAGE),
            ("wholesale_average", 0.96),
            ("retail_cap", RETAIL_CAP),
        ):
            world.add(
                "market_price",
                {"region": REGION, "price_month": month, "kind": kind, "price": round(int(purchase) / E8 * part, 6)},
                world.at(max(0, world.plan.day(month) - 3), 10.0),
            )  # fmt: skip


def add_market_contract(
    world: World, rng: np.random.Generator, customer: int, until: date, **overrides: object
) -> Row:
    """A market contract in force since before the start of the history until ``until`` (exclusive)."""
    people = world.people
    retail = people.market[customer] == RETAIL
    since = min(world.plan.start, month_start(until, -24))
    row: Row = {
        "market_contract_id": world.next_id("SC"), "customer_id": customer_id(customer),
        "kind": "retail" if retail else "wholesale", "seller": str(rng.choice(SELLERS)) if retail else None,
        "signed_on": since - timedelta(days=20), "valid_from": since, "valid_to": until,
        "price": int(people.purchase[customer]) / E8,
        "monthly_kwh": float(round(float(people.base_kwh[customer]) * 30, -2)),
        **(_package(world, customer) if retail else {}),
    }  # fmt: skip
    return world.add("market_contract", row | overrides)


def green(world: World) -> Bools:
    """Retail customers with a green package."""
    return np.asarray((world.people.market == RETAIL) & (np.arange(len(world.people)) % 10 == 0))


def _package(world: World, customer: int) -> Row:
    """How the price of a retail contract came about (DOMAIN H, retail packages)."""
    price = int(world.people.purchase[customer]) / E8
    average = int(tariff_of(world.plan).purchase.min()) / E8 * RETAIL_AVERAGE
    if green(world)[customer]:
        return {"package": "green", "green_price": GREEN_PRICE}
    if customer % 10 <= 2:
        return {"package": "market_rate", "coefficient": round(price / average, 6)}
    return {"package": "average_plus_fee", "service_fee": round(price - average, 8)}


def add_plant(world: World, customer: int, standby_fen: int, pays_funds: bool, **more: object) -> None:
    """A captive plant of a fifth of the customer's capacity."""
    power_kw = float(world.people.capacity[customer]) * 0.2
    world.add(
        "captive_plant",
        {"plant_id": f"ZB{customer:08d}", "customer_id": customer_id(customer), "fuel": "waste_heat",
         "capacity_kw": power_kw, "started_on": date(2021, 5, 1),
         "standby_fee_fen_per_month": standby_fen, "pays_funds": pays_funds, "is_registered": True, **more},
    )  # fmt: skip


def add_response(world: World, customer: int, order: int, category: str) -> None:
    """A place in this season's plan of orderly use."""
    capacity = float(world.people.capacity[customer])
    world.add(
        "demand_response",
        {"customer_id": customer_id(customer), "season": f"{world.plan.end.year}-winter",
         "curtailable_kw": round(capacity * 0.25, 1), "security_load_kw": round(capacity * 0.1, 1),
         "plan_order": order, "called_times": order % 2, "category": category},
    )  # fmt: skip


def add_balance(world: World, daily_kwh: Floats) -> None:
    """Daily balance of the county from the energy it used, with a reserve of 12 to 25 %."""
    rng = world.plan.random("balance")
    highest = float(daily_kwh.max())
    for day, kwh in enumerate(daily_kwh):
        peak = float(kwh) / 24 * 1.55
        available = max(peak * float(rng.uniform(1.12, 1.25)), highest / 24 * 1.55 * 0.9)
        row: Row = {
            "org_id": COUNTY, "balance_date": world.plan.date_of(day), "known_at": world.at(max(0, day - 1), 17.0),
            "peak_demand_kw": round(peak, 1), "available_kw": round(available, 1),
            "forecast_peak_kw": round(peak * float(rng.uniform(0.97, 1.03)), 1),
            "controllable_kw": round(highest / 24 * 1.55 * CONTROLLED, 1),
            "monitored_kw": round(highest / 24 * 1.55 * MONITORED, 1),
        }  # fmt: skip
        shortage = world.shortages.get(day)
        if shortage is not None:
            row["available_kw"] = round(peak * (1 - shortage), 1)
            row["forecast_peak_kw"] = round(peak, 1)
        world.add("load_balance_daily", row)
