"""Measure the score on customers it was not fitted on, beside a plain one made in the same run."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wattwarden.models.theft.features import DATED, Features
from wattwarden.models.theft.invoices import MONTHS_PER_YEAR, Floats, Ints
from wattwarden.models.theft.measure import Measures, Truth, measure
from wattwarden.models.theft.neighbours import Neighbours
from wattwarden.models.theft.train import (
    MAKES,
    PARTS,
    PLAIN,
    Known,
    Progress,
    binned,
    boosted,
    fit,
    predicted,
    with_neighbours,
)

FOLDS = 5
GROWN_PER_FIT = PARTS * len(MAKES) + 2
"""Boosters of one fit: those of the score, of the plain one and of the one that knows dates only."""
PLAIN_COLUMNS = ("used", "months", "share_", "remark_", "state", "zero", "last_", "first_")
PLAIN_WHOLE = ("district", "category", "region", "connected", "invoices", "starts", "ends")
"""What a first attempt would take: averages of the raw columns and the codes."""


@dataclass(frozen=True)
class Scored:
    """Scores of customers who took no part in the fit.

    Attributes:
        rows: Which customers were scored.
        log_odds: What to rank by, per customer scored.
        probability: Calibrated, per customer scored.
        plain: Log-odds of the plain score.
        dates: Log-odds of a score that knows dates and lengths only: what the cut alone gives away.
    """

    rows: NDArray[np.bool_]
    log_odds: Floats
    probability: Floats
    plain: Floats
    dates: Floats


@dataclass(frozen=True)
class Material:
    """What a score is made of.

    Attributes:
        features: All features of all customers.
        neighbours: Who is near whom.
        undated: Whether the score does without the features that tell dates and lengths.
    """

    features: Features
    neighbours: Neighbours
    undated: bool

    @property
    def allowed(self) -> Features:
        """The features the score may use."""
        return self.features.without(DATED) if self.undated else self.features


@dataclass(frozen=True)
class Evaluation:
    """All that was measured in one run."""

    customers: int
    confirmed: int
    score: Measures
    plain: Measures
    dates: Measures
    calibration: tuple[tuple[float, float], ...]


def plain_features(features: Features) -> Features:
    """The columns of the plain score."""
    kept = []
    for name in features.names:
        own = name.removeprefix("electricity.").removeprefix("gas.")
        if own in PLAIN_WHOLE or own.startswith(PLAIN_COLUMNS):
            kept.append(name)
    return features.named(kept)


def dated_features(features: Features) -> Features:
    """The columns that tell when a history ends or how long it is, but nothing of its content."""
    content = set(features.without([name for name in DATED if name != "calendar_"]).names)
    return features.named([name for name in features.names if name not in content])


def folds(outcome: NDArray[np.bool_], seed: int) -> Ints:
    """The fold of each customer; all folds have as many confirmed ones."""
    fold, rng = np.zeros(len(outcome), np.int64), np.random.default_rng(seed)
    for value in (False, True):
        rows = rng.permutation(np.flatnonzero(outcome == value))
        fold[rows] = np.arange(len(rows)) % FOLDS
    return fold


def score_unknown(material: Material, known: Known, grown: Progress = lambda: None) -> Scored:
    """Fit on the known customers and score the others.

    Args:
        grown: Told after each of the ``GROWN_PER_FIT`` boosters.
    """
    apart = ~known.rows
    complete = with_neighbours(material.allowed, material.neighbours, known)
    model = fit(complete, known, grown)
    log_odds = model.log_odds(Features(complete.names, complete.values[apart]))
    return Scored(
        rows=apart,
        log_odds=log_odds,
        probability=model.probability(log_odds),
        plain=_simple(plain_features(material.features), known, grown),
        dates=_simple(dated_features(material.features), known, grown),
    )


def _simple(features: Features, known: Known, grown: Progress) -> Floats:
    """One booster of ordinary settings on these features."""
    data = binned(features.values[known.rows], known.outcome[known.rows])
    booster = boosted(data, PLAIN, known.seed)
    grown()
    return predicted(booster, features.values[~known.rows])


def cross_scored(
    material: Material, outcome: NDArray[np.bool_], seed: int, grown: Progress = lambda: None
) -> Iterator[Scored]:
    """Each fold scored by a model fitted on the others."""
    fold = folds(outcome, seed)
    for number in range(FOLDS):
        yield score_unknown(material, Known(fold != number, outcome, seed + number), grown)


def joined(parts: list[Scored]) -> Scored:
    """The scores of all parts in the order of the customers.

    Log-odds of different folds are set side by side as they are: no fold is stretched to look like another.
    """
    rows = np.any([part.rows for part in parts], axis=0)
    merged = {}
    for name in ("log_odds", "probability", "plain", "dates"):
        column = np.full(len(rows), np.nan)
        for part in parts:
            column[part.rows] = getattr(part, name)
        merged[name] = column[rows]
    return Scored(rows=rows, **merged)


def shortfall_kwh(features: Features) -> Floats:
    """How far the last year stays below the own earlier median, kWh a year; an estimate, not the truth.

    What was stolen is not on record; the drop is what a re-billing would start from.
    """
    columns = features.named(["electricity.used.median", "electricity.used.last_3"]).values.astype(np.float64)
    drop = (columns[:, 0] - columns[:, 1]) * MONTHS_PER_YEAR
    return np.where(np.isnan(drop), 0.0, np.maximum(drop, 0.0))


def visits_for(customers: int) -> tuple[int, ...]:
    """Lengths of the list's beginning that are reported: 100, 200 and one in a hundred."""
    return tuple(sorted({min(length, customers) for length in (100, 200, max(1, customers // 100))}))


def evaluated(scored: Scored, truth: Truth) -> Evaluation:
    """All measures of the customers scored."""
    visits = visits_for(len(truth.confirmed))
    score, plain, dates = (
        measure(scores, truth, visits) for scores in (scored.log_odds, scored.plain, scored.dates)
    )
    return Evaluation(
        customers=len(truth.confirmed),
        confirmed=int(truth.confirmed.sum()),
        score=score,
        plain=plain,
        dates=dates,
        calibration=calibration(scored.probability, truth.confirmed),
    )


def calibration(
    probability: Floats, confirmed: NDArray[np.bool_], groups: int = 10
) -> tuple[tuple[float, float], ...]:
    """Mean probability and share confirmed in groups of equal size, from the lowest probability on."""
    order = np.argsort(probability, kind="stable")
    return tuple(
        (float(probability[rows].mean()), float(confirmed[rows].mean()))
        for rows in np.array_split(order, groups)
        if len(rows)
    )
