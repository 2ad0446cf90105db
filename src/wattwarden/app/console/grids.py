"""Rows of the data contract as a table on screen: labels, units, words for codes, personal data masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from wattwarden.app.columns import Kind, ListColumn
from wattwarden.app.shown_value import code_label, shown_value
from wattwarden.app.workbook import Sheet
from wattwarden.domain.content import contract
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.masking import Masker
from wattwarden.domain.quantities import QUANTITIES
from wattwarden.domain.tables import Column

Row = Mapping[str, object]
MOST_ROWS = 60
"""Rows of one table on a page; the newest are shown, the rest are counted."""
_COUNTED = ("int", "fen")
_CELLS: Mapping[str, Kind] = {"date": "date", "fen": "fen", "int": "int"}
_LONGEST_TAB = 31
"""Characters that Excel takes for the name of a sheet."""


@dataclass(frozen=True)
class GridColumn:
    """One column."""

    label: str
    is_number: bool


@dataclass(frozen=True)
class Grid:
    """A table of texts.

    Args:
        more: Rows that are not shown.
    """

    title: Label
    columns: Sequence[GridColumn]
    rows: Sequence[Sequence[str]]
    more: int = 0


def shown_cell(table: str, name: str, value: object, language: Language, masker: Masker) -> str:
    """One value of the contract as this viewer may read it."""
    column = contract()[table].columns[name]
    seen = masker.value(name, value)
    label = code_label(contract(), table, name, seen, language) if column.type == "code" else None
    return label or shown_value(seen, column.type, language)


def grid(table: str, names: Sequence[str], rows: pa.Table, language: Language, masker: Masker) -> Grid:
    """The newest rows of ``table``, newest first.

    Args:
        names: Columns in the order shown.
        rows: As the reading room has them, oldest first.
    """
    columns = contract()[table].columns
    newest = rows.slice(max(0, rows.num_rows - MOST_ROWS)).to_pylist()[::-1]
    heads = [
        GridColumn(
            columns[name].label.text(language),
            QUANTITIES[columns[name].type].is_decimal or columns[name].type in _COUNTED,
        )
        for name in names
    ]
    body = [[shown_cell(table, name, row.get(name), language, masker) for name in names] for row in newest]
    return Grid(contract()[table].label, heads, body, rows.num_rows - len(newest))


def table_sheet(table: str, rows: pa.Table, language: Language, masker: Masker) -> Sheet:
    """All rows of ``table`` with all columns of the contract: figures as numbers, codes as words."""
    columns = contract()[table].columns

    def cell(name: str, value: object) -> object:
        kind = columns[name].type
        seen = masker.value(name, value)
        is_figure = kind in _CELLS or QUANTITIES[kind].is_decimal
        return (
            seen
            if value is None or (is_figure and seen == value)
            else shown_cell(table, name, value, language, masker)
        )

    heads = {name: _head(columns[name]) for name in columns if name in rows.column_names}
    body = [{name: cell(name, row[name]) for name in heads} for row in reversed(rows.to_pylist())]
    label = contract()[table].label
    return Sheet(Label(zh=label.zh[:_LONGEST_TAB], en=label.en[:_LONGEST_TAB]), heads, body)


def _head(column: Column) -> ListColumn:
    """A column of the contract as a column of a list; its unit stands in the heading."""
    quantity = QUANTITIES[column.type]
    kind = _CELLS.get(column.type, "number" if quantity.is_decimal else "text")
    label = column.label
    if quantity.is_decimal and quantity.unit_zh:
        label = Label(zh=f"{label.zh}({quantity.unit_zh})", en=f"{label.en} ({quantity.unit_en})")
    return ListColumn(kind=kind, label=label, means=label)


def pairs(
    table: str, names: Sequence[str], row: Row, language: Language, masker: Masker
) -> Sequence[tuple[str, str]]:
    """Label and value of one row, for a list of facts; absent values are left out."""
    columns = contract()[table].columns
    return [
        (columns[name].label.text(language), shown_cell(table, name, row[name], language, masker))
        for name in names
        if row.get(name) is not None
    ]
