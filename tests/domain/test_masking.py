"""Masking: the conventions by example, and that nothing slips through."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattwarden.domain.content import contract
from wattwarden.domain.masking import Masker, mask
from wattwarden.domain.tables import Mask


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", "13812341234", "138****1234"),
        ("phone", "110", "****"),
        ("phone", "27451234", "****1234"),
        ("id_number", "430102199001011234", "430***********1234"),
        ("name", "李小明", "李**"),
        ("name", "欧阳小明", "欧**"),
        ("name", "Jane Doe", "J**"),
        ("name", "李", "李**"),
        ("name", "怀化市甲乙丙机械有限公司", "怀化市****有限公司"),
        ("name", "甲乙丙丁木材厂", "甲****丁木材厂"),
        ("name", "Alpha Sample Works Ltd", "A**** Ltd"),
        ("name", "甲厂", "甲**"),
        ("address", "湖南省怀化市鹤城区迎丰中路123号5栋601", "湖南省怀化市鹤城区迎丰中路****"),
        ("address", "样例县甲镇乙村3组", "样例县甲镇****"),
        ("address", "12 Sample Street", "****"),
        ("account", "6222020000001234567", "****4567"),
        ("account", "1234", "****"),
        ("location", "109.978123", "110.0"),
        ("location", "somewhere", "****"),
        ("customer_no", "4300123456", "430****456"),
        ("customer_no", "C1", "****"),
        ("text", "10.20.30.40", "10****"),
        ("text", "abc", "****"),
        ("phone", "", ""),
    ],
)
def test_conventions(kind: Mask, value: str, shown: str) -> None:
    assert mask(value, kind) == shown


@settings(deadline=None)
@given(st.sampled_from(get_args(Mask)), st.text(min_size=1, max_size=40))
def test_a_masked_value_is_never_the_value(kind: Mask, value: str) -> None:
    shown = mask(value, kind)
    if kind != "location":
        assert "**" in shown
        assert shown != value or "*" in value


@settings(deadline=None)
@given(st.sampled_from(get_args(Mask)), st.text(alphabet="0123456789", min_size=6, max_size=30))
def test_masking_twice_changes_nothing_more(kind: Mask, number: str) -> None:
    if kind in ("phone", "id_number", "account", "customer_no"):
        assert mask(mask(number, kind), kind) == mask(number, kind)


@settings(deadline=None)
@given(st.text(alphabet="0123456789", min_size=11, max_size=19))
def test_a_number_loses_four_digits_at_least(number: str) -> None:
    for kind in ("phone", "id_number", "account", "customer_no"):
        assert sum(c.isdigit() for c in mask(number, kind)) <= len(number) - 4


def test_columns_are_masked_by_the_contract() -> None:
    masker = Masker.of(contract())
    assert masker.value("phone", "13812341234") == "138****1234"
    assert masker.value("kwh", 5) == 5
    assert masker.value("phone", None) is None
    assert masker.subject("customer", "4300123456") == "430****456"
    assert masker.subject("meter", "M0001234") == "M0001234"
    assert masker.subject("no_such_table", "X1") == "X1"
    working_list = masker.showing("customer_no")
    assert working_list.subject("customer", "4300123456") == "4300123456"
    assert working_list.value("phone", "13812341234") == "138****1234"


def test_every_masked_column_of_the_contract_has_a_convention() -> None:
    kinds = set(Masker.of(contract()).kinds.values())
    assert kinds == set(get_args(Mask))
