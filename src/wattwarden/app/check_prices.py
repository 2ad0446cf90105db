"""Show, check and compare price books; nothing here reads the clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from wattwarden.domain.errors import Problem
from wattwarden.domain.prices import (
    COMPLETE,
    NATIONAL,
    PriceBook,
    PriceBooks,
    PriceLine,
    changed_levels,
    faults,
)
from wattwarden.domain.timetable import LETTERS, Timetable


@dataclass(frozen=True)
class Shown:
    """A book and the line of one day; None where no line holds."""

    book: PriceBook
    line: PriceLine | None


@dataclass(frozen=True)
class Change:
    """A figure that differs between two days; None where there is none."""

    book: PriceBook
    level: str
    before: Decimal | None
    after: Decimal | None


def shown_prices(books: PriceBooks, region: str, day: date) -> list[Shown]:
    """Every figure that applies in ``region``, with what holds on ``day``.

    Raises:
        WattwardenError: no such region.
    """
    return [
        Shown(book, next((line for line in book.lines if day in line.period), None))
        for book in books.of(region)
    ]


def rate_hours(table: Timetable, day: date) -> dict[str, list[str]]:
    """Rate → its hours on ``day``, such as 16:00–20:00; rates without hours are left out.

    Raises:
        WattwardenError: no line of the timetable holds.
    """
    letters = table.letters_on(day)
    minutes = 24 * 60 // len(letters)
    edges = [i for i in range(len(letters)) if i == 0 or letters[i] != letters[i - 1]]
    spans: dict[str, list[str]] = {rate: [] for rate in LETTERS.values()}
    for start, end in zip(edges, [*edges[1:], len(letters)], strict=True):
        first, last = (f"{at * minutes // 60:02d}:{at * minutes % 60:02d}" for at in (start, end))
        spans[LETTERS[letters[start]]].append(f"{first}–{last}")
    return {rate: found for rate, found in spans.items() if found}


def price_problems(books: PriceBooks, day: date, stale_after_days: int) -> list[Problem]:
    """What a person should settle: gaps, overlaps, missing and unverified figures, lines seen long ago."""
    doubts = [
        problem
        for book in books.books.values()
        for problem in (*faults(book), *_doubtful(book, day, stale_after_days))
    ]
    return [*doubts, *_missing_books(books)]


def _missing_books(books: PriceBooks) -> Iterator[Problem]:
    """Books that the bills of a province need, and that it has not."""
    needed = {name for region, name in books.books if region == COMPLETE}
    for region in sorted({region for region, _ in books.books} - {NATIONAL, COMPLETE}):
        if missing := sorted(name for name in needed if (region, name) not in books.books):
            yield Problem(
                f"region {region}", f"no price book {', '.join(missing)}", "every figure that its bills need",
                f"Fill in 'wattwarden prices template --region {region}' and import it.",
            )  # fmt: skip


def price_changes(books: PriceBooks, region: str, before: date, after: date) -> list[Change]:
    """Every figure that differs between two days.

    Raises:
        WattwardenError: no such region.
    """
    return [
        Change(book, level, *pair)
        for book in books.of(region)
        for level, pair in changed_levels(book, before, after).items()
    ]


def _doubtful(book: PriceBook, day: date, stale_after_days: int) -> Iterator[Problem]:
    last = max(book.lines, key=lambda line: line.valid_from)
    subject = f"{book.subject}, line from {last.valid_from}"
    if last.valid_to is not None and last.valid_to <= day:
        yield Problem(subject, f"it ended on {last.valid_to}", "a line that holds today, or a retired book")
        return
    if last.verified in ("recalled", "uncertain"):
        yield Problem(subject, "not verified", f"read {last.document} and set verified")
    if last.still_valid_on < day - timedelta(days=stale_after_days):
        yield Problem(
            subject,
            f"last seen in force on {last.still_valid_on}",
            f"at most {stale_after_days} days ago",
            "Look it up and set still_valid_on.",
        )
