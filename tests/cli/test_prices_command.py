"""The prices command as its user sees it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from wattwarden.cli.main import app

RUNNER = CliRunner()
EXIT_FAILED = 2


def output(*arguments: str, status: int = 0) -> str:
    result = RUNNER.invoke(app, list(arguments))
    assert result.exit_code == status, result.output
    return result.output


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("需量电价", "据转载核实", "1-10千伏: 42")),
        ("en", ("Demand charge", "verified from a copy", "1 to 10 kV: 42")),
    ],
)
def test_show_gives_figure_document_and_certainty(language: str, words: tuple[str, ...]) -> None:
    text = output("--lang", language, "prices", "show", "--region", "hubei", "--on", "2026-09-01")
    assert all(word in text for word in words)


def test_show_before_any_line_says_so() -> None:
    assert "nothing holds on 2020-01-01" in output("--lang", "en", "prices", "show", "--on", "2020-01-01")


def test_diff_over_the_start_of_the_fourth_period() -> None:
    text = output("--lang", "en", "prices", "diff", "2026-07-31", "2026-08-01")
    assert "Discount on the demand charge, Share of the demand charge: 0.9 → – times" in text
    assert "Demand charge, 1 to 10 kV: – → 42 yuan/(kW·month)" in text
    assert "0 differences" in output("--lang", "en", "prices", "diff", "2026-08-01", "2026-08-01")


def test_check_lists_what_must_be_settled() -> None:
    text = output("--lang", "en", "prices", "check", "--on", "2026-09-01", status=1)
    assert (
        "price book hunan/transmission_two_part, line from 2026-08-01: found no figure for kv10, kv35" in text
    )
    assert "hunan/residential_ladder" in text
    assert "hubei/demand_charge" not in text


def test_show_lists_the_hours_of_each_rate() -> None:
    shown = RUNNER.invoke(
        app, ["--lang", "en", "prices", "show", "--region", "hunan", "--on", "2026-07-15"]
    ).output
    assert "Sharp peak: 20:00–24:00" in shown
    assert "Valley: 00:00–06:00, 12:00–14:00" in shown


SITE_BOOK = """
zh: 代理购电价格
en: Agency purchase price
unit: yuan/kWh
floats: true
levels: {all: {zh: 全部, en: All}}
lines:
  - valid_from: 2026-09-01
    document: "the month's announcement"
    source: "price desk"
    verified: verified
    still_valid_on: 2026-09-01
    values: {all: "0.4"}
"""


def test_a_site_lays_its_own_books_over_the_built_in_ones(tmp_path: Path) -> None:
    book = tmp_path / "content" / "prices" / "hubei" / "agency_purchase.yaml"
    book.parent.mkdir(parents=True)
    asked = ("--lang", "en", "prices", "show", "--on", "2026-09-10", "--home", str(tmp_path))
    assert "Agency purchase price" not in output(*asked)
    book.write_text(SITE_BOOK, encoding="utf-8")
    text = output(*asked)
    assert "the month's announcement" in text
    assert "1 to 10 kV: 42" in text


def test_a_faulty_book_of_a_site_names_its_file(tmp_path: Path) -> None:
    book = tmp_path / "content" / "prices" / "hubei" / "agency_purchase.yaml"
    book.parent.mkdir(parents=True)
    book.write_text(SITE_BOOK.replace('"0.4"', "0.4"), encoding="utf-8")
    result = RUNNER.invoke(app, ["--lang", "en", "prices", "check", "--home", str(tmp_path)])
    assert result.exit_code == EXIT_FAILED
    assert "agency_purchase.yaml" in result.stderr
