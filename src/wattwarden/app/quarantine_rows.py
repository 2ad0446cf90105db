"""Rows in quarantine: list them, send them out as a workbook, take corrected ones back, drop the rest."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.lake.checks_rows import Feed
from wattwarden.lake.feeds import corrected_feed, plain_feed
from wattwarden.lake.headers import ENTRY_COLUMN, HeaderBook
from wattwarden.lake.import_run import ImportRun
from wattwarden.lake.import_settings import import_settings
from wattwarden.lake.mapping import load_mapping
from wattwarden.lake.quarantine import DROPPED, STATES, Entry, open_entries, state_rows
from wattwarden.lake.quarantine_sheet import write_sheets
from wattwarden.lake.schema import literal, quoted
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.part import PART_SHIFT, ROW, Part
from wattwarden.lake.sources.xlsx_file import read_xlsx
from wattwarden.lake.store import Lake


@dataclass(frozen=True)
class Corrected:
    """What became of corrected rows.

    Args:
        read: Rows in the workbook.
        settled: Entries whose rows are in the lake now.
        waiting: Entries that are still wrong, with their line in the workbook and what is wrong now.
        version: Lake version afterwards.
    """

    read: int
    settled: int
    waiting: tuple[tuple[str, str], ...]
    version: int | None


def list_quarantine(home: Path, table: str | None = None) -> list[Entry]:
    """Entries that wait for a decision.

    Raises:
        WattwardenError: there is no such table.
    """
    _check_table(table)
    return open_entries(Lake(home, contract()), table)


def find_entry(home: Path, entry_id: str) -> Entry:
    """The entry whose name begins with ``entry_id``.

    Raises:
        WattwardenError: none or several do.
    """
    found = [entry for entry in open_entries(Lake(home, contract())) if entry.entry_id.startswith(entry_id)]
    if len(found) != 1:
        raise fail(
            f"quarantine entry {entry_id}",
            found=f"{len(found)} entries",
            expected="one that waits",
            action="List them with: wattwarden quarantine list",
        )
    return found[0]


def export_quarantine(home: Path, target: Path, table: str | None = None) -> int:
    """Write the waiting rows to a workbook in the columns of their source; return their number.

    Raises:
        WattwardenError: nothing waits, or too much for one sheet.
    """
    entries = waiting_entries(home, table)
    write_sheets(target, entries)
    return len(entries)


def waiting_entries(home: Path, table: str | None = None) -> list[Entry]:
    """The waiting rows, of which there is at least one.

    Raises:
        WattwardenError: nothing waits.
    """
    entries = list_quarantine(home, table)
    if not entries:
        raise fail(
            "quarantine", found="no row", expected="at least one row that waits", action="Nothing to do."
        )
    return entries


def drop_entries(home: Path, entry_ids: Sequence[str] | None, table: str | None = None) -> int:
    """Give up rows: by their names, or all of a table, or all; return their number.

    Raises:
        WattwardenError: a name fits no entry.
    """
    _check_table(table)
    with Lake(home, contract()).session() as session:
        waiting = open_entries(session, table)
        if entry_ids is None:
            chosen = [entry.entry_id for entry in waiting]
        else:
            known = {entry.entry_id for entry in waiting}
            unknown = [name for name in entry_ids if name not in known]
            if unknown:
                raise fail(f"quarantine entry {unknown[0]}", found="no such entry", expected="one that waits")
            chosen = list(entry_ids)
        if chosen:
            session.append_system(STATES, state_rows(chosen, DROPPED, datetime.now(UTC)))
            session.commit({"dropped": str(len(chosen))})
        return len(chosen)


def import_corrected(home: Path, path: Path, imported_at: datetime | None = None) -> Corrected:
    """Import the corrected rows of an exported workbook and settle the entries that pass now.

    Raises:
        WattwardenError: not such a workbook, or rows that cannot be imported from a sheet.
    """
    if not path.is_file():
        raise fail(str(path), found="no such file", expected="a workbook", action="Check the path.")
    settings, at = import_settings(), imported_at or datetime.now(UTC)
    with Scratch(home, [path], settings.memory) as scratch, Lake(home, contract()).session() as session:
        parts = read_xlsx(scratch, path, str(path), 0)
        waiting = {entry.entry_id: entry for entry in open_entries(session)}
        origins = {part.number: _origin(scratch, part, waiting) for part in parts}
        feeds = {part.number: _feed(scratch, part, origins[part.number]) for part in parts}
        run = ImportRun(scratch, session, contract(), settings, at, lambda *_: None)
        run.check(parts, lambda left: [feeds[part.number] for part in left], frozenset(origins))
        run.store()
        settled = [name for part in parts for name in _passed(scratch, run, part) if name in waiting]
        run.settle(settled)
        still = tuple(line for part in parts for line in _failed(scratch, run, part))
        version = session.commit({"corrected": str(len(settled))}).version
    return Corrected(sum(part.rows for part in parts), len(settled), still, version)


def _origin(scratch: Scratch, part: Part, waiting: dict[str, Entry]) -> Entry:
    """An entry of the sheet; all rows of one sheet have the same origin."""
    if ENTRY_COLUMN not in part.columns:
        raise fail(
            part.title,
            found=f"no column {ENTRY_COLUMN}",
            expected="a workbook written by: wattwarden quarantine export FILE.xlsx",
            action="Import other files with: wattwarden import FILE",
        )
    names = scratch.rows(f"SELECT {quoted(ENTRY_COLUMN)} FROM read_parquet({literal(str(part.parquet))})")
    known = [waiting[str(name)] for (name,) in names if str(name) in waiting]
    if not known:
        raise fail(
            part.title,
            found="only entries that are settled already",
            expected="entries that wait",
            action="Export the quarantine again.",
        )
    return known[0]


def _feed(scratch: Scratch, part: Part, origin: Entry) -> Feed:
    settings = import_settings()
    if origin.mapping:
        mapping = load_mapping(origin.mapping, contract(), settings)
        return corrected_feed(scratch, contract(), settings, mapping, part, (origin.source, origin.types))
    book = HeaderBook(contract(), settings)
    return plain_feed(settings, part, book.checked(book.recognise(part, origin.table), part))


def _passed(scratch: Scratch, run: ImportRun, part: Part) -> list[str]:
    """Entries of the rows of a sheet that are in the lake now."""
    return [str(row[0]) for row in scratch.rows(_entries_of(run, part, "NOT IN"))]


def _failed(scratch: Scratch, run: ImportRun, part: Part) -> list[tuple[str, str]]:
    found = []
    for check in run.checks.values():
        rows = scratch.rows(
            f"SELECT {ROW}, to_json(problems) FROM {check.bad_table} WHERE {ROW} >> {PART_SHIFT} = {part.number} ORDER BY 1"
        )
        for row, problems in rows:
            first = json.loads(str(problems))[0]
            line, _ = part.place_of(int(str(row)))
            text = f"{first['column']}: {first['found']} ≠ {first['zh']} / {first['en']}"
            found.append((f"{part.title}:{line}", text))
    return found


def _entries_of(run: ImportRun, part: Part, membership: str) -> str:
    bad = " UNION ALL ".join(f"SELECT {ROW} FROM {check.bad_table}" for check in run.checks.values())
    number = f"(CAST({part.number} AS BIGINT) << {PART_SHIFT}) + file_row_number"
    return (
        f"SELECT {quoted(ENTRY_COLUMN)} FROM read_parquet({literal(str(part.parquet))}, file_row_number = true) "
        f"WHERE {quoted(ENTRY_COLUMN)} IS NOT NULL AND {number} {membership} ({bad})"
    )


def _check_table(table: str | None) -> None:
    if table is not None and table not in contract().source_tables:
        raise fail("--table", found=table, expected=", ".join(contract().source_tables))
