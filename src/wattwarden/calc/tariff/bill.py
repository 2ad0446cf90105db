"""One bill as a billing clerk states it: its terms, its figures, its lines.

Everything is an exact decimal in the unit of its name. ``engine`` computes the lines of millions of bills
from the same facts as integers; this module is the readable form that people, worked examples and
explanations use.

Source: DOMAIN A.1, A.3, A.9, B.1 to B.6, as cited at each rule:

* Energy is rounded to 0.01 kWh, a floated price to 8 decimals, each line to the fen, all half up, away from
  zero (B.6). A bill is the sum of its lines.
* A month falls into segments: parts in which no term and no price changes. Energy, capacity and demand are
  charged by segment, so each line belongs to one segment; tiers, power factor and the discount look at the
  whole bill.
* Losses of a customer metered on the low side (A.9): no-load kW × full-month hours × days ÷ days of the month
  + copper share × energy. The share is the heavy one when energy ÷ hours ÷ (rated kVA × load factor) is above
  the limit. Line loss is a share of the metered energy. The sum is rounded once. Losses are charged at the
  segment's average energy price, to 8 decimals, which spreads them over the rates or tiers in proportion to
  use; where nothing was used, at the flat price or that of tier 1.
* A fixed ratio or quantity (A.3) splits energy off, from every rate in proportion (what rounding leaves
  falls on the flat rate), and charges it at another class's price, which includes that class's funds. A
  quantity holds for a whole month and is taken by days; one that is more than was used is refused.
* Capacity (A.1, B.2): kVA × price × days ÷ calendar days of the month.
* Demand (B.2): the contract value, at least the floor share of the capacity; above the limit of 105 % the
  part beyond it counts twice; without a contract value the measured one. At or above the stated kWh per kVA
  of the month the demand price is reduced (to 4 decimals). By days as capacity.
* Power factor (B.1): P = energy + active losses, Q = reactive energy + reactive losses, cosφ rounded half up
  to 0.01. The adjustment is taken of energy, losses, surcharge, capacity and demand, and of system operation
  where the province says so; never of funds, green value, standby, split-off energy or homes. No energy, no
  adjustment.
* A bill of several months holds as many monthly charges, hours of loss and fixed quantities (A.1, A.9).
* Homes (B.5): tiers on the whole bill, the sum of the limits of the months covered, or limits of a year from
  which the energy used before this bill is taken. In a bill of several segments the energy of each segment
  goes through the tiers in the order of time; energy that is split off, charged by time of use or used in
  another class takes no room in them.
* 1.5 times agency price (B.3): a line of its own, (times − 1) × purchase price on energy and losses.
* Solar export is a line with negative energy and amount: energy × feed-in price.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

TariffClass = Literal["residential", "agricultural", "commercial_industrial"]
BillingMode = Literal["single_rate", "two_part_capacity", "two_part_demand"]
Rate = Literal["sharp", "peak", "flat", "valley"]
Element = Literal[
    "energy", "sharp", "peak", "flat", "valley", "tier1", "tier2", "tier3", "split", "loss", "agency_surcharge",
    "green", "system", "funds", "standby", "capacity", "demand", "feed_in", "pf_adjust",
]  # fmt: skip
"""The lines of a bill, in the order in which they are printed."""

RATES: tuple[Rate, ...] = ("sharp", "peak", "flat", "valley")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Prices:
    """The figures that hold in a segment, in yuan; None where none applies.

    Attributes:
        energy: Per kWh without time of use; for agriculture and shared home meters the whole price.
        rates: Per kWh in each rate, already floated and rounded to the price digits.
        tiers: Per kWh in the three tiers.
        purchase_surcharge: (times − 1) × purchase price, per kWh.
        green: Environmental value, per kWh.
        split: Whole price of the class that is split off, per kWh.
        capacity, demand: Per kVA, per kW and month, at most 4 decimals.
        discount_share: Part of the demand price that is paid from ``discount_kwh_per_kva`` on.
    """

    energy: Decimal | None = None
    rates: Mapping[Rate, Decimal] = field(default_factory=dict)
    tiers: tuple[Decimal, Decimal, Decimal] | None = None
    purchase_surcharge: Decimal = ZERO
    green: Decimal = ZERO
    system: Decimal = ZERO
    funds: Decimal = ZERO
    standby: Decimal = ZERO
    split: Decimal | None = None
    feed_in: Decimal | None = None
    capacity: Decimal | None = None
    demand: Decimal | None = None
    discount_share: Decimal | None = None
    discount_kwh_per_kva: Decimal | None = None


@dataclass(frozen=True)
class Losses:
    """How the losses of a low-side metered customer are computed (DOMAIN A.9).

    Attributes:
        no_load_kw: Iron loss of the transformers in service.
        no_load_kvar: Reactive iron loss; 0 where it is not charged.
        rated_kva: Capacity that the load rate is measured against.
        light_pct, heavy_pct: Copper loss as a share of the metered energy.
        heavy_above_pct: Load rate above which the heavy share holds.
        load_factor_pct: The 0.8 of the load rate's formula, in per cent.
        copper_reactive_times: Reactive copper loss as a multiple of the active one.
        line_pct: Line loss as a share of the metered energy.
    """

    no_load_kw: Decimal
    rated_kva: Decimal
    no_load_kvar: Decimal = ZERO
    light_pct: Decimal = Decimal(2)
    heavy_pct: Decimal = Decimal(3)
    heavy_above_pct: Decimal = Decimal(40)
    load_factor_pct: Decimal = Decimal(80)
    copper_reactive_times: Decimal = ZERO
    line_pct: Decimal = ZERO


@dataclass(frozen=True)
class DemandRule:
    """Contract maximum demand (DOMAIN B.2), in per cent: limit, weight of the excess, floor of capacity."""

    limit_pct: Decimal = Decimal(105)
    excess_pct: Decimal = Decimal(200)
    floor_pct: Decimal = Decimal(40)


@dataclass(frozen=True)
class Segment:
    """A part of the month in which no term and no price changes.

    Attributes:
        days: Calendar days of the segment; times the months, where a bill covers several.
        kwh: Energy of all metering points.
        rates_kwh: Energy in each rate; empty without time of use. Their sum is ``kwh``.
        capacity_kva: Capacity in operation, hot standby included.
        contract_demand_kw: Contract maximum demand; None: billed as measured.
        split_pct, split_kwh: Fixed ratio of the energy, or fixed quantity per month; at most one of them.
        export_kwh: Solar energy fed into the grid.
    """

    days: int
    tariff_class: TariffClass
    kwh: Decimal
    prices: Prices
    mode: BillingMode = "single_rate"
    rates_kwh: Mapping[Rate, Decimal] = field(default_factory=dict)
    capacity_kva: Decimal | None = None
    contract_demand_kw: Decimal | None = None
    losses: Losses | None = None
    split_pct: Decimal | None = None
    split_kwh: Decimal | None = None
    export_kwh: Decimal = ZERO


@dataclass(frozen=True)
class Bill:
    """The facts of one bill of one customer.

    Attributes:
        days_in_month: Calendar days of the month of the bill.
        tier_limits_kwh: Upper limits of tiers 1 and 2 for the whole bill (the sum of its months), or for the
            whole year when ``kwh_before`` counts from its beginning.
        kwh_before: Energy of the year before this bill, where limits are of the year.
        reactive_kvarh: Reactive energy, both directions.
        measured_demand_kw: Highest demand of the month.
        pf_standard: 0.90, 0.85, 0.80, or None where power factor is not assessed.
        pf_table: Adjustment in per cent for cosφ 0.00, 0.01 … 1.00.
        discount_capacity_kva: Contract capacity that the kWh per kVA are measured against.
        system_in_pf_base: Whether system operation is part of the base of the power factor adjustment.
        full_month_hours: Hours of a full month in the loss formula.
    """

    days_in_month: int
    segments: tuple[Segment, ...]
    tier_limits_kwh: tuple[Decimal, Decimal] | None = None
    kwh_before: Decimal = ZERO
    reactive_kvarh: Decimal | None = None
    measured_demand_kw: Decimal | None = None
    pf_standard: Decimal | None = None
    pf_table: tuple[Decimal, ...] = ()
    discount_capacity_kva: Decimal | None = None
    demand_rule: DemandRule = DemandRule()
    system_in_pf_base: bool = True
    full_month_hours: int = 720
    month: date | None = None


@dataclass(frozen=True)
class Line:
    """One line of a bill.

    Attributes:
        element: What is charged.
        segment: Position of the segment; None for a line of the whole bill.
        kwh: Energy charged.
        price: Yuan per unit: kWh, kVA or kW and month.
        rate_pct: Adjustment, for the power factor.
        amount_fen: Money.
    """

    element: Element
    segment: int | None
    amount_fen: int
    kwh: Decimal | None = None
    price: Decimal | None = None
    rate_pct: Decimal | None = None
