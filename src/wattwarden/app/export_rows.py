"""Write a list of rows as CSV, JSON or Excel."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from wattwarden.app.columns import load_lists
from wattwarden.app.export_list import csv_text, json_text
from wattwarden.app.workbook import Sheet, glossary, write_workbook
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label, Language

Form = Literal["table", "csv", "json", "xlsx"]


def write_rows(
    rows: Sequence[Mapping[str, object]],
    name: str,
    title: Label,
    form: Form,
    out: Path | None,
    language: Language,
) -> str | None:
    """Write the rows to ``out``; the text itself where there is no file and the form is text.

    Args:
        rows: Rows with the columns of the list.
        name: The list, a key of ``content/lists.yaml``.
        title: Name of the sheet.
        form: How; a table on screen is not written here.

    Raises:
        WattwardenError: Excel without a file, or a file that cannot be written.
    """
    if form == "table":
        return None
    lists = load_lists().lists
    if form == "xlsx":
        if out is None:
            raise fail("--format xlsx", found="no --out", expected="a file to write")
        sheets = [
            Sheet(title, lists[name], rows),
            Sheet(Label(zh="列说明", en="Glossary"), lists["glossary"], glossary([name], language)),
        ]
        write_workbook(out, sheets, language)
        return None
    columns = tuple(lists[name])
    text = csv_text(rows, columns) if form == "csv" else json_text(rows, columns)
    if out is None:
        return text
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise fail(str(out), found=str(error), expected="a file that can be written") from error
    return None
