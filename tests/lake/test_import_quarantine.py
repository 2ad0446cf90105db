"""Rows leave the quarantine: corrected in a workbook, accepted by a later import, or dropped."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.lake.import_kit import BILL_HEAD, CUSTOMERS, NOW, ORG, rows, run, waiting, write
from wattwarden.app.quarantine_rows import drop_entries, export_quarantine, find_entry, import_corrected
from wattwarden.domain.errors import WattwardenError

BILLS = (
    "bill_id,customer_id,bill_month,kind,kwh,应收金额(元),issued_on\n"
    "B1,C1,2024-01,normal,5,1.00,2024-02-01\n"
    "B2,C1,2024-02,normal,five,2.00,2024-03-01\n"
    "B3,C9,2024-02,normal,6,3.00,2024-03-01\n"
    "B4,C1,2024-02,normal,7\n"
)


def rewrite(source: Path, target: Path, change: Callable[[str], str]) -> Path:
    """Copy a workbook, every cell changed as a user would."""
    book = xlsxwriter.Workbook(str(target))
    original = CalamineWorkbook.from_path(str(source))
    for name in original.sheet_names:
        sheet = book.add_worksheet(name)
        for at, row in enumerate(original.get_sheet_by_name(name).to_python()):
            sheet.write_row(at, 0, [change(str(cell)) for cell in row])
    book.close()
    return target


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    run(folder / "home", write(folder / "in", org_unit=ORG, customer=CUSTOMERS, bill=BILLS))
    return folder


@pytest.fixture
def home(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base / "home", tmp_path / "home"))


def test_an_export_has_the_columns_of_the_source_and_the_problems(home: Path, tmp_path: Path) -> None:
    assert export_quarantine(home, tmp_path / "q.xlsx") == 3
    book = CalamineWorkbook.from_path(str(tmp_path / "q.xlsx"))
    head, *lines = book.get_sheet_by_name("bill").to_python()
    assert head[:7] == ["bill_id", "customer_id", "bill_month", "kind", "kwh", "应收金额(元)", "issued_on"]
    assert [(line[0], line[7], line[8]) for line in lines][:2] == [
        ("B2", "kwh", "five"),
        ("B3", "customer_id", "C9"),
    ]


def test_corrected_rows_are_imported_and_settled(home: Path, tmp_path: Path) -> None:
    export_quarantine(home, tmp_path / "q.xlsx")
    fixed = rewrite(
        tmp_path / "q.xlsx", tmp_path / "fixed.xlsx", lambda cell: {"five": "5", "C9": "C2"}.get(cell, cell)
    )
    result = import_corrected(home, fixed, NOW)
    assert (result.read, result.settled, len(result.waiting)) == (3, 2, 1)
    assert rows(home, "bill", "bill_id, customer_id, amount_fen") == [
        ("B1", "C1", 100),
        ("B2", "C1", 200),
        ("B3", "C2", 300),
    ]
    assert [entry.found for entry in waiting(home)] == ["5"]


def test_an_uncorrected_workbook_settles_nothing_and_doubles_nothing(home: Path, tmp_path: Path) -> None:
    export_quarantine(home, tmp_path / "q.xlsx")
    result = import_corrected(home, tmp_path / "q.xlsx", NOW)
    assert (result.settled, len(result.waiting), len(waiting(home))) == (0, 3, 3)


def test_another_workbook_is_refused(home: Path, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "other.xlsx"))
    book.add_worksheet("bill").write_row(0, 0, ["bill_id"])
    book.get_worksheet_by_name("bill").write_row(1, 0, ["B1"])
    book.close()
    with pytest.raises(WattwardenError, match="quarantine export"):
        import_corrected(home, tmp_path / "other.xlsx", NOW)


def test_a_later_import_that_brings_the_row_settles_it(home: Path, tmp_path: Path) -> None:
    report = run(home, write(tmp_path / "in", bill=BILL_HEAD + "B2,C1,2024-02,normal,5,200,2024-03-01\n"))
    assert report.resolved == 1
    assert {entry.row_key for entry in waiting(home)} == {'["B3"]', None}


def test_dropped_rows_do_not_come_back_with_the_same_file(home: Path, base: Path) -> None:
    first = waiting(home)[0]
    assert find_entry(home, first.entry_id[:8]) == first
    assert drop_entries(home, [first.entry_id]) == 1
    assert drop_entries(home, None, "bill") == 2
    run(home, base / "in")
    assert waiting(home) == []


def test_unknown_entries_are_errors(home: Path, tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="0 entries"):
        find_entry(home, "zzz")
    with pytest.raises(WattwardenError, match="no such entry"):
        drop_entries(home, ["zzz"])
    drop_entries(home, None)
    with pytest.raises(WattwardenError, match="no row"):
        export_quarantine(home, tmp_path / "q.xlsx")


def test_rows_of_a_mapping_go_back_through_it(tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        """
zh: 来源
en: Source
sources: {people: {file: "people*.csv"}}
tables:
  customer:
    from: people
    select:
      customer_id: "'X' || no"
      org_id: {value: O1}
      status: {column: state, codes: {"1": active}}
""",
        encoding="utf-8",
    )
    home = tmp_path / "home"
    folder = write(tmp_path / "in", people="no,state\n7,1\n8,2\n")
    assert run(home, folder, mapping=str(mapping)).quarantined == 1
    export_quarantine(home, tmp_path / "q.xlsx")
    fixed = rewrite(tmp_path / "q.xlsx", tmp_path / "fixed.xlsx", lambda cell: {"2": "1"}.get(cell, cell))
    assert import_corrected(home, fixed, NOW).settled == 1
    assert rows(home, "customer", "customer_id, status") == [("X7", "active"), ("X8", "active")]
