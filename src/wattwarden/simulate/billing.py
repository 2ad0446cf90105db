"""Bills of one chunk: charge the read energy at illustrative prices, line by line, in whole fen."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from wattwarden.simulate import prices, sectors
from wattwarden.simulate.columns import NULL
from wattwarden.simulate.plan import Bools, Ints, Plan
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import World

MARKET_TOU_ENDS = (2026, 3)
"""From this month direct and retail customers have no government time of use (DOMAIN, warning 2)."""
FEN_PER_E10 = 10**8
"""0.01 kWh × 10^-8 yuan/kWh = 10^-8 fen."""


@dataclass
class Terms:
    """What a bill is computed from, by customer and month. Energy in 0.01 kWh, power in 0.01 kW or kVA.

    Attributes:
        discount: 1 applies the 260 kWh/kVA discount, 0 does not.
    """

    energy: Ints
    rates: Ints
    reactive: Ints
    demand: Ints
    multiplier: Ints
    capacity: Ints
    contract_demand: Ints
    tariff_class: Ints
    mode: Ints
    tou: Ints
    pf_standard: Ints
    loss: Ints
    discount: Ints
    voltage: Ints
    purchase: Ints

    def subset(self, rows: Ints) -> "Terms":
        """The terms of some customers."""
        return Terms(**{name: values[rows] for name, values in vars(self).items()})


CHANGEABLE = (
    "multiplier",
    "capacity",
    "tariff_class",
    "mode",
    "tou",
    "pf_standard",
    "loss",
    "discount",
    "contract_demand",
)
"""Terms that a fault may change, under the same name."""


@dataclass(frozen=True)
class Item:
    """One kind of bill line; absent figures are ``NULL``; ``rate`` in 0.01 %."""

    name: str
    present: Bools
    amount: Ints
    kwh: Ints | None = None
    price: Ints | None = None
    rate: Ints | None = None


@dataclass(frozen=True)
class Charges:
    """Lines and totals of the bills of a chunk."""

    items: list[Item]
    energy_fen: Ints
    basic_fen: Ints
    adjust_fen: Ints
    loss_kwh: Ints
    power_factor: Ints
    billed_demand: Ints

    @property
    def amount(self) -> Ints:
        """Amount due: the sum of the lines."""
        return _total(self.items)


def honest_terms(world: World, usage: Usage, energy: Ints, rates: Ints, demand: Ints) -> Terms:
    """Terms as the files of honest customers have them."""
    plan, people, part = world.plan, world.people, slice(usage.first, usage.last)
    shape = energy.shape

    def over_months(values: npt.NDArray[np.generic]) -> Ints:
        return np.broadcast_to(values[:, None], shape).astype(np.int64)

    tangent = np.tan(np.arccos(people.power_factor[part]))[:, None]
    capacity = over_months(people.capacity[part] * 100)
    return Terms(
        energy=energy,
        rates=rates,
        reactive=np.rint(energy * tangent).astype(np.int64),
        demand=demand,
        multiplier=over_months(people.multiplier[part]),
        capacity=capacity,
        contract_demand=over_months(people.contract_demand[part] * 100),
        tariff_class=over_months(people.tariff_class[part]),
        mode=over_months(people.mode[part]),
        tou=(
            over_months(people.is_tou[part]) & ~(free_of_tou(plan) & (over_months(people.market[part]) >= 2))
        ),
        pf_standard=over_months(people.pf_standard[part]),
        loss=over_months(people.metering[part] == sectors.HV_LV),
        discount=np.where(energy >= capacity * prices.DISCOUNT_KWH_PER_KVA, 1, 0),
        voltage=over_months(people.voltage[part]),
        purchase=over_months(people.purchase[part]),
    )


def free_of_tou(plan: Plan) -> Ints:
    """1 for bill months in which market customers have no government time of use."""
    months = [plan.date_of(int(d)) for d in plan.month_bounds[:-1]]
    return np.array([1 if (m.year, m.month) >= MARKET_TOU_ENDS else 0 for m in months])


def changed_terms(world: World, usage: Usage, terms: Terms) -> Terms:
    """Terms with the planted changes."""
    changed = replace(
        terms, **{name: getattr(terms, name).copy() for name in (*CHANGEABLE, "energy", "rates")}
    )
    for change in world.changes_in("multiplier", usage.first, usage.last):
        row, span = change.customer - usage.first, slice(change.start, change.stop)
        true = int(world.people.multiplier[change.customer])
        for energy in (changed.energy[row, span], changed.rates[row, span]):
            energy[...] = energy // true * int(change.value)
    for name in CHANGEABLE:
        for change in world.changes_in(name, usage.first, usage.last):
            getattr(changed, name)[change.customer - usage.first, change.start : change.stop] = int(
                change.value
            )
    for change in world.changes_in("billed_energy", usage.first, usage.last):
        billed = changed.energy[change.customer - usage.first, change.start : change.stop]
        billed[:] = np.rint(billed * change.value / 100).astype(np.int64) * 100
    return changed


def charge(terms: Terms, plan: Plan) -> Charges:
    """Compute all lines. Formulas: DOMAIN A.9 (losses), B.1, B.2, B.3, B.5."""
    items: list[Item] = []
    commercial = terms.tariff_class == sectors.COMMERCIAL
    two_part = commercial & (terms.mode != sectors.SINGLE)
    base = np.where(
        terms.tariff_class == sectors.AGRICULTURAL, prices.AGRICULTURAL, _energy_price(terms, two_part)
    )
    touched = commercial & (terms.tou == 1)
    plain = ~touched & (terms.tariff_class != sectors.RESIDENTIAL)
    items.append(_priced("energy", plain, terms.energy, base))
    for rate, name in enumerate(("sharp", "peak", "flat", "valley")):
        kwh = terms.rates[:, :, rate]
        items.append(_priced(name, touched & (kwh != 0), kwh, base * prices.TOU_PERCENT[rate] // 100))
    items += _tiers(terms, plan)
    loss = _loss(terms)
    items.append(_priced("loss", commercial & (terms.loss == 1), loss, base))
    energy_fen = _total(items)
    basic, billed_demand = _basic(terms, two_part)
    items += basic
    basic_fen = _total(basic)
    factor, adjustment = _adjustment(terms)
    adjust = _half_up((energy_fen + basic_fen) * adjustment, 10_000)
    items.append(Item("pf_adjust", commercial & (factor >= 0), adjust, rate=adjustment))
    whole = terms.energy + np.where(terms.loss == 1, loss, 0)
    items.append(_priced("funds", commercial, whole, np.full_like(base, prices.FUNDS)))
    items.append(_priced("system", commercial, whole, np.full_like(base, prices.SYSTEM)))
    return Charges(
        items, energy_fen, basic_fen, np.where(factor >= 0, adjust, 0), np.where(terms.loss == 1, loss, NULL),
        factor, billed_demand,
    )  # fmt: skip


def _half_up(value: Ints, divisor: int) -> Ints:
    return np.asarray(np.sign(value) * ((np.abs(value) * 2 + divisor) // (2 * divisor)))


def _priced(name: str, present: Bools, kwh: Ints, price: Ints) -> Item:
    return Item(name, present, _half_up(kwh * price, FEN_PER_E10), kwh=kwh, price=price)


def _total(items: list[Item]) -> Ints:
    return np.asarray(np.sum([np.where(i.present, i.amount, 0) for i in items], axis=0, dtype=np.int64))


def _energy_price(terms: Terms, two_part: Bools) -> Ints:
    single = np.array([prices.TRANSMISSION_SINGLE[v] for v in sectors.VOLTAGES])[terms.voltage]
    double = np.array([prices.TRANSMISSION_TWO_PART[v] for v in sectors.VOLTAGES])[terms.voltage]
    return terms.purchase + prices.GRID_LOSS + np.where(two_part, double, single)


def _tiers(terms: Terms, plan: Plan) -> list[Item]:
    home = terms.tariff_class == sectors.RESIDENTIAL
    limits = np.array([prices.tier_limits(plan.date_of(int(d)).month) for d in plan.month_bounds[:-1]]) * 100
    first = np.minimum(terms.energy, limits[:, 0])
    second = np.clip(terms.energy - limits[:, 0], 0, limits[:, 1] - limits[:, 0])
    third = np.maximum(terms.energy - limits[:, 1], 0)
    kwh = (first, second, third)
    return [
        _priced(
            f"tier{t + 1}",
            home & ((kwh[t] > 0) | (t == 0)),
            kwh[t],
            np.full_like(first, prices.RESIDENTIAL[t]),
        )
        for t in range(3)
    ]


def _loss(terms: Terms) -> Ints:
    """Iron loss over 720 h at 0.17 % of capacity, copper loss 2 % (3 % above 40 % load), DOMAIN A.9 (a)."""
    iron = terms.capacity * 720 * 17 // 10_000
    heavy = terms.energy > terms.capacity * (720 * 8 * 4) // 100
    return iron + terms.energy * np.where(heavy, 3, 2) // 100


def _basic(terms: Terms, two_part: Bools) -> tuple[list[Item], Ints]:
    """Capacity charge, or demand charge with the part above 105 % counted twice (DOMAIN B.2)."""
    by_capacity = two_part & (terms.mode == sectors.CAPACITY)
    by_demand = two_part & (terms.mode == sectors.DEMAND)
    limit = terms.contract_demand * 105 // 100
    billed = np.where(
        terms.demand > limit, terms.contract_demand + 2 * (terms.demand - limit), terms.contract_demand
    )
    percent = np.where(terms.discount == 1, prices.DEMAND_DISCOUNT_PERCENT, 100)
    capacity = Item("capacity", by_capacity, _half_up(terms.capacity * prices.CAPACITY_FEN, 100))
    demand = Item("demand", by_demand, _half_up(billed * prices.DEMAND_FEN * percent, 10_000))
    return [capacity, demand], np.where(by_demand, billed, NULL)


def _adjustment(terms: Terms) -> tuple[Ints, Ints]:
    """Power factor in 0.01, -1 where none is assessed, and its adjustment in 0.01 % (DOMAIN B.1)."""
    apparent = np.sqrt(terms.energy.astype(np.float64) ** 2 + terms.reactive.astype(np.float64) ** 2)
    factor = np.floor(terms.energy / np.maximum(apparent, 1.0) * 100 + 0.5).astype(np.int64)
    assessed = (terms.pf_standard > 0) & (terms.energy > 0)
    rate = np.zeros_like(factor)
    for standard in prices.PF_STANDARDS:
        rate = np.where(terms.pf_standard == standard, prices.pf_rates(standard)[factor], rate)
    return np.where(assessed, factor, -1), np.where(assessed, rate, 0)
