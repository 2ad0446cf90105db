"""Rows that are wrong go to quarantine and say why; the others are imported."""

import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.lake.import_kit import BILL_HEAD, CUSTOMERS, METERS, NOW, ORG, refusal, rows, run, waiting, write
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.lake.checks import reference_order
from wattwarden.lake.headers import HeaderBook, squeeze
from wattwarden.lake.import_settings import import_settings


def bill(**changes: str) -> str:
    values = {
        "bill_id": "B1", "customer_id": "C1", "bill_month": "2024-01", "kind": "normal", "kwh": "5",
        "amount_fen": "100", "issued_on": "2024-02-01", **changes,
    }  # fmt: skip
    return ",".join(values.values()) + "\n"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    report = run(folder / "home", write(folder / "in", org_unit=ORG, customer=CUSTOMERS, meter=METERS))
    assert (report.refused, report.quarantined) == (0, 0)
    return folder / "home"


@pytest.fixture
def home(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base, tmp_path / "home"))


def test_clean_rows_are_stored_in_contract_types(home: Path) -> None:
    assert rows(home, "customer", "customer_id, org_id, status, opened_on, phone") == [
        ("C1", "O1", "active", date(2020, 1, 5), None),
        ("C2", "O2", "active", date(2020, 2, 5), None),
    ]
    assert rows(home, "meter", "meter_id, multiplier") == [("M1", Decimal(1)), ("M2", Decimal(30))]


BAD_VALUES = [
    ({"kwh": "five"}, "kwh", "five", "a number"),
    ({"amount_fen": "1.5"}, "amount_fen", "1.5", "whole number of fen"),
    ({"kind": "weird"}, "kind", "weird", "normal (正常)"),
    ({"bill_month": "2024-01-15"}, "bill_month", "2024-01-15", "a month"),
    ({"issued_on": "2024-02-30"}, "issued_on", "2024-02-30", "a date"),
    ({"issued_on": "1024-02-01"}, "issued_on", "1024-02-01", "between the years 1900"),
    ({"issued_on": "2025-06-09"}, "issued_on", "2025-06-09", "not later than the import"),
    ({"customer_id": ""}, "customer_id", "", "required"),
    ({"customer_id": "C9"}, "customer_id", "C9", "exists in"),
    ({"bill_id": "1.5E+17"}, "bill_id", "1.5E+17", "identifies"),
    ({"kwh": "NULL"}, "kwh", "NULL", "required"),
    ({"kwh": "   "}, "kwh", "   ", "required"),
]


def test_each_bad_value_is_named_with_its_line(home: Path) -> None:
    good = "".join(bill(bill_id=f"G{at}") for at in range(20))
    bad = [bill(**{"bill_id": f"B{at}", **changes}) for at, (changes, *_) in enumerate(BAD_VALUES)]
    report = run(home, write(home / "in", bill=BILL_HEAD + good + "".join(bad)))
    entries = sorted(waiting(home), key=lambda entry: entry.line)
    assert [(e.line, e.column, e.found) for e in entries] == [
        (22 + at, column, found) for at, (_, column, found, _) in enumerate(BAD_VALUES)
    ]
    for entry, (_, _, _, expected) in zip(entries, BAD_VALUES, strict=True):
        assert expected in entry.expected_en
        assert entry.expected_zh
    assert (report.tables[0].new, report.quarantined) == (20, len(BAD_VALUES))


def test_all_problems_of_a_row_are_listed(home: Path) -> None:
    run(home, write(home / "in", bill=BILL_HEAD + bill(kwh="x", kind="y", issued_on="z")))
    assert [problem["column"] for problem in waiting(home)[0].problems] == ["kind", "kwh", "issued_on"]


def test_ranges_are_checked(home: Path) -> None:
    head = "meter_id,role,digits,multiplier\n"
    run(home, write(home / "in", meter=head + "M7,billing,3,1\nM8,billing,11,1\nM9,billing,6,-1\n"))
    assert [(entry.column, entry.found, entry.expected_en) for entry in waiting(home)] == [
        ("digits", "3", "not less than 4"),
        ("digits", "11", "not more than 10"),
        ("multiplier", "-1.000000", "not less than 0"),
    ]


def test_conditions_between_columns_are_checked_where_both_are_known(home: Path) -> None:
    head = "meter_id,read_date,start_register,end_register,is_rollover\n"
    cycle = "M1,2024-01-31,100,90,否\nM1,2024-02-29,99990,10,是\nM1,2024-03-31,5,,否\nM1,2024-04-30,100,90,\n"
    run(home, write(home / "in", reading_cycle=head + cycle))
    (entry,) = waiting(home)
    assert entry.line == 2
    assert "roll-over" in entry.expected_en
    assert "end_register = 90" in entry.found
    assert len(rows(home, "reading_cycle")) == 3


def test_equal_rows_count_once_and_contradicting_ones_are_quarantined(home: Path) -> None:
    text = bill() + bill() + bill(bill_id="B2") + bill(bill_id="B2", kwh="6") + bill(bill_id="B3")
    report = run(home, write(home / "in", bill=BILL_HEAD + text))
    (table,) = report.tables
    assert (table.read, table.new, table.doubled, table.quarantined) == (5, 2, 1, 2)
    assert {entry.found for entry in waiting(home)} == {"B2"}


def test_contradiction_is_seen_across_files(home: Path) -> None:
    folder = write(home / "in", bill_1=BILL_HEAD + bill(), bill_2=BILL_HEAD + bill(kwh="6"))
    assert run(home, folder).quarantined == 2
    assert rows(home, "bill") == []


def test_the_same_key_may_arrive_twice_at_different_times(home: Path) -> None:
    head = BILL_HEAD.strip() + ",arrived_at\n"
    text = bill().strip() + ",2024-02-02T00:00:00Z\n" + bill(kwh="6").strip() + ",2024-02-03T08:00:00+08:00\n"
    report = run(home, write(home / "in", bill=head + text))
    assert (report.quarantined, rows(home, "bill", "kwh")) == (0, [(Decimal(6),)])


def test_an_arrival_in_the_future_is_quarantined(home: Path) -> None:
    head = BILL_HEAD.strip() + ",arrived_at\n"
    run(home, write(home / "in", bill=head + bill().strip() + ",2031-01-01\n"))
    assert waiting(home)[0].column == "arrived_at"


def test_references_look_at_the_lake_and_at_the_same_import(home: Path) -> None:
    more = "customer_id,org_id,status\nC5,O5,active\nC6,O1,active\n"
    orgs = (
        "org_id,name,kind,parent_org_id\nO5,New,station,O2\nO6,Lost,station,O9\nO7,Child of lost,class,O6\n"
    )
    run(home, write(home / "in", customer=more, org_unit=orgs, bill=BILL_HEAD + bill(customer_id="C6")))
    assert rows(home, "customer", "customer_id") == [("C1",), ("C2",), ("C5",), ("C6",)]
    assert [(entry.row_key, entry.column, entry.found) for entry in waiting(home)] == [
        ('["O6"]', "parent_org_id", "O9"),
        ('["O7"]', "parent_org_id", "O6"),
    ]


def test_a_reference_into_an_empty_table_is_only_a_remark(tmp_path: Path) -> None:
    report = run(tmp_path / "home", write(tmp_path / "in", bill=BILL_HEAD + bill()))
    assert report.quarantined == 0
    assert report.unchecked == {"bill": ["customer_id"]}


def test_names_with_quotes_emoji_and_four_byte_characters_survive(home: Path) -> None:
    text = 'customer_id,name,org_id,status\nC7,"O\'Neil ""the 𠀀"", 😀; DROP TABLE x;",O1,active\n'
    run(home, write(home / "in", customer=text))
    names = [row[0] for row in rows(home, "customer", "name")]
    assert 'O\'Neil "the 𠀀", 😀; DROP TABLE x;' in names


def test_both_readings_of_the_hour_when_clocks_go_back_are_quarantined_and_the_gap_is_kept(
    home: Path,
) -> None:
    head = "meter_id,read_at,kwh\n"
    back = "M1,2024-11-03 01:00:00,1\nM1,2024-11-03 01:30:00,1\nM1,2024-11-03 01:00:00,2\n"
    forward = "M1,2024-03-10 01:30:00,1\nM1,2024-03-10 02:30:00,1\nM1,2024-03-10 03:00:00,1\n"
    run(home, write(home / "in", load_curve=head + back + forward))
    assert len(rows(home, "load_curve")) == 4
    assert [entry.line for entry in waiting(home)] == [2, 4]


def test_times_with_an_offset_tell_the_repeated_hour_apart(home: Path) -> None:
    text = "meter_id,read_at,kwh\nM1,2024-11-03T01:00:00-04:00,1\nM1,2024-11-03T01:00:00-05:00,2\n"
    run(home, write(home / "in", load_curve=text))
    assert rows(home, "load_curve", "read_at") == [
        (datetime(2024, 11, 3, 13),),
        (datetime(2024, 11, 3, 14),),
    ]


def test_a_file_with_mostly_wrong_rows_is_refused_whole(home: Path) -> None:
    wrong = "".join(bill(bill_id=f"B{at}", kwh="x") for at in range(30))
    right = "".join(bill(bill_id=f"G{at}") for at in range(10))
    report = run(home, write(home / "in", bill=BILL_HEAD + wrong + right))
    assert "30 of 40 rows are wrong" in refusal(report)
    assert "column kwh (30 times)" in refusal(report)
    assert (rows(home, "bill"), waiting(home), report.version) == ([], [], None)


def test_a_refused_file_does_not_stop_the_others(home: Path) -> None:
    wrong = "".join(bill(bill_id=f"B{at}", kwh="x") for at in range(30))
    folder = write(home / "in", bill_1=BILL_HEAD + wrong, bill_2=BILL_HEAD + bill())
    report = run(home, folder)
    assert (report.refused, rows(home, "bill", "bill_id")) == (1, [("B1",)])


def test_the_same_file_twice_is_unchanged_and_says_so(home: Path) -> None:
    folder = write(home / "in", bill=BILL_HEAD + bill())
    first, second = run(home, folder), run(home, folder)
    assert first.version is not None
    assert (second.version, second.files[0].status) == (None, "unchanged")


def test_a_file_imported_again_brings_only_rows_that_wait(home: Path) -> None:
    folder = write(home / "in", bill=BILL_HEAD + bill(kwh="7") + bill(bill_id="B2", customer_id="C8"))
    run(home, folder)
    run(
        home,
        write(
            home / "later",
            bill=BILL_HEAD + bill(kwh="8"),
            customer="customer_id,org_id,status\nC8,O1,active\n",
        ),
    )
    report = run(home, folder)
    assert rows(home, "bill", "bill_id, kwh") == [("B1", Decimal(8)), ("B2", Decimal(5))]
    assert (report.resolved, waiting(home)) == (1, [])


def test_a_dry_run_keeps_nothing(home: Path) -> None:
    folder = write(home / "in", bill=BILL_HEAD + bill() + bill(bill_id="B2", kwh="x"))
    report = run(home, folder, dry_run=True)
    assert (report.tables[0].new, report.quarantined, report.version) == (1, 1, None)
    assert (rows(home, "bill"), waiting(home)) == ([], [])


def test_a_correction_is_told_from_a_new_row(home: Path) -> None:
    run(home, write(home / "in", bill=BILL_HEAD + bill()))
    report = run(home, write(home / "in2", bill=BILL_HEAD + bill(kwh="6") + bill(bill_id="B2")))
    assert (report.tables[0].new, report.tables[0].corrected) == (1, 1)


def test_tables_are_imported_in_the_order_of_their_references() -> None:
    order = reference_order(contract(), contract().source_tables)
    place = {name: at for at, name in enumerate(order)}
    for name, table in contract().source_tables.items():
        for column in table.columns.values():
            assert column.ref is None or column.ref == name or place[column.ref] < place[name]


def test_each_name_of_a_column_and_table_means_one_thing() -> None:
    book = HeaderBook(contract(), import_settings())
    for name, table in contract().source_tables.items():
        assert book.table_named(table.zh) == book.table_named(table.en) == book.table_named(name) == name
        for key, column in table.columns.items():
            for alias in filter(None, (key, column.zh, column.en, column.field)):
                meaning = book.meaning(name, alias)
                assert meaning is not None, (name, alias)
                assert meaning.column == key, (name, alias)


def test_labels_of_a_code_list_are_told_apart() -> None:
    for table in contract().source_tables.values():
        for column in table.columns.values():
            for labels in ([squeeze(v.zh) for v in (column.values or {}).values()],):
                assert len(labels) == len(set(labels)), (table.name, column.zh)


def test_an_unknown_table_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="no_such"):
        run(tmp_path / "home", write(tmp_path / "in", bill=BILL_HEAD + bill()), table="no_such")
    assert NOW.tzinfo is not None
