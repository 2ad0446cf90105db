"""How good a ranking is, with intervals: nothing here knows how the scores were made.

ROC-AUC is the share of pairs of one confirmed and one other customer that stand in the right order, ties
counted half (Mann and Whitney, 1947). Average precision is the mean precision at each confirmed customer.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wattwarden.models.theft.invoices import Floats, Ints

DRAWS = 1000
TAIL_PCT = 2.5
FEWEST_CONFIRMED = 20
"""Confirmed customers from which a year's own ROC-AUC enters the mean."""


@dataclass(frozen=True)
class Figure:
    """A measured value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Head:
    """What the first visits of the list would have found.

    Attributes:
        visits: Customers visited, best first.
        precision: Share of them confirmed.
        shortfall_kwh: Their confirmed customers' yearly drop below their own earlier level.
    """

    visits: int
    precision: Figure
    shortfall_kwh: Figure


@dataclass(frozen=True)
class Measures:
    """One score against the truth.

    Attributes:
        roc_auc, average_precision: Over all customers.
        within_year: ROC-AUC among histories cut in the same year, mean weighted by confirmed customers.
        heads: The beginning of the list at several lengths.
    """

    roc_auc: Figure
    average_precision: Figure
    within_year: Figure
    heads: tuple[Head, ...]


@dataclass(frozen=True)
class Truth:
    """What is compared with.

    Attributes:
        confirmed: Whether each customer was found to steal.
        cut_year: Year in which each history was cut.
        shortfall_kwh: Yearly drop of each customer below the own earlier level, never negative.
    """

    confirmed: NDArray[np.bool_]
    cut_year: Ints
    shortfall_kwh: Floats

    def at(self, rows: Ints) -> "Truth":
        """The truth of some customers, each as often as it is named."""
        return Truth(self.confirmed[rows], self.cut_year[rows], self.shortfall_kwh[rows])


def roc_auc(scores: Floats, confirmed: NDArray[np.bool_]) -> float:
    """Area under the ROC curve; ``NaN`` unless both outcomes occur."""
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(count) - (count - 1) / 2
    hits, rest = int(confirmed.sum()), int((~confirmed).sum())
    if not hits or not rest:
        return float("nan")
    return float((mean_rank[place][confirmed].sum() - hits * (hits + 1) / 2) / (hits * rest))


def average_precision(scores: Floats, confirmed: NDArray[np.bool_]) -> float:
    """Mean of the precision at each confirmed customer; equal scores count as one step."""
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(confirmed[order])
    steps = np.flatnonzero(np.r_[np.diff(scores[order]) != 0, True])
    hits = found[steps]
    gained = np.diff(np.r_[0, hits])
    return float((hits / (steps + 1) * gained).sum() / max(hits[-1], 1))


def within_year(scores: Floats, truth: Truth) -> float:
    """Mean ROC-AUC of the years, weighted by their confirmed customers; ``NaN`` if all are too small."""
    areas, weights = [], []
    for year in np.unique(truth.cut_year):
        rows = truth.cut_year == year
        hits = int(truth.confirmed[rows].sum())
        if hits >= FEWEST_CONFIRMED and hits < rows.sum():
            areas.append(roc_auc(scores[rows], truth.confirmed[rows]))
            weights.append(hits)
    return float(np.average(areas, weights=weights)) if areas else float("nan")


def measure(scores: Floats, truth: Truth, visits: tuple[int, ...], seed: int = 0) -> Measures:
    """All measures with bootstrap intervals over customers (Efron, Ann. Statist. 7, 1979).

    Args:
        visits: Lengths of the list's beginning to look at.
    """
    figures: list[Callable[[Floats, Truth], float]] = [
        lambda score, real: roc_auc(score, real.confirmed),
        lambda score, real: average_precision(score, real.confirmed),
        within_year,
    ]
    for length in visits:
        figures += [_precision_at(length), _shortfall_at(length)]
    rng = np.random.default_rng(seed)
    count = len(scores)
    drawn = np.empty((DRAWS, len(figures)))
    for draw in range(DRAWS):
        rows = rng.integers(0, count, count)
        again = truth.at(rows)
        drawn[draw] = [figure(scores[rows], again) for figure in figures]
    known = [_with_interval(figure(scores, truth), drawn[:, place]) for place, figure in enumerate(figures)]
    heads = tuple(
        Head(length, known[3 + 2 * place], known[4 + 2 * place]) for place, length in enumerate(visits)
    )
    return Measures(known[0], known[1], known[2], heads)


def _with_interval(value: float, drawn: Floats) -> Figure:
    """The value with the middle 95 % of the draws in which it exists."""
    there = drawn[~np.isnan(drawn)]
    if not len(there):
        return Figure(value, float("nan"), float("nan"))
    low, high = np.percentile(there, [TAIL_PCT, 100 - TAIL_PCT])
    return Figure(value, float(low), float(high))


def _precision_at(length: int) -> Callable[[Floats, Truth], float]:
    def precision(scores: Floats, truth: Truth) -> float:
        return float(truth.confirmed[_first(scores, length)].mean())

    return precision


def _shortfall_at(length: int) -> Callable[[Floats, Truth], float]:
    def shortfall(scores: Floats, truth: Truth) -> float:
        head = _first(scores, length)
        return float(truth.shortfall_kwh[head][truth.confirmed[head]].sum())

    return shortfall


def _first(scores: Floats, length: int) -> Ints:
    """The customers with the highest scores."""
    return np.argsort(-scores, kind="stable")[:length]
