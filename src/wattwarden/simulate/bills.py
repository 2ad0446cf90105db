"""The bills of one chunk as rows of ``bill`` and ``bill_line``."""

from dataclasses import dataclass

import numpy as np

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate import sectors
from wattwarden.simulate.billing import Charges, Terms, charge
from wattwarden.simulate.columns import NULL, Codes, Fixed, Frame, ids
from wattwarden.simulate.plan import CHINA_OFFSET_S, SECONDS_PER_DAY, Bools, Ints
from wattwarden.simulate.readings import Cycle
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import World

ISSUE_DAYS, DUE_DAYS, ISSUE_HOUR = 2, 24, 22
"""A bill is issued in the night two days after the reading and due 22 days later."""


@dataclass(frozen=True)
class Bills:
    """The bills of a chunk: which exist, their terms and charges; days are day indices."""

    exists: Bools
    terms: Terms
    charges: Charges
    issued: Ints
    due: Ints


def make_bills(world: World, usage: Usage, book: Cycle, terms: Terms) -> Bills:
    """Bills of all months whose issue day is not after the end."""
    plan = world.plan
    issued = plan.month_bounds[1:] + ISSUE_DAYS
    exists = book.exists & (issued <= plan.days)
    for change in world.changes_in("unbilled", usage.first, usage.last):
        exists[change.customer - usage.first, change.start : change.stop] = False
    return Bills(exists, terms, charge(terms, plan), issued, plan.month_bounds[1:] + DUE_DAYS)


def bill_frame(world: World, usage: Usage, bills: Bills, clerks: Ints) -> Frame:
    """Rows of ``bill``."""
    plan, terms, charges = world.plan, bills.terms, bills.charges
    row, month = np.nonzero(bills.exists)
    at = (row, month)
    issued = plan.start_number + bills.issued[month]
    opened = np.maximum(world.people.opened[usage.first + row], plan.month_bounds[month])
    two_part = (terms.mode != sectors.SINGLE)[at]
    factor = charges.power_factor[at]
    return {
        "bill_id": ids("B", (usage.first + row) * 1_000 + month, 11),
        "customer_id": ids("31", usage.first + row, 8),
        "bill_month": plan.bill_months[month],
        "period_from": plan.start_number + opened,
        "period_to": plan.start_number + plan.month_bounds[month + 1],
        "kind": Codes(np.zeros(len(row), dtype=np.int64), ("normal",)),
        "kwh": Fixed(terms.energy[at], 2),
        "loss_kwh": Fixed(charges.loss_kwh[at], 2),
        "amount_fen": charges.amount[at],
        "energy_fen": charges.energy_fen[at],
        "basic_fen": charges.basic_fen[at],
        "pf_adjust_fen": charges.adjust_fen[at],
        "tariff_class": Codes(terms.tariff_class[at], sectors.TARIFF_CLASSES),
        "billing_mode": Codes(terms.mode[at], sectors.BILLING_MODES),
        "is_tou": terms.tou[at] == 1,
        "multiplier": terms.multiplier[at],
        "capacity_kva": Fixed(terms.capacity[at], 2),
        "demand_kw": Fixed(charges.billed_demand[at], 2),
        "measured_demand_kw": Fixed(np.where(terms.demand[at] > 0, terms.demand[at], NULL), 2),
        "power_factor": Fixed(np.where(factor >= 0, factor, NULL), 2),
        "pf_standard": Fixed(np.where(terms.pf_standard[at] > 0, terms.pf_standard[at], NULL), 2),
        "demand_discount": np.where(
            two_part & (terms.mode[at] == sectors.DEMAND), terms.discount[at] == 1, False
        ),
        "created_by": ids("E", clerks[row], 6),
        "issued_on": issued,
        "due_on": plan.start_number + bills.due[month],
        ARRIVED_AT: issued * SECONDS_PER_DAY + ISSUE_HOUR * 3_600 - CHINA_OFFSET_S,
    }


def line_frame(world: World, usage: Usage, bills: Bills) -> Frame:
    """Rows of ``bill_line``; the amounts of a bill's lines add up to the bill."""
    row, month = np.nonzero(bills.exists)
    items = bills.charges.items
    present = np.stack([item.present[row, month] for item in items], axis=1)
    bill, kind = np.nonzero(present)

    def gather(values: list[Ints | None]) -> Ints:
        empty = np.full(len(row), NULL)
        table = np.stack([empty if v is None else v[row, month] for v in values], axis=1)
        return np.asarray(table[bill, kind])

    issued = world.plan.start_number + bills.issued[month[bill]]
    return {
        "bill_id": ids("B", (usage.first + row[bill]) * 1_000 + month[bill], 11),
        "line_no": np.cumsum(present, axis=1)[bill, kind],
        "item": Codes(kind, [item.name for item in items]),
        "kwh": Fixed(gather([item.kwh for item in items]), 2),
        "price": Fixed(gather([item.price for item in items]), 8),
        "rate_pct": Fixed(gather([item.rate for item in items]), 2),
        "amount_fen": gather([item.amount for item in items]),
        ARRIVED_AT: issued * SECONDS_PER_DAY + ISSUE_HOUR * 3_600 - CHINA_OFFSET_S,
    }
