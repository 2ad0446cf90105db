"""From a simulated county to the score: the figures must not fall below the floor."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wattwarden.app.bill_what_if import NewTerms, bill_what_if
from wattwarden.app.explain_bill import explain_bill
from wattwarden.app.score_bills import score_bills
from wattwarden.cli.main import app
from wattwarden.domain.errors import WattwardenError

FLOOR = Path(__file__).with_name("score_floor.yaml")
EXIT_PROBLEMS, EXIT_FAILED = 1, 2


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_small_county_is_scanned_well_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATTWARDEN_HOME", str(tmp_path / "home"))
    county = tmp_path / "county"
    # Two of each planted kind among 2,000 customers are several times as dense as the band of a rule allows:
    # what is told here is whether they are found, not whether a county with so many would be believed.
    (tmp_path / "home" / "content").mkdir(parents=True)
    (tmp_path / "home" / "content" / "scan.yaml").write_text("findings_always_allowed: 60\n")
    assert _run("simulate", "--customers", "2000", "--seed", "1", "--out", county).exit_code == 0
    imported = _run("import", county / "data")
    assert imported.exit_code in {0, EXIT_PROBLEMS}, imported.output
    scanned = _run("scan")
    assert scanned.exit_code in {0, EXIT_PROBLEMS}, scanned.output
    scored = _run("score", "--truth", county / "truth", "--floor", FLOOR)
    assert scored.exit_code == 0, scored.output
    _bills_are_checked_to_the_fen(tmp_path / "home", county / "truth")


def _bills_are_checked_to_the_fen(home: Path, truth: Path) -> None:
    """Every planted difference of a yuan or more is found to the fen, and nothing else differs."""
    score = score_bills(home, truth)
    assert score is not None
    assert len(score.kinds) >= 12
    assert [
        (k.kind, k.missed, k.planted - k.exact) for k in score.kinds if k.missed or k.exact < k.planted
    ] == []
    assert score.false == 0
    checked = _run("--lang", "en", "bill", "check", "--format", "csv", "--limit", "1")
    assert checked.exit_code == EXIT_PROBLEMS
    first = next(csv.DictReader(io.StringIO(checked.output)))
    explained = _run("--lang", "en", "bill", "explain", first["customer_id"], first["bill_month"][:7])
    assert explained.exit_code == 0, explained.output
    assert "Due in all" in explained.output
    chinese = _run("--lang", "zh", "bill", "explain", first["customer_id"], first["bill_month"][:7])
    assert "应收合计" in chinese.output
    nobody = _run("--lang", "en", "bill", "explain", "nobody", "2026-05")
    assert nobody.exit_code == EXIT_FAILED
    assert "no bill of nobody" in str(nobody.stderr)
    _applying_prices_are_told(home, first["customer_id"])
    _other_terms_cost_what_they_say(home, first["customer_id"], date.fromisoformat(first["bill_month"]))


def _applying_prices_are_told(home: Path, customer: str) -> None:
    """By command, as a page and as a workbook; a stranger is refused."""
    asked = ("prices", "show", "--customer", customer, "--on", "2026-05-10")
    page, book = home / "prices.html", home / "prices.xlsx"
    assert "written to" in _run("--lang", "en", *asked, "--out", page).output
    assert "执行" in _run("--lang", "zh", *asked, "--out", book).output
    assert f"Prices of customer {customer} on 2026-05-10" in page.read_text(encoding="utf-8")
    assert book.stat().st_size > 0
    assert "expected: .xlsx or .html" in _run("--lang", "en", *asked, "--out", home / "prices.doc").stderr
    asked = ("prices", "show", "--customer", "nobody", "--on", "2026-05-10")
    assert "no such customer" in _run("--lang", "en", *asked).stderr


def _other_terms_cost_what_they_say(home: Path, customer: str, month: date) -> None:
    """The terms in force change nothing; energy at ten yuan costs more."""
    (bill,) = explain_bill(home, customer, month)
    mode = str(bill.facts[0]["billing_mode"])
    same = {m.month: m.change_fen for m in bill_what_if(home, customer, NewTerms(billing_mode=mode))}
    assert same[month] == 0
    dear = NewTerms(tariff_class="commercial_industrial", market="retail", price=Decimal(10))
    costs = {m.month: m.change_fen for m in bill_what_if(home, customer, dear)}
    assert (costs[month] or 0) > 0
    same_price = NewTerms(
        tariff_class="commercial_industrial", market="retail", package="green", price=Decimal(10)
    )
    assert {m.month: m.change_fen for m in bill_what_if(home, customer, same_price)} == costs
    open_terms = NewTerms(tariff_class="commercial_industrial", market="retail", package="average_plus_fee")
    unknown = {m.month: m for m in bill_what_if(home, customer, open_terms)}[month]
    assert (unknown.what_if_fen, unknown.outcome) == (None, "no_price")
    assert "no service_fee" in unknown.detail
    with pytest.raises(WattwardenError, match="contract_demand_kw -5"):
        bill_what_if(home, customer, NewTerms(contract_demand_kw=Decimal(-5)))
    with pytest.raises(WattwardenError, match="package without a market"):
        bill_what_if(home, customer, NewTerms(package="mixed"))
    with pytest.raises(WattwardenError, match="without a price"):
        bill_what_if(home, customer, NewTerms(market="retail"))
    with pytest.raises(WattwardenError, match="no bill of nobody"):
        bill_what_if(home, "nobody", NewTerms(is_tou=True))
