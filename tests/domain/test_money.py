"""Money is exact: whole fen, one rounding function, no float."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.domain.money import Rounding, fen, round_to, yuan_text


@pytest.mark.parametrize(
    ("yuan", "policy", "expected"),
    [
        ("12.345", Rounding.HALF_UP, 1235),
        ("12.345", Rounding.HALF_EVEN, 1234),
        ("12.349", Rounding.DOWN, 1234),
        ("-12.345", Rounding.HALF_UP, -1235),
        (7, Rounding.HALF_UP, 700),
    ],
)
def test_fen_rounds_by_the_named_policy(yuan: str | int, policy: Rounding, expected: int) -> None:
    """Half of the last digit goes where the policy says."""
    assert fen(yuan, policy) == expected


def test_float_is_refused() -> None:
    """A float does not hold the decimals that were meant."""
    with pytest.raises(TypeError, match="never a float"):
        fen(0.1)  # type: ignore[arg-type]  # the point of the test


def test_absent_is_not_zero() -> None:
    """NULL and 0 look different on screen."""
    assert yuan_text(None) == "–"
    assert yuan_text(0) == "0.00"
    assert yuan_text(-123456) == "-1,234.56"


@given(st.integers(-(10**12), 10**12))
def test_text_and_back(amount: int) -> None:
    """What is shown is what is stored."""
    assert fen(yuan_text(amount).replace(",", "")) == amount


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_rounding_is_near_and_settled(value: Decimal) -> None:
    """Rounding moves by at most half a digit, and rounding again changes nothing."""
    rounded = round_to(value, 2)
    assert abs(rounded - value) <= Decimal("0.005")
    assert round_to(rounded, 2) == rounded
