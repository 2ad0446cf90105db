"""Write a list for machines: CSV and JSON with whole fen and ISO dates."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def json_text(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> str:
    """A JSON array with one object per row and line."""
    lines = (json.dumps({n: row[n] for n in columns}, ensure_ascii=False, default=_plain) for row in rows)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def csv_text(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> str:
    """Comma-separated values with a header; absent is empty, and no text can act as a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return file.getvalue()


def safe_text(text: str) -> str:
    """Text that a spreadsheet program shows instead of running it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _cell(value: object) -> object:
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return value


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
