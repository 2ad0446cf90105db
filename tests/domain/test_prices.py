"""Price books: figures of the notices, dates, and what is wrong with a book."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.prices import changed_levels, faults, load_price_books, price_books

FOURTH = date(2026, 8, 1)
BOOK = """zh: 某价
en: Some price
unit: yuan/kWh
levels: {all: {zh: 全部, en: All}}
lines:
  - &line {valid_from: 2024-01-01, valid_to: 2025-01-01, document: d, source: s, verified: verified, still_valid_on: 2024-01-01, values: {all: "0.1"}}
"""


def saved(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "prices" / "somewhere"
    folder.mkdir(parents=True)
    (folder / "some.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "level", "value"),
    [
        ("transmission_single_rate", "lv", "0.2103"),
        ("transmission_two_part", "kv220", "0.0694"),
        ("demand_charge", "kv35", "42"),
        ("capacity_charge", "kv110", "24.4"),
        ("funds", "all", "0.0452"),
        ("late_fee", "other_earlier_year", "3"),
    ],
)
def test_figures_of_the_hubei_notice_and_the_national_rules(name: str, level: str, value: str) -> None:
    assert price_books().book("hubei", name).value_on(FOURTH, level) == Decimal(value)


@pytest.mark.parametrize(
    ("standard", "factor", "percent"),
    [
        ("090", "0.91", "-0.15"), ("090", "0.95", "-0.75"), ("090", "1.00", "-0.75"), ("090", "0.86", "2"),
        ("090", "0.80", "5"), ("090", "0.71", "9.5"), ("090", "0.65", "15"), ("090", "0.60", "25"), ("090", "0.22", "101"),
        ("085", "0.90", "-0.5"), ("085", "0.94", "-1.1"), ("085", "0.65", "10"), ("085", "0.60", "15"), ("085", "0.59", "17"),
        ("080", "0.90", "-1"), ("080", "0.91", "-1.15"), ("080", "0.92", "-1.3"), ("080", "0.55", "15"), ("080", "0.54", "17"),
    ],
)  # fmt: skip
def test_the_power_factor_tables(standard: str, factor: str, percent: str) -> None:
    book = price_books().book("hunan", f"power_factor_{standard}")
    assert book.value_on(FOURTH, factor) == Decimal(percent)


@pytest.mark.parametrize("standard", ["090", "085", "080"])
def test_a_better_power_factor_never_costs_more(standard: str) -> None:
    values = list(price_books().book("china", f"power_factor_{standard}").line_on(FOURTH).values.values())
    assert len(values) == 101
    assert values == sorted(values)


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)))
def test_the_discount_on_demand_ends_with_its_period(day: date) -> None:
    book = price_books().book("hubei", "demand_discount")
    if day < FOURTH:
        assert book.value_on(day, "share") == Decimal("0.9")
    else:
        with pytest.raises(WattwardenError, match="no line"):
            book.value_on(day, "share")


def test_a_figure_that_nobody_filled_in_is_an_error_that_says_what_there_is() -> None:
    with pytest.raises(WattwardenError, match="no figure for kv10; expected one of kv110, kv220"):
        price_books().book("hunan", "transmission_two_part").value_on(FOURTH, "kv10")


@pytest.mark.parametrize(
    ("asked", "message"), [(("hubei", "nothing"), "funds"), (("nowhere", "funds"), "nowhere")]
)
def test_an_unknown_book_is_an_error(asked: tuple[str, str], message: str) -> None:
    with pytest.raises(WattwardenError, match=message):
        price_books().book(*asked)
    with pytest.raises(WattwardenError, match="hubei"):
        price_books().of("nowhere")


@pytest.mark.parametrize(
    ("begins", "ends", "found"),
    [
        ("2025-01-01", "", None),
        ("2024-12-31", "", "an overlap 2024-12-31"),
        ("2025-01-02", "", "a gap 2025-01-01"),
    ],
)
def test_a_price_change_is_one_dated_line(tmp_path: Path, begins: str, ends: str, found: str | None) -> None:
    text = BOOK + f'  - {{<<: *line, valid_from: {begins}, valid_to: null, values: {{all: "0.2"}}}}\n{ends}'
    book = load_price_books(saved(tmp_path, text)).book("somewhere", "some")
    problems = faults(book)
    assert [problem.found.startswith(found) for problem in problems] == [True] if found else problems == []
    if found is None:
        days = date(2024, 12, 31), date(2025, 1, 1)
        assert changed_levels(book, *days) == {"all": (Decimal("0.1"), Decimal("0.2"))}
        assert changed_levels(book, days[1], days[1]) == {}
        assert changed_levels(book, date(2023, 1, 1), days[0]) == {"all": (None, Decimal("0.1"))}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"0.1"', "0.1", "in quotes"),
        ("yuan/kWh", "dollar", "unit"),
        ("values: {all", "values: {some", "no level"),
        ("verified: verified", "verified: surely", "verified"),
        ('"0.1"', "about ten", "decimal"),
        ("source: s, ", "", "source"),
        ("valid_to: 2025-01-01", "valid_too: 2025-01-01", "valid_too"),
    ],
)
def test_a_faulty_book_says_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(WattwardenError, match=message):
        load_price_books(saved(tmp_path, BOOK.replace(old, new)))
