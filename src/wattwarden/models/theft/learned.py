"""The theft score of a site: fitted on its own inspection outcomes, or assumed where there are none yet.

A *learned* score is boosted trees, weighted so that visits stand for all customers, calibrated by isotonic
regression on what each tree set says of customers it has not seen. An *assumed* score (a new site) adds up
how far a customer stands from the others in the directions in which theft shows, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from wattwarden.calc.tariff.compiled import THREADS
from wattwarden.domain.errors import fail
from wattwarden.models.theft.invoices import Floats, Ints
from wattwarden.models.theft.site_model import ASSUMED, LEARNED, SiteModel, evidence
from wattwarden.models.theft.train import EDGE

Bools = NDArray[np.bool_]
PARTS = 5
SETTINGS: Mapping[str, float | int | bool | str] = {
    "objective": "binary", "num_leaves": 15, "learning_rate": 0.05, "feature_fraction": 0.4,
    "bagging_fraction": 0.8, "bagging_freq": 1, "min_data_in_leaf": 20, "min_sum_hessian_in_leaf": 0.0,
    "lambda_l2": 5.0, "max_bin": 127, "verbose": -1, "deterministic": True,
}  # fmt: skip
ROUNDS = 150
ROWS_PER_THREAD = 20_000
MOST_WEIGHT = 20.0
"""No visit stands for more than so many times the usual number of customers: one odd case must not rule."""

SUSPICIOUS: Mapping[str, int] = {
    "bill_change": -1, "bill_year_change": -1, "bill_lowest": -1, "bill_fall": -1, "peer_gap": -1,
    "peer_change_gap": -1, "valley_change": -1, "daily_change": -1, "daily_fall_score": -1, "daily_swings": 1,
    "daily_low_run": 1, "level_against_year": -1, "cover_openings": 1, "magnetic_events": 1, "current_events": 1,
    "voltage_events": 1, "reverse_events": 1, "neutral_events": 1, "program_events": 1, "neutral_gap": 1,
    "weakest_current": -1, "weakest_voltage": -1, "power_gap": -1, "area_loss_change": 1, "area_correlation": -1,
    "caught_before": 1,
}  # fmt: skip
"""Where theft shows in physics (1) more, (-1) less; before any label, nothing else is assumed."""
FURTHEST = 6.0
"""A feature counts at most so many robust standard deviations."""
NORMAL_BEYOND = 2.0
"""Differences below this many are how customers differ anyway."""
MAD_TO_SD = 1.4826
ASSUMED_PRIOR = 0.01
"""Share of customers that steal, assumed until a site has random visits of its own."""
ASSUMED_CEILING = 0.5
"""An assumed score is never surer than this."""


@dataclass(frozen=True)
class Visited:
    """What a score is fitted on.

    Attributes:
        values: Visits × columns, as known before each visit.
        confirmed: Whether each found theft.
        weight: Customers that each visit stands for.
        order: Number of the time window of each visit, rising.
        rules: Probability that the rules alone gave, 0 where none fired.
    """

    values: Floats
    confirmed: Bools
    weight: Floats
    order: Ints
    rules: Floats

    def at(self, rows: Bools) -> "Visited":
        """Some of the visits."""
        return Visited(
            self.values[rows], self.confirmed[rows], self.weight[rows], self.order[rows], self.rules[rows]
        )


def contributions(model: SiteModel, values: Floats) -> Floats:
    """Customers × (columns + 1): what each feature adds to the score, and last what all start from."""
    if model.basis == ASSUMED:
        signs = np.array([SUSPICIOUS.get(name, 0) for name in model.columns], np.float64)
        z = signs * (values - np.array(model.centre)) / np.array(model.spread)
        beyond = np.clip(np.nan_to_num(z) - NORMAL_BEYOND, 0, FURTHEST - NORMAL_BEYOND)
        return np.hstack([beyond, np.zeros((len(values), 1))])
    parts = [
        lightgbm.Booster(model_str=text).predict(
            values, pred_contrib=True, num_threads=threads_for(len(values))
        )
        for text in model.boosters
    ]
    return np.asarray(np.mean(parts, axis=0), np.float64)


def log_odds_of(model: SiteModel, values: Floats) -> Floats:
    """What to rank by.

    Raises:
        WattwardenError: the values have another number of columns.
    """
    if values.shape[1] != len(model.columns):
        raise fail("theft score", found=f"{values.shape[1]} columns", expected=f"{len(model.columns)}")
    if model.basis == ASSUMED:
        return np.asarray(contributions(model, values).sum(axis=1), np.float64)
    return np.asarray(np.mean([_predicted(text, values) for text in model.boosters], axis=0), np.float64)


def probability_of(model: SiteModel, log_odds: Floats) -> Floats:
    """The calibrated probability of each score."""
    return np.interp(log_odds, model.scores, model.shares)


def fitted(visits: Visited, columns: tuple[str, ...], seed: int = 1) -> SiteModel:
    """Learn from visits: ``PARTS`` boosters, each without one part, calibrated on the parts they lack."""
    part = _parts(visits.confirmed, seed)
    apart, boosters = np.zeros(len(part)), []
    for number in range(PARTS):
        booster = _booster(visits.at(part != number), seed * 100 + number)
        held = part == number
        apart[held] = _predicted(booster, visits.values[held])
        boosters.append(booster)
    weight = tamed(visits.weight)
    fit = IsotonicRegression(y_min=EDGE, y_max=1 - EDGE, out_of_bounds="clip")
    fit.fit(apart, visits.confirmed.astype(np.float64), sample_weight=weight)
    scores, shares = (tuple(map(float, np.asarray(x))) for x in (fit.X_thresholds_, fit.y_thresholds_))
    logistic = LogisticRegression(C=1.0)
    logistic.fit(np.column_stack([apart, evidence(visits.rules)]), visits.confirmed, sample_weight=weight)
    fusion = (float(logistic.intercept_[0]), *map(float, logistic.coef_[0]))
    return SiteModel(LEARNED, columns, tuple(boosters), scores, shares, fusion=fusion)


def assumed(population: Floats, columns: tuple[str, ...]) -> SiteModel:
    """A start without labels, from how all customers are spread.

    The probability is an assumption: it rises with the score so that its mean is ``ASSUMED_PRIOR``.
    """
    centre, spread = robust_spread(population)
    start = SiteModel(ASSUMED, columns, centre=tuple(centre), spread=tuple(spread))
    score = log_odds_of(start, population)
    grid = np.unique(np.quantile(score, np.linspace(0, 1, 201)))
    low, high = -30.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        if _chance(score + middle).mean() < ASSUMED_PRIOR:
            low = middle
        else:
            high = middle
    shares = tuple(map(float, _chance(grid + low)))
    return SiteModel(ASSUMED, columns, (), tuple(map(float, grid)), shares, start.centre, start.spread)


def robust_spread(values: Floats) -> tuple[Floats, Floats]:
    """Median and robust standard deviation of each column; where most agree, the usual deviation."""
    known = np.where(np.isnan(values).all(axis=0), 0.0, values)
    centre = np.nanmedian(known, axis=0)
    spread = MAD_TO_SD * np.nanmedian(np.abs(known - centre), axis=0)
    usual = np.nanstd(known, axis=0)
    return centre, np.where(spread > 0, spread, np.where(usual > 0, usual, 1.0))


def tamed(weight: Floats) -> Floats:
    """Weights with mean 1, none above ``MOST_WEIGHT``."""
    even = weight / weight.mean()
    return np.asarray(np.minimum(even, MOST_WEIGHT), np.float64)


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(ASSUMED_CEILING / (1 + np.exp(-log_odds)), np.float64)


def _parts(confirmed: Bools, seed: int) -> Ints:
    part, rng = np.zeros(len(confirmed), np.int64), np.random.default_rng(seed)
    for outcome in (False, True):
        rows = rng.permutation(np.flatnonzero(confirmed == outcome))
        part[rows] = np.arange(len(rows)) % PARTS
    return part


def threads_for(rows: int) -> int:
    """Few rows are done sooner by one thread than by threads that wait for each other."""
    return THREADS if rows >= ROWS_PER_THREAD else 1


def _booster(visits: Visited, seed: int) -> str:
    data = lightgbm.Dataset(visits.values, visits.confirmed.astype(np.int8), weight=tamed(visits.weight))
    return lightgbm.train(
        {**SETTINGS, "seed": seed, "num_threads": threads_for(len(visits.values))}, data, ROUNDS
    ).model_to_string()


def _predicted(text: str, values: Floats) -> Floats:
    booster = lightgbm.Booster(model_str=text)
    return np.asarray(
        booster.predict(values, raw_score=True, num_threads=threads_for(len(values))), np.float64
    )
