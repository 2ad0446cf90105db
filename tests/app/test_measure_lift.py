"""Lift: the head of the list against chance, with what the list leaves out drawn by chance."""

from decimal import Decimal
from pathlib import Path

import pytest

from wattwarden.app.lift_labels import read_labels
from wattwarden.app.measure_lift import SHARES, lift_at
from wattwarden.domain.errors import WattwardenError


def test_a_perfect_short_list() -> None:
    """20 of 1,000 confirmed, all 10 visits right: precision 1, lift 50."""
    lift = lift_at(Decimal("0.01"), [True] * 20, 1000, 20)
    assert (lift.visits, lift.ranked, lift.precision, lift.lift) == (10, 10, 1.0, 50.0)


def test_beyond_the_list_chance_goes_on() -> None:
    """5 listed, 4 right; the other 95 visits meet the 6 left among 995 by chance."""
    lift = lift_at(Decimal("0.10"), [True] * 4 + [False], 1000, 10)
    assert lift.ranked == 5
    assert lift.precision == pytest.approx((4 + 95 * 6 / 995) / 100)


def test_an_empty_list_is_chance() -> None:
    """Without a ranking the lift is 1 at every share."""
    assert [lift_at(share, [], 1000, 50).lift for share in SHARES] == pytest.approx([1, 1, 1])


@pytest.mark.parametrize(
    ("text", "message"),
    [("id,fraud\n1,2\n", "line 2"), ("id,fraud\n1,\n", "line 2"), ("id,other\n1,0\n", "no column")],
)
def test_labels_that_are_not_labels(tmp_path: Path, text: str, message: str) -> None:
    """The error names the line, or the missing column."""
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WattwardenError, match=message):
        read_labels(path, "id", "fraud")


def test_labels_written_as_floats(tmp_path: Path) -> None:
    """Published label files write 0.0 and 1.0."""
    path = tmp_path / "labels.csv"
    path.write_text("id,fraud\na,0.0\nb,1.0\n", encoding="utf-8")
    assert read_labels(path, "id", "fraud") == {"a": False, "b": True}
