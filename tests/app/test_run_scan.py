"""The scan: outcomes of rules, stable keys, life across scans, same data same bytes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from wattwarden.app.run_scan import ScanRequest, ScanResult, run_scan
from wattwarden.app.scan_files import latest_scan
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.finding import OutcomeKind
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits
from wattwarden.lake.store import Lake

RULE = "metering.register_frozen"
START = datetime(2026, 10, 20, tzinfo=UTC)
Rows = Sequence[Mapping[str, object]]

OWN_RULE = """
id: own.{name}
title: {{zh: 甲, en: A}}
risk: "1.2.3"
status: experimental
severity: low
clauses: [dlt-448.fault]
why: {{zh: 甲, en: A}}
misses: {{zh: 甲, en: A}}
false_positives: [{{zh: 甲, en: A}}]
subject: customer
cause: under_metering
confidence: {{value: 0.5, zh: 甲, en: A}}
direction: none
detect: {detect}
proof: {{values: {{}}}}
checks: [{{zh: 甲, en: A}}]
remedy: field_inspection
expected_per_10k: [0, 10]
"""


def _typed(table: str, rows: Rows) -> pa.Table:
    with DuckDBEngine(contract(), Limits()) as engine:
        engine.open_empty()
        with engine.filled({table: rows}):
            return engine.query(f'SELECT * FROM "{table}"')


def import_rows(home: Path, given: Mapping[str, Rows], at: datetime = START) -> None:
    with Lake(home, contract()).session() as session:
        for table, rows in given.items():
            session.merge(table, _typed(table, rows), at)
        session.commit({"test": "rows"})


def county(frozen: bool = True) -> dict[str, Rows]:
    still = [100 + 4 * min(day, 1 if frozen else day) for day in range(10)]
    first = date(2026, 10, 19)
    return {
        "org_unit": [
            {"org_id": "O1", "name": "Alpha", "kind": "county"},
            {"org_id": "O2", "name": "Beta", "kind": "station", "parent_org_id": "O1"},
            {"org_id": "O9", "name": "Gamma", "kind": "county"},
        ],
        "premise": [{"premise_id": "P1", "org_id": "O2"}],
        "customer": [{"customer_id": "C1", "premise_id": "P1", "org_id": "O2", "status": "active"}],
        "meter": [{"meter_id": "M1", "customer_id": "C1", "role": "billing", "multiplier": 1}],
        "bill": [
            {
                "bill_id": "B1",
                "customer_id": "C1",
                "bill_month": "2026-09-01",
                "kind": "normal",
                "kwh": 100,
                "amount_fen": 6000,
                "issued_on": "2026-10-01",
            }
        ],
        "reading_daily": [
            {"meter_id": "M1", "read_date": str(first + timedelta(days=day)), "register_kwh": register}
            for day, register in enumerate(still)
        ],
    }


def _scan(home: Path, *rules: str, **options: object) -> ScanResult:
    return run_scan(ScanRequest(home, rules=rules or (RULE,), **options))  # type: ignore[arg-type]  # as given


def test_from_lake_to_case(tmp_path: Path) -> None:
    """The frozen meter is found, placed at its premise and station, and becomes a case."""
    import_rows(tmp_path, county())
    result = _scan(tmp_path)
    scan = latest_scan(tmp_path)
    (finding,) = scan.findings.to_pylist()
    assert (finding["customer_id"], finding["premise_id"], finding["org_id"]) == ("C1", "P1", "O2")
    assert finding["confidence"] == Decimal("0.5")
    assert finding["loss_likely_fen"] == 8 * 4 * 60
    assert result.outcomes[0].kind is OutcomeKind.FOUND
    assert scan.cases.num_rows == 1
    assert result.is_clean


def test_same_lake_same_content_same_bytes(tmp_path: Path) -> None:
    """Two scans of one lake version write identical findings."""
    import_rows(tmp_path, county())
    first, second = _scan(tmp_path), _scan(tmp_path)
    for name in ("findings.parquet", "cases.parquet"):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes()


def test_open_gone_back(tmp_path: Path) -> None:
    """A finding that is mended closes itself; one that returns reopens under the same key."""
    mended = [{"meter_id": "M1", "read_date": "2026-10-28", "register_kwh": 105}]
    import_rows(tmp_path, county())
    states: list[list[tuple[str, int]]] = []
    for given in ({}, {"reading_daily": mended}, {"reading_daily": county()["reading_daily"]}):
        if given:
            import_rows(tmp_path, given, START + timedelta(days=1 + len(states)))
        run_scan(ScanRequest(tmp_path))
        life = latest_scan(tmp_path).life.filter(pa.compute.field("rule_id") == RULE)
        states.append([(row["state"], row["times_back"]) for row in life.to_pylist()])
    assert states == [[("open", 0)], [("gone", 0)], [("back", 1)]]


def test_an_empty_lake_is_an_error(tmp_path: Path) -> None:
    """Nothing read is not a clean result."""
    with pytest.raises(WattwardenError, match="no data read"):
        _scan(tmp_path)


def test_a_table_without_rows_blinds_the_rule(tmp_path: Path) -> None:
    """The outcome says which table has no data, instead of finding nothing."""
    given = county()
    del given["bill"]
    import_rows(tmp_path, given)
    result = _scan(tmp_path)
    assert result.outcomes[0].kind is OutcomeKind.NO_DATA
    assert result.outcomes[0].detail == "bill"


def _own(home: Path, **rules: str) -> None:
    folder = home / "content" / "own" / "rules" / "own"
    folder.mkdir(parents=True)
    for name, detect in rules.items():
        (folder / f"{name}.yaml").write_text(OWN_RULE.format(name=name, detect=detect), encoding="utf-8")


def test_one_failing_rule_does_not_stop_the_others(tmp_path: Path) -> None:
    """A rule whose SQL breaks at run time is shown as failed; the rest goes on; the scan is not clean."""
    import_rows(tmp_path, county())
    _own(
        tmp_path,
        breaks="SELECT customer_id FROM customer WHERE CAST(name AS DATE) > $today OR nothing = 1",
        twins="SELECT customer_id FROM customer UNION ALL SELECT customer_id FROM customer",
    )
    result = _scan(tmp_path, RULE, "own")
    kinds = {outcome.rule_id: outcome.kind for outcome in result.outcomes}
    assert kinds == {
        RULE: OutcomeKind.FOUND,
        "own.breaks": OutcomeKind.FAILED,
        "own.twins": OutcomeKind.FAILED,
    }
    assert not result.is_clean


def test_what_no_rule_may_do(tmp_path: Path) -> None:
    """A rule that reads the lake's own files, or is no rule at all, fails by itself and says why."""
    import_rows(tmp_path, county())
    _own(tmp_path, reads=f"SELECT customer_id FROM read_parquet('{tmp_path}/lake/customer/*.parquet')")
    (tmp_path / "content" / "own" / "rules" / "own" / "torn.yaml").write_text("id: [", encoding="utf-8")
    result = _scan(tmp_path, RULE, "own")
    failed = {o.rule_id: o.detail for o in result.outcomes if o.kind is OutcomeKind.FAILED}
    assert failed.keys() == {"own.reads", "own.torn"}
    assert "read_parquet" in failed["own.reads"]
    assert "valid YAML" in failed["own.torn"]
    assert result.findings == 1


def test_outside_its_band_a_rule_is_withheld(tmp_path: Path) -> None:
    """A rule that suddenly accuses everybody is quarantined, and says how many."""
    given = county()
    given["customer"] = [
        {"customer_id": f"C{n}", "premise_id": "P1", "org_id": "O2", "status": "active"} for n in range(40)
    ]
    import_rows(tmp_path, given)
    _own(tmp_path, everybody="SELECT customer_id FROM customer")
    result = _scan(tmp_path, "own")
    assert result.outcomes[0].kind is OutcomeKind.OUT_OF_BAND
    assert "more than 25" in result.outcomes[0].detail
    assert result.findings == 0


def test_the_site_may_excuse_and_adapt(tmp_path: Path) -> None:
    """An excused subject stays silent until the exception expires; a parameter changes the rule's hash."""
    import_rows(tmp_path, county())
    before = _scan(tmp_path)
    site = tmp_path / "content" / "rules"
    site.mkdir(parents=True)
    line = "exceptions: [{{subject_id: M1, owner: Risk desk, reason: vacant, expires: {day}}}]\n"
    (site / f"{RULE}.yaml").write_text(line.format(day="2027-01-01"), encoding="utf-8")
    assert _scan(tmp_path).outcomes[0].detail == "1 excused by the site"
    (site / f"{RULE}.yaml").write_text(line.format(day="2026-10-01"), encoding="utf-8")
    assert _scan(tmp_path).findings == 1
    (site / f"{RULE}.yaml").write_text("params: {min_days: 30}\n", encoding="utf-8")
    after = _scan(tmp_path)
    assert after.findings == 0
    assert after.outcomes[0].rule_hash != before.outcomes[0].rule_hash


def test_only_the_chosen_organisation(tmp_path: Path) -> None:
    """A county sees its stations; another county sees nothing of them; an unknown unit is an error."""
    import_rows(tmp_path, county())
    assert _scan(tmp_path, org="O1").findings == 1
    assert _scan(tmp_path, org="O9").findings == 0
    with pytest.raises(WattwardenError, match="O7"):
        _scan(tmp_path, org="O7")


def test_as_known_then(tmp_path: Path) -> None:
    """A scan as of an earlier instant does not see what arrived later."""
    given = county()
    late = given.pop("reading_daily")
    import_rows(tmp_path, {**given, "reading_daily": late[:3]})
    import_rows(tmp_path, {"reading_daily": late[3:]}, START + timedelta(days=5))
    assert _scan(tmp_path, as_of=START + timedelta(days=1)).findings == 0
    assert _scan(tmp_path, as_of=START + timedelta(days=6)).findings == 1
