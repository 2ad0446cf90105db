"""Write lists as an Excel workbook that can be filtered and sent on."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from wattwarden.app.columns import Kind, ListColumn, load_lists, word
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.money import FEN_PER_YUAN

MOST_ROWS = 1_000_000
"""Data rows of a sheet; Excel ends at 1,048,576."""
_LONGEST_TEXT = 32_000
_LONGEST_HEADER = 250
_FORMATS: Mapping[Kind, str] = {
    "fen": "#,##0.00",
    "date": "yyyy-mm-dd",
    "int": "#,##0",
    "share": "0.0%",
    "number": "#,##0.00",
    "seconds": "0.000",
}
_WIDTHS: Mapping[Kind, int] = {
    "fen": 16,
    "date": 12,
    "int": 10,
    "share": 10,
    "number": 12,
    "seconds": 10,
    "code": 12,
    "text": 22,
}
_WIDE = {
    "title": 36,
    "titles": 44,
    "detail": 60,
    "proof": 60,
    "means": 60,
    "value": 60,
    "item": 34,
    "expected": 50,
    "example": 40,
    "label": 26,
    "finding_key": 34,
}


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Args:
        name: Name of its tab, at most 31 characters.
        columns: Columns by name.
        rows: One mapping per row; money in fen.
    """

    name: Label
    columns: Mapping[str, ListColumn]
    rows: Iterable[Mapping[str, object]]


def write_workbook(path: Path, sheets: Sequence[Sheet], language: Language, watermark: str = "") -> None:
    """Write the sheets, with frozen headings, filters and number formats; memory does not grow with rows.

    Args:
        path: The file, replaced where it exists.
        sheets: In the order of the tabs.
        language: Language of headings and codes.
        watermark: Who took the file, when and why: head of every printed page, and in the file's properties.

    Raises:
        WattwardenError: a sheet has more rows than Excel can hold, or the file cannot be written.
    """
    draft = path.with_name(f".{path.name}.part")
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(draft), options) as book:
            _fill(book, sheets, language)
            _sign(book, watermark)
        draft.replace(path)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise fail(str(path), found=str(error), expected="a file that can be written") from error
    finally:
        draft.unlink(missing_ok=True)


def glossary(lists: Sequence[str], language: Language) -> list[dict[str, object]]:
    """Every column of the lists with its meaning, as rows of the glossary sheet."""
    return [
        {"label": column.label.text(language), "name": name, "means": column.means.text(language)}
        for key in lists
        for name, column in load_lists().lists[key].items()
    ]


def _sign(book: xlsxwriter.Workbook, watermark: str) -> None:
    if not watermark:
        return
    book.set_properties({"comments": watermark})
    for tab in book.worksheets():
        # An ampersand starts a code in a header, a doubled one is itself; Excel takes 255 characters.
        tab.set_header("&C" + watermark.replace("&", "&&")[:_LONGEST_HEADER])


def _fill(book: xlsxwriter.Workbook, sheets: Sequence[Sheet], language: Language) -> None:
    heading = book.add_format(
        {"bold": True, "bg_color": "#E8EEF7", "bottom": 1, "text_wrap": True, "valign": "top"}
    )
    formats: dict[str, Format] = {
        kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()
    }
    formats[""] = book.add_format({"valign": "top"})
    for sheet in sheets:
        _write(book.add_worksheet(sheet.name.text(language)), sheet, heading, formats, language)


def _write(
    tab: Worksheet, sheet: Sheet, heading: Format, formats: Mapping[str, Format], language: Language
) -> None:
    tab.freeze_panes(1, 0)
    for index, (name, column) in enumerate(sheet.columns.items()):
        tab.set_column(index, index, _WIDE.get(name, _WIDTHS[column.kind]))
        unit = {"zh": "(元)", "en": " (yuan)"}[language] if column.kind == "fen" else ""
        tab.write_string(0, index, column.label.text(language) + unit, heading)
    count = 0
    for count, row in enumerate(sheet.rows, start=1):
        if count > MOST_ROWS:
            raise fail(
                f"sheet {sheet.name.en}",
                found=f"more than {MOST_ROWS:,} rows",
                expected="what Excel can hold",
                action="Filter the list, or use --format csv.",
            )
        for index, (name, column) in enumerate(sheet.columns.items()):
            _cell(tab, (count, index), name, column.kind, row.get(name), formats, language)
    tab.autofilter(0, 0, count, len(sheet.columns) - 1)


def _cell(
    tab: Worksheet,
    at: tuple[int, int],
    name: str,
    kind: Kind,
    value: object,
    formats: Mapping[str, Format],
    language: Language,
) -> None:
    if value is None:
        return
    style = formats.get(kind, formats[""])
    if kind == "date" and isinstance(value, date):
        tab.write_datetime(*at, value, style)
    elif kind == "fen" and isinstance(value, int):
        tab.write_number(*at, Decimal(value) / FEN_PER_YUAN, style)
    elif kind in _FORMATS and isinstance(value, int | float | Decimal):
        tab.write_number(*at, float(value), style)
    else:
        tab.write_string(*at, _text(name, kind, value, language)[:_LONGEST_TEXT], style)


def _text(name: str, kind: Kind, value: object, language: Language) -> str:
    if kind == "code":
        return word(name, value, language)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return str(value)
