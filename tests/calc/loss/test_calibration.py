"""Corrected chances add up and keep their order; the figures of the product are used."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.calc.loss.calibration import Correction, Route, area_chances, corrected
from wattwarden.calc.loss.cause import Cause, Chances

WEIGHTS = st.lists(st.floats(0.0, 1.0), min_size=len(Cause), max_size=len(Cause)).filter(
    lambda w: sum(w) > 0.01
)


@given(WEIGHTS, st.floats(0.1, 1.5), st.floats(0.0, 0.2))
def test_chances_add_up_to_one_and_keep_their_order(
    weights: list[float], sharpness: float, doubt: float
) -> None:
    said = Chances({cause: each / sum(weights) for cause, each in zip(Cause, weights, strict=True)})
    now = corrected(said, Correction(sharpness=sharpness, doubt=doubt))
    assert sum(now.of.values()) == pytest.approx(1.0)
    ordered = sorted(Cause, key=lambda cause: said.of[cause])
    assert all(now.of[low] <= now.of[high] + 1e-12 for low, high in pairwise(ordered))


def test_no_correction_changes_nothing() -> None:
    said = Chances({cause: 1 / len(Cause) for cause in Cause})
    assert corrected(said, Correction(sharpness=1.0, doubt=0.0)).of == pytest.approx(said.of)


def test_each_route_has_its_figures_and_their_source() -> None:
    figures = area_chances()
    assert set(figures.whole) == set(figures.few_gaps) == set(figures.many_gaps) == set(Route)
    assert "fit_area_chances" in figures.source.en
