"""Hand-derived bills, to the fen."""

import pytest

from tests.calc.golden_bills import GoldenBill, golden_bills
from wattwarden.calc.tariff.engine import price_bill


@pytest.mark.parametrize("case", golden_bills(), ids=lambda case: case.name)
def test_a_bill_derived_by_hand(case: GoldenBill) -> None:
    amounts: dict[str, int] = {}
    for line in price_bill(case.bill):
        amounts[line.element] = amounts.get(line.element, 0) + line.amount_fen
    assert {element: fen for element, fen in amounts.items() if fen} == case.expects
