"""The findings of a scan, ranked and filtered, one row per finding."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.app.open_scan import chosen_scan, scan_number, scanned_lake
from wattwarden.app.organisation import subtree
from wattwarden.app.scan_files import ScanFiles, all_scans
from wattwarden.domain.errors import fail
from wattwarden.domain.finding import FINDING_SCHEMA, LifeState
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.masking import Masker
from wattwarden.scoring.score import case_keys

_NEVER_RANKED = 2**62
_CASE_COLUMNS = {
    "rank": "case_rank",
    "probability": "case_probability",
    "net_value_fen": "case_net_value_fen",
}
_LIFE_COLUMNS = ("state", "first_seen", "last_seen", "times_back")


@dataclass(frozen=True)
class FindingQuery:
    """Which findings are wanted; an empty field does not limit.

    Args:
        risks: Numbers of risk points.
        rules: Rule ids or chapters.
        orgs: Organisations, each with those below it.
        severities: Severities.
        states: Life states; without any, all that the scan found, so not those gone.
        customer: One customer number.
        min_money_fen: Only findings whose likely money reaches this, in fen.
        scan: Number of the scan; the newest when None.
    """

    risks: Sequence[str] = ()
    rules: Sequence[str] = ()
    orgs: Sequence[str] = ()
    severities: Sequence[str] = ()
    states: Sequence[str] = ()
    customer: str | None = None
    min_money_fen: int | None = None
    scan: int | None = None


@dataclass(frozen=True)
class Listing:
    """Findings that match a query.

    Args:
        rows: FINDING_SCHEMA with ``case_key``, rank, chance and net value of the case, and the life of
            the finding; ordered by rank, then money.
        total: Number of findings of the scan, before filtering.
    """

    scan: ScanFiles
    rows: pa.Table
    total: int

    @property
    def number(self) -> int:
        """Number of the scan."""
        return scan_number(self.scan)


def list_findings(home: Path, query: FindingQuery) -> Listing:
    """Find, rank and filter.

    Raises:
        WattwardenError: there is no scan, or a filter names an organisation or state that does not exist.
    """
    unknown = [state for state in query.states if state not in list(LifeState)]
    if unknown:
        raise fail("--state", found=", ".join(unknown), expected=", ".join(LifeState))
    scan = chosen_scan(home, query.scan)
    found = scan.findings
    if LifeState.GONE in query.states:
        found = pa.concat_tables([found, gone_findings(home, scan)])
    rows = ranked(found, scan)
    for condition in _conditions(home, scan, query):
        rows = rows.filter(condition)
    return Listing(scan, rows, scan.findings.num_rows)


def ranked(findings: pa.Table, scan: ScanFiles) -> pa.Table:
    """Findings with their case and their life, best case first and dearest finding first."""
    rows = findings.append_column("case_key", case_keys(findings))
    cases = scan.cases
    rows = _joined(rows, "case_key", cases, "case_key", _CASE_COLUMNS)
    rows = _joined(rows, "finding_key", scan.life, "finding_key", {name: name for name in _LIFE_COLUMNS})
    state = pc.fill_null(rows["state"], LifeState.OPEN.value)
    rows = rows.set_column(rows.schema.get_field_index("state"), "state", state)
    order = pa.table(
        {
            "rank": pc.fill_null(rows["case_rank"], _NEVER_RANKED),
            "money": pc.fill_null(rows["loss_likely_fen"], -1),
            "key": rows["finding_key"],
        }
    )
    return rows.take(
        pc.sort_indices(
            order, sort_keys=[("rank", "ascending"), ("money", "descending"), ("key", "ascending")]
        )
    )


def listed_rows(
    rows: pa.Table, titles: Mapping[str, Label], language: Language, masker: Masker
) -> list[dict[str, object]]:
    """Rows as plain values: with the title in ``language``, proof parsed, personal data masked."""
    return [_listed(row, titles, language, masker) for row in rows.to_pylist()]


def proof_values(row: Mapping[str, object], masker: Masker) -> dict[str, object]:
    """Proof of one finding, masked by the names of its values."""
    parsed: dict[str, object] = json.loads(str(row["proof"]), parse_float=Decimal)
    return {name: masker.value(name, value) for name, value in parsed.items()}


def _listed(
    row: dict[str, object], titles: Mapping[str, Label], language: Language, masker: Masker
) -> dict[str, object]:
    rule = str(row["rule_id"])
    subject = row["subject_id"]
    return {
        **row,
        "title": titles[rule].text(language) if rule in titles else rule,
        "customer_id": masker.value("customer_id", row["customer_id"]),
        "subject_id": masker.subject(str(row["subject_kind"]), None if subject is None else str(subject)),
        "proof": proof_values(row, masker),
    }


def _conditions(home: Path, scan: ScanFiles, query: FindingQuery) -> list[pc.Expression]:
    found = []
    chosen = {"risk": query.risks, "severity": query.severities, "state": query.states}
    found += [pc.field(name).isin(list(values)) for name, values in chosen.items() if values]
    if query.rules:
        wanted = pc.field("rule_id").isin(list(query.rules))
        for name in query.rules:
            wanted |= pc.starts_with(pc.field("rule_id"), pattern=f"{name}.")
        found.append(wanted)
    if query.orgs:
        with scanned_lake(home, scan) as engine:
            below = set().union(*(subtree(engine, org) for org in query.orgs))
        found.append(pc.field("org_id").isin(sorted(below)))
    if query.customer is not None:
        found.append(pc.field("customer_id") == query.customer)
    if query.min_money_fen is not None:
        found.append(pc.field("loss_likely_fen") >= query.min_money_fen)
    return found


def _joined(
    rows: pa.Table, key: str, other: pa.Table, other_key: str, columns: Mapping[str, str]
) -> pa.Table:
    """``rows`` with columns of the row of ``other`` that has the same key, NULL where there is none."""
    where = pc.index_in(rows[key], other[other_key].combine_chunks())
    for source, name in columns.items():
        rows = rows.append_column(name, other[source].combine_chunks().take(where.combine_chunks()))
    return rows


def gone_findings(home: Path, scan: ScanFiles) -> pa.Table:
    """Findings that are gone, as the last scan that had them saw them."""
    missing = scan.life.filter(pc.field("state") == LifeState.GONE.value)["finding_key"]
    parts = [FINDING_SCHEMA.empty_table()]
    for earlier in reversed(all_scans(home)):
        if not len(missing) or scan_number(earlier) >= scan_number(scan):
            continue
        seen = earlier.findings
        parts.append(seen.filter(pc.is_in(seen["finding_key"], missing.combine_chunks())))
        missing = missing.filter(pc.invert(pc.is_in(missing, seen["finding_key"].combine_chunks())))
    return pa.concat_tables(parts)
