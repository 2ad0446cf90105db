"""What is watched around a score: drift of the features, how visits were chosen, how late outcomes come."""

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np

from wattwarden.models.theft.invoices import Floats
from wattwarden.models.theft.learned import SETTINGS, Bools, threads_for

BINS = 10
PSI_FLOOR = 1e-4
"""Share that an empty bin is given, so that a logarithm exists."""
LEAST_CHANCE = 1e-4
"""No customer is taken for less likely to be visited than this."""
ROUNDS = 40
FOLDS = 3


def bin_edges(values: Floats) -> tuple[tuple[float, ...], ...]:
    """Inner edges of about equal tenths for each column."""
    steps = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = []
    for column in values.T:
        there = column[~np.isnan(column)]
        edges.append(tuple(float(x) for x in np.unique(np.quantile(there, steps))) if len(there) else ())
    return tuple(edges)


def bin_shares(values: Floats, edges: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    """Share of the rows in each bin of each column; the last bin holds the unknown ones."""
    shares = []
    for column, inner in zip(values.T, edges, strict=True):
        place = np.where(np.isnan(column), len(inner) + 1, np.searchsorted(inner, column, side="right"))
        count = np.bincount(place.astype(np.int64), minlength=len(inner) + 2)
        shares.append(tuple(float(x) for x in count / max(len(column), 1)))
    return tuple(shares)


def population_stability(before: Sequence[float], now: Sequence[float]) -> float:
    """Population stability index: Σ (now − before) · ln(now / before) over bins.

    Below 0.1 nothing moved, above 0.25 the population is another one (Siddiqi, Credit Risk Scorecards, 2006).
    """
    old, new = (np.maximum(np.asarray(shares, np.float64), PSI_FLOOR) for shares in (before, now))
    return float(((new - old) * np.log(new / old)).sum())


@dataclass(frozen=True)
class Prevalence:
    """Share of customers that steal, from visits drawn at random alone.

    Attributes:
        visits, confirmed: How many random visits there were, and how many found theft.
        share: Horvitz-Thompson estimate; None without random visits.
    """

    visits: int
    confirmed: int
    share: float | None


def prevalence(confirmed: Bools, chance: Floats) -> Prevalence:
    """Estimate from visits drawn with a known chance (Horvitz and Thompson, JASA 47, 1952)."""
    drawn = ~np.isnan(chance) & (chance > 0)
    if not drawn.any():
        return Prevalence(0, 0, None)
    weight = 1 / chance[drawn]
    share = float((weight * confirmed[drawn]).sum() / weight.sum())
    return Prevalence(int(drawn.sum()), int(confirmed[drawn].sum()), share)


def chance_of_visit(values: Floats, chosen: Bools, weight: Floats, drawn: Floats, seed: int = 1) -> Floats:
    """Chance of a customer to be visited in a window: chosen on suspicion, or drawn at random.

    Suspicion is learned from who was chosen, each customer by a model that has not seen it.

    Args:
        values: Customers that were visited, and a sample of the others.
        chosen: Whether a customer was visited because of suspicion.
        weight: Customers that each row stands for.
        drawn: Chance of being drawn at random in that window, 0 where nobody was drawn.
    """
    suspicion = np.full(len(values), float(np.average(chosen, weights=weight)))
    fold = np.random.default_rng(seed).integers(0, FOLDS, len(values))
    for number in range(FOLDS):
        learn, held = fold != number, fold == number
        if chosen[learn].any() and held.any():
            data = lightgbm.Dataset(values[learn], chosen[learn].astype(np.int8), weight=weight[learn])
            booster = lightgbm.train(
                {**SETTINGS, "min_data_in_leaf": 50, "seed": seed, "num_threads": threads_for(len(values))},
                data,
                ROUNDS,
            )
            suspicion[held] = booster.predict(values[held])
    return np.asarray(np.maximum(1 - (1 - suspicion) * (1 - drawn), LEAST_CHANCE), np.float64)


def reliability(
    probability: Floats, confirmed: Bools, weight: Floats, groups: int = 5
) -> tuple[tuple[float, float, int], ...]:
    """Mean probability said, weighted share that came true, and visits, in groups of about equal size."""
    order = np.argsort(probability, kind="stable")
    return tuple(
        (
            float(np.average(probability[rows], weights=weight[rows])),
            float(np.average(confirmed[rows], weights=weight[rows])),
            len(rows),
        )
        for rows in np.array_split(order, groups)
        if len(rows)
    )
