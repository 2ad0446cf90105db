"""Ranking: figures worked out by hand, and what must hold for any findings."""

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattwarden.domain.case import CASE_SCHEMA
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.finding import FINDING_SCHEMA
from wattwarden.domain.labels import Label
from wattwarden.rulekit.register import load_register
from wattwarden.scoring.explain import explain, percent
from wattwarden.scoring.parameters import load_scoring_parameters
from wattwarden.scoring.score import case_keys, score

REGISTER = load_register()
PARAMETERS = load_scoring_parameters()

Row = dict[str, object]


def finding(key: str, **values: object) -> Row:
    row: Row = {
        "finding_key": key, "rule_id": "theft.dip", "rule_hash": "h", "risk": "1.2.2", "severity": "high",
        "subject_kind": "meter", "subject_id": "M1", "customer_id": "C1", "premise_id": "P1", "org_id": "O1",
        "period_from": None, "period_to": None, "direction": "utility_loses", "cause": "theft",
        "loss_low_fen": 50_000, "loss_likely_fen": 100_000, "loss_high_fen": 200_000,
        "confidence": Decimal("0.5"), "proof": "{}",
    }  # fmt: skip
    return row | values


def cases(*rows: Row) -> list[Row]:
    return cast(
        "list[Row]", score(pa.Table.from_pylist(list(rows), FINDING_SCHEMA), REGISTER, PARAMETERS).to_pylist()
    )


def test_one_finding() -> None:
    # 0.5 × 80 % of 1,000.00 = 400.00; visit 150.00; harm 100.00 × 0.5 = 50.00; net 200.00
    (case,) = cases(finding("a"))
    assert case["probability"] == Decimal("0.5000")
    assert (case["expected_fen"], case["visit_cost_fen"], case["harm_fen"]) == (40_000, 15_000, 5_000)
    assert case["net_value_fen"] == 20_000
    assert (case["money_low_fen"], case["money_likely_fen"], case["money_high_fen"]) == (
        50_000,
        100_000,
        200_000,
    )
    assert (case["rank"], case["subject_kind"], case["subject_id"], case["place"]) == (
        1,
        "premise",
        "P1",
        "premise",
    )


def test_same_cause_describes_one_loss() -> None:
    # the larger expected loss stands (0.5 × 100,000 > 0.2 × 150,000); p = 1 − 0.5 × (1 − 0.2 / 2) = 0.55
    (case,) = cases(
        finding("a"), finding("b", rule_id="theft.event", confidence=Decimal("0.2"), loss_likely_fen=150_000)
    )
    assert case["probability"] == Decimal("0.5500")
    assert case["money_likely_fen"] == 100_000
    assert case["expected_fen"] == 44_000
    assert case["rules"] == ["theft.dip", "theft.event"]


def test_different_causes_add_up() -> None:
    # theft 0.5 × 80,000 + price 0.4 × 40,000 = 56,000; p = 1 − 0.5 × 0.6 = 0.7
    other = finding(
        "b", rule_id="billing.price", cause="wrong_price", confidence=Decimal("0.4"), loss_likely_fen=50_000
    )
    (case,) = cases(finding("a"), other)
    assert case["probability"] == Decimal("0.7000")
    assert (case["expected_fen"], case["money_likely_fen"]) == (56_000, 150_000)


def test_one_rule_over_separate_months_adds_up_but_not_over_the_same_month() -> None:
    january = {"period_from": date(2026, 1, 1), "period_to": date(2026, 2, 1)}
    february = {"period_from": date(2026, 2, 1), "period_to": date(2026, 3, 1)}
    (apart,) = cases(finding("a", **january), finding("b", **february))
    (together,) = cases(finding("a", **january), finding("b", **january))
    assert apart["money_likely_fen"] == 200_000
    assert together["money_likely_fen"] == 100_000
    assert apart["probability"] == together["probability"] == Decimal("0.5000")


def test_errors_against_the_customer_count_like_those_against_the_company() -> None:
    (ours,), (theirs,) = cases(finding("a")), cases(finding("a", direction="customer_loses"))
    assert ours["net_value_fen"] == theirs["net_value_fen"]


def test_without_money_the_consequence_of_the_risk_point_counts() -> None:
    none = {"loss_low_fen": None, "loss_likely_fen": None, "loss_high_fen": None, "direction": "none"}
    (case,) = cases(finding("a", **none))
    consequence = REGISTER.points["1.2.2"].consequence_fen
    assert case["consequence_fen"] == consequence
    assert case["money_likely_fen"] == 0
    assert case["expected_fen"] == consequence // 4


def test_no_sized_money_is_not_multiplied_by_the_number_of_findings() -> None:
    none = {"loss_low_fen": None, "loss_likely_fen": None, "loss_high_fen": None, "direction": "none"}
    months = [
        finding(str(m), period_from=date(2026, m, 1), period_to=date(2026, m + 1, 1), **none)
        for m in range(1, 7)
    ]
    assert cases(*months)[0]["expected_fen"] == cases(months[0])[0]["expected_fen"]


def test_people_and_systems_make_desk_cases() -> None:
    nobody = {
        "customer_id": None,
        "premise_id": None,
        "risk": "1.2.4",
        "subject_kind": "staff",
        "subject_id": "S1",
    }
    (case,) = cases(finding("a", **nobody))
    assert (case["place"], case["visit_cost_fen"], case["subject_kind"]) == ("desk", 3_000, "staff")
    (area,) = cases(finding("a", **nobody | {"risk": "1.5.1", "subject_kind": "transformer_area"}))
    assert area["place"] == "grid"


def test_a_case_goes_where_its_dearest_finding_must_be_seen() -> None:
    (case,) = cases(finding("a", risk="1.1.2", cause="contract"), finding("b"))
    assert case["place"] == "premise"
    assert case["risks"] == ["1.1.2", "1.2.2"]


def test_order_is_by_net_value_and_ties_are_stable() -> None:
    rows = [
        finding(str(i), premise_id=f"P{i}", customer_id=f"C{i}", loss_likely_fen=100_000 + i // 2)
        for i in range(6)
    ]
    net = [cast("int", case["net_value_fen"]) for case in cases(*rows)]
    assert net == sorted(net, reverse=True)
    assert [case["rank"] for case in cases(*rows)] == [1, 2, 3, 4, 5, 6]


def test_nothing_found_is_no_case() -> None:
    assert score(FINDING_SCHEMA.empty_table(), REGISTER, PARAMETERS).equals(CASE_SCHEMA.empty_table())


def test_each_finding_knows_its_case() -> None:
    rows = [finding("a"), finding("b", premise_id=None), finding("c", premise_id=None, customer_id=None)]
    table = pa.Table.from_pylist(rows, FINDING_SCHEMA)
    assert set(case_keys(table).to_pylist()) == {case["case_key"] for case in cases(*rows)}
    assert len(set(case_keys(table).to_pylist())) == 3


def test_the_explanation_tells_every_figure() -> None:
    table = pa.Table.from_pylist([finding("a"), finding("b", rule_id="x.y", cause="other")], FINDING_SCHEMA)
    (case,) = score(table, REGISTER, PARAMETERS).to_pylist()
    told = explain(case, table, REGISTER, PARAMETERS, {"theft.dip": Label(zh="电量骤降", en="Sudden dip")})
    for language in ("zh", "en"):
        text = " ".join(getattr(sentence, language) for sentence in told)
        assert all(figure in text for figure in ("1,000.00", "800.00", "150.00", "75%", "25.00", "625.00"))
    assert "Sudden dip" in told[0].en or "Sudden dip" in told[1].en


def test_percent_has_one_decimal_at_most() -> None:
    assert [percent(Decimal(v)) for v in ("0.5", "0.1234", "0.9999")] == ["50%", "12.3%", "100%"]


def test_a_site_lays_its_own_figures_over_ours(tmp_path: Path) -> None:
    assert load_scoring_parameters(site=tmp_path) == PARAMETERS
    path = tmp_path / "scoring.yaml"
    path.write_text("same_cause_weight: {value: 0.25, because: {zh: 甲, en: a}}\n", encoding="utf-8")
    assert load_scoring_parameters(site=tmp_path).same_cause_weight.value == Decimal("0.25")
    path.write_text("same_cause_wait: 1\n", encoding="utf-8")
    with pytest.raises(WattwardenError, match="same_cause_wait"):
        load_scoring_parameters(site=tmp_path)


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    made = []
    for number in range(draw(st.integers(1, 12))):
        money = draw(st.one_of(st.none(), st.integers(-1_000, 10**11)))
        start = draw(st.one_of(st.none(), st.integers(0, 400)))
        begin = None if start is None else date(2026, 1, 1) + timedelta(start)
        made.append(
            finding(
                f"k{number}",
                rule_id=draw(st.sampled_from(["a.a", "a.b", "a.c"])),
                cause=draw(st.sampled_from(["one", "two"])),
                risk=draw(st.sampled_from(["1.2.2", "1.3.1", "2.2.1"])),
                premise_id=draw(st.sampled_from([None, "P1", "P2"])),
                confidence=Decimal(draw(st.integers(0, 10_000))) / 10_000,
                direction=draw(st.sampled_from(["utility_loses", "customer_loses", "none"])),
                period_from=begin,
                period_to=None if begin is None else begin + timedelta(draw(st.integers(1, 90))),
                loss_likely_fen=money,
                loss_low_fen=draw(st.one_of(st.none(), st.integers(-1_000, 10**11))),
                loss_high_fen=draw(st.one_of(st.none(), st.integers(-1_000, 10**11))),
            )
        )
    return made


@settings(deadline=None)
@given(rows(), st.randoms())
def test_the_order_of_findings_does_not_matter(made: list[Row], chance: random.Random) -> None:
    shuffled = list(made)
    chance.shuffle(shuffled)
    assert cases(*shuffled) == cases(*made)


@settings(deadline=None)
@given(rows())
def test_another_finding_never_lowers_a_probability(made: list[Row]) -> None:
    before = (
        {case["case_key"]: cast("Decimal", case["probability"]) for case in cases(*made[:-1])}
        if made[1:]
        else {}
    )
    after = {case["case_key"]: cast("Decimal", case["probability"]) for case in cases(*made)}
    assert all(after[key] >= probability for key, probability in before.items())


@settings(deadline=None)
@given(rows())
def test_money_is_consistent_for_any_findings(made: list[Row]) -> None:
    found = cases(*made)
    assert sum(cast("int", case["findings"]) for case in found) == len(made)
    for case in found:
        low, likely, high = (cast("int", case[f"money_{n}_fen"]) for n in ("low", "likely", "high"))
        assert 0 <= low <= likely <= high
        assert 0 <= cast("Decimal", case["probability"]) <= Decimal("0.99")
        assert 0 <= cast("int", case["expected_fen"]) <= likely + cast("int", case["consequence_fen"])
        net = (
            cast("int", case["expected_fen"])
            - cast("int", case["visit_cost_fen"])
            - cast("int", case["harm_fen"])
        )
        assert case["net_value_fen"] == net
