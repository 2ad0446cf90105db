"""Intervals for shares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.calc.statistics import wilson_interval


def test_published_example() -> None:
    """15 of 50 (Newcombe 1998, table I uses the same formula): 0.191 to 0.438."""
    low, high = wilson_interval(15, 50)
    assert low == pytest.approx(0.191, abs=5e-4)
    assert high == pytest.approx(0.438, abs=5e-4)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share(hits: int, misses: int) -> None:
    """The observed share lies inside, and the bounds stay within 0 and 1."""
    low, high = wilson_interval(hits, hits + misses)
    share = hits / (hits + misses) if hits + misses else 0.5
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
