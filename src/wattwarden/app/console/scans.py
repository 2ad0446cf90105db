"""The scans so far: when, how much each found for this viewer, and how each rule of one fared."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattwarden.app.console.catalogue import rule_title
from wattwarden.app.console.sums import Total, by_scan, totals
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import NotFoundError, Problem
from wattwarden.domain.labels import Label
from wattwarden.records.models import RuleFigure


@dataclass(frozen=True)
class Scan:
    """One full scan.

    Args:
        today: Business date that it looked at, ``2026-10-31``.
        total: What it found for this viewer.
    """

    number: int
    today: str
    total: Total


@dataclass(frozen=True)
class RuleRun:
    """One rule in one scan; ``kind`` is its outcome, ``total`` what it found for this viewer."""

    rule_id: str
    title: Label
    kind: str
    seconds: float
    total: Total


def scans(viewer: Viewer) -> Sequence[Scan]:
    """Every full scan of which there are sums, the newest first."""
    if not viewer.may("see_findings"):
        return ()
    return [Scan(number, day, total) for number, day, _, total in reversed(by_scan(viewer))]


def scan_rules(viewer: Viewer, number: int) -> tuple[Scan, Sequence[RuleRun]]:
    """One scan with its rules.

    Raises:
        WattwardenError: there is none of that number for this viewer.
    """
    scan = next((one for one in scans(viewer) if one.number == number), None)
    if scan is None:
        raise NotFoundError(Problem(f"scan {number}", "nothing that you may see", "the number of a scan"))
    found = {key[0]: total for key, total in totals(viewer, number, "rule_id").items()}
    rows = (
        RuleFigure.objects.filter(scan=number).order_by("rule_id").values_list("rule_id", "kind", "seconds")
    )
    return scan, [
        RuleRun(rule_id, rule_title(home(), rule_id), kind, seconds, found.get(rule_id, Total()))
        for rule_id, kind, seconds in rows
    ]
