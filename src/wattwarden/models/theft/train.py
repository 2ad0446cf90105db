"""Fit the score: boosted trees of several makes, each left without a part of the customers, averaged.

Each booster is fitted without one part of the known customers. What it says of that part is what it would say
of strangers, so the parts together calibrate the mean score by isotonic regression, without another customer.
The features are cut into bins once for all boosters of a fit: with a thousand columns, that takes as long as
growing the trees. Where the bins lie depends on the values of the known customers, never on an outcome.

Boosters grow side by side, one processor each: threads within a booster would meet after each split, and
where other programs compute as well, each would wait for the slowest there. They grow in processes of their
own, because the library keeps one number of threads for a whole process: to grow with one and to predict with
two at the same time writes beyond its buffers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import lightgbm
import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from wattwarden.models.theft.features import Features
from wattwarden.models.theft.invoices import Floats, Ints
from wattwarden.models.theft.neighbours import Neighbours

PARTS = 5
THREADS = 2
Settings = Mapping[str, float | int | str | bool]
BEST_SPLITS: Settings = {
    "num_leaves": 31,
    "learning_rate": 0.05,
    "feature_fraction": 0.1,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "min_data_in_leaf": 60,
    "lambda_l2": 10.0,
    "rounds": 250,
}
DRAWN_SPLITS: Settings = {
    **BEST_SPLITS,
    "extra_trees": True,
    "learning_rate": 0.1,
    "rounds": 180,
}
PLAIN: Settings = {"num_leaves": 31, "learning_rate": 0.1, "min_data_in_leaf": 60, "rounds": 100}
MAKES = (BEST_SPLITS, DRAWN_SPLITS)
"""Trees that look for the best splits, and trees that take random ones: their mean beats either."""
BINS: Settings = {"max_bin": 127, "num_threads": THREADS, "verbose": -1}
EDGE = 1e-9
Progress = Callable[[], None]
"""Told each time one booster is grown."""


@dataclass(frozen=True)
class Model:
    """A fitted score.

    Attributes:
        names: The features, in the order the boosters expect.
        boosters: Texts of the boosters.
        scores, shares: Mean log-odds, rising, and the share of confirmed customers at each.
    """

    names: tuple[str, ...]
    boosters: tuple[str, ...]
    scores: Floats
    shares: Floats

    def log_odds(self, features: Features) -> Floats:
        """Mean log-odds of the boosters: what to rank by.

        Raises:
            WattwardenError: a feature is missing.
        """
        values = features.named(self.names).values
        boosters = [lightgbm.Booster(model_str=text) for text in self.boosters]
        return np.asarray(np.mean([predicted(booster, values) for booster in boosters], axis=0), np.float64)

    def probability(self, log_odds: Floats) -> Floats:
        """The calibrated probability of each score; equal for scores that calibration cannot tell apart."""
        return np.interp(log_odds, self.scores, self.shares)


@dataclass(frozen=True)
class Known:
    """The customers whose outcome may be used.

    Attributes:
        rows: Which customers they are.
        outcome: Of every customer; not looked at where not known.
        seed: For parts, samples and random splits.
    """

    rows: NDArray[np.bool_]
    outcome: NDArray[np.bool_]
    seed: int


def predicted(booster: lightgbm.Booster, values: NDArray[np.float32]) -> Floats:
    """Log-odds by one booster."""
    return np.asarray(booster.predict(values, raw_score=True, num_threads=THREADS), np.float64)


def binned(values: NDArray[np.float32], outcome: NDArray[np.bool_]) -> lightgbm.Dataset:
    """Customers to fit on, with their features cut into bins."""
    data = lightgbm.Dataset(values, outcome.astype(np.int8), params=dict(BINS), free_raw_data=False)
    return data.construct()


def boosted(data: lightgbm.Dataset, settings: Settings, seed: int) -> lightgbm.Booster:
    """One booster."""
    given = {key: value for key, value in settings.items() if key != "rounds"}
    fixed = {"objective": "binary", "seed": seed, "deterministic": True, **BINS, "num_threads": 1}
    return lightgbm.train({**given, **fixed}, data, int(settings["rounds"]))


def parts_of(known: Known) -> Ints:
    """A part for each known customer, with equally many confirmed in each; the others are in part 0."""
    part = np.zeros(len(known.rows), np.int64)
    rng = np.random.default_rng(known.seed)
    for outcome in (False, True):
        rows = rng.permutation(np.flatnonzero(known.rows & (known.outcome == outcome)))
        part[rows] = np.arange(len(rows)) % PARTS
    return part


def with_neighbours(features: Features, neighbours: Neighbours, known: Known) -> Features:
    """The features, and what the known outcomes tell of the neighbours."""
    return features.beside(neighbours.features(known.outcome, known.rows, parts_of(known)))


def fit(features: Features, known: Known, grown: Progress = lambda: None) -> Model:
    """Fit on the known customers.

    Args:
        features: Of all customers, those of the neighbours included.
    """
    values, outcome = features.values[known.rows], known.outcome[known.rows]
    part = parts_of(known)[known.rows]
    apart, boosters = np.zeros(len(part)), []
    with TemporaryDirectory() as folder, Parallel(THREADS, return_as="generator") as pool:
        bins = str(Path(folder) / "bins")
        binned(values, outcome).save_binary(bins)
        grow = (
            delayed(_grown)(bins, np.flatnonzero(part != number), settings, known.seed * 100 + task)
            for task, (number, settings) in enumerate(product(range(PARTS), MAKES))
        )
        for task, text in enumerate(pool(grow)):
            held = part == task // len(MAKES)
            apart[held] += predicted(lightgbm.Booster(model_str=text), values[held]) / len(MAKES)
            boosters.append(text)
            grown()
    scores, shares = calibrated(apart, outcome)
    return Model(features.names, tuple(boosters), scores, shares)


def _grown(bins: str, rows: Ints, settings: Settings, seed: int) -> str:
    """Text of one booster, grown on some rows of the file of bins."""
    data = lightgbm.Dataset(bins, params=dict(BINS)).construct()
    return boosted(data.subset(rows.tolist()), settings, seed).model_to_string()


def calibrated(scores: Floats, outcome: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Rising scores and the share confirmed at each, by isotonic regression."""
    fitted = IsotonicRegression(y_min=EDGE, y_max=1 - EDGE, out_of_bounds="clip").fit(scores, outcome)
    return np.asarray(fitted.X_thresholds_, np.float64), np.asarray(fitted.y_thresholds_, np.float64)
