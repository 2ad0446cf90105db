"""What is true: one row per planted fault and look-alike, with the money it costs."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np

from wattwarden.simulate.billing import Terms, charge
from wattwarden.simulate.bills import Bills
from wattwarden.simulate.prices import VALLEY
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import Truth, World, area_id, customer_id, premise_id

HEADER = (
    "kind", "risk", "subject_kind", "subject_id", "customer_id", "premise_id", "from_date", "to_date", "loss_fen",
    "direction", "evasion", "is_lookalike", "group", "area_id",
)  # fmt: skip


class TruthBook:
    """Collects the money of each truth while the chunks are computed.

    A truth without a given loss costs what the bill should be less what it is: the honest terms with the
    energy that was really used, against the issued bills, over the bill months that its period touches.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._loss: dict[int, int] = {}
        self._open = [i for i, t in enumerate(world.truths) if _is_open(t)]

    def settle(self, usage: Usage, honest: Terms, bills: Bills) -> None:
        """Work out the losses of the truths about customers of this chunk."""
        world = self._world
        due = [i for i in self._open if usage.first <= (world.truths[i].customer or 0) < usage.last]
        if not due:
            return
        rows = np.array([(world.truths[i].customer or 0) - usage.first for i in due])
        should = charge(_true_terms(world, usage, honest, rows), world.plan).amount
        billed = np.where(bills.exists, bills.charges.amount, 0)[rows]
        ready = world.plan.month_bounds[1:] + 2 <= world.plan.days
        gap = np.where(ready, should - billed, 0)
        for position, index in enumerate(due):
            truth = world.truths[index]
            touched = (world.plan.month_bounds[1:] > truth.first) & (
                world.plan.month_bounds[:-1] < truth.last
            )
            money = billed if truth.unpaid else gap
            self._loss[index] = int(money[position][touched].sum())

    def write(self, folder: Path) -> dict[str, int]:
        """Write ``truth.csv``; the number of rows of each kind."""
        world, plan = self._world, self._world.plan
        folder.mkdir(parents=True, exist_ok=True)
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


def _true_terms(world: World, usage: Usage, honest: Terms, rows: np.ndarray) -> Terms:
    """Honest terms of some customers with the energy that was really used."""
    terms = honest.subset(rows)
    multiplier = world.people.multiplier[usage.first : usage.last][rows][:, None]
    true = usage.monthly(usage.true[rows], world.plan.month_bounds) * multiplier
    extra = true - terms.rates.sum(axis=2)
    night = {c.customer - usage.first for c in world.changes_in("night", usage.first, usage.last)}
    shares = terms.rates / np.maximum(terms.rates.sum(axis=2, keepdims=True), 1)
    at_night = np.zeros(4)
    at_night[VALLEY] = 1.0
    shares[[int(r) in night for r in rows]] = at_night
    split = (usage.split[rows] >= 0)[:, None, None]
    terms.rates = terms.rates + np.where(split, np.floor(shares * extra[:, :, None]), 0).astype(np.int64)
    scale = true / np.maximum(terms.energy, 1)
    terms.reactive = np.rint(terms.reactive * np.where(terms.energy > 0, scale, 1.0)).astype(np.int64)
    terms.energy = true
    return terms
