"""The lists of the console as they leave it: which columns and rows, masked for the viewer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from wattwarden.app.columns import load_lists
from wattwarden.app.console.customers import customer_head, tab_tables, tabs_for
from wattwarden.app.console.export import Export
from wattwarden.app.console.findings import FindingFilter, find_rows
from wattwarden.app.console.grids import table_sheet
from wattwarden.app.console.organisation import organisation
from wattwarden.app.console.quality import data_quality
from wattwarden.app.console.rules import RuleFilter, list_rules
from wattwarden.app.console.traces import Subject
from wattwarden.app.workbook import Sheet
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import absent
from wattwarden.domain.labels import Label

Row = Mapping[str, object]


def findings_export(viewer: Viewer, chosen: FindingFilter, keys: Sequence[str] = ()) -> Export:
    """The filtered findings, or only the ``keys`` among them."""
    title = Label(zh="疑点", en="Findings")
    columns = {name: c for name, c in load_lists().lists["findings"].items() if name != "proof"}
    sheet = Sheet(title, columns, find_rows(viewer, chosen, keys))
    return Export("findings", title, (sheet,), dict(chosen.query()))


def rules_export(viewer: Viewer) -> Export:
    """The rule catalogue with its figures."""
    rows = [
        {
            "rule_id": one.rule.id,
            "title": one.rule.title.text(viewer.language),
            "risk": one.rule.risk,
            "severity": one.rule.severity,
            "kind": one.kind,
            "findings": one.total.findings,
            "loss_likely_fen": one.total.expected_fen,
        }
        for one in list_rules(viewer, RuleFilter())
    ]
    known = load_lists().lists
    columns = {name: column for kind in ("findings", "outcomes") for name, column in known[kind].items()}
    title = Label(zh="规则", en="Rules")
    chosen = {name: columns[name] for name in rows[0] if name in columns}
    return Export("rules", title, (Sheet(title, chosen, rows),), {})


def units_export(viewer: Viewer) -> Export:
    """The organisation with the figures of each unit."""
    rows = [
        {
            "org_id": unit.path.strip("/").rpartition("/")[2],
            "name": unit.name,
            "customers": unit.customers,
            "findings": unit.total.findings,
            "per_10k": unit.per_10k,
            "expected_fen": unit.total.expected_fen,
            "open_cases": unit.open_cases,
        }
        for unit in organisation(viewer)
    ]
    title = Label(zh="组织", en="Organisation")
    return Export("units", title, (_listed("units", title, rows),), {})


def quality_export(viewer: Viewer) -> Export:
    """Data quality of the last scan: coverage, tables, and why rows were refused.

    Raises:
        WattwardenError: his role may not see it, or there was no scan yet.
    """
    found = data_quality(viewer)
    if found is None:
        raise absent("data quality", expected="a scan that was published")
    scan, told = found
    language = viewer.language

    coverage = [{**row, "label": row["label"][language]} for row in told["coverage"]]
    tables = [
        {**row, "table": row["name"], "label": row["label"][language], "latest": _day(row["latest"])}
        for row in told["tables"]
    ]
    reasons = [{**row, "expected": row["expected"][language]} for row in told["reasons"]]
    sheets = (
        _listed("coverage", Label(zh="覆盖率", en="Coverage"), coverage),
        _listed("quality", Label(zh="各表", en="Tables"), tables),
        _listed("refused", Label(zh="拒收原因", en="Refused"), reasons),
    )
    return Export("quality", Label(zh="数据质量", en="Data quality"), sheets, {"scan": scan})


def customer_export(viewer: Viewer, customer_id: str, tab: str) -> Export:
    """All rows behind one tab of a customer, a sheet a table of the data contract.

    Raises:
        WattwardenError: he does not exist for this viewer, or has no such tab.
    """
    asked, _ = customer_head(viewer, customer_id)
    label = tabs_for(viewer).get(tab)
    if label is None or not (names := tab_tables(tab)):
        raise absent(f"tab {tab[:20]}", expected="a tab of the customer that shows tables")
    sheets = [table_sheet(name, asked.rows(name), viewer.language, asked.masker) for name in names]
    row = asked.customer
    return Export("customer", label, sheets, {"tab": tab}, Subject("customer", row.customer_id, row.org_path))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _listed(name: str, title: Label, rows: Iterable[Row]) -> Sheet:
    return Sheet(title, load_lists().lists[name], rows)
