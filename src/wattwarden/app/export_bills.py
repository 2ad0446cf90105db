"""Write the list of differing bills as CSV, JSON or Excel."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from wattwarden.app.check_bills import COLUMNS, Row
from wattwarden.app.columns import load_lists
from wattwarden.app.export_list import csv_text, json_text
from wattwarden.app.workbook import Sheet, glossary, write_workbook
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label, Language

Form = Literal["table", "csv", "json", "xlsx"]


def write_bills(rows: Sequence[Row], form: Form, out: Path | None, language: Language) -> str | None:
    """Write the rows to ``out``; the text itself where there is no file and the form is text.

    Raises:
        WattwardenError: Excel without a file, or a file that cannot be written.
    """
    if form == "table":
        return None
    if form == "xlsx":
        if out is None:
            raise fail("--format xlsx", found="no --out", expected="a file to write")
        lists = load_lists().lists
        sheets = [
            Sheet(Label(zh="账单差异", en="Bills that differ"), lists["bills"], rows),
            Sheet(Label(zh="列说明", en="Glossary"), lists["glossary"], glossary(["bills"], language)),
        ]
        write_workbook(out, sheets, language)
        return None
    text = csv_text(rows, COLUMNS) if form == "csv" else json_text(rows, COLUMNS)
    if out is None:
        return text
    out.write_text(text, encoding="utf-8")
    return None
