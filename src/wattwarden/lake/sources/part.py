"""One part of a source: a file, or a sheet of it, or a query, as a Parquet file of raw values."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PART_SHIFT = 40
"""A row of the import is numbered ``part << PART_SHIFT | position``."""

ROW = "_row"
"""Number of a row in the whole import."""


DEFAULT_SHEET = re.compile(r"(sheet|工作表|表)\s*\d*", re.IGNORECASE)
"""Names that a spreadsheet program gives to sheets by itself."""


@dataclass(frozen=True)
class Reject:
    """A line that could not be split into the columns of its file.

    Args:
        line: Line number, from 1.
        fault: Key of a phrase in the settings: ``columns``, ``quote`` or ``encoding``.
        found: What is there.
        text: The line itself, cut to a readable length.
    """

    line: int
    fault: str
    found: str
    text: str


@dataclass(frozen=True)
class Lines:
    """Line number of each row: usually the position plus an offset, with jumps where lines were left out.

    Args:
        first: Line of the first row.
        jumps: Positions from which every row lies further down, ascending.
        steps: How many lines further down, cumulated, one per jump.
    """

    first: int = 1
    jumps: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()

    def line(self, position: int) -> int:
        """Line of the row at ``position``, from 0."""
        index = bisect_right(self.jumps, position)
        return self.first + position + (self.steps[index - 1] if index else 0)


@dataclass(frozen=True)
class Part:
    """Raw rows of one file or sheet.

    Args:
        number: Number of the part in this import.
        file: Path as the user gave it, or the name of a database source.
        sheet: Sheet, empty where there is none.
        sha256: Digest of the content of the file, in hex.
        parquet: Where the raw values are; the position in it is the position in the source.
        columns: DuckDB type by source column, in source order.
        rows: Rows in ``parquet``.
        lines: How positions become line numbers.
        rejects: Lines that are no rows.
    """

    number: int
    file: str
    sheet: str
    sha256: str
    parquet: Path
    columns: Mapping[str, str]
    rows: int
    lines: Lines = field(default_factory=Lines)
    rejects: tuple[Reject, ...] = ()

    @property
    def name(self) -> str:
        """Name by which its table is guessed: the sheet, unless it has a default name, else the file."""
        is_default = not self.sheet or DEFAULT_SHEET.fullmatch(self.sheet)
        return Path(self.file).stem if is_default else self.sheet

    @property
    def title(self) -> str:
        """How messages name it."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file

    def place_of(self, row: int) -> tuple[int, int]:
        """Line number, and position from 0, of the import's row ``row``."""
        position = row & ((1 << PART_SHIFT) - 1)
        return self.lines.line(position), position
