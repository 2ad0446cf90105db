"""From inspections to a promoted score: as known then, kept, promoted, used, refused when altered."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.app.sample_scan import typed
from wattwarden.app import measure_theft, theft_windows
from wattwarden.app.promote_model import promote_theft
from wattwarden.app.run_scan import ScanRequest, ScanResult, run_scan
from wattwarden.app.scan_files import latest_scan
from wattwarden.app.theft_windows import features_of, instant_of, open_engine, read_windows
from wattwarden.app.train_theft import Trained, train_theft
from wattwarden.cli.main import app
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.finding import OutcomeKind
from wattwarden.lake.store import Lake
from wattwarden.models.theft.site_model import feature_columns

RULE = "theft.learned_score"
CUSTOMERS, MONTHS, FIRST = 120, 12, date(2025, 11, 1)
FALL = feature_columns().index("bill_fall")
Row = Mapping[str, object]


def month(number: int) -> date:
    return date(FIRST.year + (FIRST.month - 1 + number) // 12, (FIRST.month - 1 + number) % 12 + 1, 1)


def steals(customer: int) -> bool:
    return customer % 6 == 0


def bills(number: int) -> list[Row]:
    """One month: every sixth customer falls to a fifth in the months before somebody comes."""
    rng = np.random.default_rng(number)
    rows: list[Row] = []
    for customer in range(CUSTOMERS):
        falls = steals(customer) and number >= visit_month(customer) - 2
        kwh = 300 * float(rng.uniform(0.9, 1.1)) * (0.2 if falls else 1.0)
        rows.append(
            {"bill_id": f"B{customer}-{number}", "customer_id": f"C{customer:03d}", "bill_month": str(month(number)),
             "kind": "normal", "kwh": f"{kwh:.2f}", "amount_fen": round(kwh * 60),
             "issued_on": str(month(number + 1) - timedelta(days=1))}
        )  # fmt: skip
    return rows


def visit_month(customer: int) -> int:
    return 6 + customer // 6 % 6


def visits(number: int) -> list[Row]:
    """Inspectors of one month: thieves whose turn it is, and some others, every second of these by lot."""
    rows: list[Row] = []
    for customer in range(CUSTOMERS):
        if visit_month(customer) != number or customer % 6 not in {0, 1, 2}:
            continue
        drawn = customer % 6 == 2
        rows.append(
            {"inspection_id": f"I{customer}", "customer_id": f"C{customer:03d}",
             "visited_at": f"{month(number) + timedelta(days=20)} 10:00:00",
             "outcome": "theft" if steals(customer) else "normal", "is_random": drawn,
             "draw_probability": "0.02" if drawn else None}
        )  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake into which each month came when it was over."""
    folder = tmp_path_factory.mktemp("home")
    customers: Sequence[Row] = [
        {"customer_id": f"C{n:03d}", "org_id": "O1", "status": "active", "customer_type": "resident"}
        for n in range(CUSTOMERS)
    ]
    with Lake(folder, contract()).session() as session:
        start = datetime.combine(FIRST, datetime.min.time(), UTC)
        session.merge(
            "org_unit", typed("org_unit", [{"org_id": "O1", "name": "甲所", "kind": "station"}]), start
        )
        session.merge("customer", typed("customer", customers), start)
        for number in range(MONTHS):
            known = datetime.combine(month(number + 1), datetime.min.time(), UTC) - timedelta(hours=14)
            session.merge("bill", typed("bill", bills(number)), known)
            if found := visits(number):
                session.merge("inspection_result", typed("inspection_result", found), known)
        session.commit({"test": "theft"})
    return folder


@pytest.fixture(scope="module", autouse=True)
def _few_windows() -> Iterator[None]:
    """Half a year of windows, no bootstrap to speak of: the chain is tested, not the figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(theft_windows, "MOST_WINDOWS", 6)
        patch.setattr("wattwarden.models.theft.measure.DRAWS", 20)
        yield


@pytest.fixture(scope="module")
def before(home: Path) -> ScanResult:
    """A scan while nothing is promoted."""
    return run_scan(ScanRequest(home, rules=[RULE]))


@pytest.fixture(scope="module")
def trained(home: Path, before: ScanResult) -> Trained:
    assert before.findings == 0
    return train_theft(home)


def test_without_a_promoted_model_there_is_no_data(before: ScanResult) -> None:
    (outcome,) = before.outcomes
    assert outcome.kind is OutcomeKind.NO_DATA
    assert outcome.detail == "no promoted model: theft"


def test_features_know_only_what_had_arrived(home: Path) -> None:
    """Leakage: a window opened as of its first day has none of the bills and visits that came later."""
    day = month(8)
    with open_engine(home, instant_of(day)) as engine:
        (latest,) = engine.query("SELECT max(bill_month) AS m FROM bill").to_pylist()
        (visited,) = engine.query("SELECT max(visited_at) AS v FROM inspection_result").to_pylist()
        names, then = features_of(engine)
    assert latest["m"] == month(7)
    assert visited["v"].date() < day
    with open_engine(home) as engine:
        _, now = features_of(engine)
    assert len(names) == CUSTOMERS
    thief = next(n for n in range(CUSTOMERS) if steals(n) and visit_month(n) == 11)
    assert then[thief, FALL] > -0.5
    assert now[thief, FALL] < -1


def test_windows_label_each_visit_once(home: Path) -> None:
    windows = list(read_windows(home))
    labelled = [(w.names[place], visit.confirmed) for w in windows for place, visit in w.visits.items()]
    assert len(labelled) == len(set(labelled)) == 60
    assert sum(confirmed for _, confirmed in labelled) == 20


def test_it_learns_and_says_from_what(trained: Trained) -> None:
    facts = trained.model.facts
    assert trained.model.basis == "learned"
    assert (facts["visits"], facts["confirmed"], facts["random_visits"]) == (60, 20, 20)
    assert facts["prevalence"] == 0.0
    assert facts["outcomes_late"] == 60  # every outcome came on the last day of its month, after the window
    assert str(facts["tested_from"]) > str(FIRST)
    scores = {str(row["score"]): row for row in facts["measures"]}  # type: ignore[attr-defined]  # a list of rows
    assert set(scores) == {"fused", "learned", "rules", "assumed"}
    assert scores["learned"]["roc_auc"][0] > 0.8


def test_nothing_uses_a_model_before_a_person_promotes_it(home: Path, trained: Trained) -> None:
    assert run_scan(ScanRequest(home, rules=[RULE])).outcomes[0].kind is OutcomeKind.NO_DATA
    promote_theft(home, trained.number, "李", "time split")
    result = run_scan(ScanRequest(home, rules=[RULE]))
    assert result.outcomes[0].kind in {OutcomeKind.FOUND, OutcomeKind.NONE}
    learned = latest_scan(home).learned
    assert learned is not None
    assert len(learned.log_odds) == CUSTOMERS
    assert learned.weights == trained.model.fusion


def test_an_altered_promoted_model_fails_its_rule_and_no_other(home: Path, trained: Trained) -> None:
    promote_theft(home, trained.number, "李", "again")
    file = home / "models" / "theft" / f"{trained.number:04d}.json"
    kept = file.read_text(encoding="utf-8")
    stored = json.loads(kept)
    stored["model"]["fusion"][0] += 1
    file.write_text(json.dumps(stored), encoding="utf-8")
    try:
        result = run_scan(ScanRequest(home, rules=[RULE, "theft.lasting_drop"]))
    finally:
        file.write_text(kept, encoding="utf-8")
    outcomes = {outcome.rule_id: outcome for outcome in result.outcomes}
    assert outcomes[RULE].kind is OutcomeKind.FAILED
    assert "was altered" in outcomes[RULE].detail
    assert outcomes["theft.lasting_drop"].kind is not OutcomeKind.FAILED


def test_commands(home: Path, trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATTWARDEN_HOME", str(home))

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["--lang", "en", *arguments])
        return result.output + result.stderr

    assert "promoted theft model 1" in run(
        "model", "promote", "theft", str(trained.number), "--by", "Li", "--because", "time split"
    )
    shown = run("model", "show", "theft")
    assert "Li" in shown
    assert "people decide" in shown
    assert "no such model" in run("model", "promote", "theft", "99", "--by", "Li", "--because", "x")
    watched = run("model", "evaluate", "theft")
    assert "drift of the features" in watched
    assert "visits since training: 0" in watched


def test_a_site_without_outcomes_starts_with_an_assumption(tmp_path: Path) -> None:
    with Lake(tmp_path, contract()).session() as session:
        known = datetime(2026, 1, 1, tzinfo=UTC)
        rows = [{"customer_id": f"C{n}", "org_id": "O1", "status": "active"} for n in range(40)]
        session.merge("customer", typed("customer", rows), known)
        for number in range(3):
            session.merge(
                "bill", typed("bill", [r for r in bills(number) if str(r["customer_id"]) < "C040"]), known
            )
        session.commit({"test": "new site"})
    with pytest.raises(WattwardenError, match="no outcome of a visit"):
        train_theft(tmp_path)
    start = train_theft(tmp_path, without_labels=True)
    assert start.model.basis == "assumed"
    assert start.model.fusion == ()
    watched = measure_theft.evaluate_home(tmp_path, start.model)
    assert watched.visits == 0
    assert max(moved for _, moved in watched.drift) == pytest.approx(0, abs=1e-9)
