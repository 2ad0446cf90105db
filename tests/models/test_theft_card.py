"""The model card states what was measured, in both languages, and the limits."""

from decimal import Decimal

import pytest

from wattwarden.models.theft.evaluate import Evaluation
from wattwarden.models.theft.measure import Figure, Head, Measures
from wattwarden.models.theft.model_card import model_card, model_cards


def measures(value: float) -> Measures:
    figure = Figure(value, value - 0.01, value + 0.01)
    return Measures(figure, figure, figure, (Head(100, figure, Figure(1234.0, 1000.0, 1500.0)),))


FOUND = Evaluation(500, 40, measures(0.8), measures(0.7), measures(0.6), ((0.02, 0.015), (0.4, 0.425)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_card_holds_each_score_with_its_interval(language: str) -> None:
    card = model_card(FOUND, full_history=False, language=language)
    row = "| ROC-AUC | 0.800 (0.790 – 0.810) | 0.700 (0.690 – 0.710) | 0.600 (0.590 – 0.610) |"
    assert row in card
    assert "1,234 (1,000 – 1,500)" in card
    assert "500" in card


def test_card_warns_of_the_full_history() -> None:
    assert "flatters" in model_card(FOUND, full_history=True, language="en")
    assert "flatters" not in model_card(FOUND, full_history=False, language="en")
    assert "偏乐观" in model_card(FOUND, full_history=True, language="zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_card_shows_the_calibration(language: str) -> None:
    assert "| 0.400 | 0.425 |" in model_card(FOUND, full_history=False, language=language)


def test_file_holds_both_languages() -> None:
    both = model_cards(FOUND, full_history=False)
    assert both.index("# 模型卡") < both.index("# Model card")


def test_money_is_the_energy_at_the_given_price() -> None:
    card = model_cards(FOUND, full_history=False, price=Decimal("0.55"))
    assert "| money a year at 100, at 0.55 a kWh | 679 (550 – 825) |" in card
    assert "money a year" not in model_cards(FOUND, full_history=False)
