"""Checks over all rules: what a rule file must say before it may run."""

from collections.abc import Collection, Mapping

from wattwarden.domain.errors import Problem
from wattwarden.domain.tables import Contract
from wattwarden.rulekit import sql
from wattwarden.rulekit.model import MONEY_COLUMNS, Rule

MIN_EXAMPLES = 4


def lint(rule: Rule, contract: Contract, clauses: Collection[str], risks: Collection[str]) -> list[Problem]:
    """Everything wrong with one rule that can be seen without running it."""
    subject = f"rule {rule.id}"
    faults = [
        *sql.problems(rule, contract.tables),
        *(
            Problem(subject, f"clause {ref}", "an article in content/clauses/")
            for ref in rule.clauses
            if ref not in clauses
        ),
    ]
    if rule.risk not in risks:
        faults.append(Problem(subject, f"risk {rule.risk}", "a number in content/risks.yaml"))
    if rule.subject not in contract:
        faults.append(Problem(subject, f"subject {rule.subject}", "the name of a table"))
    return [*faults, *_example_faults(rule, contract), *_series_faults(rule, contract)]


def output_faults(rule: Rule, contract: Contract, columns: Mapping[str, str]) -> list[Problem]:
    """What is missing from the columns that the rule's query returns (name → SQL type)."""
    needed = [contract.subject_column(rule.subject), *rule.key, *rule.proof.values]
    if rule.direction != "none":
        needed += MONEY_COLUMNS
    if rule.direction == "varies":
        needed.append("direction")
    if "customer_id" in contract[rule.subject].columns:
        needed.append("customer_id")
    subject = f"rule {rule.id}"
    missing = [
        Problem(subject, f"no output column {name}", "the query to return it")
        for name in needed
        if name not in columns
    ]
    wrong = [
        Problem(subject, f"{name} is {columns[name]}", "BIGINT fen: CAST(round(…) AS BIGINT)")
        for name in MONEY_COLUMNS
        if columns.get(name, "BIGINT") not in ("BIGINT", "INTEGER")
    ]
    return missing + wrong


def _example_faults(rule: Rule, contract: Contract) -> list[Problem]:
    subject = f"rule {rule.id}"
    faults = []
    if len(rule.examples) < MIN_EXAMPLES:
        faults.append(Problem(subject, f"{len(rule.examples)} examples", f"at least {MIN_EXAMPLES}"))
    if not any(e.finds for e in rule.examples):
        faults.append(Problem(subject, "no example that fires", "at least one"))
    if not any(not e.finds for e in rule.examples):
        faults.append(Problem(subject, "no near miss", "an example that stays silent"))
    for example in rule.examples:
        for table, rows in example.given.items():
            unknown = {c for row in rows for c in row} - set(
                contract[table].columns if table in contract else ()
            )
            if unknown:
                faults.append(
                    Problem(
                        f"{subject}, example {example.name}",
                        f"{table}: {sorted(unknown)}",
                        "contract columns",
                    )
                )
    return faults


def _series_faults(rule: Rule, contract: Contract) -> list[Problem]:
    faults = []
    for series in rule.proof.series:
        known = contract[series.table].columns if series.table in contract else {}
        unknown = [c for c in (series.x, *series.y, series.match) if c not in known]
        if unknown:
            faults.append(
                Problem(f"rule {rule.id}: series of {series.table}", str(unknown), "columns of that table")
            )
    return faults
