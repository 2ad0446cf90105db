"""Bring a finished scan into the application store, for the console."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.app.list_findings import gone_findings
from wattwarden.app.open_scan import chosen_scan, scan_number, scanned_lake
from wattwarden.app.own_changes import Authors, own_changes
from wattwarden.app.reading_room import fill_room
from wattwarden.app.report.material import material_of
from wattwarden.app.report.quality import quality
from wattwarden.app.rule_catalogue import sound_rules
from wattwarden.app.rule_figures import rule_figures
from wattwarden.app.scan_change import changes, full_scan_before, sums, with_worth, worth
from wattwarden.app.scan_files import ScanFiles, all_scans
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.finding import LifeState
from wattwarden.domain.labels import Label
from wattwarden.domain.masking import Masker
from wattwarden.domain.staff_side import named_staff
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.lake.reading_room import ReadingRoom
from wattwarden.records.connect import migrate
from wattwarden.records.publish import Publication, publish, published_scan, summed_scans
from wattwarden.scoring.score import case_keys

Row = Mapping[str, object]
Progress = Callable[[str, int], None]
_CUSTOMERS = """
SELECT c.customer_id, COALESCE(c.name, '') AS name, COALESCE(p.address, '') AS address,
       COALESCE(c.phone, '') AS phone, COALESCE(m.meter_ids, '') AS meter_ids, c.premise_id, c.org_id,
       c.status, COALESCE(c.customer_type, '') AS customer_type
FROM customer AS c
LEFT JOIN premise AS p ON p.premise_id = c.premise_id
LEFT JOIN (
  SELECT customer_id, string_agg(meter_id, ' ' ORDER BY meter_id) AS meter_ids FROM meter GROUP BY customer_id
) AS m ON m.customer_id = c.customer_id
ORDER BY c.customer_id
"""
MOST_SCANS = 60
"""Full scans whose sums are kept for trends."""
_OUTSIDE = "/"
"""Path of what belongs to no known unit: only those see it who hold a role for the whole utility."""


def publish_scan_to_store(home: Path, progress: Progress = lambda *_: None) -> int:
    """Write the newest full scan into the store; returns its number.

    Raises:
        WattwardenError: nothing was scanned, or the newest scan looked at a part or at the past.
    """
    scan = chosen_scan(home)
    if scan.facts["kind"] != "full":
        raise fail(
            f"scan {scan_number(scan)}",
            found=f"a {scan.facts['kind']} scan",
            expected="a full one",
            action="Run 'wattwarden scan' without --as-of, --rules or --org.",
        )
    migrate(home)
    number = scan_number(scan)
    if number == published_scan() and number == ReadingRoom(home).number():
        return number
    with scanned_lake(home, scan) as engine:
        if number != ReadingRoom(home).number():
            fill_room(home, engine, contract(), scan.findings, sound_rules(home)[0]).publish(number)
        units = org_units(engine)
        paths = {str(unit["org_id"]): str(unit["path"]) for unit in units}
        customers = engine.query(_CUSTOMERS)
        figures = list(rule_figures(engine, scan))
        authors = own_changes(engine, scan.findings)
        pages = {"quality": _quality(home, scan, engine), "units": _customers_by_unit(engine, paths)}
    publish(
        Publication(
            number,
            units,
            _placed(customers, paths),
            _findings(home, scan, paths, authors),
            [row for each in _unsummed(home) for row in _sums(home, each, paths)],
            figures,
            pages,
        ),
        progress,
    )
    return number


def _quality(home: Path, scan: ScanFiles, engine: DuckDBEngine) -> Row:
    found = quality(material_of(home, scan, engine, Masker.of(contract())))
    plain: Row = json.loads(json.dumps(asdict(found), default=_plain))
    return plain


def _plain(value: object) -> object:
    return value.model_dump() if isinstance(value, Label) else str(value)


def _customers_by_unit(engine: DuckDBEngine, paths: Mapping[str, str]) -> Row:
    """Customers by path of their unit, those that are closed left out."""
    rows = engine.query("SELECT org_id, count(*) AS n FROM customer WHERE status <> 'closed' GROUP BY org_id")
    return {paths.get(str(row["org_id"]), _OUTSIDE): row["n"] for row in rows.to_pylist()}


def _unsummed(home: Path) -> list[ScanFiles]:
    """Full scans whose sums the store does not have yet, oldest first."""
    known = summed_scans()
    full = [scan for scan in all_scans(home) if scan.facts["kind"] == "full"]
    return [scan for scan in full[-MOST_SCANS:] if scan_number(scan) not in known]


def _sums(home: Path, scan: ScanFiles, paths: Mapping[str, str]) -> Iterator[Row]:
    for row in sums(home, scan, full_scan_before(home, scan)).to_pylist():
        path = paths.get(str(row.pop("org_id")), _OUTSIDE)
        yield {**row, "scan": scan_number(scan), "today": scan.facts["today"], "org_path": path}


def org_units(engine: DuckDBEngine) -> list[Row]:
    """Units with their path, parents before children; one in a circle or under an unknown one is a root."""
    rows = engine.query("SELECT org_id, name, kind, parent_org_id FROM org_unit ORDER BY org_id").to_pylist()
    parents = {row["org_id"]: row["parent_org_id"] for row in rows}
    units = []
    for row in rows:
        line = _ancestors(row["org_id"], parents)
        units.append(
            {
                "org_id": row["org_id"],
                "name": row["name"],
                "kind": row["kind"],
                "parent_id": line[-2] if len(line) > 1 else None,
                "path": "/" + "".join(f"{org_id}/" for org_id in line),
            }
        )
    return sorted(units, key=lambda unit: str(unit["path"]))


def _ancestors(org_id: str, parents: Mapping[str, str | None]) -> list[str]:
    line = [org_id]
    while (above := parents.get(line[0])) in parents and above is not None and above not in line:
        line.insert(0, above)
    return line


def _placed(rows: pa.Table, paths: Mapping[str, str]) -> Iterator[Row]:
    """Rows with the path of their organisation, batch by batch, so that a province fits in memory."""
    for batch in rows.to_batches():
        for row in batch.to_pylist():
            yield {**row, "org_path": paths.get(str(row["org_id"]), _OUTSIDE)}


def _findings(home: Path, scan: ScanFiles, paths: Mapping[str, str], authors: Authors) -> Iterator[Row]:
    """Every finding of the scan and those that are gone, with case, worth and life."""
    present = with_worth(scan.findings, worth(scan.findings, home))
    gone = gone_findings(home, scan)
    found = pa.concat_tables([present, with_worth(gone, present.slice(0, 0))])
    case_key = case_keys(found)
    cases, life = scan.cases, scan.life
    at = pc.index_in(case_key, cases["case_key"].combine_chunks())
    net, rank = cases["net_value_fen"].take(at), cases["rank"].take(at)
    is_gone = pa.array([False] * present.num_rows + [True] * gone.num_rows)
    found = found.append_column("case_key", pc.if_else(is_gone, "", case_key))
    found = found.append_column("case_rank", pc.if_else(is_gone, None, rank))
    found = found.append_column("net_value_fen", pc.if_else(is_gone, 0, pc.fill_null(net, 0)))
    place = pc.index_in(found["finding_key"], life["finding_key"].combine_chunks())
    for name in ("state", "first_seen", "last_seen", "gone_since", "times_back"):
        found = found.append_column(name, life[name].take(place))
    changed = changes(scan, full_scan_before(home, scan))
    for row in _placed(found, paths):
        named = named_staff(
            contract(),
            str(row["subject_kind"]),
            str(row["subject_id"]),
            str(row["proof"]),
            authors.get(str(row["finding_key"]), ()),
        )
        yield {
            **row,
            "scan": scan_number(scan),
            "staff_side": named.is_staff_side,
            "staff_ids": named.staff_ids,
            "state": row["state"] or LifeState.OPEN.value,
            "change": changed.get(str(row["finding_key"]), ""),
        }
