"""Read an Excel workbook: every sheet is a part; formula errors, encryption and old formats are refused."""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from wattwarden.domain.errors import fail
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.csv_file import check_header
from wattwarden.lake.sources.parquet_file import digest
from wattwarden.lake.sources.part import Lines, Part

GUIDE_SHEETS = ("说明", "guide")
"""Sheets whose name begins so explain the others and hold no rows."""

EXAMPLE_MARK = "#"
"""Column of a template in which an example row is marked; such rows are left out."""

# What the archive and the XML inside it raise when bytes are lost or changed.
_DAMAGE = (
    CalamineError, zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError,
    LookupError,
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0"
_BATCH = 20_000
_EXACT_DIGITS = 15
_ERROR_CELL = re.compile(rb'<c\s[^>]*?r="([A-Z]+[0-9]+)"[^>]*?\st="e"')
_SHEET_FILE = re.compile(r"xl/worksheets/[^/]+\.xml")
_SHOWN = 5
_BLOCK = 1 << 20
_TAIL = 512


def read_xlsx(scratch: Scratch, path: Path, title: str, first_number: int) -> list[Part]:
    """Turn each sheet with rows into a part.

    Raises:
        WattwardenError: no workbook, encrypted, the old format, formula errors, or no sheet with rows.
    """
    with path.open("rb") as handle:
        _check_magic(handle.read(4096), title)
    try:
        _check_formula_errors(path, title)
        book = CalamineWorkbook.from_path(str(path))
        sheets = [
            meta.name
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet and not meta.name.lower().startswith(GUIDE_SHEETS)
        ]
        parts: list[Part] = []
        hashed = digest(path)
        for name in sheets:
            part = _read_sheet(
                scratch, book.get_sheet_by_name(name), title, first_number + len(parts), hashed
            )
            if part:
                parts.append(part)
    except _DAMAGE as error:
        raise fail(
            title,
            found=f"a damaged workbook: {error}",
            expected="an Excel workbook (.xlsx)",
            action="Open it in Excel and save it again.",
        ) from error
    if not parts:
        raise fail(
            title,
            found="no sheet with rows",
            expected="a header and at least one row",
            action="Export it again.",
        )
    return parts


def _check_magic(head: bytes, title: str) -> None:
    if head.startswith(_OLE):
        encrypted = (
            "EncryptedPackage".encode("utf-16-le") in head or "EncryptionInfo".encode("utf-16-le") in head
        )
        raise fail(
            title,
            found="an encrypted workbook"
            if encrypted
            else "an encrypted workbook or the old Excel format (.xls)",
            expected="an Excel workbook (.xlsx) without a password",
            action="Open it in Excel and save it as .xlsx without a password.",
        )
    if not head.startswith(b"PK"):
        raise fail(
            title,
            found="a file that is no workbook" if head.strip() else "an empty file",
            expected="an Excel workbook (.xlsx)",
            action="Save it as .xlsx, or give it the name ending that fits its content.",
        )


def _check_formula_errors(path: Path, title: str) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in filter(_SHEET_FILE.fullmatch, archive.namelist()):
            cells: list[str] = []
            with archive.open(name) as handle:
                tail = b""
                while block := handle.read(_BLOCK):
                    cells += [
                        cell.decode()
                        for cell in _ERROR_CELL.findall(tail + block)
                        if cell.decode() not in cells
                    ]
                    tail = block[-_TAIL:]
            if cells:
                raise fail(
                    f"{title} [{Path(name).stem}]",
                    found=f"{len(cells)} cells with formula errors: {', '.join(cells[:_SHOWN])}",
                    expected="values",
                    action="Correct these formulas (#REF!, #N/A, #DIV/0! …), or paste values instead.",
                )


def _read_sheet(scratch: Scratch, sheet: CalamineSheet, title: str, number: int, hashed: str) -> Part | None:
    rows = sheet.iter_rows()
    header_line, first = 0, [""]
    while not any(first):
        cells = next(rows, None)
        if cells is None:
            return None
        header_line += 1
        first = [_text(cell) or "" for cell in cells]
    name = f"{title} [{sheet.name}]"
    _check_merged_header(sheet, header_line, name)
    while first and not first[-1].strip():
        first.pop()
    columns = check_header(first, name)
    target = scratch.folder / f"part{number}.parquet"
    count, lines = _write(rows, columns, target, header_line + 1)
    if count == 0:
        return None
    return Part(number, title, sheet.name, hashed, target, dict.fromkeys(columns, "VARCHAR"), count, lines)


def _check_merged_header(sheet: CalamineSheet, header_line: int, name: str) -> None:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top <= header_line - 1 <= bottom and (right > left or bottom > top):
            raise fail(
                name,
                found=f"merged cells in line {header_line}, where the column names should be",
                expected="one header line with a name in each column",
                action="Remove title lines and merged cells above the rows.",
            )


def _write(
    rows: Iterable[Sequence[object]], columns: Sequence[str], target: Path, first_line: int
) -> tuple[int, Lines]:
    """Write the rows that are not empty and not marked as an example.

    Returns:
        The number of rows, and how positions become line numbers.
    """
    mark = columns.index(EXAMPLE_MARK) if EXAMPLE_MARK in columns else None
    schema = pa.schema([pa.field(name, pa.string()) for name in columns])
    position, skipped = 0, 0
    jumps: list[int] = []
    steps: list[int] = []
    source: Iterator[Sequence[object]] = iter(rows)
    with pq.ParquetWriter(target, schema, compression="lz4") as writer:
        while batch := list(islice(source, _BATCH)):
            kept: list[list[str | None]] = []
            for cells in batch:
                values = [_text(cell) for cell in cells[: len(columns)]]
                if not any(values) or (mark is not None and mark < len(values) and values[mark]):
                    skipped += 1
                    continue
                if skipped and (not steps or steps[-1] != skipped):
                    jumps.append(position)
                    steps.append(skipped)
                kept.append(values + [None] * (len(columns) - len(values)))
                position += 1
            arrays = [pa.array([row[at] for row in kept], pa.string()) for at in range(len(columns))]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return position, Lines(first_line, tuple(jumps), tuple(steps))


def _text(cell: object) -> str | None:  # noqa: PLR0911 - one line per kind of cell
    """The value of a cell as text that the checks understand; None where it is empty."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _number(value: float) -> str:
    """Whole numbers without a point; more digits than Excel keeps are written with an exponent."""
    if value.is_integer() and abs(value) < 10**_EXACT_DIGITS:
        return str(int(value))
    if value.is_integer():
        return f"{value:.14e}"
    return repr(value)
