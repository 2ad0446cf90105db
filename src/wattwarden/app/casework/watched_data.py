"""The rule's own data after a remedy: until when they reach, and the series that is compared."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.engines.derive import base_tables, derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.records.models import CaseFinding
from wattwarden.rulekit.model import Rule, Series
from wattwarden.rulekit.sql import parse, tables_read

Points = tuple[tuple[date, float], ...]


@dataclass
class RuleData:
    """Latest day of each rule's data, and the series of each finding."""

    until: dict[str, date] = field(default_factory=dict)
    series: dict[str, Points] = field(default_factory=dict)


def data_of_rules(engine: DuckDBEngine, rules: Mapping[str, Rule], joined: Sequence[CaseFinding]) -> RuleData:
    """Read what verification of these findings needs; a series that cannot be read is left out."""
    found = RuleData()
    latest: dict[str, date | None] = {}
    by_rule: dict[str, list[CaseFinding]] = {}
    for finding in joined:
        by_rule.setdefault(finding.rule_id, []).append(finding)
    for rule_id, findings in by_rule.items():
        rule = rules.get(rule_id)
        if rule is None:
            continue
        days = [day for table in _sources(rule) if (day := _latest(engine, table, latest)) is not None]
        if days:
            found.until[rule_id] = max(days)
        if rule.proof.series:
            found.series |= _series(engine, rule.proof.series[0], findings)
    return found


def _sources(rule: Rule) -> list[str]:
    """Source tables with a time of event that the rule reads, directly or through derived ones."""
    read = base_tables(contract(), tables_read(parse(rule.detect, rule.id)))
    return sorted(name for name in read if contract()[name].event_time)


def _latest(engine: DuckDBEngine, table: str, known: dict[str, date | None]) -> date | None:
    if table not in known:
        column = contract()[table].event_time
        rows = engine.query(f'SELECT max(CAST("{column}" AS DATE)) AS day FROM "{table}"').to_pylist()
        known[table] = rows[0]["day"]
    return known[table]


def _series(engine: DuckDBEngine, series: Series, findings: Sequence[CaseFinding]) -> dict[str, Points]:
    subjects = {f.finding_key: _subject(f, series.match) for f in findings}
    ids = sorted({s for s in subjects.values() if s})
    if not ids:
        return {}
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in ids)
    try:
        engine.derive(derivation_order(contract(), [series.table]))
        rows = engine.query(
            f'SELECT CAST("{series.match}" AS VARCHAR) AS subject, "{series.x}" AS x, '
            f'CAST("{series.y[0]}" AS DOUBLE) AS y FROM "{series.table}" '
            f'WHERE CAST("{series.match}" AS VARCHAR) IN ({listed}) AND "{series.x}" IS NOT NULL '
            f'AND "{series.y[0]}" IS NOT NULL ORDER BY 1, 2'
        ).to_pylist()
    except WattwardenError:
        return {}
    points: dict[str, list[tuple[date, float]]] = {}
    for row in rows:
        if (day := _day(row["x"])) is not None:
            points.setdefault(row["subject"], []).append((day, row["y"]))
    return {key: tuple(points[subject]) for key, subject in subjects.items() if subject in points}


def _subject(finding: CaseFinding, column: str) -> str:
    proof = json.loads(str(finding.data.get("proof") or "{}"))
    value = proof.get(column, finding.data.get(column))
    if value is None and contract().subject_column(str(finding.data.get("subject_kind"))) == column:
        value = finding.data.get("subject_id")
    return "" if value is None else str(value)


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value)
    try:
        return date.fromisoformat(text if len(text) > len("2026-10") else f"{text}-01")
    except ValueError:
        return None
