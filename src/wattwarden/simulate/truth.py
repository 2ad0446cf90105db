"""What is true: one row per planted fault and look-alike with the money it costs, and one per wrong bill."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np

from wattwarden.simulate.billing import charge
from wattwarden.simulate.bills import Bills, by_month
from wattwarden.simulate.misbilling import misbillings_of
from wattwarden.simulate.plan import Ints
from wattwarden.simulate.prices import VALLEY, tariff_of
from wattwarden.simulate.readings import cumulated
from wattwarden.simulate.terms import Terms, with_energy
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import Truth, World, area_id, bill_id, customer_id, premise_id

HEADER = (
    "kind", "risk", "subject_kind", "subject_id", "customer_id", "premise_id", "from_date", "to_date", "loss_fen",
    "direction", "evasion", "is_lookalike", "group", "area_id",
)  # fmt: skip
BILLING_HEADER = ("bill_id", "customer_id", "bill_month", "kind", "expected_fen", "billed_fen")
"""Columns of ``billing_truth.csv``: bills whose amount is not what the files and the readings give."""


class TruthBook:
    """Collects the money of each truth while the chunks are computed.

    A truth without a given loss costs what the bill should be less what it is: the honest terms with the
    energy that was really used, against the issued bills, over the bill months that its period touches.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._loss: dict[int, int] = {}
        self._wrong_bills: list[tuple[str, str, str, str, int, int]] = []

    def settle(self, usage: Usage, honest: Terms, filed: Terms, bills: Bills) -> None:
        """Work out the losses of the truths about customers of this chunk, and its wrong bills."""
        self._list_wrong_bills(usage, filed, bills)
        world = self._world
        due = [
            i
            for i, t in enumerate(world.truths)
            if _is_open(t) and usage.first <= (t.customer or 0) < usage.last
        ]
        if not due:
            return
        rows = np.array(sorted({(world.truths[i].customer or 0) - usage.first for i in due}))
        should = _charged(world, _true_terms(world, usage, honest, rows), bills)
        billed = np.where(bills.exists, bills.amount, 0)
        ready = world.plan.month_bounds[1:] + 2 <= world.plan.days
        for index in due:
            truth = world.truths[index]
            row = (truth.customer or 0) - usage.first
            touched = (world.plan.month_bounds[1:] > truth.first) & (
                world.plan.month_bounds[:-1] < truth.last
            )
            money = billed[row] if truth.unpaid else np.where(ready, should[row] - billed[row], 0)
            self._loss[index] = int(money[touched].sum())

    def _list_wrong_bills(self, usage: Usage, filed: Terms, bills: Bills) -> None:
        """Compare the bills of customers with planted billing errors with what their files give."""
        world = self._world
        kinds: dict[tuple[int, int], str] = {}
        for wrong in misbillings_of(world, usage):
            for month in range(wrong.start, wrong.stop):
                kinds.setdefault((wrong.customer - usage.first, month), wrong.kind)
        if not kinds:
            return
        rows = np.array(sorted({row for row, _ in kinds}))
        should = _charged(world, filed.subset(np.isin(filed.row, rows)), bills)
        for (row, month), kind in sorted(kinds.items()):
            expected, billed = int(should[row, month]), int(bills.amount[row, month])
            if bills.exists[row, month] and expected != billed:
                number = usage.first + row
                self._wrong_bills.append(
                    (bill_id(number, month), customer_id(number),
                     world.plan.date_of(int(world.plan.month_bounds[month])).isoformat(), kind, expected, billed)
                )  # fmt: skip

    def write(self, folder: Path) -> dict[str, int]:
        """Write ``truth.csv`` and ``billing_truth.csv``; the number of rows of each kind in the first."""
        world, plan = self._world, self._world.plan
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "billing_truth.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([BILLING_HEADER, *self._wrong_bills])
        with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            for index, t in enumerate(world.truths):
                loss = self._loss.get(index, 0) if _is_open(t) else t.loss_fen or 0
                direction = "customer_loses" if loss < 0 else t.direction
                writer.writerow(
                    (t.kind, t.risk, t.subject_kind, t.subject_id,
                     "" if t.customer is None else customer_id(t.customer),
                     "" if t.customer is None else premise_id(t.customer),
                     plan.date_of(t.first), plan.date_of(t.last), abs(loss), direction, t.evasion,
                     "true" if t.is_lookalike else "false", t.group,
                     _area(world, t))
                )  # fmt: skip
        return dict(Counter(t.kind for t in world.truths))


def _area(world: World, truth: Truth) -> str:
    """The area on which it bears: the one where the customer really hangs, or the subject itself."""
    if truth.subject_kind == "transformer_area":
        return truth.subject_id
    area = -1 if truth.customer is None else int(world.people.area[truth.customer])
    return area_id(area) if area >= 0 else ""


def _is_open(truth: Truth) -> bool:
    """Whether the money is known only from the bills."""
    return truth.customer is not None and (truth.unpaid or truth.loss_fen is None)


def _charged(world: World, terms: Terms, bills: Bills) -> Ints:
    """Amounts of some bills by customer and month, 0 for all others."""
    return by_month(terms, charge(terms, tariff_of(world.plan)).amount, bills.exists.shape)


def _true_terms(world: World, usage: Usage, honest: Terms, rows: Ints) -> Terms:
    """Honest terms of some customers with the energy that was really used."""
    terms = honest.subset(np.isin(honest.row, rows))
    sums = cumulated(usage.true[rows])
    place = np.searchsorted(rows, terms.row)
    true = (sums[place, terms.end] - sums[place, terms.begin]) * terms.multiplier
    extra = true - terms.rates.sum(axis=1)
    night = {c.customer - usage.first for c in world.changes_in("night", usage.first, usage.last)}
    shares = terms.rates / np.maximum(terms.rates.sum(axis=1, keepdims=True), 1)
    at_night = np.zeros(4)
    at_night[VALLEY] = 1.0
    shares[np.isin(terms.row, sorted(night))] = at_night
    timed = (usage.split[terms.row] >= 0)[:, None]
    rates = terms.rates + np.where(timed, np.floor(shares * extra[:, None]), 0).astype(np.int64)
    scale = np.where(terms.energy > 0, true / np.maximum(terms.energy, 1), 1.0)
    reactive = np.rint(terms.reactive * scale).astype(np.int64)
    return with_energy(terms, true, rates, reactive)
