"""Charge the terms of bills line by line, in whole fen.

Formulas: DOMAIN A.1 (days), A.3 (splits), A.9 (losses), B.1 (power factor), B.2 (capacity and demand), B.3
(price stack), B.5 (tiers), B.6 (rounding). This is a code path of its own: it shares the price books with
the tariff engine and nothing else, so that each checks the other.
"""

from dataclasses import dataclass

import numpy as np

from wattwarden.simulate import sectors
from wattwarden.simulate.columns import NULL
from wattwarden.simulate.plan import Bools, Ints
from wattwarden.simulate.prices import FLAT, PF_STANDARDS, SHARE_DIGITS, Tariff, half_up
from wattwarden.simulate.terms import Terms

FEN_PER_E10 = 10**8
"""0.01 kWh × 10⁻⁸ yuan/kWh = 10⁻⁸ fen."""
FEN_PER_KVA = 10**4
"""0.01 kVA × 10⁻⁴ yuan = 10⁻⁴ fen."""
FEN_PER_KW = 10**8
"""10⁻⁶ kW × 10⁻⁴ yuan = 10⁻⁸ fen."""
FINE = 10**4
"""0.01 kW in 10⁻⁶ kW; also 0.01 % of the whole, and 10⁻⁴ yuan in 10⁻⁸ yuan."""
WHOLE = 10**SHARE_DIGITS
ON_EDGE = 1e-6
"""Distance from a rounding edge of the power factor within which whole numbers decide."""
RATES = ("sharp", "peak", "flat", "valley")


@dataclass
class Item:
    """One kind of bill line by segment; absent figures are ``NULL``; ``rate`` in 0.01 %."""

    name: str
    present: Bools
    amount: Ints
    kwh: Ints | None = None
    price: Ints | None = None
    rate: Ints | None = None

    @property
    def money(self) -> Ints:
        """Amount of the line, 0 where there is none."""
        return np.where(self.present, self.amount, 0)


@dataclass(frozen=True)
class Charges:
    """Lines by segment and totals by bill.

    Attributes:
        first: Position of the first segment of each bill.
        bill: Position of the bill of each segment.
        loss_kwh, billed_demand, power_factor, adjustment: ``NULL`` where there is none.
    """

    items: list[Item]
    first: Ints
    bill: Ints
    energy_fen: Ints
    basic_fen: Ints
    adjust_fen: Ints
    loss_kwh: Ints
    power_factor: Ints
    billed_demand: Ints

    @property
    def amount(self) -> Ints:
        """Amount due of each bill: the sum of its lines."""
        return self.per_bill(sum((item.money for item in self.items), np.zeros_like(self.bill)))

    def per_bill(self, values: Ints) -> Ints:
        """Sums over the segments of each bill."""
        return np.asarray(np.add.reduceat(values, self.first))


@dataclass(frozen=True)
class _Energy:
    """Energy lines of the segments and what they lead to."""

    items: list[Item]
    kept: Ints
    split: Ints
    average_price: Ints


def charge(terms: Terms, tariff: Tariff) -> Charges:
    """Compute all lines of all bills."""
    first = terms.first
    bill = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(terms.row))))
    energy = _energy_lines(terms)
    loss = np.where(terms.loss == 1, _loss(terms, tariff), 0)
    charged = [*energy.items, _priced("loss", terms.loss == 1, loss, energy.average_price)]
    rest = _other_lines(terms, energy, loss)
    surcharge, system = rest[1], rest[3]
    money = sum((item.money for item in [*charged, surcharge]), np.zeros_like(loss))
    basic, demand = _basic(terms, bill)
    basic_money = basic[0].money + basic[1].money
    adjusted = tariff.system_adjusted[terms.month] == 1
    base = np.where(
        terms.tariff_class == sectors.RESIDENTIAL, 0,
        money + basic_money + np.where(adjusted, system.money, 0),
    )  # fmt: skip
    done = Charges([], first, bill, *(np.zeros(0, dtype=np.int64),) * 6)
    active, reactive = done.per_bill(terms.energy + loss), done.per_bill(terms.reactive)
    factor, rate = _adjustment(terms, tariff, first, active, reactive)
    adjust = half_up(done.per_bill(base) * np.where(factor == NULL, 0, rate), FINE)
    feed_in = _priced("feed_in", (terms.feed_in != 0) & (terms.export != 0), -terms.export, terms.feed_in)
    items = [
        *charged[:-1],
        rest[0],
        charged[-1],
        *rest[1:],
        *basic,
        feed_in,
        _on_last(done, factor, adjust, rate),
    ]
    has_loss = np.maximum.reduceat(terms.loss, first) == 1
    return Charges(
        items, first, bill,
        energy_fen=done.per_bill(money),
        basic_fen=done.per_bill(basic_money),
        adjust_fen=adjust,
        loss_kwh=np.where(has_loss, done.per_bill(loss), NULL),
        power_factor=factor,
        billed_demand=np.maximum.reduceat(demand, first),
    )  # fmt: skip


def _priced(name: str, present: Bools, kwh: Ints, price: Ints) -> Item:
    return Item(name, present, half_up(kwh * price, FEN_PER_E10), kwh=kwh, price=price)


def _on_last(done: Charges, factor: Ints, adjust: Ints, rate: Ints) -> Item:
    """The adjustment of the whole bill as a line of its last segment."""
    last = np.append(done.first[1:], len(done.bill)) - 1
    present = np.zeros(len(done.bill), dtype=np.bool_)
    present[last] = factor != NULL
    return Item("pf_adjust", present, adjust[done.bill], rate=rate[done.bill])


def _energy_lines(terms: Terms) -> _Energy:
    """Energy at one price, by rate, or by tier; what a fixed ratio or quantity splits off comes first."""
    split = half_up(terms.energy * terms.split_pct, FINE)
    split = np.where(
        terms.split_kwh > 0, half_up(terms.split_kwh * (terms.end - terms.begin), terms.days_in_month), split
    )
    kept = terms.energy - split
    commercial = terms.tariff_class == sectors.COMMERCIAL
    home = terms.tariff_class == sectors.RESIDENTIAL
    two_part = commercial & (terms.mode != sectors.SINGLE)
    stack = terms.purchase + terms.grid_loss + np.where(two_part, terms.two_part, terms.single_rate)
    price = np.where(terms.tariff_class == sectors.AGRICULTURAL, terms.agricultural, stack)
    timed = commercial & (terms.tou == 1)
    rates, prices = _timed(terms, split, stack)
    money = (rates * prices).sum(axis=1)
    used = rates.sum(axis=1)
    average = np.where(used > 0, half_up(money, np.maximum(used, 1)), prices[:, FLAT])
    items = [_priced("energy", ~timed & ~home, kept, price)]
    items += [
        _priced(name, timed & (rates[:, rate] != 0), rates[:, rate], prices[:, rate])
        for rate, name in enumerate(RATES)
    ]
    return _Energy([*items, *_tiers(terms, home, kept)], kept, split, np.where(timed, average, price))


def _timed(terms: Terms, split: Ints, stack: Ints) -> tuple[Ints, Ints]:
    """Energy and floated price of each rate; the split takes from each in proportion, the rest from flat."""
    whole = np.where(terms.energy == 0, 1, terms.energy)
    rates = terms.rates.copy()
    cut = np.flatnonzero(split)
    rates[cut] -= half_up(split[cut, None] * rates[cut], whole[cut, None])
    others = rates.sum(axis=1) - rates[:, FLAT]
    rates[:, FLAT] = terms.energy - split - others
    return rates, half_up(stack[:, None] * terms.ratios, WHOLE)


def _tiers(terms: Terms, home: Bools, kept: Ints) -> list[Item]:
    """Tiers of homes (DOMAIN B.5); a bill in several segments would share its limits, which no home has."""
    first = np.minimum(kept, terms.limits[:, 0])
    second = np.clip(kept - terms.limits[:, 0], 0, terms.limits[:, 1] - terms.limits[:, 0])
    parts = (first, second, kept - first - second)
    return [
        _priced(f"tier{t + 1}", home & ((parts[t] != 0) | (t == 0)), parts[t], terms.tiers[:, t])
        for t in range(len(parts))
    ]


def _loss(terms: Terms, tariff: Tariff) -> Ints:
    """Iron loss by hours and days, copper loss as a share of the energy, rounded once (DOMAIN A.9 (a))."""
    days, month = terms.end - terms.begin, terms.month
    hours = tariff.hours[month]
    light, heavy, above, load_factor = tariff.copper[month].T
    # energy ÷ hours of the segment ÷ (capacity × load factor) > limit, all in whole numbers.
    load = terms.energy * terms.days_in_month * FINE
    limit = terms.capacity * hours * days * (load_factor * above // FINE)
    share = np.where(load > limit, heavy, light)
    iron = terms.no_load * hours * days * (FINE // 10)
    return half_up(iron + terms.energy * share * terms.days_in_month, FINE * terms.days_in_month)


def _other_lines(terms: Terms, energy: _Energy, loss: Ints) -> list[Item]:
    """Split-off energy; surcharge, green value, system operation and funds on what stays, with losses."""
    commercial = terms.tariff_class == sectors.COMMERCIAL
    whole = energy.kept + loss
    return [
        _priced("split", energy.split != 0, energy.split, terms.split_price),
        _priced("agency_surcharge", commercial & (terms.surcharge != 0), whole, terms.surcharge),
        _priced("green", commercial & (terms.green != 0), whole, terms.green),
        _priced("system", commercial & (terms.system != 0), whole, terms.system),
        _priced("funds", commercial & (terms.funds != 0), whole, terms.funds),
    ]


def _basic(terms: Terms, bill: Ints) -> tuple[list[Item], Ints]:
    """Capacity or demand charge by days of the month; also the demand billed, in 0.01 kW."""
    commercial = terms.tariff_class == sectors.COMMERCIAL
    by_capacity = commercial & (terms.mode == sectors.CAPACITY)
    by_demand = commercial & (terms.mode == sectors.DEMAND)
    days = terms.end - terms.begin
    due = half_up(terms.capacity * terms.capacity_price * days, FEN_PER_KVA * terms.days_in_month)
    capacity = Item("capacity", by_capacity, due, price=terms.capacity_price * FINE)
    billed = _billing_demand(terms, bill)
    price = _demand_price(terms, bill)
    due = half_up(billed * price * days, FEN_PER_KW * terms.days_in_month)
    demand = Item("demand", by_demand, due, price=price * FINE)
    return [capacity, demand], np.where(by_demand, half_up(billed, FINE), NULL)


def _billing_demand(terms: Terms, bill: Ints) -> Ints:
    """Demand to be charged in 10⁻⁶ kW: at least a share of the capacity; above the limit weighted (B.2)."""
    limit, excess, floor = terms.demand_rule.T
    highest = np.maximum.reduceat(terms.demand, terms.first)[bill]
    contract = np.maximum(terms.contract_demand * FINE, terms.capacity * floor * 100)
    above = np.maximum(highest * FINE - contract // 100 * limit, 0)
    return np.asarray(contract + above * excess // 100)


def _demand_price(terms: Terms, bill: Ints) -> Ints:
    """Demand price, reduced to 4 decimals where the month reached the stated energy per kVA (B.2)."""
    energy = np.add.reduceat(terms.energy, terms.first)[bill]
    reached = discounted(terms, energy)
    return np.where(reached, half_up(terms.demand_price * terms.discount_share, WHOLE), terms.demand_price)


def discounted(terms: Terms, energy: Ints) -> Bools:
    """Whether a discount is in force and ``energy`` of the month reaches its floor."""
    in_force = terms.discount_share != NULL
    floor = np.where(in_force, terms.discount_floor, 0)
    return np.asarray(in_force & (energy * 100 >= terms.contract_capacity * floor))


def _adjustment(terms: Terms, tariff: Tariff, first: Ints, active: Ints, reactive: Ints) -> tuple[Ints, Ints]:
    """Power factor of each bill in 0.01, ``NULL`` where none is assessed, and its adjustment in 0.01 %."""
    standard, month = terms.pf_standard[first], terms.month[first]
    assessed = np.flatnonzero((standard > 0) & (active > 0))
    factor = np.full(len(first), NULL)
    rate = np.full(len(first), NULL)
    factor[assessed] = power_factor(active[assessed], reactive[assessed])
    tables = np.searchsorted(PF_STANDARDS, standard[assessed])
    rate[assessed] = tariff.pf_rates[month[assessed], tables, factor[assessed]]
    return factor, rate


def power_factor(active: Ints, reactive: Ints) -> Ints:
    """Active by apparent energy in 0.01, half up (DOMAIN B.1); energies are positive."""
    exact = active / np.sqrt(active.astype(np.float64) ** 2 + reactive.astype(np.float64) ** 2) * 100
    factor = np.floor(exact + 0.5).astype(np.int64)
    for place in np.flatnonzero(np.abs(exact + 0.5 - np.rint(exact + 0.5)) < ON_EDGE):
        p, q = int(active[place]), int(reactive[place])
        # P ÷ S ≥ (near − ½) ÷ 100 without the root S: (200·P)² ≥ (2·near − 1)²·S².
        near = round(float(exact[place]) + 0.5)
        edge = 2 * near - 1
        factor[place] = near if 200 * p * 200 * p >= edge * edge * (p * p + q * q) else near - 1
    return factor
