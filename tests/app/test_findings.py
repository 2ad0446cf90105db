"""The list of findings: ranked, filtered, masked, written; one finding explained."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
import python_calamine
from typer.testing import CliRunner

from tests.app.conftest import Noted
from tests.app.sample_scan import CUSTOMER, FINDINGS, write_sample
from wattwarden.app.columns import ListColumn
from wattwarden.app.list_findings import FindingQuery, list_findings
from wattwarden.app.shown_value import number, shown_value
from wattwarden.app.workbook import MOST_ROWS, Sheet, write_workbook
from wattwarden.cli.findings_command import findings
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.labels import Label


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_sample(folder)
    return folder


def keys(home: Path, query: FindingQuery) -> list[str]:
    return [str(key)[:4] for key in list_findings(home, query).rows["finding_key"].to_pylist()]


def run(home: Path, *arguments: str) -> str:
    result = CliRunner().invoke(findings, [*arguments, "--home", str(home)], env={"WATTWARDEN_LANG": "en"})
    assert result.exit_code == 0, result.output
    return result.stdout


def test_best_case_first_and_dearest_finding_first(home: Path) -> None:
    # the staff case is worth 2,000.00 × 50 % × 0.5; the premise of two causes 400 + 400 − 150 − 25
    assert keys(home, FindingQuery()) == ["aaaa", "bbbb", "dddd", "cccc"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (FindingQuery(risks=["1.2.4"]), ["dddd"]),
        (FindingQuery(rules=["metering"]), ["aaaa", "cccc"]),
        (FindingQuery(rules=["old.staff"]), ["dddd"]),
        (FindingQuery(orgs=["O1"], severities=["low"]), ["bbbb"]),
        (FindingQuery(customer=CUSTOMER), ["aaaa", "bbbb"]),
        (FindingQuery(min_money_fen=100_000), ["aaaa", "bbbb"]),
        (FindingQuery(states=["gone"]), ["eeee"]),
        (FindingQuery(states=["back"]), []),
        (FindingQuery(scan=1, customer="4300999999"), ["eeee"]),
    ],
)
def test_filters(home: Path, query: FindingQuery, found: list[str]) -> None:
    assert keys(home, query) == found


@pytest.mark.parametrize(
    "query", [FindingQuery(states=["closed"]), FindingQuery(orgs=["O77"]), FindingQuery(scan=9)]
)
def test_a_filter_that_names_nothing_is_an_error(home: Path, query: FindingQuery) -> None:
    with pytest.raises(WattwardenError):
        list_findings(home, query)


def test_json_has_whole_fen_and_masked_proof(home: Path) -> None:
    rows = json.loads(run(home, "--format", "json"))
    assert [row["finding_key"][:4] for row in rows] == ["aaaa", "bbbb", "dddd", "cccc"]
    assert (rows[0]["loss_likely_fen"], rows[0]["customer_id"], rows[0]["case_rank"]) == (
        100_000,
        CUSTOMER,
        1,
    )
    assert rows[0]["title"] == "Meter register frozen"
    assert rows[1]["title"] == "old.removed"
    assert rows[1]["proof"] == {"phone": "138****1234"}
    assert rows[2]["loss_likely_fen"] is None


def test_csv_cannot_run_a_formula(home: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(home, "--format", "csv"))))
    assert len(rows) == len(FINDINGS)
    assert rows[3]["customer_id"] == "'=1+1"
    assert rows[2]["loss_likely_fen"] == ""


def test_excel_is_typed_and_cannot_run_a_formula(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "findings.xlsx"
    run(home, "--format", "xlsx", "--out", str(path))
    book = python_calamine.load_workbook(path)
    assert book.sheet_names == ["Findings", "Glossary"]
    rows = book.get_sheet_by_index(0).to_python()
    head = rows[0]
    assert rows[1][head.index("Money, likely (yuan)")] == 1000.0
    assert rows[4][head.index("Customer")] == "=1+1"
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "autoFilter" in sheet
    assert 'state="frozen"' in sheet


def test_the_screen_shows_a_table_or_says_what_to_do(home: Path) -> None:
    shown = run(home, "--limit", "1")
    assert "4 findings, 4 match, 1 shown" in shown
    assert "1,000.00" in shown
    assert "Nothing matches" in run(home, "--risk", "1.5.2")


def test_showing_everything_needs_a_reason_and_is_recorded(home: Path, noted: Noted) -> None:
    arguments = ["--format", "json", "--home", str(home)]
    assert CliRunner().invoke(findings, [*arguments, "--unmasked"]).exit_code == 2
    assert CliRunner().invoke(findings, [*arguments, "--reason", "x"]).exit_code == 2
    rows = json.loads(run(home, "--format", "json", "--unmasked", "--reason", "audit of case 7"))
    assert rows[1]["proof"] == {"phone": "13812341234"}
    action, facts = noted[-1]
    assert (action, facts["reason"]) == ("findings", "audit of case 7")


def test_every_file_that_leaves_is_recorded(home: Path, tmp_path: Path, noted: Noted) -> None:
    out = tmp_path / "list.csv"
    run(home, "--format", "csv", "--risk", "1.2.3", "--out", str(out))
    facts = noted[-1][1]
    assert (facts["files"], facts["masked"], facts["filters"]) == ([str(out)], True, {"risks": ["1.2.3"]})


def test_one_finding_is_explained_in_full(home: Path) -> None:
    shown = run(home, "show", "aaaa")
    for words in (
        "Meter register frozen",
        "Days frozen: 12",
        "8.5 kWh",
        "1,000.00 yuan",
        "Vacant house",
        "unverified",
    ):
        assert words in shown
    assert "甲县乙镇****" in shown
    assert "ranks 1" in shown
    assert "alert(1)" not in shown


def test_a_finding_of_a_rule_that_left_the_catalogue_is_still_shown(home: Path) -> None:
    assert "no longer in the catalogue" in run(home, "show", "bbbb")
    assert "is not ranked" in run(home, "show", "eeee")


@pytest.mark.parametrize("key", ["zz", ""])
def test_a_key_that_is_not_one_finding(home: Path, key: str) -> None:
    assert CliRunner().invoke(findings, ["show", key, "--home", str(home)]).exit_code == 2


def test_before_the_first_scan(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="no scan"):
        list_findings(tmp_path, FindingQuery())


def test_values_have_units() -> None:
    assert shown_value(123456, "fen", "zh") == "1,234.56 元"
    assert shown_value("112944.0", "fen", "en") == "1,129.44 yuan"
    assert shown_value(Decimal("1234.5000"), "kwh", "en") == "1,234.5 kWh"
    assert shown_value(None, "kwh", "en") == "–"
    assert shown_value(True, "bool", "zh") == "是"
    assert shown_value("2026-10-01", "month", "en") == "2026-10"
    assert number("100") == "100"


def test_a_sheet_that_excel_cannot_hold_is_refused(tmp_path: Path) -> None:
    label = Label(zh="甲", en="a")
    rows: Iterator[Mapping[str, object]] = ({} for _ in range(MOST_ROWS + 1))
    sheet = Sheet(label, {"a": ListColumn(kind="int", label=label, means=label)}, rows)
    with pytest.raises(WattwardenError, match="1,000,000 rows"):
        write_workbook(tmp_path / "big.xlsx", [sheet], "en")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="a file that can be written"):
        write_workbook(tmp_path / "no" / "list.xlsx", [], "en")
    assert not list(tmp_path.iterdir())
