"""Hit rate, recall and agreement, against truth that is known."""

import random

import pytest

from wattwarden.calc.agreement import agreement
from wattwarden.calc.sampling import Stratum, hit_rate, recall, total_confirmed
from wattwarden.calc.statistics import wilson_interval


def _drawn(rng: random.Random, size: int, true: int, visited: int, *, flagged: bool) -> Stratum:
    population = [1] * true + [0] * (size - true)
    return Stratum(size, visited, sum(rng.sample(population, visited)), flagged)


def test_everything_visited_leaves_no_doubt() -> None:
    strata = [Stratum(40, 40, 30, is_flagged=True), Stratum(60, 60, 10, is_flagged=False)]
    found, rate = recall(strata), hit_rate(strata)
    assert found is not None
    assert rate is not None
    assert (found.value, found.low, found.high) == (0.75, 0.75, 0.75)
    assert (rate.value, rate.low, rate.high) == (0.75, 0.75, 0.75)


def test_weighting_by_the_chance_by_hand() -> None:
    """10 of 100 drawn, 2 confirmed: 20; 50 of 1,000 drawn, 1 confirmed: 20."""
    strata = [Stratum(100, 10, 2, is_flagged=True), Stratum(1000, 50, 1, is_flagged=False)]
    total, share = total_confirmed(strata), recall(strata)
    assert total is not None
    assert share is not None
    assert total.value == pytest.approx(40)
    assert share.value == pytest.approx(0.5)
    assert share.low < 0.5 < share.high


def test_the_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Truth: 60 of 200 flagged and 40 of 3,000 others; recall 0.6, hit rate 0.3."""
    rng = random.Random(11)
    rounds, in_recall, in_rate, mean = 1500, 0, 0, 0.0
    for _ in range(rounds):
        strata = [
            _drawn(rng, 200, 60, 80, flagged=True),
            _drawn(rng, 3000, 40, 300, flagged=False),
        ]
        found, rate = recall(strata), hit_rate(strata)
        assert found is not None
        assert rate is not None
        in_recall += found.low <= 0.6 <= found.high
        in_rate += rate.low <= 0.3 <= rate.high
        total = total_confirmed(strata)
        assert total is not None
        mean += total.value / rounds
    assert in_recall / rounds > 0.93
    assert in_rate / rounds > 0.93
    assert mean == pytest.approx(100, rel=0.02), "the estimate is not biased"


def test_nothing_confirmed_among_the_unflagged_does_not_mean_all_was_found() -> None:
    found = recall([Stratum(200, 80, 24, is_flagged=True), Stratum(3000, 100, 0, is_flagged=False)])
    assert found is not None
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low < 0.6


def test_what_was_never_visited_is_not_told() -> None:
    strata = [Stratum(200, 80, 24, is_flagged=True), Stratum(3000, 0, 0, is_flagged=False)]
    assert recall(strata) is None
    assert total_confirmed(strata) is None
    assert hit_rate(strata) is not None
    assert hit_rate(strata[1:]) is None
    with pytest.raises(ValueError, match="not possible"):
        Stratum(10, 5, 6, is_flagged=True)


def test_kappa_by_hand() -> None:
    """The table 20, 5, 10, 15: agreement 0.7, chance 0.5, kappa 0.4."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = agreement(pairs)
    assert found.share == pytest.approx(0.7)
    assert found.share_interval == wilson_interval(35, 50)
    assert found.kappa == pytest.approx(0.4)
    assert found.kappa_interval is not None
    low, high = found.kappa_interval
    assert low == pytest.approx(0.1510, abs=5e-4)
    assert high == pytest.approx(0.6490, abs=5e-4)


def test_kappa_at_its_ends() -> None:
    assert agreement([("y", "y"), ("n", "n")]).kappa == pytest.approx(1)
    assert agreement([("y", "y")] * 5).kappa is None
    assert agreement([("y", "n"), ("n", "y")]).kappa == pytest.approx(-1)
    with pytest.raises(ValueError, match="no pair"):
        agreement([])


def test_the_interval_of_kappa_holds_the_truth() -> None:
    """Each judge errs in a fifth of 60 : 40 verdicts; kappa of the population by counting."""
    rng = random.Random(5)
    big = [_pair(rng) for _ in range(200_000)]
    truth = agreement(big).kappa
    assert truth is not None
    inside = 0
    for _ in range(400):
        interval = agreement([_pair(rng) for _ in range(120)]).kappa_interval
        assert interval is not None
        inside += interval[0] <= truth <= interval[1]
    assert inside / 400 > 0.92


def _pair(rng: random.Random) -> tuple[str, str]:
    true = rng.random() < 0.6
    first, second = (true if rng.random() < 0.8 else not true for _ in range(2))
    return str(first), str(second)
