"""Run a draft and the rule in force on stored history, each time with what was known then."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from wattwarden.app.open_scan import scan_snapshot
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.app.rule_workbench.preview import Figures, Measure
from wattwarden.app.rule_workbench.versions import Version
from wattwarden.app.scan_files import ScanFiles, all_scans
from wattwarden.app.scan_rules import RuleRunner, business_date
from wattwarden.app.scan_settings import load_scan_settings
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.finding import FINDING_SCHEMA
from wattwarden.domain.snapshot import Snapshot
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.lake.store import Lake
from wattwarden.rulekit import sql

Progress = Callable[[str, int, int], None]
_LOG = logging.getLogger(__name__)
_CONFIRMED = """
SELECT DISTINCT customer_id FROM inspection_result WHERE outcome NOT IN ('normal', 'no_access')
"""
OFF = "off"
"""Outcome of a version that does not run."""


@dataclass
class Seen:
    """Keys of findings over all instants, for cases that were worked in between."""

    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)


def run_backtest(
    home: Path, before: Version, after: Version, months: int, progress: Progress
) -> tuple[Mapping[str, object], Seen]:
    """Compare two versions of a rule.

    Args:
        months: Month ends to look back at, besides the newest full scan (else everything known).

    Returns:
        ``lake_version``; ``points``, oldest first, each with ``known_at``, ``today``, outcome and money of
        both versions, what is added and removed, work, and confirmed customers lost; ``skipped`` instants.

    Raises:
        WattwardenError: the lake is empty.
    """
    lake = Lake(home, contract())
    scan = _newest_full(home)
    newest = scan_snapshot(home, scan) if scan else lake.snapshot()
    instants = month_ends(newest.known_at, months)
    total, seen, measure = len(instants) + 1, Seen(), Measure.of(home)
    points: list[Mapping[str, object]] = []
    skipped: list[Mapping[str, str]] = []
    for number, instant in enumerate(instants):
        progress(f"{timezone.localtime(instant) - timedelta(minutes=1):%Y-%m}", number, total)
        try:
            snapshot = lake.snapshot(instant, newest.version)
            points.append(_point(home, snapshot, (before, after), measure, seen))
        except WattwardenError as error:
            skipped.append({"known_at": instant.isoformat(), "why": str(error)})
    progress("newest", total - 1, total)
    points.append({**_point(home, newest, (before, after), measure, seen, scan), "is_newest": True})
    return {"lake_version": newest.version, "points": points, "skipped": skipped}, seen


def month_ends(until: datetime, months: int) -> list[datetime]:
    """The last ``months`` month ends (midnight of the site's time zone) before ``until``, oldest first."""
    first = timezone.localtime(until).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ends = []
    for _ in range(months):
        ends.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return ends[::-1]


def _point(
    home: Path, snapshot: Snapshot, versions: tuple[Version, Version], measure: Measure, seen: Seen,
    scan: ScanFiles | None = None,
) -> Figures:  # fmt: skip
    settings = load_scan_settings(home)
    scratch = home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    with DuckDBEngine(contract(), settings.limits, scratch, home / SITE_CONTENT) as engine:
        engine.open_snapshot(snapshot)
        today = business_date(engine, contract())
        confirmed = set(engine.query(_CONFIRMED)["customer_id"].to_pylist())
        _derive(engine, versions)
        outcomes, found = [], []
        for version in versions:
            site = {version.rule.id: version.settings} if version.rule and version.settings else {}
            runner = RuleRunner(engine, contract(), today, settings.findings_always_allowed, site, None)
            outcome, findings = _run(runner, version)
            outcomes.append({**outcome, **measure.money(findings)})
            found.append(findings)
    before, after = found
    seen.before |= set(before["finding_key"].to_pylist())
    seen.after |= set(after["finding_key"].to_pylist())
    return {
        "known_at": snapshot.known_at.isoformat(),
        "today": today.isoformat(),
        "is_newest": False,
        "before": outcomes[0],
        "after": outcomes[1],
        **measure.compared(before, after, _others(scan, versions)),
        "confirmed_lost": len((_customers(before) & confirmed) - _customers(after)),
        "confirmed_won": len((_customers(after) & confirmed) - _customers(before)),
    }


def _derive(engine: DuckDBEngine, versions: Collection[Version]) -> None:
    """Derive what both read beforehand, so that their times compare the queries alone."""
    for version in versions:
        if version.rule is not None:
            read = sql.tables_read(sql.parse(version.rule.detect, f"rule {version.rule.id}"))
            try:
                engine.derive(derivation_order(contract(), read))
            except WattwardenError as error:
                # The run of the rule fails for the same reason, and its outcome tells it.
                _LOG.info("not derived beforehand: %s", error)
                return


def _run(runner: RuleRunner, version: Version) -> tuple[Figures, pa.Table]:
    if version.rule is None:
        return {"kind": OFF, "detail": "", "seconds": 0.0}, FINDING_SCHEMA.empty_table()
    outcome, findings = runner.run(version.rule)
    told = asdict(outcome)
    return {name: told[name] for name in ("kind", "detail", "seconds")}, runner.placed(findings)


def _others(scan: ScanFiles | None, versions: Collection[Version]) -> pa.Table | None:
    if scan is None:
        return None
    own = next(v.rule.id for v in versions if v.rule) if any(v.rule for v in versions) else ""
    return scan.findings.filter(pc.field("rule_id") != own)


def _customers(findings: pa.Table) -> set[str]:
    return {customer for customer in findings["customer_id"].to_pylist() if customer}


def _newest_full(home: Path) -> ScanFiles | None:
    full = [scan for scan in all_scans(home) if scan.facts["kind"] == "full"]
    return full[-1] if full else None
