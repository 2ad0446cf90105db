"""Lists that leave the console as a workbook: with a reason, and no more rows than the role allows."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from wattwarden.app.columns import ListColumn
from wattwarden.app.workbook import Sheet, write_workbook
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label

SHORTEST_REASON = 4


@dataclass(frozen=True)
class Export:
    """A list as it is to leave.

    Args:
        what: Its name, for the log and the name of the file: ``findings``.
        title: Name of the sheet.
        columns: Columns by name, as in ``content/lists.yaml``.
        rows: Masked for the viewer; read no further than he may have.
        facts: What was asked for, such as the filter.
    """

    what: str
    title: Label
    columns: Mapping[str, ListColumn]
    rows: Iterable[Mapping[str, object]]
    facts: Mapping[str, object]


def export_workbook(viewer: Viewer, export: Export, reason: str | None) -> bytes:
    """The workbook.

    Raises:
        WattwardenError: he may not export, gives no reason, or asks for more rows than his role allows.
    """
    if len((reason or "").strip()) < SHORTEST_REASON:
        raise fail(f"export of {export.what}", found="no reason", expected="why the list is needed")
    most = viewer.export_rows()
    if not most:
        raise fail("export", found="a role that may not export", expected="a role that may")
    rows = list(islice(export.rows, most + 1))
    if len(rows) > most:
        raise fail("export", found=f"more than {most:,} rows", expected=f"at most {most:,}",
                   action="Filter the list further.")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{export.what}.xlsx"
        write_workbook(path, [Sheet(export.title, export.columns, rows)], viewer.language)
        return path.read_bytes()
