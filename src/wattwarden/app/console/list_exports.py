"""The lists of the console as they leave it: which columns and rows, masked for the viewer."""

from collections.abc import Sequence

from wattwarden.app.columns import load_lists
from wattwarden.app.console.export import Export
from wattwarden.app.console.findings import FindingFilter, find_rows
from wattwarden.app.console.rules import RuleFilter, list_rules
from wattwarden.domain.access import Viewer
from wattwarden.domain.labels import Label


def findings_export(viewer: Viewer, chosen: FindingFilter, keys: Sequence[str] = ()) -> Export:
    """The filtered findings, or only the ``keys`` among them."""
    return Export(
        "findings",
        Label(zh="疑点", en="Findings"),
        {name: c for name, c in load_lists().lists["findings"].items() if name != "proof"},
        find_rows(viewer, chosen, keys),
        dict(chosen.query()),
    )


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
    chosen = {name: columns[name] for name in rows[0] if name in columns}
    return Export("rules", Label(zh="规则", en="Rules"), chosen, rows, {})
