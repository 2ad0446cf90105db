"""Rule SQL: parsed, bound to its parameters, and refused where it is unsafe or not portable.

A rule is one SELECT over contract and derived tables. It may not reach files, the
network, the clock or chance, and it may not use what DuckDB and Spark treat
differently (docs/DESIGN, section 5): a translation that parses proves nothing.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.domain.params import Scalar
from wattwarden.rulekit.model import Rule

DIALECT = "duckdb"
TODAY = "today"

_FUNCTION_NAMES = """
    abs acos and any_value anyvalue asin avg bool_and bool_or case cast ceil coalesce concat
    contains cos count count_if countif date_add date_diff date_part date_sub date_trunc dateadd
    datediff datesub datetrunc day dense_rank denserank exists exp extract filter first_value
    firstvalue floor greatest hour if in lag last_value lastvalue lead least left length like ln
    logical_and logical_or logicaland logicalor lower max min minute mod month nullif or order
    position pow power quarter radians rank regexp_full_match regexp_like regexp_matches
    regexp_replace replace right round row_number rownumber sign sin sqrt starts_with startswith
    str_position strpos strposition substr substring sum timestamp_diff timestamp_trunc
    timestampdiff timestamptrunc trim try_cast trycast upper year
"""
FUNCTIONS = frozenset(_FUNCTION_NAMES.split())
"""Functions that mean the same on every engine; anything else is refused by name."""

_ROUNDED = (exp.Round, exp.Floor, exp.Ceil)
_INTEGER = (exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT, exp.DType.TINYINT)
_WEEKDAYS = {"DOW", "ISODOW", "DAYOFWEEK", "WEEK"}
_EXACT_UNITS = {"DAY", "HOUR", "MINUTE", "SECOND"}
_FRACTIONAL = (exp.Div, exp.Mul, exp.Avg, exp.Sqrt, exp.Pow)


@lru_cache(maxsize=2048)
def parse(sql: str, subject: str) -> exp.Query:
    """Parse exactly one SELECT; the tree is shared, so copy it before a change.

    Raises:
        WattwardenError: it is not SQL, not one statement, or not a query.
    """
    try:
        statements = sqlglot.parse(sql, dialect=DIALECT)
    except SqlglotError as error:
        raise fail(subject, found=str(error).splitlines()[0], expected="SQL that parses") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        kinds = ", ".join(type(s).__name__ for s in statements)
        raise fail(subject, found=kinds, expected="exactly one SELECT")
    return statements[0]


def tables_read(tree: exp.Query) -> set[str]:
    """Names of the tables that a query reads, without its own WITH names."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table)} - own


def bound_sql(rule: Rule, today: date) -> str:
    """The rule's SQL with parameters and the business date written in as literals.

    Raises:
        WattwardenError: the SQL does not parse, or names a parameter that is not declared.
    """
    values: dict[str, Scalar | tuple[Scalar, ...]] = {name: p.value for name, p in rule.params.items()}
    return bind(parse(rule.detect, f"rule {rule.id}"), {**values, TODAY: today}, f"rule {rule.id}").sql(
        dialect=DIALECT
    )


def bind(tree: exp.Query, values: Mapping[str, Scalar | tuple[Scalar, ...]], subject: str) -> exp.Query:
    """Replace ``$name`` placeholders by literals; a list spreads inside IN (…)."""
    bound = tree.copy()
    for node in list(bound.find_all(exp.Placeholder)):
        if node.name not in values:
            raise fail(subject, found=f"${node.name}", expected=f"one of {', '.join(sorted(values))}")
        value = values[node.name]
        if isinstance(value, tuple):
            _spread(node, [_literal(v) for v in value], subject)
        else:
            node.replace(_literal(value))
    return bound


def problems(rule: Rule, known_tables: Collection[str]) -> list[Problem]:
    """Everything that makes the rule's SQL unsafe, not portable, or not bound."""
    subject = f"rule {rule.id}"
    try:
        tree = parse(rule.detect, subject)
        bound_sql(rule, date(2026, 1, 1))
    except WattwardenError as error:
        return list(error.problems)
    found = [*_unknown_tables(tree, known_tables), *_unknown_functions(tree), *_not_portable(tree)]
    used = {node.name for node in tree.find_all(exp.Placeholder)}
    found += [
        (f"parameter {name} is not used", "every parameter in the SQL")
        for name in rule.params
        if name not in used
    ]
    return [Problem(subject, what, expected) for what, expected in found]


def _spread(node: exp.Placeholder, literals: list[exp.Expression], subject: str) -> None:
    if not isinstance(node.parent, exp.In):
        raise fail(subject, found=f"list ${node.name} outside IN", expected=f"x IN (${node.name})")
    others = [e for e in node.parent.expressions if e is not node]
    node.parent.set("expressions", [*others, *literals])


def _literal(value: Scalar) -> exp.Expression:
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int | Decimal):
        return exp.Literal.number(str(value))
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "timestamp")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    return exp.Literal.string(value)


def _unknown_tables(tree: exp.Query, known: Collection[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(tables_read(tree) - set(known)):
        yield f"table {name or '(function or file)'}", "contract and derived tables only"
    for table in tree.find_all(exp.Table):
        if table.db or table.catalog or not isinstance(table.this, exp.Identifier):
            yield f"table source {_text(table)}", "a plain table name"


def _unknown_functions(tree: exp.Query) -> Iterator[tuple[str, str]]:
    for node in tree.find_all(exp.Func):
        name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
        if name not in FUNCTIONS:
            yield f"function {name}", "a function that every engine treats alike (rulekit/sql.py: FUNCTIONS)"


def _not_portable(tree: exp.Query) -> Iterator[tuple[str, str]]:
    for cast in tree.find_all(exp.Cast):
        if cast.to.this in _INTEGER and _may_be_fractional(cast.this):
            yield _text(cast), "round(), floor() or ceil() before a cast to an integer"
    for join in tree.find_all(exp.Join):
        if (join.method or "").upper() in {"ASOF", "NATURAL"}:
            yield f"{join.method} join", "a plain join"
    for window in tree.find_all(exp.Window):
        yield from _window_faults(window)
    yield from _date_faults(tree)
    yield from _having_faults(tree)


def _date_faults(tree: exp.Query) -> Iterator[tuple[str, str]]:
    for part in tree.find_all(exp.Extract):
        if part.name.upper() in _WEEKDAYS:
            yield _text(part), "no day-of-week numbers: engines count them differently"
    for difference in tree.find_all(exp.DateDiff, exp.TimestampDiff):
        if str(difference.args.get("unit") or "DAY").upper().strip("'") not in _EXACT_UNITS:
            yield _text(difference), "date_diff in days or shorter units"


def _having_faults(tree: exp.Query) -> Iterator[tuple[str, str]]:
    for select in tree.find_all(exp.Select):
        having = select.args.get("having")
        if having is not None:
            aliases = {e.alias for e in select.expressions if isinstance(e, exp.Alias)}
            reused = aliases & {c.name for c in having.find_all(exp.Column) if not c.table}
            if reused:
                yield f"alias {', '.join(sorted(reused))} in HAVING", "the expression itself"


def _text(node: exp.Expr) -> str:
    return node.sql(dialect=DIALECT)


def _window_faults(window: exp.Window) -> Iterator[tuple[str, str]]:
    spec = window.args.get("spec")
    if spec is None or not window.args.get("order"):
        return
    if spec.args.get("kind") == "RANGE" and any(
        isinstance(s, exp.Interval) for s in spec.find_all(exp.Interval)
    ):
        yield _text(window), "no RANGE over intervals"
    ends = {str(spec.args.get("start")).upper(), str(spec.args.get("end")).upper()}
    if ends == {"UNBOUNDED"}:
        yield _text(window), "no full unbounded frame with ORDER BY: drop the ORDER BY"


def _may_be_fractional(node: exp.Expression) -> bool:
    inner = node.unnest()
    if isinstance(inner, exp.Coalesce | exp.Case | exp.Greatest | exp.Least | exp.If):
        branches = [inner.this, *inner.expressions] if inner.this else inner.expressions
        return any(_may_be_fractional(b) for b in branches if isinstance(b, exp.Expression))
    if isinstance(inner, (*_ROUNDED, exp.Count)):
        return False
    return any(True for _ in inner.find_all(*_FRACTIONAL))
