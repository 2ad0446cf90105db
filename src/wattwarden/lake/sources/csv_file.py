"""Read a delimited text file: find delimiter and header, let DuckDB split it in parallel, keep what fails."""

import csv
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from wattwarden.domain.errors import fail
from wattwarden.lake.import_settings import ImportSettings
from wattwarden.lake.schema import literal, quoted
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.part import Lines, Part, Reject
from wattwarden.lake.sources.text_scan import TextShape, scan_text, write_plain

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 40
_MANY_ROWS = 5_000_000
"""Above this, line numbers of irregular files are counted as if each row were one line."""
_READABLE = 2000
_FAULTS = {"INVALID ENCODING": "encoding", "UNQUOTED VALUE": "quote"}

csv.field_size_limit(64 * 1024 * 1024)


@dataclass(frozen=True)
class _Split:
    """A text file that is ready to be split: where it lies, its delimiter, its header."""

    path: Path
    delimiter: str
    header: tuple[str, ...]


def read_csv(
    scratch: Scratch,
    settings: ImportSettings,
    path: Path,
    title: str,
    number: int,
    encoding: str | None = None,
) -> Part:
    """Turn a delimited text file into a part.

    Args:
        scratch: Where the raw values go.
        settings: Limits.
        path: The file.
        title: How messages name it.
        number: Number of the part.
        encoding: Encoding given by the user; None to find out.

    Raises:
        WattwardenError: it is not a table of text.
    """
    shape = scan_text(path, title, settings.max_line_bytes, encoding)
    plain = path
    if not shape.is_plain:
        plain = scratch.folder / f"part{number}.csv"
        write_plain(path, shape, plain)
    split = _split(plain, title)
    target = scratch.folder / f"part{number}.parquet"
    rejects = _stage(scratch, split, target, title, number)
    rows = scratch.count(f"SELECT count(*) FROM read_parquet({literal(str(target))})")
    if rows + len(rejects) == 0:
        raise fail(
            title, found="a header without rows", expected="at least one row", action="Export it again."
        )
    lines, rejects = _lines(split, shape, rows, rejects)
    if plain != path:
        plain.unlink()
    columns = dict.fromkeys(split.header, "VARCHAR")
    return Part(number, title, "", shape.sha256, target, columns, rows, lines, rejects)


def check_header(names: Sequence[str], title: str) -> tuple[str, ...]:
    """Names of the columns, without space around; a column without a name gets one that nothing matches.

    Raises:
        WattwardenError: two columns have the same name, or none has any.
    """
    cleaned = [name.replace("\ufeff", "").strip() for name in names]
    seen: dict[str, str] = {}
    for name in filter(None, cleaned):
        if name.casefold() in seen:
            raise fail(
                title,
                found=f"two columns named {name!r}",
                expected="each column name once",
                action="Rename or remove one of the columns.",
            )
        seen[name.casefold()] = name
    if not seen:
        raise fail(title, found="a first line without names", expected="a header with column names")
    return tuple(name or f"column_{at}_without_name" for at, name in enumerate(cleaned, start=1))


def _split(path: Path, title: str) -> _Split:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        sample = list(itertools.islice(handle, _SAMPLE_LINES))
    best = max(DELIMITERS, key=lambda delimiter: _fit(sample, delimiter))
    header = next(iter(_records(sample, best)), [])
    return _Split(path, best, check_header(header, title))


def _records(sample: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return [record for record in csv.reader(sample, delimiter=delimiter) if record]
    except csv.Error:
        return []


def _fit(sample: Sequence[str], delimiter: str) -> tuple[float, int]:
    """How well a delimiter explains the sample: rows as long as the header, then columns."""
    records = _records(sample, delimiter)
    if not records or len(records[0]) == 1:
        return 0, 0
    alike = sum(1 for record in records if len(record) == len(records[0]))
    return alike / len(records), len(records[0])


def _stage(scratch: Scratch, split: _Split, target: Path, title: str, number: int) -> tuple[Reject, ...]:
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(split.header)))
    named = ", ".join(f"c{at} AS {quoted(name)}" for at, name in enumerate(split.header))
    reader = (
        f"read_csv({literal(str(split.path))}, auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = {literal(split.delimiter)}, nullstr = '', quote = '\"', escape = '\"', store_rejects = true, "
        f"rejects_table = 'rejects_{number}', rejects_scan = 'reject_scans_{number}', "
        f"max_line_size = {_largest_line(split.path)})"
    )
    try:
        scratch.sql.execute(
            f"COPY (SELECT {named} FROM {reader}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION lz4)"
        )
        found = scratch.rows(
            f"SELECT line, any_value(error_type::VARCHAR), any_value(error_message), any_value(csv_line) "
            f"FROM rejects_{number} GROUP BY line ORDER BY line"
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise fail(
            title,
            found=str(error).splitlines()[0],
            expected="a table of text with one row per line and quotes in pairs",
            action="Export it again as CSV.",
        ) from error
    return tuple(_reject(row, split, title) for row in found)


def _largest_line(path: Path) -> int:
    return max(2_097_152, min(path.stat().st_size, 16_777_216))


def _reject(row: tuple[object, ...], split: _Split, title: str) -> Reject:
    line, kind, message = int(str(row[0])), str(row[1]), str(row[2])
    text = str(row[3] or "").strip("\r\n")
    fault = _FAULTS.get(kind, "columns")
    if fault == "quote" and "\n" in text:
        raise fail(
            f"{title}, line {line}",
            found="a quote that is opened and never closed",
            expected="quotes in pairs",
            action="Correct the quotes in this line, or export it again.",
        )
    found = message.splitlines()[0] if message else kind
    if fault == "columns":
        found = str(len(next(iter(_records([text], split.delimiter)), [])))
    return Reject(line, fault, found, text[:_READABLE])


def _lines(
    split: _Split, shape: TextShape, rows: int, rejects: tuple[Reject, ...]
) -> tuple[Lines, tuple[Reject, ...]]:
    """Line of each row and reject: by arithmetic where each row is one line, else by reading again.

    DuckDB counts a row that spans lines as one, so that the line of a reject is its number among the
    rows, blank lines included.
    """
    if shape.lines == 1 + rows + len(rejects) or rows > _MANY_ROWS:
        positions = tuple(reject.line - 2 - before for before, reject in enumerate(rejects))
        return Lines(2, positions, tuple(range(1, len(positions) + 1))), rejects
    bad = {reject.line: reject for reject in rejects}
    moved: list[Reject] = []
    jumps: list[int] = []
    steps: list[int] = []
    position, last, offset = -1, 0, 0
    with split.path.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        reader = csv.reader(handle, delimiter=split.delimiter)
        for number, record in enumerate(reader, start=1):
            line, last = last + 1, reader.line_num
            if number in bad:
                moved.append(replace(bad[number], line=line))
                continue
            if not record and len(split.header) > 1:
                continue
            if position >= 0 and line - 2 - position != offset:
                offset = line - 2 - position
                jumps.append(position)
                steps.append(offset)
            position += 1
    return Lines(2, tuple(jumps), tuple(steps)), tuple(moved)
