"""Rows in quarantine in the browser: list, workbook, corrected rows back."""

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattwarden.app.console.export import allowed_rows, mark_line
from wattwarden.app.console.imports import Upload
from wattwarden.app.console.masking import masker_for
from wattwarden.app.console.traces import Subject, done, given_reason
from wattwarden.app.quarantine_rows import Corrected, import_corrected, list_quarantine, waiting_entries
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import forbidden
from wattwarden.lake.quarantine import Entry
from wattwarden.lake.quarantine_sheet import write_sheets

MOST_SHOWN = 200
MOST_TAKEN = 10_000
"""Rows that whoever imports may take at once to correct them, though his role may export no lists."""


@dataclass(frozen=True)
class Waiting:
    """Rows that wait for a decision.

    Args:
        tables: Rows by table.
        found: What stands in the row, by entry, masked where the column holds personal data.
    """

    entries: Sequence[Entry]
    total: int
    tables: Mapping[str, int]
    found: Mapping[str, str]


def waiting_rows(viewer: Viewer, table: str | None) -> Waiting:
    """What waits, of one table or of all.

    Raises:
        WattwardenError: the viewer may not import, or there is no such table.
    """
    _allowed(viewer)
    entries = list_quarantine(home(), None)
    tables = Counter(entry.table for entry in entries)
    mine = [entry for entry in entries if entry.table == table] if table else entries
    masker = masker_for(viewer, "/")
    found = {entry.entry_id: str(masker.value(entry.column, entry.found)) for entry in mine[:MOST_SHOWN]}
    return Waiting(mine[:MOST_SHOWN], len(mine), dict(sorted(tables.items())), found)


def quarantine_workbook(viewer: Viewer, table: str | None, reason: str | None) -> bytes:
    """The waiting rows in the columns of their source, to be corrected and sent back; recorded.

    They stand as they were sent, personal data unmasked, so it is an export like any other. Its watermark is
    at the foot of each page: a sheet or row of its own would come back with the corrected rows.

    Raises:
        WattwardenError: the viewer may not import, gives no reason, nothing waits, or more waits
            than his role may take.
    """
    _allowed(viewer)
    why = given_reason(reason, "export of quarantine")
    entries = allowed_rows(viewer, waiting_entries(home(), table), MOST_TAKEN)
    number = done(
        viewer, "quarantine.export", Subject("export", "quarantine"), new={"rows": len(entries), "table": table},
        reason=why,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quarantine.xlsx"
        write_sheets(path, entries, mark_line(viewer, why, number))
        return path.read_bytes()


def take_corrected(viewer: Viewer, upload: Upload) -> Corrected:
    """Import the corrected rows of such a workbook.

    Raises:
        WattwardenError: the viewer may not import, or it is no such workbook.
    """
    _allowed(viewer)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corrected.xlsx"
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        return import_corrected(home(), path)


def _allowed(viewer: Viewer) -> None:
    if not viewer.may("import_files"):
        raise forbidden("quarantine", found="a role that may not import", expected="one that may")
