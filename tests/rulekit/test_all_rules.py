"""Every rule of the catalogue: lints clean, and its examples hold."""

from collections import Counter

import pytest

from wattwarden.app.check_rules import lint_rules, run_examples
from wattwarden.rulekit.load import load_rules
from wattwarden.rulekit.register import load_register

RULES = load_rules()
MIN_RULES = 48
MIN_PER_RISK_POINT = 3


def test_every_rule_lints_clean() -> None:
    """No unsafe or unportable SQL, no dangling clause, risk or column."""
    assert [str(problem) for problem in lint_rules(RULES.values())] == []


@pytest.mark.parametrize("chapter", sorted({rule.chapter for rule in RULES.values()}))
def test_examples_hold(chapter: str) -> None:
    """Each example fires, or stays silent, as its author wrote."""
    rules = [rule for rule in RULES.values() if rule.chapter == chapter]
    results = list(run_examples(rules))
    assert len(results) >= 4 * len(rules)
    assert [str(problem) for result in results for problem in result.problems] == []


def test_no_risk_point_is_empty() -> None:
    """At least three live rules for each of the twelve risk points."""
    counted = Counter(rule.risk for rule in RULES.values() if rule.is_live)
    points = [number for number, point in load_register().points.items() if point.kind == "risk"]
    assert len(points) == 12
    assert {number: counted[number] for number in points if counted[number] < MIN_PER_RISK_POINT} == {}
    assert sum(counted.values()) >= MIN_RULES
