"""The same rows in every format that can be imported."""

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from tests.lake.import_kit import ORG, refusal, rows, run, waiting, write
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.lake.sources.database import DatabaseQuery
from wattwarden.lake.store import Lake

HEAD = ("户号", "户名", "ORG_NO", "Status", "opened_on", "合同容量 (MVA)")
VALUES = (
    ("C1", '甲"乙,丙;丁', "O1", "正常用电", "2020-01-05", "0.1"),
    ("C2", "戊\t己|庚 😀", "O2", "active", "", ""),
)
EXPECTED = [
    ("C1", '甲"乙,丙;丁', "O1", "active", date(2020, 1, 5), Decimal(100)),
    ("C2", "戊\t己|庚 😀", "O2", "active", None, None),
]
COLUMNS = "customer_id, name, org_id, status, opened_on, contract_capacity_kva"


def csv_text(delimiter: str, end: str = "\n") -> str:
    quoted = [[f'"{value.replace(chr(34), chr(34) * 2)}"' for value in row] for row in (HEAD, *VALUES)]
    return end.join(delimiter.join(row) for row in quoted) + end


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimited_text(tmp_path: Path, delimiter: str, encoding: str) -> None:
    (tmp_path / "customer.csv").write_bytes(csv_text(delimiter).encode(encoding))
    report = run(tmp_path / "home", tmp_path / "customer.csv")
    assert (report.refused, report.quarantined) == (0, 0)
    assert rows(tmp_path / "home", "customer", COLUMNS) == EXPECTED


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "mixed"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    text = csv_text(",", "\n" if end == "mixed" else end)
    text = text.replace("\n", "\r\n", 1) if end == "mixed" else text
    (tmp_path / "customer.csv").write_bytes(text.encode())
    run(tmp_path / "home", tmp_path / "customer.csv")
    assert rows(tmp_path / "home", "customer", COLUMNS) == EXPECTED


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "customer.csv").write_bytes(
        "customer_id;name;org_id;status\nC1;Café;O1;active\n".encode("cp1252")
    )
    run(tmp_path / "home", tmp_path / "customer.csv", encoding="cp1252")
    assert rows(tmp_path / "home", "customer", "name") == [("Café",)]


def test_lines_are_counted_across_blank_and_broken_ones(tmp_path: Path) -> None:
    text = (
        'customer_id,name,org_id,status\nC1,"two\nlines",O1,active\n\nC2,,O1\nC3,,O1,wrong\nC4,,O1,active\n'
    )
    (tmp_path / "customer.csv").write_text(text, encoding="utf-8")
    report = run(tmp_path / "home", tmp_path / "customer.csv")
    assert [(entry.line, entry.found) for entry in waiting(tmp_path / "home")] == [(5, "3"), (6, "wrong")]
    assert (report.tables[0].read, report.tables[0].new) == (4, 2)


def test_a_workbook_with_several_sheets(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "导出 2024.xlsx"))
    orgs, people = book.add_worksheet("供电单位"), book.add_worksheet("用电客户")
    for sheet, table in ((orgs, [line.split(",") for line in ORG.splitlines()]), (people, [HEAD, *VALUES])):
        for at, row in enumerate(table):
            sheet.write_row(at, 0, row)
    people.write_datetime(1, 4, datetime(2020, 1, 5), book.add_format({"num_format": "yyyy/m/d"}))
    people.write_number(1, 5, 0.1)
    book.close()
    report = run(tmp_path / "home", tmp_path / "导出 2024.xlsx")
    assert {file.title.partition(" [")[2] for file in report.files} == {"供电单位]", "用电客户]"}
    assert rows(tmp_path / "home", "customer", COLUMNS) == EXPECTED


def test_a_sheet_with_a_default_name_is_named_by_its_file(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "customer_202401.xlsx"))
    sheet = book.add_worksheet()
    for at, row in enumerate([HEAD, *VALUES]):
        sheet.write_row(at + 2, 0, row)
    book.close()
    run(tmp_path / "home", tmp_path / "customer_202401.xlsx")
    assert rows(tmp_path / "home", "customer", COLUMNS) == EXPECTED


def test_long_numbers_that_excel_cut_are_no_identifiers(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "customer.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["customer_id", "org_id", "status"])
    sheet.write_row(1, 0, [430000000012, "O1", "active"])
    sheet.write_row(2, 0, [4300000000123456789, "O1", "active"])
    book.close()
    report = run(tmp_path / "home", tmp_path / "customer.xlsx")
    assert (rows(tmp_path / "home", "customer", "customer_id"), report.quarantined) == (
        [("430000000012",)],
        1,
    )


def test_typed_parquet_and_folders(tmp_path: Path) -> None:
    folder = tmp_path / "export" / "bill"
    folder.mkdir(parents=True)
    for at in range(3):
        table = pa.table(
            {
                "bill_id": pa.array([at], pa.int64()),
                "customer_id": ["C1"],
                "bill_month": [date(2024, 1 + at, 1)],
                "kind": pa.array(["normal"]).dictionary_encode(),
                "kwh": [1.25],
                "amount_yuan": pa.array([Decimal("12.34")], pa.decimal128(10, 2)),
                "issued_on": pa.array([datetime(2024, 2, 1)], pa.timestamp("ns")),
            }
        )
        pq.write_table(table, folder / f"part-{at:05d}.parquet")
    (tmp_path / "export" / "readme.md").write_text("not a table", encoding="utf-8")
    report = run(tmp_path / "home", tmp_path / "export")
    assert rows(tmp_path / "home", "bill", "bill_id, bill_month, kwh, amount_fen, issued_on") == [
        (str(at), date(2024, 1 + at, 1), Decimal("1.25"), 1234, date(2024, 2, 1)) for at in range(3)
    ]
    assert [Path(name).name for name in report.ignored] == ["readme.md"]


def sqlite_file(path: Path) -> Path:
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE c_cons (CONS_NO, CONS_NAME TEXT, ORG_NO, STATUS_CODE, BUILD_DATE, note BLOB)"
        )
        values = [(1, "甲", "O1", "active", "2020-01-05", None), ("C2", "乙", "O2", "停电", None, b"x")]
        connection.executemany("INSERT INTO c_cons VALUES (?, ?, ?, ?, ?, ?)", values)
    connection.close()
    return path


@pytest.mark.parametrize("address", ["sqlite:///{}", "sqlite+pysqlite:///{}"])
@pytest.mark.parametrize(
    "how", [{"table": "c_cons"}, {"query": "SELECT * FROM c_cons WHERE ORG_NO <> 'O9';"}]
)
def test_a_database_table_or_query(tmp_path: Path, address: str, how: dict[str, str]) -> None:
    url = address.format(sqlite_file(tmp_path / "source.db"))
    report = run(tmp_path / "home", database=DatabaseQuery(url, **how), table="customer")
    assert report.files[0].ignored_columns == ("note",)
    assert rows(tmp_path / "home", "customer", "customer_id, name, status, opened_on") == [
        ("1", "甲", "active", date(2020, 1, 5)),
        ("C2", "乙", "stopped", None),
    ]


@pytest.mark.parametrize(
    "database",
    [
        DatabaseQuery("sqlite:////no/such/file.db", table="t"),
        DatabaseQuery("sqlite:///{}", query="SELECT nothing FROM nowhere"),
        DatabaseQuery("sqlite:///{}", query="SELECT * FROM c_cons WHERE 0"),
        DatabaseQuery("sqlite:///{}"),
        DatabaseQuery("nosuch://user:secret@host/db", table="t"),
        DatabaseQuery("postgresql://user:secret@127.0.0.1:1/db", table="t"),
    ],
)
def test_a_database_that_fails_is_one_clear_error_without_the_password(
    tmp_path: Path, database: DatabaseQuery
) -> None:
    path = sqlite_file(tmp_path / "source.db")
    asked = DatabaseQuery(database.url.format(path), database.query, database.table)
    with pytest.raises(WattwardenError) as caught:
        run(tmp_path / "home", database=asked, table="customer")
    assert "secret" not in str(caught.value)
    assert Lake(tmp_path / "home", contract()).head() is None


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def with_formula_error(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("customer")
    sheet.write_row(0, 0, ["customer_id", "org_id", "status"])
    sheet.write_row(1, 0, ["C1", "O1", "active"])
    sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    book.close()


def with_merged_header(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("customer")
    sheet.merge_range(0, 0, 0, 2, "客户清单")
    sheet.write_row(1, 0, ["customer_id", "org_id", "status"])
    sheet.write_row(2, 0, ["C1", "O1", "active"])
    book.close()


def with_title(path: Path) -> None:
    path.write_text("客户清单,,\ncustomer_id,org_id,status\nC1,O1,active\n", encoding="utf-8")


def good_parquet(path: Path) -> None:
    pq.write_table(
        pa.table({"customer_id": ["C1"] * 5000, "org_id": ["O1"] * 5000, "status": ["x"] * 5000}), path
    )


def cut_parquet(path: Path) -> None:
    good_parquet(path)
    cut(path)


def cut_xlsx(path: Path) -> None:
    with_formula_error(path)
    cut(path)


def endless_line(path: Path) -> None:
    with path.open("wb") as handle:
        handle.write(b"customer_id,org_id,status\n")
        for _ in range(6):
            handle.write(b"x" * (1 << 20))


GOOD = "customer_id,org_id,status\nC1,O1,active\n"
FAULTS: list[tuple[str, str | bytes | Callable[[Path], None], str]] = [
    ("customer.csv", b"\x00\x01\x02\xff" * 100, "bytes that no text has"),
    ("customer.csv", b"PK\x03\x04" + b"x" * 100, "ZIP archive"),
    ("customer.csv", b"\x1f\x8b" + b"x" * 100, "compressed"),
    ("customer.csv", b"customer_id,org_id,status\nC1," + bytes(range(128, 256)) + b",x\n", "not gb18030"),
    ("customer.csv", "", "empty file"),
    ("customer.csv", "\n\n  \n", "empty file"),
    ("customer.csv", "customer_id,org_id,status\n", "header without rows"),
    ("customer.csv", "customer_id,org_id,org_id,status\nC1,O1,O1,active\n", "two columns named 'org_id'"),
    ("customer.csv", "customer_id,CONS_NO,org_id,status\nC1,C1,O1,active\n", "several columns for customer_id"),
    ("customer.csv", "customer_id,org_id\nC1,O1\n", "status"),
    ("customer.csv", 'customer_id,org_id,status\nC1,"O1,active\nC2,O2,active\n', "never closed"),
    ("customer.csv", endless_line, "a line of more than"),
    ("customer.csv", with_title, "title"),
    ("customer.csv", "customer_id,org_id,status,contract_capacity_kva(kWh)\nC1,O1,active,5\n", "the unit kWh"),
    ("unknown.csv", "colour,shape\nred,round\n", "no table"),
    ("customer.parquet", cut_parquet, "damaged or truncated"),
    ("customer.parquet", "not a parquet file", "damaged or truncated"),
    ("customer.parquet", b"", "damaged or truncated"),
    ("customer.xlsx", with_formula_error, "formula errors: B2"),
    ("customer.xlsx", with_merged_header, "merged cells in line 1"),
    ("customer.xlsx", cut_xlsx, "damaged workbook"),
    ("customer.xlsx", "customer_id,org_id\n", "no workbook"),
    ("customer.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ("customer.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel format"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), FAULTS)
def test_a_file_that_is_not_what_it_claims_is_one_clear_error(
    tmp_path: Path, name: str, content: str | bytes | Callable[[Path], None], message: str
) -> None:
    folder = write(tmp_path / "in", org_unit=ORG)
    path = folder / name
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
    report = run(tmp_path / "home", folder)
    text = refusal(report)
    assert message in text
    assert name in text
    (refused,) = [file for file in report.files if file.status == "refused"]
    assert len(refused.problems) == 1
    assert refused.problems[0].action
    assert rows(tmp_path / "home", "customer") == []
    assert len(rows(tmp_path / "home", "org_unit")) == 2


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WattwardenError, match="no file that can be read"):
        run(tmp_path / "home", tmp_path / "empty")
    with pytest.raises(WattwardenError, match="no such file"):
        run(tmp_path / "home", tmp_path / "absent.csv")
