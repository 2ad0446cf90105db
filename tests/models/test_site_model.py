"""A site's own theft score: it learns, is calibrated, says why, and starts without labels."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.domain.errors import WattwardenError
from wattwarden.models.theft.learned import (
    ASSUMED_PRIOR,
    MOST_WEIGHT,
    Visited,
    assumed,
    contributions,
    fitted,
    log_odds_of,
    probability_of,
    tamed,
)
from wattwarden.models.theft.measure import roc_auc
from wattwarden.models.theft.site_card import site_card
from wattwarden.models.theft.site_model import SiteModel, feature_columns, fused
from wattwarden.models.theft.table import SCHEMA, matrix, theft_score
from wattwarden.models.theft.watch import (
    bin_edges,
    bin_shares,
    chance_of_visit,
    population_stability,
    prevalence,
    reliability,
)

COLUMNS = feature_columns()
FALL, COVER = COLUMNS.index("daily_fall_score"), COLUMNS.index("cover_openings")


def visits(count: int = 600, seed: int = 0) -> Visited:
    """A tenth steals: a deep fall, and for every second one an opened cover; some values are unknown."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (count, len(COLUMNS)))
    values[:, COVER] = 0
    steals = np.arange(count) % 10 == 0
    values[steals, FALL] -= 4
    values[steals & (np.arange(count) % 20 == 0), COVER] = 1
    values[rng.random(values.shape) < 0.05] = np.nan
    rules = np.where(steals & (rng.random(count) < 0.5), 0.6, 0.0)
    return Visited(values, steals, np.ones(count), np.arange(count) // 100, rules)


@pytest.fixture(scope="module")
def model() -> SiteModel:
    return fitted(visits(), COLUMNS)


def features(values: np.ndarray) -> pa.Table:
    names = [f"C{row:04d}" for row in range(len(values))]
    return pa.table(
        [names, *(pa.array(column, from_pandas=True) for column in values.T)], ["customer_id", *COLUMNS]
    )


def test_it_learns_and_is_calibrated_on_strangers(model: SiteModel) -> None:
    new = visits(seed=9)
    score = log_odds_of(model, new.values)
    assert roc_auc(score, new.confirmed) > 0.95
    assert probability_of(model, score).mean() == pytest.approx(new.confirmed.mean(), abs=0.04)
    together = fused(model.fusion, score, new.rules)
    assert roc_auc(together, new.confirmed) >= roc_auc(score, new.confirmed) - 0.01
    for said, came, _ in reliability(together, new.confirmed, new.weight):
        assert said == pytest.approx(came, abs=0.15)


@given(st.floats(-6, 6), st.floats(0, 0.95), st.floats(0, 0.04))
def test_more_evidence_of_the_rules_never_lowers_the_fused_probability(
    score: float, rules: float, more: float
) -> None:
    less, greater = fused((-2.0, 0.8, 1.2), np.array([score, score]), np.array([rules, rules + more]))
    assert 0 <= less <= greater <= 1


def test_contributions_add_up_to_the_score(model: SiteModel) -> None:
    values = visits(seed=3).values[:20]
    assert contributions(model, values).sum(axis=1) == pytest.approx(log_odds_of(model, values), abs=1e-6)


def test_the_table_names_reasons_in_both_languages(model: SiteModel) -> None:
    table = theft_score(features(visits().values), model)
    assert table.schema == SCHEMA
    first = table.sort_by("place").slice(0, 1).to_pylist()[0]
    assert first["place"] == 1
    assert "日电量下跌" in first["because_zh"]
    assert "fall of daily energy" in first["because_en"]
    last = table.sort_by([("place", "descending")]).slice(0, 1).to_pylist()[0]
    assert last["because_en"] is None


def test_a_model_of_other_columns_is_refused(model: SiteModel) -> None:
    with pytest.raises(WattwardenError, match="no column other"):
        theft_score(features(visits().values), replace(model, columns=("other", *COLUMNS[1:])))
    with pytest.raises(WattwardenError, match="3 columns"):
        log_odds_of(model, np.zeros((2, 3)))
    with pytest.raises(WattwardenError, match="a model of the theft score"):
        theft_score(features(visits().values), object())


def test_a_start_without_labels_finds_thieves_and_claims_little() -> None:
    new = visits()
    start = assumed(new.values, COLUMNS)
    score = log_odds_of(start, new.values)
    assert roc_auc(score, new.confirmed) > 0.85
    assert probability_of(start, score).mean() == pytest.approx(ASSUMED_PRIOR, rel=0.35)
    assert probability_of(start, score).max() <= 0.5
    assert start.fusion == ()


def test_no_visit_outweighs_the_others() -> None:
    weight = tamed(np.array([1.0] * 99 + [1e9]))
    assert weight.max() == MOST_WEIGHT


def test_random_visits_tell_the_share_that_steals() -> None:
    """One in fifty steals; inspectors who go to thieves by preference would believe one in three."""
    rng = np.random.default_rng(0)
    steals = rng.random(50_000) < 0.02
    drawn, suspected = rng.random(50_000) < 0.1, rng.random(50_000) < np.where(steals, 0.5, 0.02)
    visited = drawn | suspected
    chance = np.where(drawn, 0.1, np.nan)[visited]
    found = prevalence(steals[visited], chance)
    assert found.share == pytest.approx(0.02, abs=0.005)
    assert steals[visited & suspected].mean() > 0.3
    assert prevalence(steals[visited], np.full(visited.sum(), np.nan)).share is None


def test_chance_of_a_visit_follows_suspicion_and_lot() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(4000, 3))
    chosen = rng.random(4000) < np.where(values[:, 0] > 1.5, 0.5, 0.01)
    chance = chance_of_visit(values, chosen, np.ones(4000), np.full(4000, 0.05))
    assert chance[values[:, 0] > 1.8].mean() > 0.35
    assert 0.05 < chance[values[:, 0] < 0].mean() < 0.1


def test_weights_undo_the_choice_of_visits() -> None:
    """Horvitz-Thompson: visits weighted by the inverse of their chance stand for all customers."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(20_000, 2))
    steals = rng.random(20_000) < np.where(values[:, 0] > 1, 0.2, 0.01)
    chosen = rng.random(20_000) < np.where(values[:, 0] > 1, 0.3, 0.01)
    chance = chance_of_visit(values, chosen, np.ones(20_000), np.zeros(20_000))
    weighted = np.average(steals[chosen], weights=1 / chance[chosen])
    assert steals[chosen].mean() > 0.1
    assert weighted == pytest.approx(steals.mean(), abs=0.02)


def test_drift_is_seen() -> None:
    rng = np.random.default_rng(0)
    before = rng.normal(size=(5000, 2))
    edges = bin_edges(before)
    old = bin_shares(before, edges)
    same = bin_shares(rng.normal(size=(5000, 2)), edges)
    moved = bin_shares(rng.normal(size=(5000, 2)) + np.array([0, 1]), edges)
    assert population_stability(old[0], same[0]) < 0.02
    assert population_stability(old[1], moved[1]) > 0.25
    unknown = before.copy()
    unknown[:, 0] = np.nan
    assert population_stability(old[0], bin_shares(unknown, edges)[0]) > 1


def test_the_card_states_what_was_measured(model: SiteModel) -> None:
    row = {
        "score": "fused",
        "visits": 40,
        "confirmed": 9,
        "roc_auc": [0.81, 0.7, 0.9],
        "precision_20": [0.4, 0.2, None],
    }
    facts = {"measures": [row], "visits": 600, "confirmed": 60, "random_visits": 50, "prevalence": 0.0123}
    for language, words in (
        ("en", ("0.810 (0.700 – 0.900)", "1.23%", "people decide")),
        ("zh", ("由人决定", "融合")),
    ):
        card = site_card(replace(model, facts=facts), language)  # type: ignore[arg-type]  # one of the two languages
        assert all(word in card for word in words)
    assert "none" in site_card(replace(model, facts={}), "en")


def test_columns_come_from_the_contract() -> None:
    values = matrix(features(visits().values), COLUMNS)
    assert values.shape == (600, len(COLUMNS))
