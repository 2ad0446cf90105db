"""What one full scan changed against the one before, and what each finding counts for in sums of money."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.app.open_scan import scan_number
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.app.scan_files import ScanFiles, all_scans
from wattwarden.domain.content import BUILT_IN, contract
from wattwarden.domain.finding import LifeState
from wattwarden.domain.staff_side import named_staff
from wattwarden.rulekit.register import load_register
from wattwarden.scoring.evidence import causes, prepared
from wattwarden.scoring.parameters import load_scoring_parameters

NEW, BACK, GONE, SAME = "new", "back", "gone", ""
_DIMENSIONS = ("org_id", "risk", "rule_id", "severity", "direction", "change")
_NOTHING = pa.scalar(0, pa.int64())


def full_scan_before(home: Path, scan: ScanFiles) -> ScanFiles | None:
    """The newest full scan before ``scan``, which it is compared with; None before the second."""
    earlier = [s for s in all_scans(home) if s.facts["kind"] == "full" and scan_number(s) < scan_number(scan)]
    return earlier[-1] if earlier else None


def changes(scan: ScanFiles, before: ScanFiles | None) -> Mapping[str, str]:
    """``new``, ``back`` or ``gone`` by finding key; what did not change is left out.

    Before the second full scan there is nothing to compare with, so nothing changed.
    """
    if before is None:
        return {}
    now, then = scan.findings["finding_key"].to_pylist(), before.findings["finding_key"].to_pylist()
    known, here = set(then), set(now)
    life = scan.life
    returned = set(life.filter(pc.field("state") == LifeState.BACK.value)["finding_key"].to_pylist())
    found = {key: BACK if key in returned else NEW for key in now if key not in known}
    return found | dict.fromkeys((key for key in then if key not in here), GONE)


def worth(findings: pa.Table, home: Path) -> pa.Table:
    """``finding_key, counted_fen, expected_fen`` of findings, each loss once.

    Findings of one premise with the same cause describe the same loss: the leading one carries it, the
    others carry 0, so that sums over any selection of findings never count a loss twice.
    """
    parameters = load_scoring_parameters(BUILT_IN, home / SITE_CONTENT)
    rows = prepared(findings, load_register(), parameters)
    merged = causes(rows, parameters)
    lead = merged["lead_row"].to_numpy()
    sums = {"finding_key": rows["finding_key"]}
    for name, source in (("counted_fen", "likely"), ("expected_fen", "expected")):
        values = np.zeros(rows.num_rows, np.int64)
        values[lead] = merged[source].to_numpy()
        sums[name] = pa.array(values)
    return pa.table(sums)


def sums(home: Path, scan: ScanFiles, before: ScanFiles | None) -> pa.Table:
    """Findings of a scan, and those gone since the one before, counted by organisation, rule and change.

    Returns:
        ``org_id, risk, rule_id, severity, direction, change, findings, counted_fen, expected_fen``; findings
        about staff are left out.
    """
    changed = changes(scan, before)
    parts = [_measured(scan.findings, home)]
    if before is not None:
        gone = pa.array([key for key, change in changed.items() if change == GONE], pa.string())
        lost = _measured(before.findings, home)
        parts.append(lost.filter(pc.is_in(lost["finding_key"], gone)))
    rows = pa.concat_tables(parts)
    rows = rows.filter(pa.array([not is_staff for is_staff in _staff_side(rows)], pa.bool_()))
    change = pa.array([changed.get(key, SAME) for key in rows["finding_key"].to_pylist()], pa.string())
    rows = rows.append_column("change", change)
    totals = [("finding_key", "count"), ("counted_fen", "sum"), ("expected_fen", "sum")]
    grouped = rows.group_by(list(_DIMENSIONS)).aggregate(totals)
    return grouped.rename_columns([*_DIMENSIONS, "findings", "counted_fen", "expected_fen"])


def with_worth(findings: pa.Table, measured: pa.Table) -> pa.Table:
    """Findings with their share of the money; 0 for those that ``measured`` does not know."""
    place = pc.index_in(findings["finding_key"], measured["finding_key"].combine_chunks())
    for name in ("counted_fen", "expected_fen"):
        findings = findings.append_column(name, pc.fill_null(measured[name].take(place), _NOTHING))
    return findings


def _staff_side(findings: pa.Table) -> Iterator[bool]:
    columns = (findings[name].to_pylist() for name in ("subject_kind", "subject_id", "proof"))
    for kind, subject, proof in zip(*columns, strict=True):
        yield named_staff(contract(), kind, subject, proof).is_staff_side


def _measured(findings: pa.Table, home: Path) -> pa.Table:
    return with_worth(findings, worth(findings, home))
