"""Read confirmed outcomes from a CSV file."""

import csv
from pathlib import Path

from wattwarden.domain.errors import fail


def read_labels(path: Path, customer_column: str, label_column: str) -> dict[str, bool]:
    """Whether each customer was confirmed.

    Raises:
        WattwardenError: a column is missing, or a label is neither 0 nor 1.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {customer_column, label_column} - set(reader.fieldnames or ())
        if missing:
            raise fail(
                str(path), found=f"no column {sorted(missing)}", expected=f"one of {reader.fieldnames}"
            )
        labels = {}
        for line, row in enumerate(reader, start=2):
            try:
                labels[row[customer_column]] = {0.0: False, 1.0: True}[float(row[label_column])]
            except (KeyError, ValueError) as error:
                raise fail(f"{path} line {line}", found=repr(row[label_column]), expected="0 or 1") from error
    return labels
