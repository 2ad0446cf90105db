"""The score is fitted, calibrated and measured on a drawn folder, blind to what it is measured on."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.models.theft_data import write_folder
from wattwarden.app.evaluate_theft import evaluate_theft
from wattwarden.app.theft_folder import Histories, read_histories
from wattwarden.domain.errors import WattwardenError
from wattwarden.models.theft import train
from wattwarden.models.theft.evaluate import Material, dated_features, plain_features, score_unknown
from wattwarden.models.theft.features import make_features
from wattwarden.models.theft.neighbours import find_neighbours
from wattwarden.models.theft.train import Known, calibrated, parts_of

REAL = Path(os.environ.get("WATTWARDEN_SAMPLE_DATA", "../shared/data")) / "steg"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("known"), customers=240)


@pytest.fixture(scope="module")
def histories(folder: Path) -> Histories:
    return read_histories([folder], full_history=False)


@pytest.fixture(autouse=True)
def _small_boosters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rounds and small leaves: the folder is small."""
    small = {"rounds": 20, "min_data_in_leaf": 5}
    monkeypatch.setattr(train, "MAKES", tuple({**make, **small} for make in train.MAKES))


def material_of(histories: Histories) -> Material:
    features = make_features(histories.invoices, histories.customers)
    return Material(features, find_neighbours(histories.invoices, histories.customers), undated=False)


def half(histories: Histories) -> NDArray[np.bool_]:
    return np.asarray(np.arange(len(histories.confirmed)) % 2 == 0, bool)


def test_outcomes_of_the_scored_change_no_score(histories: Histories) -> None:
    material, known = material_of(histories), half(histories)
    turned = np.where(known, histories.confirmed, ~histories.confirmed)
    given = score_unknown(material, Known(known, histories.confirmed, 1))
    other = score_unknown(material, Known(known, turned, 1))
    assert np.array_equal(given.log_odds, other.log_odds)
    assert np.array_equal(given.plain, other.plain)
    assert np.array_equal(given.probability, other.probability)


def test_own_outcome_is_not_among_the_neighbours(histories: Histories) -> None:
    """Turning one known outcome leaves that customer's own figures alone and moves others'."""
    neighbours = find_neighbours(histories.invoices, histories.customers)
    known, part = np.ones(len(histories.confirmed), bool), np.arange(len(histories.confirmed)) % 5
    turned = histories.confirmed.copy()
    turned[7] = ~turned[7]
    given = neighbours.features(histories.confirmed, known, part).values
    other = neighbours.features(turned, known, part).values
    assert np.array_equal(given[7], other[7])
    assert not np.array_equal(given, other)


def test_score_finds_the_drop_and_dates_do_not(folder: Path) -> None:
    found = evaluate_theft(folder)
    assert found.customers == 240
    assert found.score.roc_auc.value > 0.9
    assert found.dates.roc_auc.low < 0.6


def test_trained_on_one_folder_scores_another(folder: Path, tmp_path: Path) -> None:
    kept_back = write_folder(tmp_path / "kept", customers=80, seed=5, first=1000)
    found = evaluate_theft(kept_back, train=folder)
    assert (found.customers, found.confirmed) == (80, 20)
    assert found.score.roc_auc.value > 0.9


def test_same_seed_same_figures(folder: Path) -> None:
    assert evaluate_theft(folder, seed=3) == evaluate_theft(folder, seed=3)


def test_too_few_confirmed_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="10 confirmed customers"):
        evaluate_theft(write_folder(tmp_path / "few", customers=40))


def test_scored_with_other_columns_is_refused(histories: Histories) -> None:
    features = make_features(histories.invoices, histories.customers)
    with pytest.raises(WattwardenError, match=r"no electricity\.level\.mean"):
        features.without(["level.mean"]).named(features.names)


def test_parts_hold_equally_many_confirmed(histories: Histories) -> None:
    known = half(histories)
    part = parts_of(Known(known, histories.confirmed, 1))
    count = np.bincount(part[known & histories.confirmed])
    assert len(count) == 5
    assert count.max() - count.min() <= 1


def test_calibration_rises_and_meets_the_share() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 1, 4000)
    outcome = rng.random(4000) < 1 / (1 + np.exp(-2 * scores))
    points, shares = calibrated(scores, outcome)
    assert (np.diff(shares) >= 0).all()
    assert np.interp(scores, points, shares).mean() == pytest.approx(outcome.mean(), abs=1e-6)


def test_plain_and_dated_columns_are_a_part(histories: Histories) -> None:
    features = make_features(histories.invoices, histories.customers)
    plain, dated = plain_features(features).names, dated_features(features).names
    assert {"region", "electricity.used.mean"} <= set(plain) < set(features.names)
    assert {"electricity.ends", "electricity.invoices"} <= set(dated)
    assert not any("level" in name or "calendar" in name for name in dated)


@pytest.mark.skipif(not (REAL / "client.csv").is_file(), reason="the real data are not here")
def test_real_histories_have_one_meter_before_the_cut() -> None:
    """The cut is the first meter exchange: had one slipped through, the score would learn the visit."""
    histories = read_histories([REAL], full_history=False)
    invoices = histories.invoices
    rows = invoices.kind == 0
    pairs = np.unique(np.stack([invoices.customer[rows], invoices.codes["meter"][rows]]), axis=1)
    assert np.bincount(pairs[0]).max() == 1
    assert (np.diff(invoices.day)[np.diff(invoices.series) == 0] >= 0).all()
    assert 0.05 < histories.confirmed.mean() < 0.12
