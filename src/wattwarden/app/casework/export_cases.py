"""The list of cases as it leaves the console, masked as on screen."""

from wattwarden.app.casework.lists import CaseFilter, ListedCase, case_page
from wattwarden.app.casework.times import local
from wattwarden.app.columns import load_lists
from wattwarden.app.console.export import Export
from wattwarden.app.workbook import Sheet
from wattwarden.domain.access import Viewer
from wattwarden.domain.labels import Label, Language


def cases_export(viewer: Viewer, chosen: CaseFilter) -> Export:
    """The filtered cases, the most valuable first; one more than the role may take, so that it is told."""
    title = Label(zh="工单", en="Cases")
    found = case_page(viewer, chosen, rows=viewer.export_rows() + 1).rows
    rows = [_row(one, viewer.language) for one in found]
    asked = {name: value for name, value in vars(chosen).items() if value}
    return Export("cases", title, (Sheet(title, load_lists().lists["work"], rows),), asked)


def _row(one: ListedCase, language: Language) -> dict[str, object]:
    row = one.row
    return {
        "case": row.pk,
        "title": one.title.text(language),
        "customer_id": one.customer_id or one.subject_id,
        "step": one.step.title.text(language),
        "severity": row.severity,
        "owner": (row.owner.display_name or row.owner.username) if row.owner else None,
        "due_at": f"{local(row.due_at):%Y-%m-%d %H:%M}" if row.due_at else None,
        "found_fen": row.found_fen,
        "net_value_fen": row.net_value_fen,
        "org_id": row.org_id,
        "drawn_at_random": "✓" if row.drawn_at_random else None,
    }
