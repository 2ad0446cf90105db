"""Excel templates, from the data contract alone: headers, units, code lists, key and required columns.

A template that was filled in imports without a mapping: each header holds the label in both languages
and the name of the column, and the first column marks the example row, which is not imported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from wattwarden.domain.labels import Language
from wattwarden.domain.tables import Column, Table
from wattwarden.lake.import_settings import ImportSettings
from wattwarden.lake.sources.xlsx_file import EXAMPLE_MARK

GUIDE = "说明 Guide"
CODES = "说明 codes"
EXAMPLE = "示例 example"

_LAST_ROW = 1_048_575
_TITLE, _MESSAGE = 32, 255
_EXAMPLE_DATE = date(2024, 1, 31)
_EXAMPLE_MONTH = date(2024, 1, 1)
_EXAMPLE_TIME = datetime(2024, 1, 31, 8, 30)  # noqa: DTZ001 - wall time of the site
_GUIDE_COLUMNS = (
    "表 Table", "列 Column", "中文", "English", "字段 Field", "类型 Type", "单位 Unit", "必填 Required",
    "范围 Range", "引用 Refers to", "取值 Values",
)  # fmt: skip


@dataclass(frozen=True)
class _Look:
    """Formats of a workbook."""

    key: Format
    required: Format
    optional: Format
    head: Format
    example: Mapping[str, Format]
    cell: Mapping[str, Format]


def write_template(
    target: Path, tables: Sequence[Table], settings: ImportSettings, language: Language
) -> None:
    """Write a workbook with one sheet per table, and a guide.

    Args:
        target: The workbook to write.
        tables: Tables, in the order of their sheets.
        settings: Phrases for what a value looks like.
        language: Language of the drop-down lists.
    """
    book = xlsxwriter.Workbook(str(target), {"default_date_format": "yyyy-mm-dd"})
    look = _look(book)
    sheets = [book.add_worksheet(table.name) for table in tables]
    guide = book.add_worksheet(GUIDE)
    codes = book.add_worksheet(CODES)
    codes.hide()
    lists = _write_codes(codes, tables, language)
    for sheet, table in zip(sheets, tables, strict=True):
        _write_table(sheet, table, look, lists, settings)
    _write_guide(guide, tables, look)
    book.close()


def header_text(table: Table, name: str) -> str:
    """Header of a column: label and unit, English label, name; a star where a value is required."""
    column = table.columns[name]
    unit = f" ({column.quantity.unit_zh})" if column.quantity.unit_zh else ""
    star = "*" if table.is_required(name) else ""
    return f"{star}{column.zh}{unit}\n{column.en}\n{name}"


def example_value(table: Table, name: str, language: Language) -> object:
    """A value that could stand in a column; examples of two tables refer to each other."""
    column = table.columns[name]
    if column.values:
        return next(iter(column.values.values())).text(language)
    kind = column.quantity.sql
    if kind == "BOOLEAN":
        return "是" if language == "zh" else "yes"
    if kind == "VARCHAR":
        named = column.ref or (table.name if name == table.key[0] else name)
        return f"{named.upper()}-1" if column.type == "id" else f"… {column.label.text(language)}"
    if kind == "DATE":
        return _EXAMPLE_MONTH if column.type == "month" else _EXAMPLE_DATE
    if kind == "TIMESTAMP":
        return _EXAMPLE_TIME
    return max(1, int(column.min or 0)) if column.max is None or column.max >= 1 else int(column.max)


def _look(book: Workbook) -> _Look:
    base = {"text_wrap": True, "valign": "top", "border": 1, "bold": True}
    grey = {"italic": True, "font_color": "#808080", "bg_color": "#F5F5F5"}
    shapes = {
        "VARCHAR": "@", "BOOLEAN": "@", "DATE": "yyyy-mm-dd", "month": "yyyy-mm", "TIMESTAMP": "yyyy-mm-dd hh:mm:ss",
        "number": "General",
    }  # fmt: skip
    return _Look(
        key=book.add_format({**base, "bg_color": "#1F4E79", "font_color": "#FFFFFF"}),
        required=book.add_format({**base, "bg_color": "#F4B183"}),
        optional=book.add_format({**base, "bg_color": "#E7E6E6", "bold": False}),
        head=book.add_format(base),
        example={name: book.add_format({**grey, "num_format": shape}) for name, shape in shapes.items()},
        cell={name: book.add_format({"num_format": shape}) for name, shape in shapes.items()},
    )


def _shape(column: Column) -> str:
    kind = column.quantity.sql
    if column.type == "month":
        return "month"
    return kind if kind in ("VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP") else "number"


def _write_codes(sheet: Worksheet, tables: Sequence[Table], language: Language) -> dict[tuple[str, str], str]:
    """Put all code lists on one hidden sheet; return the range of each."""
    ranges: dict[tuple[str, str], str] = {}
    at = 0
    for table in tables:
        for name, column in table.columns.items():
            labels = [label.text(language) for label in (column.values or {}).values()]
            if column.quantity.sql == "BOOLEAN":
                labels = ["是", "否"] if language == "zh" else ["yes", "no"]
            if labels:
                sheet.write_column(0, at, labels)
                letter = xl_col_to_name(at)
                ranges[table.name, name] = f"='{CODES}'!${letter}$1:${letter}${len(labels)}"
                at += 1
    return ranges


def _write_table(
    sheet: Worksheet,
    table: Table,
    look: _Look,
    lists: Mapping[tuple[str, str], str],
    settings: ImportSettings,
) -> None:
    sheet.write_string(0, 0, EXAMPLE_MARK, look.optional)
    sheet.write_string(1, 0, EXAMPLE, look.example["VARCHAR"])
    sheet.set_column(0, 0, 12)
    for at, (name, column) in enumerate(table.columns.items(), start=1):
        shape = _shape(column)
        style = look.key if name in table.key else look.required if column.required else look.optional
        sheet.set_column(at, at, max(14, len(column.zh) * 2 + 6), look.cell[shape])
        sheet.write_string(0, at, header_text(table, name), style)
        values = lists.get((table.name, name))
        language: Language = "zh"
        value = example_value(table, name, language)
        if isinstance(value, date):
            sheet.write_datetime(1, at, value, look.example[shape])
        else:
            sheet.write(1, at, value, look.example[shape])
        rule: dict[str, object] = {"validate": "list", "source": values} if values else {"validate": "any"}
        rule |= {
            "input_title": column.zh[:_TITLE],
            "input_message": _note(table, name, settings)[:_MESSAGE],
            "error_type": "warning",
        }
        sheet.data_validation(1, at, _LAST_ROW, at, rule)
    sheet.set_row(0, 48)
    sheet.freeze_panes(1, 1)


def _note(table: Table, name: str, settings: ImportSettings) -> str:
    """What the column holds, in both languages."""
    column = table.columns[name]
    kind = "code" if column.type == "code" else column.type if column.type in settings.expected else "number"
    values = " / ".join(label.zh for label in (column.values or {}).values())
    phrase = settings.phrase(kind, values=values)
    parts = [column.en, f"{phrase.zh}; {phrase.en}" if kind != "code" else values]
    if column.quantity.unit_zh:
        parts.append(f"{column.quantity.unit_zh} / {column.quantity.unit_en}")
    if table.is_required(name):
        parts.append("必填 required")
    if column.ref:
        parts.append(f"→ {column.ref}")
    return "\n".join(parts)


def _write_guide(sheet: Worksheet, tables: Sequence[Table], look: _Look) -> None:
    for at, title in enumerate(_GUIDE_COLUMNS):
        sheet.write_string(0, at, title, look.head)
    line = 1
    for table in tables:
        for name, column in table.columns.items():
            is_key = "主键 key" if name in table.key else "必填 required" if column.required else ""
            low = "" if column.min is None else f"≥ {column.min:g}"
            high = "" if column.max is None else f"≤ {column.max:g}"
            values = "; ".join(
                f"{code} = {label.zh} / {label.en}" for code, label in (column.values or {}).items()
            )
            cells = (
                f"{table.zh} {table.name}", name, column.zh, column.en, column.field or "", column.type,
                column.quantity.unit_zh, is_key, f"{low} {high}".strip(), column.ref or "", values,
            )  # fmt: skip
            for at, text in enumerate(cells):
                sheet.write_string(line, at, text)
            line += 1
    sheet.set_column(0, len(_GUIDE_COLUMNS) - 1, 20)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, line - 1, len(_GUIDE_COLUMNS) - 1)
