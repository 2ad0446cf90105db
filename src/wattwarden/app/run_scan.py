"""The nightly scan: derived tables, all rules, findings with their life, cases; published at once."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from wattwarden.app.model_files import THEFT, promoted_models, promoted_theft_model
from wattwarden.app.organisation import subtree
from wattwarden.app.reading_room import fill_room
from wattwarden.app.rule_catalogue import SITE_CONTENT, choose, sound_rules
from wattwarden.app.scan_files import ScanKind, previous_life, publish_scan
from wattwarden.app.scan_life import next_life
from wattwarden.app.scan_rules import RuleRunner, business_date
from wattwarden.app.scan_settings import load_scan_settings
from wattwarden.domain.content import contract
from wattwarden.domain.errors import Problem, fail
from wattwarden.domain.finding import FINDING_SCHEMA, OutcomeKind, RuleOutcome
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.lake.store import Lake
from wattwarden.rulekit.load import load_site_rules
from wattwarden.rulekit.model import Rule
from wattwarden.rulekit.register import load_register
from wattwarden.scoring.fusion import Learned
from wattwarden.scoring.parameters import load_scoring_parameters
from wattwarden.scoring.score import score

Progress = Callable[[str, int, int], None]
JUDGED = (OutcomeKind.FOUND, OutcomeKind.NONE)


@dataclass(frozen=True)
class ScanRequest:
    """What to scan.

    Args:
        as_of: Read the lake as it was known at this instant; now when None.
        rules: Rule ids, chapters or risk points; all live rules when empty.
        org: Only subjects of this organisation and those below it.
        withheld: Rules that may not run, and why, such as a file that is not what was approved.
    """

    home: Path
    as_of: datetime | None = None
    rules: Sequence[str] = ()
    org: str | None = None
    withheld: Mapping[str, Sequence[Problem]] = field(default_factory=dict)

    @property
    def kind(self) -> ScanKind:
        """A partial or retrospective scan looks; only a full one judges what is gone or back."""
        if self.as_of is not None:
            return "retrospective"
        return "partial" if self.rules or self.org else "full"


@dataclass(frozen=True)
class ScanResult:
    """A published scan."""

    number: int
    folder: Path
    kind: ScanKind
    lake_version: int
    today: date
    outcomes: Sequence[RuleOutcome]
    findings: int
    cases: int
    life: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether every rule that had data came to a result."""
        bad = (OutcomeKind.FAILED, OutcomeKind.OUT_OF_BAND)
        return not any(outcome.kind in bad for outcome in self.outcomes)


def run_scan(request: ScanRequest, progress: Progress = lambda *_: None) -> ScanResult:
    """Run the rules over one lake version and publish the result.

    Raises:
        WattwardenError: the lake is empty, the organisation is unknown, or no rule is live.
    """
    settings = load_scan_settings(request.home)
    catalogue, faulty = sound_rules(request.home)
    refused = {**faulty, **request.withheld}
    rules = [rule for rule in choose(catalogue, request.rules) if rule.is_live and rule.id not in refused]
    if not rules:
        raise fail("scan", found="no live rule", expected="at least one stable or experimental rule")
    snapshot = Lake(request.home, contract()).snapshot(request.as_of)
    scratch = request.home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    models = promoted_models(request.home)
    with DuckDBEngine(contract(), settings.limits, scratch, request.home / SITE_CONTENT, models) as engine:
        engine.open_snapshot(snapshot)
        today = business_date(engine, contract())
        organisation = subtree(engine, request.org) if request.org else None
        site = load_site_rules(request.home / SITE_CONTENT)
        runner = RuleRunner(engine, contract(), today, settings.findings_always_allowed, site, organisation)
        outcomes, findings = _run_all(runner, rules, progress)
        outcomes += [_faulty(rule_id, problems) for rule_id, problems in refused.items()]
        undecided = _undecided(outcomes, catalogue)
        life = next_life(engine, previous_life(request.home), findings, undecided, today)
        # Only a full scan is shown in the console, so only a full one is laid out for reading.
        room = (
            fill_room(request.home, engine, contract(), findings, catalogue, progress)
            if request.kind == "full"
            else None
        )
        customers = engine.row_count("customer")
        scored = engine.query("SELECT * FROM theft_score") if engine.has_derived("theft_score") else None
    weights = promoted_theft_model(request.home).fusion if scored is not None and THEFT in models else ()
    learned = None if scored is None or THEFT not in models else Learned.of_table(scored, weights)
    parameters = load_scoring_parameters(site=request.home / SITE_CONTENT)
    cases = score(findings, load_register(), parameters, learned)
    facts = {
        "kind": request.kind,
        "lake_version": snapshot.version,
        "known_at": snapshot.known_at.isoformat(),
        "today": today.isoformat(),
        "org": request.org,
        "content_hash": _content_hash(rules),
        "customers": customers,
        "findings": findings.num_rows,
        "cases": cases.num_rows,
        "theft_fusion": list(weights),
    }
    outcome_rows = [asdict(outcome) for outcome in outcomes]
    number, folder = publish_scan(
        request.home, facts, outcome_rows, findings, life, cases, scored if learned else None
    )
    if room is not None:
        room.publish(number)
    states = life.column("state").value_counts().to_pylist()
    return ScanResult(
        number, folder, request.kind, snapshot.version, today, outcomes, findings.num_rows, cases.num_rows,
        {str(s["values"]): s["counts"] for s in states},
    )  # fmt: skip


def _run_all(
    runner: RuleRunner, rules: Sequence[Rule], progress: Progress
) -> tuple[list[RuleOutcome], pa.Table]:
    outcomes, parts = [], [FINDING_SCHEMA.empty_table()]
    for position, rule in enumerate(rules, start=1):
        progress(rule.id, position, len(rules))
        outcome, findings = runner.run(rule)
        outcomes.append(outcome)
        parts.append(findings)
    together = pa.concat_tables(parts)
    return outcomes, runner.placed(together).sort_by("finding_key")


def _faulty(rule_id: str, problems: Sequence[Problem]) -> RuleOutcome:
    """The outcome of a file of the site that is no rule."""
    return RuleOutcome(rule_id, "", OutcomeKind.FAILED, 0, "; ".join(map(str, problems)), 0.0)


def _undecided(outcomes: Sequence[RuleOutcome], catalogue: Mapping[str, Rule]) -> set[str]:
    """Rules that came to no result: what they found before stays as it was."""
    judged = {outcome.rule_id for outcome in outcomes if outcome.kind in JUDGED}
    live = {rule.id for rule in catalogue.values() if rule.is_live}
    return live.union(outcome.rule_id for outcome in outcomes) - judged


def _content_hash(rules: Sequence[Rule]) -> str:
    joined = "\n".join(sorted(f"{rule.id} {rule.hash}" for rule in rules))
    return hashlib.sha256(joined.encode()).hexdigest()[:16]
