"""Rule SQL: what is unsafe or means different things on different engines is refused by name."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.rulekit import sql
from wattwarden.rulekit.load import load_rules
from wattwarden.rulekit.model import Rule

RULE = load_rules()["metering.register_frozen"]


def _with(query: str, **params: object) -> Rule:
    declared = {name: {"value": value, "zh": "参数", "en": "parameter"} for name, value in params.items()}
    return Rule.model_validate({**RULE.model_dump(exclude={"hash"}), "detect": query, "params": declared})


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("SELECT * FROM read_csv('/etc/passwd')", "function read_csv"),
        ("SELECT * FROM '/etc/passwd'", "table /etc/passwd"),
        ("SELECT * FROM information_schema.tables", "table source"),
        ("SELECT * FROM nothing", "table nothing"),
        ("SELECT now() FROM customer", "function"),
        ("SELECT current_date FROM customer", "function current_date"),
        ("SELECT random() FROM customer", "function"),
        ("SELECT getenv('HOME') FROM customer", "function getenv"),
        ("ATTACH 'x.db'", "Attach"),
        ("COPY customer TO 'x.csv'", "Copy"),
        ("DELETE FROM customer", "Delete"),
        ("SELECT 1; SELECT 2", "Select, Select"),
        ("SELECT FROM WHERE", "Expected table name"),
        ("SELECT CAST(kwh / 3 AS BIGINT) FROM bill", "CAST"),
        ("SELECT quantile_cont(kwh, 0.5) FROM bill", "function"),
        ("SELECT dayofweek(issued_on) FROM bill", "function"),
        ("SELECT extract(dow FROM issued_on) FROM bill", "DAYOFWEEK"),
        ("SELECT date_diff('month', issued_on, due_on) FROM bill", "DATE_DIFF"),
        ("SELECT * FROM bill ASOF JOIN payment ON bill.issued_on >= payment.paid_at", "ASOF"),
        ("SELECT customer_id, sum(kwh) AS k FROM bill GROUP BY 1 HAVING k > 2", "HAVING"),
        (
            (
                "SELECT sum(kwh) OVER (ORDER BY due_on ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
                " FROM bill"
            ),
            "OVER",
        ),
        (
            (
                "SELECT sum(kwh) OVER (ORDER BY due_on RANGE BETWEEN INTERVAL 3 DAY PRECEDING AND CURRENT ROW)"
                " FROM bill"
            ),
            "OVER",
        ),
        ("SELECT $nothing FROM customer", "$nothing"),
    ],
)
def test_refused(query: str, what: str) -> None:
    """The problem names the construct."""
    problems = sql.problems(_with(query), contract().tables)
    assert any(what in problem.found for problem in problems), [str(p) for p in problems]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT customer_id FROM customer",
        "WITH c AS (SELECT customer_id FROM customer) SELECT * FROM c",
        "SELECT CAST(round(kwh / 3) AS BIGINT) FROM bill",
        "SELECT CAST(count(*) AS BIGINT) FROM bill WHERE issued_on < $today - 3",
        "SELECT row_number() OVER (PARTITION BY customer_id ORDER BY bill_month) FROM bill",
    ],
)
def test_accepted(query: str) -> None:
    """Plain queries have no problem."""
    assert sql.problems(_with(query), contract().tables) == []


def test_an_unused_parameter_is_a_problem() -> None:
    """A setting that does nothing would mislead the site."""
    problems = sql.problems(_with("SELECT customer_id FROM customer", min_days=3), contract().tables)
    assert "min_days" in problems[0].found


def test_lists_spread_inside_in() -> None:
    """A list parameter becomes the members of IN, and is refused elsewhere."""
    rule = _with("SELECT customer_id FROM customer WHERE status IN ($codes)", codes=["active", "it's"])
    assert "IN ('active', 'it''s')" in sql.bound_sql(rule, date(2026, 1, 1))
    with pytest.raises(WattwardenError, match="outside IN"):
        sql.bound_sql(_with("SELECT $codes FROM customer", codes=["a"]), date(2026, 1, 1))


@given(st.text(max_size=40))
def test_a_text_parameter_cannot_leave_its_quotes(value: str) -> None:
    """Whatever the text, the bound SQL is still one SELECT with one literal."""
    if "\x00" in value or "\\" in value:
        return
    bound = sql.bound_sql(_with("SELECT $name AS x FROM customer", name=value), date(2026, 1, 1))
    assert sql.tables_read(sql.parse(bound, "bound")) == {"customer"}


def test_decimals_keep_what_the_author_wrote() -> None:
    """0.3 in YAML is 0.3 in SQL."""
    rule = _with("SELECT customer_id FROM customer WHERE operating_capacity_kva > $share", share=0.3)
    assert rule.params["share"].value == Decimal("0.3")
    assert "> 0.3" in sql.bound_sql(rule, date(2026, 1, 1))
