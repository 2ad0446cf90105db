"""Quarantined rows as a workbook: the columns of the source, and beside them what is wrong."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from wattwarden.domain.errors import fail
from wattwarden.lake.headers import ENTRY_COLUMN, PROBLEM_COLUMNS
from wattwarden.lake.quarantine import Entry

_MAX_ROWS = 1_048_575
_MAX_CELL = 32_767
_SHEET_NAME = 31
_MAX_FOOTER = 250
_WIDE, _NARROW = 40, 18


def write_sheets(target: Path, entries: Sequence[Entry], watermark: str = "") -> None:
    """Write one sheet for each table and shape of source.

    Args:
        watermark: Stands at the foot of each page.

    Raises:
        WattwardenError: more rows than a sheet holds.
    """
    ordered = sorted(entries, key=_shape)
    book = xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#DDE7F3", "text_wrap": True})
    bad = book.add_format({"bold": True, "bg_color": "#F8D7DA", "text_wrap": True})
    mark = book.add_format({"bg_color": "#F8D7DA", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    names: set[str] = set()
    for _, group in itertools.groupby(ordered, key=_shape):
        rows = list(group)
        if len(rows) > _MAX_ROWS:
            raise fail(
                f"quarantine of {rows[0].table}",
                found=f"{len(rows):,} rows",
                expected=f"at most {_MAX_ROWS:,} in one sheet",
                action="Correct the source and import it again.",
            )
        sheet = book.add_worksheet(_free_name(rows[0].table, names))
        columns = [name for name in rows[0].types if name != ENTRY_COLUMN and name not in PROBLEM_COLUMNS]
        for at, title in enumerate([*columns, *PROBLEM_COLUMNS, ENTRY_COLUMN]):
            sheet.write_string(0, at, title, head if at < len(columns) else bad)
        sheet.set_column(0, len(columns) - 1, _NARROW, text)
        sheet.set_column(len(columns), len(columns) + len(PROBLEM_COLUMNS), _WIDE, text)
        sheet.freeze_panes(1, 0)
        # An ampersand begins a code of a footer; Excel takes 255 characters.
        sheet.set_footer("&L" + watermark.replace("&", "&&")[:_MAX_FOOTER])
        for line, entry in enumerate(rows, start=1):
            wrong = {problem["column"] for problem in entry.problems}
            for at, value in enumerate(_cells(entry, columns)):
                is_wrong = at < len(columns) and columns[at] in wrong
                sheet.write_string(line, at, value[:_MAX_CELL], mark if is_wrong else text)
    book.close()


def _cells(entry: Entry, columns: Sequence[str]) -> list[str]:
    values = [entry.raw.get(name) or "" for name in columns]
    problems = entry.problems
    return [
        *values,
        "; ".join(problem["column"] for problem in problems),
        "; ".join(problem["found"] for problem in problems),
        "; ".join(f"{problem['zh']} / {problem['en']}" for problem in problems),
        entry.entry_id,
    ]


def _shape(entry: Entry) -> tuple[str, str, str, str]:
    return entry.table, entry.mapping, entry.source, json.dumps(dict(entry.types), ensure_ascii=False)


def _free_name(table: str, taken: set[str]) -> str:
    for number in itertools.count(1):
        name = table[: _SHEET_NAME - 4] + ("" if number == 1 else f" {number}")
        if name not in taken:
            taken.add(name)
            return name
    raise AssertionError
