"""What each bill is computed from: the terms of honest files, of the files, and of the bills as issued.

One element per segment: a part of a bill month in which no term changes, in the order of customer and day.
Energy in 0.01 kWh, power and capacity in 0.01 kW or kVA, figures as in ``prices``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from wattwarden.simulate import sectors
from wattwarden.simulate.parts import EXCHANGE, Parts
from wattwarden.simulate.people import AGENCY, DIRECT
from wattwarden.simulate.plan import Bools, Ints, Plan
from wattwarden.simulate.prices import E8, Tariff, tariff_of
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import World

ENERGY = ("energy", "rates", "export", "reactive", "multiplier")
"""Terms that follow from registers and their multiplier."""
EXCESS, FLOOR = 1, 2
"""Positions in ``Terms.demand_rule``."""
MARKET_TOU_ENDS = (2026, 3)
"""From this month direct and retail customers have no government time of use (DOMAIN, warning 2)."""


@dataclass
class Terms:
    """Facts and figures of the segments.

    Attributes:
        row, month: Position of the customer in the chunk, and bill month.
        begin, end: Day indices; the end is not inside.
        days_in_month: Calendar days of the month.
        rates: Energy in each rate; ``ratios``: their floats.
        export: Solar energy fed into the grid.
        demand: Highest demand; 0 without a demand register.
        no_load: Iron loss of the transformers in service in watts.
        loss: 1 where losses are charged.
        split_pct: Energy split off in 0.01 %; ``split_kwh``: in 0.01 kWh per month; 0 for none.
        limits: Upper limits of tiers 1 and 2; ``tiers``: prices.
        surcharge: What is paid beyond the agency price.
        discount_share: ``NULL`` where no discount on the demand price is in force.
        demand_rule: Limit, excess and floor of the contract demand in per cent.
    """

    row: Ints
    month: Ints
    begin: Ints
    end: Ints
    days_in_month: Ints
    energy: Ints
    rates: Ints
    export: Ints
    reactive: Ints
    demand: Ints
    multiplier: Ints
    capacity: Ints
    no_load: Ints
    contract_capacity: Ints
    contract_demand: Ints
    tariff_class: Ints
    mode: Ints
    tou: Ints
    pf_standard: Ints
    loss: Ints
    split_pct: Ints
    split_kwh: Ints
    split_price: Ints
    limits: Ints
    tiers: Ints
    agricultural: Ints
    purchase: Ints
    grid_loss: Ints
    single_rate: Ints
    two_part: Ints
    ratios: Ints
    surcharge: Ints
    green: Ints
    system: Ints
    funds: Ints
    feed_in: Ints
    capacity_price: Ints
    demand_price: Ints
    discount_share: Ints
    discount_floor: Ints
    demand_rule: Ints

    @property
    def first(self) -> Ints:
        """Position of the first segment of each bill."""
        begins = np.ones(len(self.row), dtype=np.bool_)
        begins[1:] = (self.row[1:] != self.row[:-1]) | (self.month[1:] != self.month[:-1])
        return np.flatnonzero(begins)

    def subset(self, segments: Ints | Bools) -> "Terms":
        """Some segments."""
        return Terms(**{name: values[segments] for name, values in vars(self).items()})

    def to_change(self, names: Iterable[str]) -> "Terms":
        """The same terms, of which those called ``names`` and the energy may be changed."""
        fresh = {name: getattr(self, name).copy() for name in {*ENERGY, *names}}
        return replace(self, **fresh)

    def span(self, row: int, start: int, stop: int) -> slice:
        """Segments of a customer in bill months ``start`` until ``stop`` (exclusive)."""
        first, last = np.searchsorted(self.row, [row, row + 1])
        months = self.month[first:last]
        return slice(int(first + np.searchsorted(months, start)), int(first + np.searchsorted(months, stop)))


@dataclass(frozen=True)
class _Maker:
    """Builds the honest terms of one chunk."""

    world: World
    usage: Usage
    parts: Parts

    @cached_property
    def first(self) -> Ints:
        """The first part of each segment."""
        return np.flatnonzero(self.parts.cause != EXCHANGE)

    @property
    def row(self) -> Ints:
        return self.parts.row[self.first]

    @property
    def month(self) -> Ints:
        return self.parts.month[self.first]

    def of(self, values: npt.NDArray[np.generic]) -> Ints:
        """A property of the customers, by segment."""
        return np.asarray(values[self.usage.first : self.usage.last][self.row].astype(np.int64))

    def total(self, values: Ints) -> Ints:
        """Sums over the parts of each segment."""
        return np.asarray(np.add.reduceat(values, self.first, axis=0))

    def facts(self) -> dict[str, Ints]:
        """What the files and the readings of honest customers say."""
        people, parts, plan = self.world.people, self.parts, self.world.plan
        multiplier = self.of(people.multiplier)
        last = np.append(self.first[1:], len(parts.row)) - 1
        market = self.of(people.market) >= DIRECT
        return {
            "row": self.row,
            "month": self.month,
            "begin": parts.begin[self.first],
            "end": parts.end[last],
            "days_in_month": np.diff(plan.month_bounds)[self.month],
            "energy": self.total(parts.steps) * multiplier,
            "rates": self.total(parts.rates) * multiplier[:, None],
            "export": self.total(parts.back) * multiplier,
            "reactive": self.total(parts.reactive) * multiplier,
            "demand": np.maximum(np.maximum.reduceat(parts.demand, self.first), 0),
            "multiplier": multiplier,
            "capacity": self.of(people.capacity) * 100,
            "no_load": self.of(people.no_load_w),
            "contract_capacity": self.of(people.capacity) * 100,
            "contract_demand": self.of(people.contract_demand) * 100,
            "tariff_class": self.of(people.tariff_class),
            "mode": self.of(people.mode),
            "tou": self.of(people.is_tou) & ~(free_of_tou(plan)[self.month] & market),
            "pf_standard": self.of(people.pf_standard),
            "loss": (self.of(people.metering) == sectors.HV_LV).astype(np.int64),
        }

    def figures(self) -> dict[str, Ints]:
        """Figures of the price books."""
        people, tariff, month = self.world.people, tariff_of(self.world.plan), self.month
        voltage = self.of(people.voltage)
        market = self.of(people.market) >= DIRECT
        none = np.zeros_like(month)
        return {
            "split_pct": none, "split_kwh": none.copy(), "split_price": none.copy(), "surcharge": none.copy(),
            "green": none.copy(), "feed_in": none.copy(),
            "limits": tariff.tier_limits[month],
            "tiers": tariff.tiers[month],
            "agricultural": tariff.agricultural[month, voltage],
            "purchase": np.where(market, self.of(people.purchase), tariff.purchase[month]),
            "grid_loss": tariff.grid_loss[month],
            "single_rate": tariff.single_rate[month, voltage],
            "two_part": tariff.two_part[month, voltage],
            "ratios": tariff.ratios[month],
            "system": tariff.system[month],
            "funds": tariff.funds[month],
            "capacity_price": tariff.capacity[month, voltage],
            "demand_price": tariff.demand[month, voltage],
            "discount_share": tariff.discount_share[month],
            "discount_floor": tariff.discount_floor[month],
            "demand_rule": tariff.demand_rule[month],
        }  # fmt: skip


def honest_terms(world: World, usage: Usage, parts: Parts) -> Terms:
    """Terms as the files of honest customers have them, with what changed in the past."""
    maker = _Maker(world, usage, parts)
    terms = Terms(**maker.facts(), **maker.figures())
    tariff = tariff_of(world.plan)
    _serve(world, usage, terms, planted=False)
    for name, changes in world.history.items():
        for change in changes:
            if usage.first <= change.customer < usage.last:
                span = terms.span(change.customer - usage.first, change.start, change.stop)
                getattr(terms, name)[span] = round(change.value)
    _split_off(world, usage, terms, tariff)
    _feed_in(world, usage, terms, tariff)
    _green(world, usage, terms)
    _surcharge(world, usage, terms, tariff)
    return terms


def _split_off(world: World, usage: Usage, terms: Terms, tariff: Tariff) -> None:
    """Energy at another class's price (DOMAIN A.3)."""
    prices = {"residential": tariff.shared_meter, "agricultural": tariff.agricultural[:, sectors.V380]}
    for customer, split in world.rows_of("metering_split", usage.first, usage.last):
        span = terms.span(customer - usage.first, 0, world.plan.months)
        terms.split_price[span] = prices[str(split["tariff_class"])][terms.month[span]]
        if split["kind"] == "ratio":
            terms.split_pct[span] = round(float(str(split["ratio_pct"])) * 100)
        else:
            terms.split_kwh[span] = round(float(str(split["monthly_kwh"])) * 100)


def _feed_in(world: World, usage: Usage, terms: Terms, tariff: Tariff) -> None:
    """Whoever has a generation unit on file is paid for what is exported."""
    for customer, _ in world.rows_of("generation_unit", usage.first, usage.last):
        span = terms.span(customer - usage.first, 0, world.plan.months)
        terms.feed_in[span] = tariff.feed_in[terms.month[span]]


def _green(world: World, usage: Usage, terms: Terms) -> None:
    """Green packages pay the environmental value."""
    for customer, contract in world.rows_of("market_contract", usage.first, usage.last):
        if value := contract.get("green_price"):
            terms.green[terms.span(customer - usage.first, 0, world.plan.months)] = round(
                float(str(value)) * E8
            )


def _surcharge(world: World, usage: Usage, terms: Terms, tariff: Tariff) -> None:
    """Agency customers who left the market pay more from that month on (DOMAIN B.3)."""
    plan = world.plan
    for customer, values in world.patches["customer"].items():
        left = values.get("market_left_on")
        inside = usage.first <= customer < usage.last
        if not inside or not isinstance(left, date) or world.people.market[customer] != AGENCY:
            continue
        month = int(np.searchsorted(plan.month_bounds, plan.day(left)))
        span = terms.span(customer - usage.first, month, plan.months)
        terms.surcharge[span] = tariff.surcharge[terms.month[span]]


def _serve(world: World, usage: Usage, terms: Terms, *, planted: bool) -> None:
    """Capacity and iron loss where other transformers were in service."""
    for service in world.services_in(usage.first, usage.last):
        if service.planted == planted:
            span = terms.span(service.customer - usage.first, 0, world.plan.months)
            inside = (terms.begin[span] >= service.start) & (terms.begin[span] < service.stop)
            terms.capacity[span][inside] = round(service.kva * 100)
            terms.no_load[span][inside] = service.no_load_w


def free_of_tou(plan: Plan) -> Ints:
    """1 for bill months in which market customers have no government time of use."""
    months = [plan.date_of(int(d)) for d in plan.month_bounds[:-1]]
    return np.array([1 if (m.year, m.month) >= MARKET_TOU_ENDS else 0 for m in months])


FILED = ("tariff_class", "mode", "tou", "pf_standard", "loss", "contract_demand")
"""Terms that a planted change of the files may replace, under the same name."""


def filed_terms(world: World, usage: Usage, honest: Terms) -> Terms:
    """The terms that the files and the readings give, planted changes included."""
    filed = honest.to_change((*FILED, "capacity", "no_load"))
    _serve(world, usage, filed, planted=True)
    for change in world.changes_in("multiplier", usage.first, usage.last):
        span = filed.span(change.customer - usage.first, change.start, change.stop)
        scale_energy(filed, span, int(change.value))
    for name in FILED:
        for change in world.changes_in(name, usage.first, usage.last):
            span = filed.span(change.customer - usage.first, change.start, change.stop)
            getattr(filed, name)[span] = int(change.value)
    return filed


def scale_energy(terms: Terms, span: slice, multiplier: int) -> None:
    """Read the same registers with another multiplier."""
    old = terms.multiplier[span].copy()
    for values in (terms.energy, terms.rates, terms.export, terms.reactive):
        part = values[span]
        part[...] = part // (old if part.ndim == 1 else old[:, None]) * multiplier
    terms.multiplier[span] = multiplier


def with_energy(terms: Terms, energy: Ints, rates: Ints, reactive: Ints) -> Terms:
    """The same terms with other energy."""
    return replace(terms, energy=energy, rates=rates, reactive=reactive)
