"""The learned score and the rules in one probability, worked out by hand."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from tests.scoring.test_score import PARAMETERS, REGISTER, Row, finding
from wattwarden.domain.finding import FINDING_SCHEMA
from wattwarden.scoring.explain import explain
from wattwarden.scoring.fusion import CAUSE, RULE, Learned
from wattwarden.scoring.score import score

WEIGHTS = (-1.0, 1.0, 2.0)
LEARNED = Learned(WEIGHTS, {"C1": 0.5}, {"C1": ("无工单开盖次数 1 (+1.20)", "an opened cover 1 (+1.20)")})


def probability(learned: Learned | None, *rows: Row) -> Decimal:
    found = pa.Table.from_pylist([row | {"cause": CAUSE} for row in rows], FINDING_SCHEMA)
    (case,) = score(found, REGISTER, PARAMETERS, learned).to_pylist()
    return Decimal(case["probability"])


def expected(log_odds: float, rules: float) -> float:
    return float(1 / (1 + np.exp(-(-1 + log_odds - 2 * np.log(1 - rules)))))


def test_the_score_and_a_rule() -> None:
    assert float(probability(LEARNED, finding("a"))) == pytest.approx(expected(0.5, 0.5), abs=1e-4)


def test_the_rule_that_reports_the_score_is_no_evidence_beside_it() -> None:
    alone = probability(LEARNED, finding("a", rule_id=RULE, confidence=Decimal("0.9")))
    assert float(alone) == pytest.approx(expected(0.5, 0.0), abs=1e-4)
    both = probability(LEARNED, finding("a"), finding("b", rule_id=RULE, confidence=Decimal("0.9")))
    assert float(both) == pytest.approx(expected(0.5, 0.5), abs=1e-4)


def test_a_low_score_lowers_what_the_rules_say() -> None:
    honest = Learned(WEIGHTS, {"C1": -4.0}, {})
    assert probability(honest, finding("a")) < probability(None, finding("a"))


def test_it_says_nothing_against_a_faulty_meter() -> None:
    honest = Learned(WEIGHTS, {"C1": -4.0}, {})
    frozen = finding("a", rule_id="metering.register_frozen", risk="1.2.3")
    assert probability(honest, frozen) == probability(None, frozen)


def test_customers_without_a_score_and_assumed_scores_change_nothing() -> None:
    for learned in (Learned(WEIGHTS, {"C9": 3.0}, {}), Learned((), {"C1": 3.0}, {})):
        assert probability(learned, finding("a")) == probability(None, finding("a"))


def test_the_ranking_tells_the_reasons_in_both_languages() -> None:
    rows = pa.Table.from_pylist([finding("a", cause=CAUSE)], FINDING_SCHEMA)
    (case,) = score(rows, REGISTER, PARAMETERS, LEARNED).to_pylist()
    told = explain(case, rows, REGISTER, PARAMETERS, {}, LEARNED)
    assert any("an opened cover 1 (+1.20)" in sentence.en for sentence in told)
    assert any("无工单开盖次数" in sentence.zh for sentence in told)
    assert not any("cover" in sentence.en for sentence in explain(case, rows, REGISTER, PARAMETERS, {}))
