"""How good a ranking is, with intervals: nothing here knows how the scores were made.

ROC-AUC is the share of pairs of one confirmed and one other customer that stand in the right order, ties
counted half (Mann and Whitney, 1947). Average precision is the mean precision at each confirmed customer.

A bootstrap draw takes each customer never, once or several times. Customers are therefore sorted once, and
each draw only counts them: a thousand draws of fifty thousand customers take seconds.
"""

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
        """The truth of some customers."""
        return Truth(self.confirmed[rows], self.cut_year[rows], self.shortfall_kwh[rows])


class Ranking:
    """Customers sorted by score, best first; each method takes how often each is counted.

    Counts are given in the order of the customers, not of the ranking.
    """

    def __init__(self, scores: Floats, confirmed: NDArray[np.bool_]) -> None:
        self.order = np.argsort(-scores, kind="stable")
        self.confirmed = confirmed[self.order]
        self._steps = np.flatnonzero(np.r_[np.diff(scores[self.order]) != 0, True])

    def _groups(self, counts: Ints) -> tuple[Ints, Ints]:
        """Customers and confirmed ones down to the end of each group of equal scores."""
        taken = counts[self.order]
        return np.cumsum(taken)[self._steps], np.cumsum(taken * self.confirmed)[self._steps]

    def roc_auc(self, counts: Ints) -> float:
        """Area under the ROC curve; ``NaN`` unless both outcomes occur."""
        seen, found = self._groups(counts)
        hits, rest = int(found[-1]), int(seen[-1] - found[-1])
        if not hits or not rest:
            return float("nan")
        gained, others = np.diff(found, prepend=0), np.diff(seen - found, prepend=0)
        return float((gained * (rest - (seen - found) + others / 2)).sum() / (hits * rest))

    def average_precision(self, counts: Ints) -> float:
        """Mean of the precision at each confirmed customer; equal scores count as one step."""
        seen, found = self._groups(counts)
        gained = np.diff(found, prepend=0)
        return float((found / np.maximum(seen, 1) * gained).sum() / max(int(found[-1]), 1))

    def head(self, counts: Ints, length: int) -> Ints:
        """How often each customer of the ranking, in its order, is among the first ``length``."""
        taken = counts[self.order]
        return np.asarray(np.clip(length - (np.cumsum(taken) - taken), 0, taken), np.int64)


def roc_auc(scores: Floats, confirmed: NDArray[np.bool_]) -> float:
    """Area under the ROC curve, each customer counted once."""
    return Ranking(scores, confirmed).roc_auc(np.ones(len(scores), np.int64))


def average_precision(scores: Floats, confirmed: NDArray[np.bool_]) -> float:
    """Average precision, each customer counted once."""
    return Ranking(scores, confirmed).average_precision(np.ones(len(scores), np.int64))


class _Rankings:
    """One score of all customers, and of those of each year apart."""

    def __init__(self, scores: Floats, truth: Truth, visits: tuple[int, ...]) -> None:
        self._visits, self._confirmed = visits, truth.confirmed
        self._all = Ranking(scores, truth.confirmed)
        self._shortfall = (truth.shortfall_kwh * truth.confirmed)[self._all.order]
        years = [np.flatnonzero(truth.cut_year == year) for year in np.unique(truth.cut_year)]
        self._years = [(rows, Ranking(scores[rows], truth.confirmed[rows])) for rows in years]

    def figures(self, counts: Ints) -> list[float]:
        """ROC-AUC, average precision, ROC-AUC within a year, then precision and kWh of each head."""
        figures = [self._all.roc_auc(counts), self._all.average_precision(counts), self.within_year(counts)]
        for length in self._visits:
            taken = self._all.head(counts, length)
            found = (taken * self._all.confirmed).sum() / max(int(taken.sum()), 1)
            figures += [float(found), float((taken * self._shortfall).sum())]
        return figures

    def within_year(self, counts: Ints) -> float:
        """Mean ROC-AUC of the years, weighted by their confirmed; ``NaN`` if all are too small."""
        areas, weights = [], []
        for rows, ranking in self._years:
            hits = int(counts[rows][self._confirmed[rows]].sum())
            if hits >= FEWEST_CONFIRMED and hits < counts[rows].sum():
                areas.append(ranking.roc_auc(counts[rows]))
                weights.append(hits)
        return float(np.average(areas, weights=weights)) if areas else float("nan")


def within_year(scores: Floats, truth: Truth) -> float:
    """ROC-AUC among histories cut in the same year, each customer counted once."""
    return _Rankings(scores, truth, ()).within_year(np.ones(len(scores), np.int64))


def measure(scores: Floats, truth: Truth, visits: tuple[int, ...], seed: int = 0) -> Measures:
    """All measures with bootstrap intervals over customers (Efron, Ann. Statist. 7, 1979).

    Args:
        visits: Lengths of the list's beginning to look at.
    """
    rankings, rng, count = _Rankings(scores, truth, visits), np.random.default_rng(seed), len(scores)
    drawn = np.array(
        [rankings.figures(np.bincount(rng.integers(0, count, count), minlength=count)) for _ in range(DRAWS)]
    )
    values = rankings.figures(np.ones(count, np.int64))
    known = [_with_interval(value, drawn[:, place]) for place, value in enumerate(values)]
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
