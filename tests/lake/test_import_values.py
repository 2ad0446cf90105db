"""How one raw value becomes a value of the contract."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.quantities import QUANTITIES
from wattwarden.domain.tables import Column
from wattwarden.lake.checks_values import Reading, decimal_literal, keeps_type, parse, present, raw_text
from wattwarden.lake.import_settings import import_settings


def read(column: Column, value: object, sql_type: str = "VARCHAR", reading: Reading | None = None) -> object:
    """The typed value of one raw value."""
    is_kept = keeps_type(column, sql_type)
    raw = (present if is_kept else raw_text)("x", sql_type)
    kind = sql_type if is_kept else "VARCHAR"
    typed = parse(import_settings(), column, "r", kind, reading or Reading())
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        query = f"SELECT {typed} FROM (SELECT {raw} AS r FROM (SELECT CAST($1 AS {sql_type}) AS x))"
        return connection.execute(query, [value]).fetchall()[0][0]


def column(kind: str) -> Column:
    return Column(type=kind, zh="列", en="column")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("kwh", "12.5", Decimal("12.5")),
        ("kwh", " 1,234,567.25 ", Decimal("1234567.25")),
        ("kwh", "１２，３４５．５", Decimal("12345.5")),
        ("kwh", "-3", Decimal(-3)),
        ("kwh", "1.00005", Decimal("1.0001")),
        ("kwh", "12,34", None),
        ("kwh", "1_000", None),
        ("kwh", "twelve", None),
        ("kwh", "nan", None),
        ("pct", "5.5%", Decimal("5.5")),
        ("fen", "123", 123),
        ("fen", "123.00", 123),
        ("fen", "1,234", 1234),
        ("fen", "123.4", None),
        ("fen", "¥1,234.00", None),
        ("fen", "123450元", None),
        ("int", "3.0", 3),
        ("int", "3.5", None),
        ("int", "１２", 12),
        ("bool", "是", True),
        ("bool", "n", False),
        ("bool", "TRUE", True),
        ("bool", "maybe", None),
        ("date", "2024-1-5", date(2024, 1, 5)),
        ("date", "2024/01/05", date(2024, 1, 5)),
        ("date", "20240105", date(2024, 1, 5)),
        ("date", "2024.1.5", date(2024, 1, 5)),
        ("date", "2024年1月5日", date(2024, 1, 5)),
        ("date", "2024-01-05 13:45:00", date(2024, 1, 5)),
        ("date", "45296", date(2024, 1, 5)),
        ("date", "05/01/2024", None),
        ("date", "2024-02-30", None),
        ("date", "infinity", None),
        ("date", "epoch", None),
        ("month", "2024-01", date(2024, 1, 1)),
        ("month", "202401", date(2024, 1, 1)),
        ("month", "2024年1月", date(2024, 1, 1)),
        ("month", "2024-01-01", date(2024, 1, 1)),
        ("month", "2024-01-15", None),
        ("time", "2024-01-05 13:45:10", datetime(2024, 1, 5, 13, 45, 10)),
        ("time", "2024/1/5 3:04", datetime(2024, 1, 5, 3, 4)),
        ("time", "20240105134510", datetime(2024, 1, 5, 13, 45, 10)),
        ("time", "2024年1月5日 13时45分", datetime(2024, 1, 5, 13, 45)),
        ("time", "2024-01-05", datetime(2024, 1, 5)),
        ("time", "45296.5", datetime(2024, 1, 5, 12)),
        ("time", "2024-01-05T05:45:10Z", datetime(2024, 1, 5, 13, 45, 10)),
        ("time", "2024-01-05T05:45:10+00:00", datetime(2024, 1, 5, 13, 45, 10)),
        ("time", "2024-01-05 00:45:10-05:00", datetime(2024, 1, 5, 13, 45, 10)),
        ("time", "soon", None),
        ("id", "  0012 ", "0012"),
        ("id", "\u3000A-1\u00a0", "A-1"),
        ("id", "1.23457E+12", None),
        ("id", "#REF!", None),
        ("id", "", None),
        ("text", "#1 Main Road, 😀 '\"", "#1 Main Road, 😀 '\""),
        ("text", "#N/A", None),
    ],
)
def test_text_is_read_as_a_value_of_the_contract(kind: str, text: str, value: object) -> None:
    assert read(column(kind), text) == value


@pytest.mark.parametrize(
    ("kind", "sql_type", "given", "value"),
    [
        ("fen", "DOUBLE", 123.0, 123),
        ("fen", "DOUBLE", 123.5, None),
        ("kwh", "DOUBLE", 0.1, Decimal("0.1")),
        ("kwh", "DOUBLE", float("nan"), None),
        ("kwh", "DOUBLE", float("inf"), None),
        ("kwh", "INTEGER", 5, Decimal(5)),
        ("id", "BIGINT", 12, "12"),
        ("id", "DOUBLE", 12.0, "12"),
        ("bool", "INTEGER", 1, True),
        ("bool", "BOOLEAN", False, False),
        ("date", "TIMESTAMP", datetime(2024, 1, 5, 3), date(2024, 1, 5)),
        ("time", "DATE", date(2024, 1, 5), datetime(2024, 1, 5)),
        ("time", "TIMESTAMP WITH TIME ZONE", "2024-01-05T00:00:00+00:00", datetime(2024, 1, 5, 8)),
        ("month", "DATE", date(2024, 1, 5), None),
        ("month", "BIGINT", 202401, date(2024, 1, 1)),
    ],
)
def test_typed_columns_keep_their_meaning(kind: str, sql_type: str, given: object, value: object) -> None:
    assert read(column(kind), given, sql_type) == value


@pytest.mark.parametrize(
    ("kind", "factor", "text", "value"),
    [
        ("fen", "100", "12.34", 1234),
        ("fen", "100", "0.29", 29),
        ("fen", "1000000", "1.000001", 1000001),
        ("fen", "100", "12.345", None),
        ("kwh", "10000", "1.2345", Decimal(12345)),
        ("kwh", "0.001", "1500", Decimal("1.5")),
        ("volt", "1000", "10.5", Decimal(10500)),
    ],
)
def test_units_convert_exactly(kind: str, factor: str, text: str, value: object) -> None:
    assert read(column(kind), text, reading=Reading(factor=Decimal(factor))) == value


def test_given_date_formats_replace_the_usual_ones() -> None:
    reading = Reading(formats=("%d/%m/%Y",))
    assert read(column("date"), "05/01/2024", reading=reading) == date(2024, 1, 5)
    assert read(column("date"), "2024-01-05", reading=reading) is None


@pytest.mark.parametrize("text", ["active", "ACTIVE", "正常用电", " Active "])
def test_codes_are_known_by_code_and_by_label(text: str) -> None:
    assert read(contract()["customer"].columns["status"], text) == "active"


def test_a_code_with_brackets_in_its_label_is_known_in_both_widths() -> None:
    mode = contract()["tariff_assignment"].columns["billing_mode"]
    assert read(mode, "两部制(按容量)") == read(mode, "两部制（按容量）") == "two_part_capacity"


def test_codes_of_a_mapping_come_first() -> None:
    reading = Reading(codes={"01": "active", "停电": "closed"})
    status = contract()["customer"].columns["status"]
    assert [read(status, text, reading=reading) for text in ("01", "停电", "suspended", "02")] == [
        "active", "closed", "suspended", None,
    ]  # fmt: skip


def test_a_factor_with_too_many_digits_is_refused() -> None:
    with pytest.raises(WattwardenError, match="12 digits"):
        decimal_literal(Decimal("0.1234567890123"))


def test_every_type_of_the_contract_can_be_read_from_text() -> None:
    for kind in QUANTITIES:
        assert read(column(kind), "not a value at all") in (None, "not a value at all")
