"""Technical loss, estimates and outcomes, each against figures known beforehand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.calc.loss.kit import ground, rng
from wattwarden.calc.loss.analyse import analyse
from wattwarden.calc.loss.area import Area, Outcome, outcome_of
from wattwarden.calc.loss.estimate import filled_readings
from wattwarden.calc.loss.technical import fit_technical, load_square, technical_loss
from wattwarden.calc.loss.words import hours_text
from wattwarden.simulate.planted_areas import normal


@given(no_load=st.floats(0.0, 0.01), per_kwh=st.floats(0.0, 0.02), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_technical_loss_is_recovered(no_load: float, per_kwh: float, seed: int) -> None:
    supply = np.random.default_rng(seed).uniform(1.0, 9.0, 500)
    square = load_square(supply, None)
    fit = fit_technical(no_load + per_kwh * square, supply, square, np.ones(500), gate=False)
    assert fit.no_load_kwh == pytest.approx(no_load, abs=1e-6)
    assert fit.per_kwh == pytest.approx(per_kwh, abs=1e-7)


def test_copper_gets_warm() -> None:
    # 45 °C is 25 K above 20 °C: 1 + 0.0039 · 25 = 1.0975
    assert load_square(np.array([2.0]), np.array([45.0]))[0] == pytest.approx(4 * 1.0975)


def test_negative_coefficients_are_refused() -> None:
    supply = np.linspace(1.0, 9.0, 300)
    square = supply**2
    fit = fit_technical(-0.2 - 0.01 * square, supply, square, np.ones(300), gate=False)
    assert (fit.no_load_kwh, fit.per_kwh) == (0.0, 0.0)
    assert not technical_loss(fit, supply, square).any()


def test_gate_error_is_told_from_load() -> None:
    supply = rng().uniform(1.0, 9.0, 500)
    loss = 0.02 + 0.004 * supply**2 + 0.1 * supply
    fit = fit_technical(loss, supply, supply**2, np.ones(500), gate=True)
    assert (fit.no_load_kwh, fit.per_kwh, fit.gate_share) == pytest.approx((0.02, 0.004, 0.1), abs=1e-6)


def test_a_single_gap_lies_between_its_neighbours() -> None:
    readings = ground().use_kwh.copy()
    readings[0, 100] = np.nan
    area = Area("T1", ground().names, readings, readings.sum(axis=0))
    filled, variance = filled_readings(area)
    assert filled[0, 100] == pytest.approx((readings[0, 99] + readings[0, 101]) / 2)
    assert variance[0, 100] > 0
    assert np.count_nonzero(variance) == 1


def test_estimates_are_as_sure_as_they_claim() -> None:
    use = ground().use_kwh
    lost = rng().random(use.shape) < 0.2
    area = Area("T1", ground().names, np.where(lost, np.nan, use), use.sum(axis=0))
    filled, variance = filled_readings(area)
    scaled = ((filled - use) ** 2)[lost].mean() / variance[lost].mean()
    assert 0.2 < scaled < 1.0, "the variance is doubled for heavy tails, so about a half is right"


def test_hours_are_told_as_ranges() -> None:
    assert hours_text((0, 1, 2, 21, 22, 23)) == "21-3"
    assert hours_text((8, 9, 17)) == "8-10, 17-18"
    assert hours_text(tuple(range(24))) == "0-24"


def _area() -> Area:
    return normal(ground(), rng())[0]


NAN = float("nan")
OBSTACLES: dict[Outcome, Area] = {
    Outcome.NO_GATE_METER: replace(_area(), supply_kwh=np.full_like(_area().supply_kwh, NAN)),
    Outcome.NO_CUSTOMERS: replace(_area(), customers=(), readings_kwh=np.zeros((0, 1920))),
    Outcome.ONE_CUSTOMER: replace(
        _area(), customers=_area().customers[:1], readings_kwh=_area().readings_kwh[:1]
    ),
    Outcome.TOO_SHORT: replace(
        _area(), supply_kwh=_area().supply_kwh[:48], readings_kwh=_area().readings_kwh[:, :48]
    ),
    Outcome.NO_SUPPLY: replace(_area(), supply_kwh=np.zeros_like(_area().supply_kwh)),
    Outcome.ALL_READINGS_ZERO: replace(_area(), readings_kwh=np.zeros_like(_area().readings_kwh)),
    Outcome.TOO_MUCH_MISSING: replace(
        _area(), readings_kwh=np.where(rng().random((16, 1920)) < 0.8, NAN, _area().readings_kwh)
    ),
}


@pytest.mark.parametrize("outcome", OBSTACLES)
def test_what_cannot_be_balanced_is_named(outcome: Outcome) -> None:
    found = analyse(OBSTACLES[outcome])
    assert (found.outcome, found.verdict) == (outcome, None)


def test_every_outcome_is_tested() -> None:
    assert set(OBSTACLES) | {Outcome.BALANCED} == set(Outcome)
    assert outcome_of(_area()) is Outcome.BALANCED
