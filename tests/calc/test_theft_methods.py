"""Stolen energy by several methods, the choice among them, and the effect of the visit."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattwarden.app.claim_theft import Evidence, theft_by_methods
from wattwarden.calc.claims.theft import Penalty
from wattwarden.calc.claims.theft_methods import Choice
from wattwarden.calc.claims.visit_effect import visit_effect
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.worked import Worked

ON = date(2026, 9, 1)
NO_PRICE = {"average": None, "flat": None, "peak": None}


def _claim(choice: Choice | None = None, policy: str = "average", price: dict[str, Decimal] | None = None, **found: object) -> Worked:
    evidence = Evidence(ON, **found)  # type: ignore[arg-type]  # fields by name
    return theft_by_methods(evidence, choice, policy, price or NO_PRICE, None)  # type: ignore[arg-type]  # a policy by name


@pytest.mark.parametrize(
    ("found", "kwh"),
    [
        ({"current_a": Decimal(10), "wiring": "three_phase_4w"}, "14256"),  # DOMAIN A.7: 3×0.22×10×12×180
        ({"current_a": Decimal(10), "wiring": "three_phase_4w", "connected_days": 100}, "7920"),
        ({"tapped_kw": Decimal(2), "days": 10, "hours": Decimal(5)}, "100"),
        ({"check_kwh": Decimal(900), "metered_kwh": Decimal(400)}, "500"),
        ({"factor": Decimal("1.5"), "metered_kwh": Decimal(400)}, "200"),
        ({"normal_kwh_day": Decimal(60), "metered_kwh_day": Decimal(22), "days": 120}, "4560"),
        ({"loss_kwh_day": Decimal(90), "usual_loss_kwh_day": Decimal(40), "days": 30}, "1500"),
    ],
)
def test_each_method(found: dict[str, object], kwh: str) -> None:
    assert _claim(**found).steps[-1].value == Decimal(kwh)


def test_several_methods_need_a_choice_and_show_the_range() -> None:
    found = {"check_kwh": Decimal(900), "metered_kwh": Decimal(400), "current_a": Decimal(5), "lighting": False}
    found.pop("lighting")
    with pytest.raises(WattwardenError, match="2 methods and no choice"):
        _claim(**found)
    worked = _claim(Choice("check_meter", "both meters on one load", "L. Zhou"), **found)
    values = {step.what.en: step.value for step in worked.steps}
    assert values["Least of the methods"] == Decimal(500)
    assert values["Most of the methods"] == Decimal("2376")
    assert worked.steps[-1].value == Decimal(500)
    assert "L. Zhou" in worked.steps[-1].what.en


def test_the_price_of_unknown_hours_is_a_policy_and_the_penalty_a_ceiling() -> None:
    prices = {"flat": Decimal("0.6"), "peak": Decimal("0.9")}
    worked = _claim(None, "peak", prices, check_kwh=Decimal(900), metered_kwh=Decimal(400))
    assert [step.value for step in worked.steps[-2:]] == [45_000, 135_000]
    assert "at most" in worked.steps[-1].what.en
    with pytest.raises(WattwardenError, match="no price for it"):
        _claim(None, "average", prices, check_kwh=Decimal(900), metered_kwh=Decimal(400))
    evidence = Evidence(ON, check_kwh=Decimal(900), metered_kwh=Decimal(400))
    with pytest.raises(WattwardenError, match="penalty"):
        theft_by_methods(evidence, None, "peak", prices, Penalty(Decimal(4), "x", "y"))  # type: ignore[arg-type]  # a policy by name


@pytest.mark.parametrize(
    ("found", "match"),
    [
        ({}, "no method"),
        ({"check_kwh": Decimal(900)}, "metered-kwh"),
        ({"check_kwh": Decimal(300), "metered_kwh": Decimal(400)}, "check meter"),
        ({"factor": Decimal("0.9"), "metered_kwh": Decimal(400)}, "correction factor"),
        ({"normal_kwh_day": Decimal(10), "metered_kwh_day": Decimal(22)}, "normal use"),
        ({"loss_kwh_day": Decimal(10), "usual_loss_kwh_day": Decimal(22)}, "loss of the area"),
        ({"current_a": Decimal(5), "connected_days": 0}, "days connected"),
    ],
)
def test_figures_that_contradict_a_method_are_refused(found: dict[str, object], match: str) -> None:
    with pytest.raises(WattwardenError, match=match):
        _claim(**found)


def test_a_choice_needs_its_method_a_reason_and_a_name() -> None:
    found = {"check_kwh": Decimal(900), "metered_kwh": Decimal(400), "current_a": Decimal(5)}
    for choice in (Choice("power", "x", "y"), Choice("check_meter", " ", "y"), Choice("check_meter", "x", "")):
        with pytest.raises(WattwardenError, match="chosen method"):
            _claim(choice, **found)


def _losses(mean: float, days: int, seed: int) -> list[float]:
    return list(np.random.default_rng(seed).normal(mean, 4.0, days))


def test_the_effect_closes_reopens_or_cannot_tell() -> None:
    before = _losses(100, 30, 1)
    assert visit_effect(before, _losses(70, 30, 2), 30).verdict == "closes"
    assert visit_effect(before, _losses(100, 30, 3), 30).verdict == "reopens"
    assert visit_effect(before[:6], _losses(95, 6, 4), 20).verdict == "cannot_tell"
    with pytest.raises(WattwardenError, match="days before and after"):
        visit_effect(before, [1.0] * 4, 30)
    with pytest.raises(WattwardenError, match="fall expected"):
        visit_effect(before, before, 0)


@settings(deadline=None, max_examples=60)
@given(
    before=st.lists(st.floats(-500, 500), min_size=5, max_size=40),
    after=st.lists(st.floats(-500, 500), min_size=5, max_size=40),
    shift=st.floats(-200, 200),
)
def test_the_effect_is_the_difference_of_means_whatever_the_level(before: list[float], after: list[float], shift: float) -> None:
    """A common shift changes nothing; exchanging before and after turns the interval round."""
    effect = visit_effect(before, after, 10)
    assert effect.low <= effect.fall <= effect.high
    moved = visit_effect([v + shift for v in before], [v + shift for v in after], 10)
    assert moved.fall == pytest.approx(effect.fall, abs=1e-6)
    turned = visit_effect(after, before, 10)
    assert (turned.low, turned.high) == pytest.approx((-effect.high, -effect.low), abs=1e-6)


def test_the_interval_covers_the_true_fall_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(200):
        effect = visit_effect(_losses(100, 20, 2 * seed), _losses(80, 20, 2 * seed + 1), 20)
        covered += effect.low <= 20 <= effect.high
    assert covered >= 180
