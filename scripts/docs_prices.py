"""The reference page of the price books and timetables, derived from the content files."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from scripts.docs_content import UNVERIFIED, table_row
from wattwarden.app.check_prices import rate_hours
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.prices import NATIONAL, UNIT_NAMES, PriceBook, PriceLine, price_books
from wattwarden.domain.timetable import RATE_NAMES, Timetable, TimetableLine, timetables

REGIONS = {
    NATIONAL: Label(zh="全国", en="National"),
    "hubei": Label(zh="湖北", en="Hubei"),
    "hunan": Label(zh="湖南", en="Hunan"),
    "demo": Label(zh="示范省(非真实电价)", en="Demonstration province (no real prices)"),
}
WIDE = 6
"""Levels that still fit side by side as columns."""
NEWEST = 3
"""Dated lines shown of a book that has very many, such as the monthly ones."""
MANY = 8


def prices_page(language: Language) -> str:
    """Every price book by region, with what held when, by which document, and how sure that is."""
    zh = language == "zh"
    books = price_books().books
    regions = sorted({region for region, _ in books}, key=[*REGIONS].index)
    lead = (
        "本页由 `content/prices/` 与 `content/timetables/` 生成。一张表一个文件，一次调价一行。"
        "标明“浮动”的部分乘分时比例，其余不浮动。标注未核对或存疑的数值，须经业务负责人确认后使用。"
        if zh
        else "Derived from `content/prices/` and `content/timetables/`: one file per figure, one dated line per "
        "change. What floats is multiplied by the time-of-use ratios, the rest is not. Figures marked as not "
        "verified or uncertain need the confirmation of their owner before money rests on them."
    )
    parts = ["# 电价表" if zh else "# Price books", lead]
    for region in regions:
        parts.append(f"## {REGIONS[region].text(language)} {{ #{region} }}")
        parts += [_book(book, language) for (place, _), book in sorted(books.items()) if place == region]
        hours = [table for name, table in sorted(timetables().items()) if name.partition("_")[0] == region]
        parts += [_timetable(table, language) for table in hours]
    return "\n\n".join(parts) + "\n"


def _book(book: PriceBook, language: Language) -> str:
    zh = language == "zh"
    unit = UNIT_NAMES[book.unit]
    floats = {True: "浮动" if zh else "floats", False: "不浮动" if zh else "does not float", None: None}[
        book.floats
    ]
    facts = [f"`{book.region}/{book.name}`", unit.text(language) if unit else None, floats]
    head = f"### {book.text(language)} {{ #{book.region}-{book.name} }}\n\n{' · '.join(filter(None, facts))}"
    lines = sorted(book.lines, key=lambda line: line.valid_from, reverse=True)
    shown = lines[:NEWEST] if len(lines) > MANY else lines
    more = len(lines) - len(shown)
    note = (
        (f"另有更早的 {more} 行，见文件。" if zh else f"{more} earlier lines are in the file.")
        if more
        else ""
    )
    table = (
        _side_by_side(book, shown, language) if len(book.levels) <= WIDE else _stacked(book, shown, language)
    )
    return "\n\n".join(filter(None, [head, table, note]))


def _side_by_side(book: PriceBook, lines: Sequence[PriceLine], language: Language) -> str:
    """One row per dated line, one column per level."""
    zh = language == "zh"
    levels = [label.text(language) for label in book.levels.values()]
    heads = ["自" if zh else "from", *levels, "依据" if zh else "because"]
    rows = [
        table_row([_days(line), *(_figure(line.values.get(level)) for level in book.levels), _because(line, language)])
        for line in lines
    ]  # fmt: skip
    return "\n".join([table_row(heads), "|" + " --- |" * len(heads), *rows])


def _stacked(book: PriceBook, lines: Sequence[PriceLine], language: Language) -> str:
    """One list per dated line; levels that follow each other with the same figure share a row."""
    zh = language == "zh"
    heads = table_row(["档次", "数值"] if zh else ["level", "figure"])
    parts = []
    for line in lines:
        rows = []
        for value, group in groupby(book.levels.items(), key=lambda item: line.values.get(item[0])):
            names = [label.text(language) for _, label in group]
            rows.append(
                table_row([names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}", _figure(value)])
            )
        parts.append(
            f"{_days(line)}: {_because(line, language)}\n\n" + "\n".join([heads, "| --- | --- |", *rows])
        )
    return "\n\n".join(parts)


def _timetable(table: Timetable, language: Language) -> str:
    zh = language == "zh"
    heads = table_row(["自", "月份", "时段", "依据"] if zh else ["from", "months", "hours", "because"])
    lines = sorted(table.lines, key=lambda line: line.valid_from, reverse=True)
    rows = [table_row(cells) for line in lines for cells in _seasons(table, line, language)]
    head = f"### {table.text(language)} {{ #hours-{table.region} }}"
    return "\n".join([head, "", heads, "|" + " --- |" * 4, *rows])


def _seasons(table: Timetable, line: TimetableLine, language: Language) -> Iterator[list[str]]:
    for season in line.seasons:
        first_year = line.valid_from.year + (line.valid_from.month > season.months[0])
        day = line.valid_from.replace(year=first_year, month=season.months[0])
        spans = rate_hours(table, day)
        hours = "; ".join(f"{RATE_NAMES[rate].text(language)} {', '.join(at)}" for rate, at in spans.items())
        yield [_days(line), ", ".join(map(str, season.months)), hours, _because(line, language)]


def _days(line: PriceLine | TimetableLine) -> str:
    return f"{line.valid_from} – {line.valid_to or ''}".strip()


def _figure(value: Decimal | None) -> str:
    return "–" if value is None else str(value)


def _because(line: PriceLine | TimetableLine, language: Language) -> str:
    seen = f"{line.still_valid_on} 仍有效" if language == "zh" else f"still valid on {line.still_valid_on}"
    note = f"; {line.note.text(language)}" if line.note else ""
    return f"{line.document}; {UNVERIFIED[line.verified].text(language)}; {seen} ({line.source}){note}"
