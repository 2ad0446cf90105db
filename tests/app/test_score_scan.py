"""Scoring a scan against a hand-made truth: every figure can be counted on the fingers."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from wattwarden.app.scan_files import publish_scan
from wattwarden.app.score_scan import (
    Floor,
    Planted,
    ScoreReport,
    Share,
    TheftFloor,
    below_floor,
    money_share,
    read_floor,
    read_truth,
    score_scan,
)
from wattwarden.app.score_theft import below_theft_floor, compare_theft
from wattwarden.cli.main import app
from wattwarden.domain.case import CASE_SCHEMA
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.finding import FINDING_SCHEMA, LIFE_SCHEMA

TRUTH = """\
kind,risk,subject_kind,subject_id,customer_id,premise_id,from_date,to_date,loss_fen,direction,evasion,is_lookalike,group,area_id
theft.magnetic_field,1.2.2,customer,C1,C1,P1,2026-01-01,2026-10-01,6000,utility_loses,,false,,A1
theft.magnetic_field,1.2.2,customer,C2,C2,P2,2026-01-01,2026-10-01,2000,utility_loses,small,false,,A2
metering.wrong_area,1.2.3,meter,M3,C3,P3,2026-01-01,2026-10-01,0,utility_loses,,false,g1,A3
metering.wrong_area,1.2.3,transformer_area,A9,,,2026-01-01,2026-10-01,0,utility_loses,,false,g1,A9
system.bulk_lookup,1.2.4,staff,E1,,,2026-01-01,2026-10-01,0,utility_loses,,false,,
lookalike.vacant_house,1.2.2,customer,C5,C5,P5,2026-01-01,2026-10-01,0,utility_loses,,true,,A5
"""
Row = dict[str, object]


def finding(
    key: str, risk: str, kind: str, subject: str, customer: str | None = None, rule: str = "r.x"
) -> Row:
    return {
        "finding_key": key, "rule_id": rule, "rule_hash": "h", "risk": risk, "severity": "high", "subject_kind": kind,
        "subject_id": subject, "customer_id": customer, "premise_id": customer and f"P{customer[1:]}", "org_id": None,
        "direction": "utility_loses", "cause": "x", "confidence": Decimal("0.5"), "proof": "{}",
    }  # fmt: skip


def case(rank: int, kind: str, subject: str) -> Row:
    return {"case_key": f"k{rank}", "rank": rank, "subject_kind": kind, "subject_id": subject,
            "premise_id": subject if kind == "premise" else None, "net_value_fen": 1_000 - rank}  # fmt: skip


FINDINGS = (
    finding("f1", "1.2.2", "meter", "M1", "C1", "theft.magnetic_field"),
    finding("f2", "1.2.3", "transformer_area", "A9"),
    finding("f3", "1.2.2", "customer", "C5", "C5", "theft.lasting_drop"),
    finding("f4", "1.2.2", "customer", "C6", "C6", "theft.magnetic_field"),
    finding("f5", "1.2.3", "transformer_area", "A2"),
    finding("f6", "1.3.1", "customer", "C2", "C2"),
)
CASES = (case(2, "premise", "P6"), case(1, "premise", "P1"), case(3, "transformer_area", "A9"))


def publish(home: Path, findings: Sequence[Row] = FINDINGS, cases: Sequence[Row] = CASES) -> None:
    publish_scan(
        home, {"kind": "full"}, [], pa.Table.from_pylist(list(findings), schema=FINDING_SCHEMA),
        LIFE_SCHEMA.empty_table(), pa.Table.from_pylist(list(cases), schema=CASE_SCHEMA),
    )  # fmt: skip


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    folder = tmp_path / "truth"
    folder.mkdir()
    (folder / "truth.csv").write_text(TRUTH, encoding="utf-8")
    return folder


@pytest.fixture
def report(tmp_path: Path, truth: Path) -> ScoreReport:
    publish(tmp_path)
    return score_scan(tmp_path, truth)


def test_found_needs_the_risk_point_and_the_subject_or_the_customer(report: ScoreReport) -> None:
    found = {k.kind: (k.found.hits, k.found.of, k.missed) for k in report.kinds}
    assert found == {
        "theft.magnetic_field": (1, 2, 1),
        "metering.wrong_area": (1, 1, 0),
        "system.bulk_lookup": (0, 1, 1),
    }
    assert (report.overall.hits, report.overall.of) == (2, 4)


def test_a_wrong_accusation_meets_nothing_planted_on_subject_customer_or_area(report: ScoreReport) -> None:
    assert (report.wrongly_accused.hits, report.wrongly_accused.of) == (2, 6)
    assert report.wrong_by_rule == {"theft.lasting_drop": 1, "theft.magnetic_field": 1}
    assert {k.kind: k.wrongly_accused for k in report.kinds}["theft.magnetic_field"] == 1


def test_look_alikes_are_counted_by_themselves(report: ScoreReport) -> None:
    assert {k: (s.hits, s.of) for k, s in report.lookalikes_accused.items()} == {
        "lookalike.vacant_house": (1, 1)
    }


def test_money_is_weighted_by_the_planted_loss(report: ScoreReport) -> None:
    assert (report.money.hits, report.money.of, report.money.value) == (6_000, 8_000, 0.75)
    assert 0.0 <= report.money.low <= 0.75 <= report.money.high <= 1.0


def test_visits_are_taken_in_the_order_of_their_rank(
    report: ScoreReport, tmp_path: Path, truth: Path
) -> None:
    assert (report.precision[100].hits, report.precision[100].of) == (2, 3)
    many = [case(n, "premise", "P1" if n <= 100 else "P6") for n in range(1, 601)]
    publish(tmp_path, cases=many[::-1])
    precision = score_scan(tmp_path, truth).precision
    assert (precision[100].value, precision[500].value) == (1.0, 0.2)


def test_the_newest_scan_counts(tmp_path: Path, truth: Path) -> None:
    publish(tmp_path)
    publish(tmp_path, findings=[])
    assert score_scan(tmp_path, truth).overall.hits == 0


def test_intervals_hold_the_share_and_shrink_with_more_trials() -> None:
    few, many = Share.of_counts(8, 10), Share.of_counts(800, 1_000)
    assert few.low < 0.8 < few.high
    assert many.high - many.low < few.high - few.low
    assert (Share.of_counts(0, 0).low, Share.of_counts(0, 0).high) == (0.0, 1.0)


def test_the_bootstrap_gives_the_same_interval_every_time() -> None:
    losses, hit = [100, 5_000, 70, 900], [True, False, True, True]
    assert money_share(losses, hit) == money_share(losses, hit)
    assert money_share([0, 0], [True, False]).of == 0


def test_figures_below_the_floor_are_all_told(report: ScoreReport) -> None:
    floor = Floor(
        overall_found=0.6, worth_found=0.5, wrongly_accused_most=0.1, lookalikes_most=0.5,
        kinds={"theft.magnetic_field": 0.9, "metering.wrong_area": 1.0, "no.such": 0.1},
    )  # fmt: skip
    assert [problem.subject for problem in below_floor(report, floor)] == [
        "overall_found", "wrongly_accused_most", "lookalikes_most", "kinds.theft.magnetic_field", "kinds.no.such",
    ]  # fmt: skip
    assert below_floor(report, Floor()) == []


def test_an_unknown_figure_in_the_floor_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "floor.yaml"
    path.write_text("overal_found: 0.5\n", encoding="utf-8")
    with pytest.raises(WattwardenError, match="overal_found"):
        read_floor(path)


@pytest.mark.parametrize("content", [None, TRUTH.splitlines()[0] + "\n"])
def test_no_truth_is_an_error(tmp_path: Path, content: str | None) -> None:
    if content:
        (tmp_path / "truth.csv").write_text(content, encoding="utf-8")
    with pytest.raises(WattwardenError, match=r"truth\.csv"):
        read_truth(tmp_path)


def test_no_scan_is_an_error(tmp_path: Path, truth: Path) -> None:
    with pytest.raises(WattwardenError, match="no scan"):
        score_scan(tmp_path / "nowhere", truth)


def test_the_command_prints_both_ways_and_fails_below_the_floor(tmp_path: Path, truth: Path) -> None:
    publish(tmp_path)
    floor = tmp_path / "floor.yaml"
    floor.write_text("kinds: {theft.magnetic_field: 0.9}\n", encoding="utf-8")
    base = ["score", "--truth", str(truth), "--home", str(tmp_path)]
    text = CliRunner().invoke(app, base)
    assert text.exit_code == 0
    assert "theft.magnetic_field" in text.stdout
    as_json = CliRunner().invoke(app, [*base, "--format", "json"])
    assert json.loads(as_json.stdout)["overall"]["hits"] == 2
    failed = CliRunner().invoke(app, [*base, "--floor", str(floor)])
    assert failed.exit_code == 1
    assert "kinds.theft.magnetic_field" in failed.stderr


def test_the_simulate_command_writes_data_and_truth(tmp_path: Path) -> None:
    out = tmp_path / "county"
    arguments = ["simulate", "--customers", "500", "--months", "3", "--daily-days", "5", "--curve-days", "0"]
    result = CliRunner().invoke(app, [*arguments, "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert (out / "data" / "bill.parquet").exists()
    assert (out / "truth" / "truth.csv").exists()
    refused = CliRunner().invoke(app, ["simulate", "--customers", "5", "--out", str(out)])
    assert refused.exit_code == 2


def test_theft_by_visits_money_trick_and_evasion() -> None:
    """Two thieves, one of them found; one honest customer of eight accused."""
    truth = [
        Planted("theft.magnetic_field", "1.2.2", 6_000, False, frozenset({("customer", "C1")}), "A1"),
        Planted(
            "theft.magnetic_field", "1.2.2", 2_000, False, frozenset({("customer", "C2")}), "A2", "small"
        ),
    ]
    findings = pa.Table.from_pylist(
        [finding("f1", "1.2.2", "meter", "M1", "C1"), finding("f2", "1.2.2", "customer", "C6", "C6")],
        FINDING_SCHEMA,
    )
    rows = [case(1, "customer", "C6"), case(2, "customer", "C1"), case(3, "customer", "C2")]
    for row, risk in zip(rows, ("1.2.2", "1.2.2", "1.2.3"), strict=True):
        row |= {"customer_id": row["subject_id"], "risks": [risk]}
    score = compare_theft(truth, findings, pa.Table.from_pylist(rows, CASE_SCHEMA), 10)
    assert (score.visits[100].theft.hits, score.visits[100].theft.of) == (1, 2)
    assert score.visits[100].worth.value == 0.75
    assert (score.accused, score.honest, score.accused_per_1000) == (1, 8, 125)
    found, early = score.by_trick["theft.magnetic_field"]
    assert (found.hits, early.hits, found.of) == (1, 1, 2)
    assert {name: share.hits for name, share in score.by_evasion.items()} == {"none": 1, "small": 0}
    floor = TheftFloor(precision={100: 0.6}, worth={100: 0.7}, accused_per_1000_most=100)
    assert [p.subject for p in below_theft_floor(score, floor)] == [
        "theft.precision_100",
        "theft.accused_per_1000",
    ]
