"""Run one rule after another on an open engine; a rule that fails does not stop the others."""

import time
from collections.abc import Collection, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.domain.finding import FINDING_SCHEMA, OutcomeKind, RuleOutcome
from wattwarden.domain.tables import Contract
from wattwarden.engines.derive import base_tables, derivation_order, models_used
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.rulekit import sql
from wattwarden.rulekit.findings import findings_sql
from wattwarden.rulekit.load import SiteRule
from wattwarden.rulekit.model import Rule

SUBJECTS_PER_BAND = 10_000

_PLACED = """
SELECT f.* EXCLUDE (premise_id, org_id),
       COALESCE(f.premise_id, CASE WHEN f.subject_kind = 'premise' THEN f.subject_id END, c.premise_id)
         AS premise_id,
       COALESCE(f.org_id, c.org_id, p.org_id) AS org_id
FROM unplaced AS f
LEFT JOIN customer AS c ON c.customer_id = f.customer_id
LEFT JOIN premise AS p
  ON p.premise_id = COALESCE(f.premise_id, CASE WHEN f.subject_kind = 'premise' THEN f.subject_id END)
"""


def business_date(engine: DuckDBEngine, contract: Contract) -> date:
    """The last day on which anything is known to have happened: the rules' ``$today``.

    Raises:
        WattwardenError: no table with events holds a row.
    """
    latest = " UNION ALL ".join(
        f'SELECT CAST(max("{table.event_time}") AS DATE) AS day FROM "{name}"'
        for name, table in contract.source_tables.items()
        if table.event_time
    )
    day = engine.query(f"SELECT max(day) AS day FROM ({latest})").column("day")[0].as_py()
    if not isinstance(day, date):
        raise fail(
            "lake", found="no event in any table", expected="bills, readings, payments or other events"
        )
    return day


class RuleRunner:
    """Runs rules under the same conditions and turns what happens into outcomes."""

    def __init__(
        self,
        engine: DuckDBEngine,
        contract: Contract,
        today: date,
        always_allowed: int,
        site: Mapping[str, SiteRule],
        organisation: Collection[str] | None,
    ) -> None:
        self._engine = engine
        self._contract = contract
        self._today = today
        self._always_allowed = always_allowed
        self._site = site
        self._organisation = organisation
        self._counts: dict[str, int] = {}
        self._broken: dict[str, str] = {}

    def run(self, rule: Rule) -> tuple[RuleOutcome, pa.Table]:
        """Run one rule; its findings are empty unless the outcome is FOUND."""
        started = time.perf_counter()
        findings = FINDING_SCHEMA.empty_table()
        try:
            kind, detail, found = self._judge(rule)
        except WattwardenError as error:
            kind, detail, found = OutcomeKind.FAILED, str(error), findings
        seconds = round(time.perf_counter() - started, 3)
        count = found.num_rows
        if kind is OutcomeKind.FOUND:
            findings = found
        return RuleOutcome(rule.id, rule.hash, kind, count, detail, seconds), findings

    def placed(self, findings: pa.Table) -> pa.Table:
        """Findings with premise and organisation filled in, limited to the chosen organisation."""
        self._engine.register("unplaced", findings)
        placed = self._engine.query(_PLACED).select(FINDING_SCHEMA.names).cast(FINDING_SCHEMA)
        if self._organisation is None:
            return placed
        return placed.filter(pc.is_in(placed.column("org_id"), pa.array(sorted(self._organisation))))

    def _judge(self, rule: Rule) -> tuple[OutcomeKind, str, pa.Table]:
        nothing = FINDING_SCHEMA.empty_table()
        if unsafe := sql.problems(rule, self._contract.tables):
            raise WattwardenError(*unsafe)
        read = sql.tables_read(sql.parse(rule.detect, f"rule {rule.id}"))
        if missing := self._without_rows(base_tables(self._contract, read) - set(rule.optional)):
            return OutcomeKind.NO_DATA, ", ".join(missing), nothing
        order = derivation_order(self._contract, read)
        if unpromoted := sorted(models_used(self._contract, order) - self._engine.models.keys()):
            return OutcomeKind.NO_DATA, f"no promoted model: {', '.join(unpromoted)}", nothing
        self._derive(order)
        lowest, allowed = self._band(rule)
        query = sql.bound_sql(rule, self._today)
        columns = self._engine.describe(query)
        found = self._engine.query(findings_sql(rule, self._contract, query, columns, allowed + 1)).cast(
            FINDING_SCHEMA
        )
        if not lowest <= found.num_rows <= allowed:
            above = f"more than {allowed}" if found.num_rows > allowed else str(found.num_rows)
            return OutcomeKind.OUT_OF_BAND, f"{above} findings; expected {lowest} to {allowed}", found
        self._refuse_twins(rule, found)
        kept = self._without_excused(rule, found)
        excused = found.num_rows - kept.num_rows
        detail = f"{excused} excused by the site" if excused else ""
        return (OutcomeKind.FOUND if kept.num_rows else OutcomeKind.NONE), detail, kept

    def _without_rows(self, tables: Collection[str]) -> list[str]:
        return [name for name in sorted(tables) if not self._count(name)]

    def _count(self, table: str) -> int:
        if table not in self._counts:
            self._counts[table] = self._engine.row_count(table)
        return self._counts[table]

    def _derive(self, order: Collection[str]) -> None:
        for name in order:
            if name in self._broken:
                raise fail(f"derived table {name}", found=self._broken[name], expected="a derived table")
            try:
                self._engine.derive([name])
            except WattwardenError as error:
                self._broken[name] = error.problems[0].found
                raise

    def _band(self, rule: Rule) -> tuple[int, int]:
        """Fewest and most findings that the rule's band allows for so many subjects."""
        subjects = self._count(rule.subject)
        low, high = (bound * subjects / SUBJECTS_PER_BAND for bound in rule.expected_per_10k)
        return int(low), max(int(high), self._always_allowed)

    def _refuse_twins(self, rule: Rule, found: pa.Table) -> None:
        distinct = pc.count_distinct(found.column("finding_key")).as_py()
        if distinct != found.num_rows:
            raise fail(
                f"rule {rule.id}",
                found=f"{found.num_rows - distinct} findings with the same subject and key",
                expected="one row per subject and key",
                action="Aggregate in the query, or add the distinguishing column to 'key'.",
            )

    def _without_excused(self, rule: Rule, found: pa.Table) -> pa.Table:
        settings = self._site.get(rule.id)
        excused = [e.subject_id for e in settings.exceptions if e.expires > self._today] if settings else []
        if not excused:
            return found
        return found.filter(pc.invert(pc.is_in(found.column("subject_id"), pa.array(excused, pa.string()))))
