"""How good the data are that the scan read: rows, freshness, refused rows, coverage."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from wattwarden.app.report.material import Material
from wattwarden.domain.content import BUILT_IN, read_yaml, validate
from wattwarden.domain.labels import Label, Strict
from wattwarden.domain.tables import Table
from wattwarden.engines.derive import base_tables
from wattwarden.lake.quarantine import open_entries
from wattwarden.lake.store import Lake
from wattwarden.rulekit import sql

MOST_REASONS = 30


@dataclass(frozen=True)
class TableQuality:
    """One table of the contract as the scan saw it.

    Args:
        latest: Day of the latest event, None where the table has no events or no rows.
        days_behind: Days from that to the business date; negative where events lie in the future.
        refused: Rows waiting in quarantine.
        rules: Rules that read it, directly or through derived tables.
    """

    name: str
    label: Label
    rows: int
    latest: date | None
    days_behind: int | None
    refused: int
    rules: int


@dataclass(frozen=True)
class RefusedReason:
    """Rows refused for the same reason."""

    table: str
    column: str
    expected: Label
    rows: int
    example: str


@dataclass(frozen=True)
class Coverage:
    """How many of what should be there is there."""

    label: Label
    have: int
    of: int


@dataclass(frozen=True)
class Quality:
    """The data-quality page."""

    tables: Sequence[TableQuality]
    reasons: Sequence[RefusedReason]
    coverage: Sequence[Coverage]


class CoverageCheck(Strict):
    """One entry of ``content/coverage.yaml``: what should be there, and how it is counted."""

    zh: str
    en: str
    needs: tuple[str, ...]
    sql: str


class CoverageChecks(Strict):
    """``content/coverage.yaml``."""

    coverage: tuple[CoverageCheck, ...]


def load_coverage() -> CoverageChecks:
    """Load the coverage checks."""
    path = BUILT_IN / "coverage.yaml"
    return validate(CoverageChecks, read_yaml(path), str(path))


def quality(material: Material) -> Quality:
    """Look at every imported table and at the quarantine."""
    waiting = open_entries(Lake(material.home, material.contract))
    refused = Counter(entry.table for entry in waiting)
    reading = _rules_reading(material)
    tables = [
        _table(material, table, refused[name], reading[name])
        for name, table in material.contract.source_tables.items()
    ]
    reasons: Counter[tuple[str, str, str, str]] = Counter()
    examples: dict[tuple[str, str, str, str], str] = {}
    for entry in waiting:
        key = (entry.table, entry.column, entry.expected_zh, entry.expected_en)
        reasons[key] += 1
        examples.setdefault(key, f"{entry.file}:{entry.line}")
    by_reason = [
        RefusedReason(table, column, Label(zh=zh or "–", en=en or "–"), rows, examples[table, column, zh, en])
        for (table, column, zh, en), rows in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    ]
    rows = {table.name: table.rows for table in tables}
    coverage = [
        _coverage(material, check)
        for check in load_coverage().coverage
        if all(rows.get(name) for name in check.needs)
    ]
    return Quality(tables, by_reason[:MOST_REASONS], coverage)


def _table(material: Material, table: Table, refused: int, rules: int) -> TableQuality:
    rows, latest = material.engine.row_count(table.name), None
    if rows and table.event_time:
        query = f'SELECT CAST(max("{table.event_time}") AS DATE) AS day FROM "{table.name}"'
        latest = material.engine.query(query)["day"][0].as_py()
    today = date.fromisoformat(str(material.scan.facts["today"]))
    behind = (today - latest).days if latest else None
    return TableQuality(table.name, table.label, rows, latest, behind, refused, rules)


def _rules_reading(material: Material) -> Counter[str]:
    counts: Counter[str] = Counter()
    for rule in material.rules.values():
        if rule.is_live:
            counts.update(base_tables(material.contract, sql.tables_read(sql.parse(rule.detect, rule.id))))
    return counts


def _coverage(material: Material, check: CoverageCheck) -> Coverage:
    (row,) = material.engine.query(check.sql).to_pylist()
    return Coverage(Label(zh=check.zh, en=check.en), int(row["have"]), int(row["all_rows"]))
