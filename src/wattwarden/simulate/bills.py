"""The bills of one chunk as rows of ``bill`` and ``bill_line``."""

from dataclasses import dataclass

import numpy as np

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate import sectors
from wattwarden.simulate.billing import Charges, charge, discounted
from wattwarden.simulate.columns import NULL, Codes, Fixed, Frame, ids
from wattwarden.simulate.misbilling import slip
from wattwarden.simulate.plan import CHINA_OFFSET_S, SECONDS_PER_DAY, Bools, Ints
from wattwarden.simulate.prices import half_up, tariff_of
from wattwarden.simulate.readings import Cycle
from wattwarden.simulate.terms import Terms
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import World

ISSUE_DAYS, DUE_DAYS, ISSUE_HOUR = 2, 24, 22
"""A bill is issued in the night two days after the reading and due 22 days later."""


@dataclass(frozen=True)
class Bills:
    """The bills of a chunk: terms and charges of all, and which were issued; days are day indices.

    Attributes:
        exists, amount, home: By customer and month; ``home`` where billed as residential.
    """

    exists: Bools
    amount: Ints
    home: Bools
    terms: Terms
    charges: Charges
    issued: Ints
    due: Ints

    @property
    def listed(self) -> Ints:
        """Positions of the bills that were issued."""
        terms, first = self.terms, self.charges.first
        return np.flatnonzero(self.exists[terms.row[first], terms.month[first]])


def make_bills(world: World, usage: Usage, book: Cycle, terms: Terms) -> Bills:
    """Bills of all months whose issue day is not after the end."""
    plan = world.plan
    issued = plan.month_bounds[1:] + ISSUE_DAYS
    exists = book.exists & (issued <= plan.days)
    for change in world.changes_in("unbilled", usage.first, usage.last):
        exists[change.customer - usage.first, change.start : change.stop] = False
    charges = charge(terms, tariff_of(plan))
    off = slip(world, usage, terms, charges)
    amount = by_month(terms, charges.amount + off, exists.shape)
    home = by_month(terms, terms.tariff_class[charges.first] == sectors.RESIDENTIAL, exists.shape)
    return Bills(exists, amount, home == 1, terms, charges, issued, plan.month_bounds[1:] + DUE_DAYS)


def by_month(terms: Terms, values: Ints | Bools, shape: tuple[int, ...]) -> Ints:
    """Values of bills by customer and month, 0 where there is no bill."""
    table = np.zeros(shape, dtype=np.int64)
    first = terms.first
    table[terms.row[first], terms.month[first]] = values
    return table


def bill_frame(world: World, usage: Usage, bills: Bills, clerks: Ints) -> Frame:
    """Rows of ``bill``."""
    plan, charges, listed = world.plan, bills.charges, bills.listed
    terms = bills.terms.subset(charges.first[listed])
    row, month = terms.row, terms.month
    issued = plan.start_number + bills.issued[month]
    return {
        "bill_id": ids("B", (usage.first + row) * 1_000 + month, 11),
        "customer_id": ids("31", usage.first + row, 8),
        "bill_month": plan.bill_months[month],
        "period_from": plan.start_number + terms.begin,
        "period_to": plan.start_number + plan.month_bounds[month + 1],
        "kind": Codes(np.zeros(len(row), dtype=np.int64), ("normal",)),
        "kwh": Fixed(charges.per_bill(bills.terms.energy)[listed], 2),
        "loss_kwh": Fixed(charges.loss_kwh[listed], 2),
        "amount_fen": bills.amount[row, month],
        "energy_fen": charges.energy_fen[listed],
        "basic_fen": charges.basic_fen[listed],
        "pf_adjust_fen": charges.adjust_fen[listed],
        "tariff_class": Codes(terms.tariff_class, sectors.TARIFF_CLASSES),
        "billing_mode": Codes(terms.mode, sectors.BILLING_MODES),
        "is_tou": terms.tou == 1,
        "multiplier": terms.multiplier,
        "pf_standard": Fixed(np.where(terms.pf_standard > 0, terms.pf_standard, NULL), 2),
        **_power_columns(bills, listed),
        "created_by": ids("E", clerks[row], 6),
        "issued_on": issued,
        "due_on": plan.start_number + bills.due[month],
        ARRIVED_AT: issued * SECONDS_PER_DAY + ISSUE_HOUR * 3_600 - CHINA_OFFSET_S,
    }


def _power_columns(bills: Bills, listed: Ints) -> Frame:
    """Capacity by days of the period, demand, power factor and the discount on the demand price."""
    terms, charges = bills.terms, bills.charges
    days = terms.end - terms.begin
    capacity = half_up(charges.per_bill(terms.capacity * days), charges.per_bill(days))
    measured = np.maximum.reduceat(terms.demand, charges.first)
    by_demand = terms.mode[charges.first] == sectors.DEMAND
    energy = charges.per_bill(terms.energy)
    reached = discounted(terms.subset(charges.first), energy)
    return {
        "capacity_kva": Fixed(capacity[listed], 2),
        "demand_kw": Fixed(charges.billed_demand[listed], 2),
        "measured_demand_kw": Fixed(np.where(measured > 0, measured, NULL)[listed], 2),
        "power_factor": Fixed(charges.power_factor[listed], 2),
        "demand_discount": (by_demand & reached)[listed],
    }


def line_frame(world: World, usage: Usage, bills: Bills) -> Frame:
    """Rows of ``bill_line``; the amounts of an honest bill's lines add up to the bill."""
    terms, items = bills.terms, bills.charges.items
    kept = np.flatnonzero(bills.exists[terms.row, terms.month])
    present = np.stack([item.present[kept] for item in items], axis=1)
    segment, kind = np.nonzero(present)
    at = kept[segment]
    bill = bills.charges.bill[at]
    begins = np.flatnonzero(np.diff(bill, prepend=-1))
    number = np.arange(len(bill)) - np.repeat(begins, np.diff(np.append(begins, len(bill)))) + 1

    def gather(values: list[Ints | None]) -> Ints:
        empty = np.full(len(kept), NULL)
        table = np.stack([empty if v is None else v[kept] for v in values], axis=1)
        return np.asarray(table[segment, kind])

    row, month = terms.row[at], terms.month[at]
    issued = world.plan.start_number + bills.issued[month]
    return {
        "bill_id": ids("B", (usage.first + row) * 1_000 + month, 11),
        "line_no": number,
        "item": Codes(kind, [item.name for item in items]),
        "kwh": Fixed(gather([item.kwh for item in items]), 2),
        "price": Fixed(gather([item.price for item in items]), 8),
        "rate_pct": Fixed(gather([item.rate for item in items]), 2),
        "amount_fen": gather([item.amount for item in items]),
        ARRIVED_AT: issued * SECONDS_PER_DAY + ISSUE_HOUR * 3_600 - CHINA_OFFSET_S,
    }
