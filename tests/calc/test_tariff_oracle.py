"""The engine and the slow oracle agree on random bills, line by line."""

from typing import get_args

from tests.calc import tariff_oracle
from tests.calc.oracle_check import differences
from tests.calc.random_bills import random_bills
from wattwarden.calc.tariff.bill import Element

BILLS = 3_000
SEED = 20_261_124


def test_engine_and_oracle_agree() -> None:
    assert differences(list(random_bills(SEED, BILLS)))[:1] == []


def test_random_bills_reach_every_element() -> None:
    reached = {line.element for bill in random_bills(SEED, 500) for line in tariff_oracle.lines(bill)}
    assert reached == set(get_args(Element))
