"""Measure the theft score on folders of billing histories with known outcomes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wattwarden.app.theft_folder import Histories, read_histories
from wattwarden.domain.errors import fail
from wattwarden.models.theft.evaluate import (
    FOLDS,
    GROWN_PER_FIT,
    Evaluation,
    Material,
    cross_scored,
    evaluated,
    joined,
    score_unknown,
    shortfall_kwh,
)
from wattwarden.models.theft.features import make_features
from wattwarden.models.theft.measure import Truth
from wattwarden.models.theft.neighbours import find_neighbours
from wattwarden.models.theft.train import PARTS, Known

FEWEST_CONFIRMED = FOLDS * PARTS
"""So many confirmed customers at least, for each part of each fold to hold one."""
Progress = Callable[[int, int], None]
"""Told how many boosters are grown, of how many."""


def evaluate_theft(
    folder: Path,
    *,
    train: Path | None = None,
    full_history: bool = False,
    undated: bool = False,
    seed: int = 1,
    progress: Progress = lambda _done, _total: None,
) -> Evaluation:
    """Score the customers of ``folder`` by models that have not seen their outcomes, and measure it.

    Args:
        train: Folder to fit on; without it, ``folder`` is divided into folds by customer. Both are
            compared with each other; outcomes are learned from ``train`` alone.
        full_history: Use invoices after the cut as well: this flatters, an exchanged meter tells of a visit.
        undated: Leave out the features that tell when a history ends or how long it is.

    Raises:
        WattwardenError: a folder cannot be read, or holds too few customers of one outcome to fit on.
    """
    folders = [folder] if train is None else [train, folder]
    histories = read_histories(folders, full_history=full_history)
    target = histories.folder == len(folders) - 1
    known = target if train is None else ~target
    for outcome in (True, False):
        count = int((histories.confirmed[known] == outcome).sum())
        if count < FEWEST_CONFIRMED:
            kind = "confirmed" if outcome else "other"
            raise fail(
                str(folders[0]), found=f"{count} {kind} customers", expected=f"{FEWEST_CONFIRMED} at least"
            )
    fits = FOLDS if train is None else 1
    grown = _Counted(fits * GROWN_PER_FIT, progress)
    return _evaluation(histories, known, undated=undated, seed=seed, grown=grown)


class _Counted:
    """Counts the boosters and says so."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._done, self._total, self._progress = 0, total, progress
        progress(0, total)

    def __call__(self) -> None:
        self._done += 1
        self._progress(self._done, self._total)


def _evaluation(
    histories: Histories, known: NDArray[np.bool_], *, undated: bool, seed: int, grown: _Counted
) -> Evaluation:
    """Features, scores and measures."""
    features = make_features(histories.invoices, histories.customers)
    material = Material(features, find_neighbours(histories.invoices, histories.customers), undated)
    if known.all():
        scored = joined(list(cross_scored(material, histories.confirmed, seed, grown)))
    else:
        scored = score_unknown(material, Known(known, histories.confirmed, seed), grown)
    truth = Truth(histories.confirmed, histories.cut_year, shortfall_kwh(features))
    return evaluated(scored, truth.at(np.flatnonzero(scored.rows)))
