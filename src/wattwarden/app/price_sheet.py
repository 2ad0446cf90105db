"""Price books as a workbook: what a province's bills need, to be filled in and kept as the site's own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path

import yaml
from python_calamine import CalamineError, CalamineWorkbook

from wattwarden.app.columns import load_lists
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.app.workbook import Sheet, write_workbook
from wattwarden.domain.content import validate
from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.domain.labels import VERIFICATION, Label, Language
from wattwarden.domain.prices import COMPLETE, PriceBook, PriceBooks, PriceLine, price_books

SHEET = Label(zh="电价", en="prices")
LIST = "prices"
_DAYS = ("valid_from", "valid_to", "still_valid_on")
_NEEDED = ("valid_from", "document")


@dataclass(frozen=True)
class _Entry:
    """A row of the sheet that has a figure."""

    subject: str
    book: str
    level: str
    value: Decimal
    line: Mapping[str, object]


def write_price_sheet(home: Path, region: str, path: Path, language: Language) -> int:
    """Write the newest figure of every level that the bills of ``region`` need, blank where there is none.

    Returns:
        The number of blanks.

    Raises:
        WattwardenError: the file cannot be written.
    """
    rows = list(_rows(price_books(home / SITE_CONTENT), region, language))
    write_workbook(path, [Sheet(SHEET, load_lists().lists[LIST], rows)], language)
    return sum(row["value"] is None for row in rows)


def _rows(books: PriceBooks, region: str, language: Language) -> Iterator[dict[str, object]]:
    for name in sorted({name for place, name in books.books if place in (region, COMPLETE)}):
        own = books.books.get((region, name))
        book = own or books.books[COMPLETE, name]
        line = max(own.lines, key=lambda line: line.valid_from) if own else None
        for level, label in book.levels.items():
            facts = line.model_dump() if line and level in line.values else {}
            value = line.values.get(level) if line else None
            yield {
                **{key: facts.get(key) for key in (*_DAYS, "document", "source")},
                "book": name, "title": book.text(language), "level": level, "level_title": label.text(language),
                "unit": book.unit, "value": None if value is None else str(value),
                "verified": VERIFICATION[line.verified].text(language) if facts and line else None,
            }  # fmt: skip


def read_price_sheet(home: Path, region: str, path: Path) -> list[Path]:
    """Keep the figures of a filled workbook as dated lines of the site's own books of ``region``.

    A line that held before ends where the new one begins. Rows without a figure are left out.

    Returns:
        The files of the books that changed.

    Raises:
        WattwardenError: with every row that is faulty; then no book changes.
    """
    books = price_books(home / SITE_CONTENT)
    entries = _entries(path, books, region)
    folder = home / SITE_CONTENT / "prices" / region
    changed = []
    for name in sorted({entry.book for entry in entries}):
        base = books.books.get((region, name)) or books.books[COMPLETE, name]
        known = base.lines if base.region == region else ()
        lines = _with(known, [entry for entry in entries if entry.book == name])
        if lines != tuple(known):
            changed.append(
                (folder / f"{name}.yaml", base.model_copy(update={"region": region, "lines": lines}))
            )
    folder.mkdir(parents=True, exist_ok=True)
    for file, book in changed:
        draft = file.with_name(f".{file.name}.part")
        draft.write_text(_as_yaml(book), encoding="utf-8")
        draft.replace(file)
    return [file for file, _ in changed]


def _entries(path: Path, books: PriceBooks, region: str) -> list[_Entry]:
    entries: list[_Entry] = []
    problems: list[Problem] = []
    for subject, row in _filled(path):
        try:
            entries.append(_entry(subject, row, books, region))
        except WattwardenError as error:
            problems += error.problems
    if problems:
        raise WattwardenError(*problems)
    if not entries:
        raise fail(str(path), found="no row with a figure", expected="the column of figures filled in")
    return entries


def _filled(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """Rows with a figure, by name of the column; headings may be of either language."""
    try:
        cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError) as error:
        raise fail(
            str(path), found=str(error), expected="a workbook of 'wattwarden prices template'"
        ) from error
    headings = {label: name for name, column in load_lists().lists[LIST].items()
                for label in (column.label.zh, column.label.en)}  # fmt: skip
    names = [headings.get(str(cell).strip()) for cell in cells[0]] if cells else []
    if not {"book", "level", "value", *_NEEDED} <= set(names):
        raise fail(str(path), found=f"columns {', '.join(filter(None, names)) or 'none that are known'}",
                   expected="the columns of 'wattwarden prices template'")  # fmt: skip
    for number, values in enumerate(cells[1:], start=2):
        row: dict[str, object] = {
            name: value for name, value in zip(names, values, strict=False) if name and value != ""
        }
        if "value" in row:
            yield f"{path.name}, row {number}", row


def _entry(subject: str, row: Mapping[str, object], books: PriceBooks, region: str) -> _Entry:
    name, level = str(row.get("book", "")), str(row.get("level", ""))
    book = books.books.get((region, name)) or books.books.get((COMPLETE, name))
    if book is None or level not in book.levels:
        raise fail(
            subject,
            found=f"{name or 'no book'}, {level or 'no level'}",
            expected="a book and level of the template",
        )
    if missing := [key for key in _NEEDED if key not in row]:
        raise fail(
            subject,
            found=f"no {', '.join(missing)}",
            expected="the first day and the document of each figure",
        )
    day = _day(subject, row["valid_from"])
    line: dict[str, object] = {
        "valid_from": day,
        "valid_to": _day(subject, row["valid_to"]) if "valid_to" in row else None,
        "still_valid_on": _day(subject, row["still_valid_on"]) if "still_valid_on" in row else day,
        "document": str(row["document"]), "source": str(row.get("source") or subject),
        "verified": _verified(subject, row.get("verified")),
    }  # fmt: skip
    return _Entry(subject, name, level, _figure(subject, row["value"], book.unit), line)


def _figure(subject: str, cell: object, unit: str) -> Decimal:
    try:
        value = Decimal(str(cell).strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise fail(subject, found=repr(cell), expected=f"a plain number in {unit}, without currency or unit")
    return value


def _day(subject: str, cell: object) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(str(cell).strip())
    except ValueError as error:
        raise fail(subject, found=repr(cell), expected="a day such as 2026-08-01") from error


def _verified(subject: str, cell: object) -> str:
    words = {text: code for code, label in VERIFICATION.items() for text in (code, label.zh, label.en)}
    said = "recalled" if cell is None else str(cell).strip()
    if said not in words:
        raise fail(subject, found=repr(cell), expected=f"one of {', '.join(words)}")
    return words[said]


def _with(known: tuple[PriceLine, ...], entries: list[_Entry]) -> tuple[PriceLine, ...]:
    """The lines with the entries among them; each ends where the next begins, if it does not end before."""
    by_day: dict[date, PriceLine] = {line.valid_from: line for line in known}
    for entry in entries:
        before = by_day.get(entry.line["valid_from"])  # type: ignore[call-overload]  # a day, as _entry made it
        values = {**(before.values if before else {}), entry.level: str(entry.value)}
        note = before.note if before else None
        line = validate(PriceLine, {**entry.line, "values": values, "note": note}, entry.subject)
        if before is None or line.values != before.values:
            by_day[line.valid_from] = line
    days = sorted(by_day)
    for day, following in pairwise(days):
        if by_day[day].period.end > following:
            by_day[day] = by_day[day].model_copy(update={"valid_to": following})
    return tuple(by_day[day] for day in days)


def _as_yaml(book: PriceBook) -> str:
    levels = {name: {"zh": label.zh, "en": label.en} for name, label in book.levels.items()}
    lines = []
    for line in book.lines:
        facts = {key: value for key, value in line.model_dump().items() if value is not None}
        lines.append({**facts, "values": {level: str(value) for level, value in line.values.items()}})
    floats = {} if book.floats is None else {"floats": book.floats}
    content = {"zh": book.zh, "en": book.en, "unit": book.unit, **floats, "levels": levels, "lines": lines}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)
