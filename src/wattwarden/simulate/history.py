"""What changed lawfully in the past of some customers, in their files and on their bills.

Capacity changes on any day of a month; price terms change on the first of a month.
"""

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from wattwarden.domain.period import month_start
from wattwarden.simulate import sectors
from wattwarden.simulate.connection import add_request
from wattwarden.simulate.market import add_market_contract
from wattwarden.simulate.masters import add_earlier_tariff
from wattwarden.simulate.people import AGENCY, DIRECT, RETAIL
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.prices import E8
from wattwarden.simulate.transformers import models_of, no_load_w, usual_model
from wattwarden.simulate.world import Row, Service, World, customer_id

LONG_AGO = -100_000
"""A day index before every history."""
FOREVER = 100_000
LEFT_SHARE = 0.55
"""Use while half of the capacity is in service, as part of the usual use."""
LAST_QUIET_MONTHS = 4
"""Months at the end without capacity changes: a firm that grows or shrinks then is for the rules to find."""
SMALLEST_HALF_KVA = 315.0
EARLIEST = 22
"""First day of a pause, late enough for its request to fall into the history."""
FIRST_REQUEST = 9
"""Requests are made on the working day before this one or later, and no holiday is longer than eight days."""
SHORTEST_PAUSE = 16
"""Days; a lawful pause has 15 or more (DOMAIN A.1)."""


def add_history(world: World) -> None:
    """Change the past of some customers, who then take part in no fault."""
    for name, share, among, change in _CHANGES:
        rng = world.plan.random(f"history {name}")
        candidates = _plain(world) & among(world)
        wanted = max(1, round(share * int(candidates.sum())))
        for customer in world.pick(rng, candidates, wanted):
            change(world, rng, customer)


def _plain(world: World) -> Bools:
    people = world.people
    return np.asarray((people.opened < 0) & (people.exchanged < 0) & (people.solar_kw == 0))


def _high(world: World) -> Bools:
    hospital = world.people.sector == sectors.NUMBER["hospital"]
    return np.asarray(_plain(world) & world.people.is_high_voltage & ~hospital)


def halvable(world: World) -> Bools:
    """Customers billed by capacity whose transformer might as well be two of half the size."""
    people = world.people
    large = _high(world) & (people.mode == sectors.CAPACITY) & (people.capacity >= 2 * SMALLEST_HALF_KVA)
    for kva in np.unique(people.capacity[large]):
        if not models_of(world.plan, float(kva) / 2):
            large &= people.capacity != kva
    return np.asarray(large)


def _last_day(world: World) -> int:
    """Day index before which capacity changes end."""
    return int(world.plan.month_bounds[max(1, world.plan.months - LAST_QUIET_MONTHS)])


def _pause_half(world: World, rng: np.random.Generator, customer: int) -> None:
    """One of two transformers is sealed for some weeks."""
    start = int(rng.integers(EARLIEST, max(EARLIEST + 1, _last_day(world) - 60)))
    pause_half(world, rng, customer, start, start + int(rng.integers(20, 60)))


def pause_half(world: World, rng: np.random.Generator, customer: int, start: int, stop: int) -> None:
    """Seal one of two transformers of a customer on day ``start`` and let it run again from ``stop`` on."""
    plan = world.plan
    second = _two_transformers(world, customer)
    request = add_request(world, rng, customer, "pause", max(FIRST_REQUEST, start - 12))
    sealed_on, resumed_on = plan.date_of(start), plan.date_of(stop)
    kept = {k: v for k, v in second.items() if k != "arrived_at"}
    second["valid_to"] = sealed_on
    world.add(
        "customer_transformer",
        kept | {"valid_from": sealed_on, "valid_to": resumed_on, "state": "sealed", "reason": "pause",
                "request_id": request["request_id"]},
        world.at(start, 9.0),
    )  # fmt: skip
    world.add(
        "customer_transformer", kept | {"valid_from": resumed_on, "reason": "resume"}, world.at(stop, 9.0)
    )
    _half_served(world, customer, start, stop)


def _grow(world: World, rng: np.random.Generator, customer: int) -> None:
    grow(world, rng, customer, int(rng.integers(40, max(41, _last_day(world)))))


def grow(world: World, rng: np.random.Generator, customer: int, day: int) -> None:
    """A second transformer of the same size runs from ``day`` on."""
    second = _two_transformers(world, customer)
    request = add_request(world, rng, customer, "increase", max(FIRST_REQUEST, day - 30))
    second |= {
        "valid_from": world.plan.date_of(day),
        "reason": "increase",
        "request_id": request["request_id"],
    }
    _half_served(world, customer, LONG_AGO, day)


def _two_transformers(world: World, customer: int) -> Row:
    """Let a customer have two equal transformers in place of one; the row of the second."""
    people, number = world.people, customer_id(customer)
    half = float(people.capacity[customer]) / 2
    model = usual_model(world.plan, customer, half)
    first = next(r for r in world.rows["customer_transformer"] if r["customer_id"] == number)
    first |= {"capacity_kva": half, "model": model}
    people.no_load_w[customer] = 2 * no_load_w(world.plan, model, half)
    kept = {k: v for k, v in first.items() if k != "arrived_at"}
    return world.add("customer_transformer", kept | {"transformer_id": f"SB{customer:08d}B"})


def _half_served(world: World, customer: int, start: int, stop: int) -> None:
    half = float(world.people.capacity[customer]) / 2
    loss = int(world.people.no_load_w[customer]) // 2
    world.services.append(Service(customer, start, stop, half, loss))
    world.change("use", customer, max(0, start), stop, LEFT_SHARE)


def _open_late(world: World, rng: np.random.Generator, customer: int) -> None:
    open_late(world, rng, customer, int(rng.integers(45, max(46, _last_day(world)))))


def unasked(world: World) -> Bools:
    """Customers billed by capacity without a connection request."""
    asked = [int(str(r["customer_id"])[2:]) for r in world.rows["connection_request"]]
    free = np.ones(world.plan.customers, dtype=np.bool_)
    free[asked] = False
    return np.asarray(free & _high(world) & (world.people.mode == sectors.CAPACITY))


def open_late(world: World, rng: np.random.Generator, customer: int, day: int) -> None:
    """A customer with its own transformer is supplied from ``day`` on, which is no first of a month."""
    day += day in world.plan.month_bounds
    world.people.opened[customer] = day
    add_request(world, rng, customer, "new_hv_single", day - int(rng.integers(25, 30)))
    opened_on, number = world.plan.date_of(day), customer_id(customer)
    for row in world.rows["customer_transformer"]:
        if row["customer_id"] == number:
            row["valid_from"] = opened_on
    for row in world.rows["instrument_transformer"]:
        if str(row["transformer_id"]).startswith(f"HG{customer:08d}"):
            row |= {"installed_on": opened_on, "last_verified_on": opened_on - timedelta(days=9)}


def _change_month(world: World, rng: np.random.Generator) -> int:
    return int(rng.integers(1, max(2, world.plan.months - 2)))


def _begin_now(world: World, customer: int, month: int, **earlier: object) -> None:
    """The present assignment begins with a bill month; before it there was another one."""
    since = world.plan.date_of(int(world.plan.month_bounds[month]))
    add_earlier_tariff(world, customer, since, **earlier)
    world.patch("tariff_assignment", customer, valid_from=since)


def _other_demand(world: World, rng: np.random.Generator, customer: int) -> None:
    """Another contract maximum demand."""
    month, present = _change_month(world, rng), int(world.people.contract_demand[customer])
    before = min(round(present * 1.25), round(float(world.people.capacity[customer])))
    world.in_past("contract_demand", customer, 0, month, before * 100)
    _begin_now(world, customer, month, contract_demand_kw=float(before))


def _other_mode(world: World, rng: np.random.Generator, customer: int) -> None:
    """Demand billed before, capacity now."""
    month = _change_month(world, rng)
    world.in_past("mode", customer, 0, month, sectors.DEMAND)
    demand = float(world.people.contract_demand[customer])
    _begin_now(world, customer, month, billing_mode="two_part_demand", contract_demand_kw=demand)


def _was_home(world: World, rng: np.random.Generator, customer: int) -> None:
    """A shop in what was a home."""
    month = _change_month(world, rng)
    world.in_past("tariff_class", customer, 0, month, sectors.RESIDENTIAL)
    _begin_now(world, customer, month, tariff_class="residential", pf_standard=None)


def _renew(world: World, rng: np.random.Generator, customer: int) -> None:
    """An earlier market contract at another price."""
    month = _change_month(world, rng)
    since = world.plan.date_of(int(world.plan.month_bounds[month]))
    present = next(r for r in world.rows["market_contract"] if r["customer_id"] == customer_id(customer))
    present |= {"valid_from": since, "signed_on": since - timedelta(days=20)}
    present["valid_to"] = month_start(world.plan.end, int(rng.integers(5, 14)))
    gap = int(rng.integers(-40, 40)) * (E8 // 10_000)
    before = int(world.people.purchase[customer]) + gap
    world.in_past("purchase", customer, 0, month, before)
    terms = {k: v for k, v in present.items() if k in ("seller", "package", "green_price")}
    if "service_fee" in present:
        terms["service_fee"] = round(float(str(present["service_fee"])) + gap / E8, 8)
    if "coefficient" in present:
        terms["coefficient"] = round(float(str(present["coefficient"])) * before / (before - gap), 6)
    start = min(world.plan.start, month_start(since, -12))
    add_market_contract(
        world, rng, customer, since, valid_from=start, signed_on=start - timedelta(days=20), price=before / E8,
        **terms,
    )  # fmt: skip


def _of_agency(world: World, mode: int) -> Bools:
    people = world.people
    return np.asarray(_high(world) & (people.market == AGENCY) & (people.mode == mode))


_CHANGES: tuple[
    tuple[str, float, Callable[[World], Bools], Callable[[World, np.random.Generator, int], None]], ...
] = (
    ("pause", 0.04, halvable, _pause_half),
    ("growth", 0.04, halvable, _grow),
    ("opening", 0.03, unasked, _open_late),
    ("demand", 0.10, lambda w: _of_agency(w, sectors.DEMAND), _other_demand),
    ("mode", 0.03, lambda w: _of_agency(w, sectors.CAPACITY), _other_mode),
    ("home", 0.004, lambda w: (w.people.sector == sectors.NUMBER["shop"]) & ~w.people.is_tou, _was_home),
    ("contract", 0.06, lambda w: _high(w) & (w.people.market >= DIRECT) & (w.people.market <= RETAIL), _renew),
)  # fmt: skip
"""What changes, for which share of which customers."""
