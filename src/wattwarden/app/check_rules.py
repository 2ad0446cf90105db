"""Lint rules and run the examples inside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from wattwarden.domain.content import contract
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits
from wattwarden.rulekit import sql
from wattwarden.rulekit.examples import mismatches
from wattwarden.rulekit.lint import lint, output_faults
from wattwarden.rulekit.model import Example, Rule
from wattwarden.rulekit.register import load_clauses, load_register

EXAMPLE_LIMITS = Limits(memory="1GB", seconds=20, threads=1)
_ANY_DAY = date(2026, 10, 31)


@dataclass(frozen=True)
class ExampleResult:
    """How one example of one rule went; no problems means it holds."""

    rule_id: str
    example: str
    problems: tuple[Problem, ...]


def lint_rules(rules: Iterable[Rule]) -> list[Problem]:
    """All problems of the rules that can be seen without data, output columns included."""
    tables, clauses, risks = contract(), load_clauses(), load_register().points
    found = []
    with DuckDBEngine(tables, EXAMPLE_LIMITS) as engine:
        engine.open_empty()
        engine.derive(derivation_order(tables, tables.tables))
        for rule in rules:
            faults = lint(rule, tables, clauses, risks)
            found += faults or _binding_faults(engine, rule)
    return found


def run_examples(rules: Iterable[Rule]) -> Iterator[ExampleResult]:
    """Run every example of every rule in a world of its own."""
    with DuckDBEngine(contract(), EXAMPLE_LIMITS) as engine:
        engine.open_empty()
        for rule in rules:
            for example in rule.examples:
                yield ExampleResult(rule.id, example.name, tuple(_run(engine, rule, example)))


def _binding_faults(engine: DuckDBEngine, rule: Rule) -> list[Problem]:
    try:
        columns = engine.describe(sql.bound_sql(rule, _ANY_DAY))
    except WattwardenError as error:
        return [Problem(f"rule {rule.id}", p.found, p.expected) for p in error.problems]
    return output_faults(rule, contract(), columns)


def _run(engine: DuckDBEngine, rule: Rule, example: Example) -> list[Problem]:
    try:
        with engine.filled(example.given):
            query = sql.bound_sql(rule, example.today)
            engine.derive(derivation_order(contract(), sql.tables_read(sql.parse(query, rule.id))))
            found = engine.query(query).to_pylist()
    except WattwardenError as error:
        return [
            Problem(f"rule {rule.id}, example {example.name!r}", p.found, p.expected) for p in error.problems
        ]
    return mismatches(rule, example, found)
