"""Rows of the data contract as a table on screen: labels, units, words for codes, personal data masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from wattwarden.app.shown_value import code_label, shown_value
from wattwarden.domain.content import contract
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.masking import Masker
from wattwarden.domain.quantities import QUANTITIES

Row = Mapping[str, object]
MOST_ROWS = 60
"""Rows of one table on a page; the newest are shown, the rest are counted."""
_COUNTED = ("int", "fen")


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
