"""The measures on rankings small enough to count by hand."""

import numpy as np
import pytest

from wattwarden.models.theft.measure import Ranking, Truth, average_precision, measure, roc_auc, within_year

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
CONFIRMED = np.array([True, False, True, False, False])


def test_area_is_the_share_of_pairs_in_order() -> None:
    assert roc_auc(SCORES, CONFIRMED) == pytest.approx(5 / 6)


def test_area_counts_ties_half() -> None:
    assert roc_auc(np.zeros(5), CONFIRMED) == pytest.approx(0.5)


def test_area_of_one_outcome_is_unknown() -> None:
    assert np.isnan(roc_auc(SCORES, np.zeros(5, bool)))


def test_average_precision_is_the_mean_over_the_confirmed() -> None:
    assert average_precision(SCORES, CONFIRMED) == pytest.approx((1 / 1 + 2 / 3) / 2)


def test_average_precision_of_equal_scores_is_the_base_rate() -> None:
    assert average_precision(np.ones(5), CONFIRMED) == pytest.approx(2 / 5)


def test_a_score_that_only_knows_the_year_is_worth_nothing_within_it() -> None:
    year = np.repeat([2010, 2016], 200)
    confirmed = np.arange(400) % np.where(year == 2010, 8, 2) == 0
    truth = Truth(confirmed, year, np.zeros(400))
    scores = year.astype(float)
    assert roc_auc(scores, confirmed) > 0.7
    assert within_year(scores, truth) == pytest.approx(0.5)


def test_head_counts_the_confirmed_and_their_kwh() -> None:
    truth = Truth(CONFIRMED, np.full(5, 2015), np.array([100.0, 50.0, 30.0, 10.0, 5.0]))
    head = measure(SCORES, truth, (3,)).heads[0]
    assert head.precision.value == pytest.approx(2 / 3)
    assert head.shortfall_kwh.value == pytest.approx(130.0)


def test_interval_holds_the_value_and_narrows_with_more_customers() -> None:
    rng = np.random.default_rng(3)
    widths = []
    for count in (200, 5000):
        confirmed = rng.random(count) < 0.2
        scores = confirmed + rng.normal(0, 1.5, count)
        area = measure(scores, Truth(confirmed, np.full(count, 2015), np.zeros(count)), (10,)).roc_auc
        assert area.low < area.value < area.high
        widths.append(area.high - area.low)
    assert widths[1] < widths[0] / 3


def test_counting_a_draw_is_the_same_as_repeating_the_customers() -> None:
    rng = np.random.default_rng(4)
    scores, confirmed = rng.integers(0, 12, 60).astype(float), rng.random(60) < 0.3
    rows = rng.integers(0, 60, 60)
    ranking, counts = Ranking(scores, confirmed), np.bincount(rows, minlength=60)
    again = scores[rows], confirmed[rows]
    assert ranking.roc_auc(counts) == pytest.approx(roc_auc(*again))
    assert ranking.average_precision(counts) == pytest.approx(average_precision(*again))
    assert ranking.head(counts, 7).sum() == 7
