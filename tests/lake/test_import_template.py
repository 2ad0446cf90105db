"""A template that was filled in imports without a mapping, and gives back what was written."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.lake.import_kit import refusal, rows, run, waiting
from wattwarden.app.write_templates import write_templates
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.labels import Language
from wattwarden.domain.tables import Table
from wattwarden.lake.template import EXAMPLE, example_value, header_text


def fill(template: Path, target: Path, language: Language) -> Path:
    """Write the example of each table as a real row below its header, as a user would."""
    book = xlsxwriter.Workbook(str(target), {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
    for name in CalamineWorkbook.from_path(str(template)).sheet_names:
        if name not in contract():
            continue
        head, example = CalamineWorkbook.from_path(str(template)).get_sheet_by_name(name).to_python()[:2]
        table = contract()[name]
        assert head[1:] == [header_text(table, column) for column in table.columns]
        assert example[0] == EXAMPLE
        sheet = book.add_worksheet(name)
        lines: list[list[object]] = [[*head], [*example], ["", *row_of(table, language)]]
        for line, row in enumerate(lines):
            for at, value in enumerate(row):
                sheet.write(line, at, value)
    book.close()
    return target


def row_of(table: Table, language: Language) -> list[object]:
    """Examples that do not refer to rows which are not there, nor end before they begin."""
    values = []
    for name, column in table.columns.items():
        value = example_value(table, name, language)
        last = name.endswith(("_to", "_until"))
        values.append(date(2024, 2, 1) if last and isinstance(value, date) else value)
        if column.ref == table.name:
            values[-1] = ""
    return values


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_tables_round_trip(tmp_path: Path, language: Language) -> None:
    (template,) = write_templates([], language, None, tmp_path / "template.xlsx")
    report = run(tmp_path / "home", fill(template, tmp_path / "filled.xlsx", language))
    assert [(file.title, file.problems) for file in report.files if file.status == "refused"] == []
    assert [(entry.table, entry.column, entry.found) for entry in waiting(tmp_path / "home")] == []
    assert {table.table for table in report.tables if table.new == 1} == set(contract().source_tables)
    for file in report.files:
        assert file.ignored_columns == ()
    assert rows(tmp_path / "home", "bill", "kind, kwh, amount_fen, bill_month, is_tou") == [
        ("normal", Decimal(1), 1, date(2024, 1, 1), True)
    ]
    assert rows(tmp_path / "home", "payment", "paid_at, status") == [(datetime(2024, 1, 31, 8, 30), "ok")]


def test_an_empty_template_is_no_data(tmp_path: Path) -> None:
    written = write_templates(["bill", "customer"], "zh", tmp_path / "out", None)
    assert [path.name for path in written] == ["bill.xlsx", "customer.xlsx"]
    assert "no sheet with rows" in refusal(run(tmp_path / "home", written[0]))


def test_a_changed_unit_in_the_header_is_obeyed(tmp_path: Path) -> None:
    table = contract()["bill_line"]
    book = xlsxwriter.Workbook(str(tmp_path / "bill_line.xlsx"))
    sheet = book.add_worksheet("bill_line")
    heads = [header_text(table, name).replace("(分)", "(元)") for name in table.columns]
    sheet.write_row(0, 0, heads)
    sheet.write_row(1, 0, ["B1", 1, "电度", 10, 0.55, "", 5.5])
    book.close()
    run(tmp_path / "home", tmp_path / "bill_line.xlsx")
    assert rows(tmp_path / "home", "bill_line", "item, price, amount_fen") == [
        ("energy", Decimal("0.55"), 550)
    ]


def test_targets_and_tables_must_be_clear(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="no such table"):
        write_templates(["nothing"], "en", tmp_path, None)
    with pytest.raises(WattwardenError, match="no single target"):
        write_templates([], "en", None, None)
