"""Price books by workbook: what is missing is listed, filled in, kept as the site's own, and used."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from wattwarden.app.check_prices import price_problems
from wattwarden.app.price_sheet import read_price_sheet, write_price_sheet
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.labels import Language
from wattwarden.domain.prices import faults, price_books

HEAD = ["Book", "Level", "Figure", "Valid from", "Document"]
LINE = "transmission_single_rate"


def filled(path: Path, *rows: Sequence[object], head: Sequence[str] = HEAD) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([head, *rows]):
            sheet.write_row(number, 0, row)
    return path


def test_what_a_province_lacks_is_blank_and_told(tmp_path: Path) -> None:
    path = tmp_path / "prices.xlsx"
    blanks = write_price_sheet(tmp_path, "hunan", path, "zh")
    head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    cells = {(str(row[0]), str(row[2])): str(row[5]) for row in rows}
    assert head[0] == "电价表"
    assert (cells[LINE, "kv220"], cells[LINE, "kv10"]) == ("0.1809", "")
    assert cells["agency_purchase", "all"] == ""
    assert blanks == sum(cell == "" for cell in cells.values()) > 10
    told = [str(problem) for problem in price_problems(price_books(), date(2026, 11, 1), 365)]
    assert any(
        text.startswith("region hunan: found no price book agency_purchase, agricultural") for text in told
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_that_was_not_touched_changes_nothing(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "prices.xlsx"
    write_price_sheet(tmp_path, "hubei", path, language)
    assert read_price_sheet(tmp_path, "hubei", path) == []
    assert price_books(tmp_path / "content").books == price_books().books


def test_figures_filled_in_are_dated_lines_of_the_sites_own_books(tmp_path: Path) -> None:
    path = filled(
        tmp_path / "filled.xlsx",
        [LINE, "kv10", 0.1903, "2026-08-01", "湘发改价调〔2026〕460号"],
        [LINE, "kv10", "0.19", "2027-01-01", "next"],
        ["agency_purchase", "all", "0.44110000", "2026-09-01", "2026年9月代理购电公告"],
        ["agency_purchase", "all", "", "", ""],
    )
    changed = read_price_sheet(tmp_path, "hunan", path)
    assert [file.name for file in changed] == ["agency_purchase.yaml", f"{LINE}.yaml"]
    books = price_books(tmp_path / "content")
    line = books.book("hunan", LINE)
    assert line.value_on(date(2026, 8, 1), "kv10") == Decimal("0.1903")
    assert line.value_on(date(2026, 8, 1), "kv220") == Decimal("0.1809")
    assert line.value_on(date(2027, 1, 1), "kv10") == Decimal("0.19")
    bought = books.book("hunan", "agency_purchase")
    assert bought.value_on(date(2026, 10, 1), "all") == Decimal("0.4411")
    assert (bought.unit, bought.floats, bought.lines[0].verified) == ("yuan/kWh", True, "recalled")
    assert not [fault for fault in faults(line) if "overlap" in fault.found or "gap" in fault.found]
    assert read_price_sheet(tmp_path, "hunan", path) == []


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ([LINE, "kv10", "0.19元", "2026-08-01", "x"], "'0.19元'; expected a plain number in yuan/kWh"),
        ([LINE, "kv10", "¥0.19", "2026-08-01", "x"], "without currency or unit"),
        ([LINE, "kv10", "0.19", "August", "x"], "'August'; expected a day"),
        ([LINE, "kv10", "0.19", "2026-08-01", ""], "no document"),
        ([LINE, "kv9", "0.19", "2026-08-01", "x"], f"{LINE}, kv9"),
        (["unheard_of", "all", "1", "2026-08-01", "x"], "unheard_of"),
        ([LINE, "kv10", "nan", "2026-08-01", "x"], "'nan'"),
    ],
)
def test_a_faulty_row_is_named_and_no_book_changes(tmp_path: Path, row: list[object], found: str) -> None:
    good = ["agency_purchase", "all", "0.4411", "2026-09-01", "x"]
    path = filled(tmp_path / "faulty.xlsx", good, row)
    with pytest.raises(WattwardenError) as raised:
        read_price_sheet(tmp_path, "hunan", path)
    assert "faulty.xlsx, row 3: found" in str(raised.value)
    assert found in str(raised.value)
    assert not (tmp_path / "content").exists()


def test_another_file_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.xlsx"
    text.write_text("not a workbook", encoding="utf-8")
    with pytest.raises(WattwardenError, match="a workbook of 'wattwarden prices template'"):
        read_price_sheet(tmp_path, "hunan", text)
    other = filled(tmp_path / "other.xlsx", ["a"], head=["Book"])
    with pytest.raises(WattwardenError, match="the columns of"):
        read_price_sheet(tmp_path, "hunan", other)
    with pytest.raises(WattwardenError, match="no row with a figure"):
        read_price_sheet(tmp_path, "hunan", filled(tmp_path / "empty.xlsx"))
