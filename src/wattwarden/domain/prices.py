"""Price books: what a figure of the tariff was on a day, by whose decision, and how sure that is.

One file is one figure: ``content/prices/<region>/<name>.yaml``. A price change is one more dated line.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from wattwarden.domain.content import BUILT_IN, content_files, read_yaml, validate
from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.domain.labels import Label, Strict, Verification
from wattwarden.domain.period import Period

NATIONAL = "china"
"""Region whose books hold wherever a province has none of its own."""
COMPLETE = "demo"
"""Region that has every book the bills of a province need; its figures are of no real province."""
FOREVER = date.max


Unit = Literal[
    "yuan/kWh",
    "yuan/(kW·month)",
    "yuan/(kVA·month)",
    "kWh/month",
    "kWh/kVA",
    "kVA",
    "%",
    "‰/day",
    "times",
    "number",
    "kW",
    "yuan/kVA",
    "yuan",
    "kWh/year",
    "days",
    "hours",
]
UNIT_NAMES: Mapping[Unit, Label | None] = {
    "yuan/kWh": Label(zh="元/千瓦时", en="yuan/kWh"),
    "yuan/(kW·month)": Label(zh="元/(千瓦·月)", en="yuan/(kW·month)"),
    "yuan/(kVA·month)": Label(zh="元/(千伏安·月)", en="yuan/(kVA·month)"),
    "kWh/month": Label(zh="千瓦时/月", en="kWh/month"),
    "kWh/kVA": Label(zh="千瓦时/千伏安", en="kWh/kVA"),
    "kVA": Label(zh="千伏安", en="kVA"),
    "%": Label(zh="%", en="%"),
    "‰/day": Label(zh="‰/日", en="‰/day"),
    "times": Label(zh="倍", en="times"),
    "number": None,
    "kW": Label(zh="千瓦", en="kW"),
    "yuan/kVA": Label(zh="元/千伏安", en="yuan/kVA"),
    "yuan": Label(zh="元", en="yuan"),
    "kWh/year": Label(zh="千瓦时/年", en="kWh/year"),
    "days": Label(zh="天", en="days"),
    "hours": Label(zh="小时", en="hours"),
}


def _exact(value: object) -> object:
    # A YAML float has lost its digits before we see it: 0.1 + 0.2 of a price list would not be 0.3.
    if isinstance(value, float):
        raise PydanticCustomError("price_in_quotes", 'write the figure in quotes, such as "0.2103"')
    return value


Exact = Annotated[Decimal, BeforeValidator(_exact)]


class PriceLine(Strict):
    """What holds from one day on.

    Attributes:
        valid_from: First day.
        valid_to: First day on which it no longer holds; None while no end is known.
        document: Number of the document.
        source: Where it was read.
        verified: How it was checked.
        still_valid_on: Last day on which somebody saw that it still holds.
        values: Figure by level of the book, in its unit.
        note: What a reader should know.
    """

    valid_from: date
    valid_to: date | None = None
    document: str = Field(min_length=1)
    source: str = Field(min_length=1)
    verified: Verification
    still_valid_on: date
    values: Mapping[str, Exact] = Field(min_length=1)
    note: Label | None = None

    @property
    def period(self) -> Period:
        """The days on which the line holds."""
        return Period(self.valid_from, self.valid_to or FOREVER)


class PriceBook(Label):
    """One figure of the tariff through the years.

    Attributes:
        region: Province, or ``china``.
        name: Name of the figure.
        unit: Unit of all its values.
        levels: What the values are told apart by, such as the voltage; in the order of display.
        floats: Whether time-of-use ratios apply to it; None where that has no meaning.
        lines: What held when.
    """

    region: str
    name: str
    unit: Unit
    levels: Mapping[str, Label] = Field(min_length=1)
    floats: bool | None = None
    lines: tuple[PriceLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _values_match_levels(self) -> "PriceBook":
        for line in self.lines:
            if unknown := sorted(set(line.values) - set(self.levels)):
                raise ValueError(
                    f"line from {line.valid_from}: {', '.join(unknown)} is no level of this book"
                )
        return self

    @property
    def subject(self) -> str:
        """How messages name the book."""
        return f"price book {self.region}/{self.name}"

    def line_on(self, day: date) -> PriceLine:
        """The line that holds on ``day``.

        Raises:
            WattwardenError: none holds, or more than one.
        """
        holding = [line for line in self.lines if day in line.period]
        if len(holding) != 1:
            raise fail(
                f"{self.subject} on {day}",
                found=" and ".join(f"the line from {line.valid_from}" for line in holding) or "no line",
                expected="exactly one line",
                action="Add or end a dated line in the price book of your region.",
            )
        return holding[0]

    def value_on(self, day: date, level: str) -> Decimal:
        """The figure of ``level`` on ``day``, in the unit of the book.

        Raises:
            WattwardenError: no line holds, or the line has no figure for the level.
        """
        line = self.line_on(day)
        if level not in line.values:
            known = ", ".join(name for name in self.levels if name in line.values)
            raise fail(f"{self.subject} on {day}", found=f"no figure for {level}", expected=f"one of {known}")
        return line.values[level]


class PriceBooks(Strict):
    """All price books, by region and name."""

    books: Mapping[tuple[str, str], PriceBook]

    def book(self, region: str, name: str) -> PriceBook:
        """The book of the region, else the national one.

        Raises:
            WattwardenError: neither has it.
        """
        for place in (region, NATIONAL):
            if (place, name) in self.books:
                return self.books[place, name]
        names = sorted({known for place, known in self.books if place in (region, NATIONAL)})
        raise fail(f"region {region}", found=f"no price book {name}", expected=f"one of {', '.join(names)}")

    def of(self, region: str) -> tuple[PriceBook, ...]:
        """The books that apply in ``region``, by name, the province's own before the national ones.

        Raises:
            WattwardenError: no book is of that region.
        """
        regions = sorted({place for place, _ in self.books})
        if region not in regions:
            raise fail("region", found=region, expected=f"one of {', '.join(regions)}")
        names = sorted({name for place, name in self.books if place in (region, NATIONAL)})
        return tuple(self.book(region, name) for name in names)


def load_price_books(root: Path = BUILT_IN) -> PriceBooks:
    """Load every book below ``root/prices``; region and name come from the path.

    Raises:
        WattwardenError: with the problems of all faulty files.
    """
    books: dict[tuple[str, str], PriceBook] = {}
    problems: list[Problem] = []
    for path in content_files("prices", root):
        key = (path.parent.name, path.stem)
        try:
            books[key] = validate(PriceBook, {"region": key[0], "name": key[1], **read_yaml(path)}, str(path))
        except WattwardenError as error:
            problems += error.problems
    if problems:
        raise WattwardenError(*problems)
    return PriceBooks(books=books)


@cache
def _built_in_books() -> PriceBooks:
    return load_price_books()


def price_books(site: Path | None = None) -> PriceBooks:
    """The built-in price books, under those of a site.

    Args:
        site: The site's content folder. A book in its ``prices/<region>`` takes the place of the built-in one
            of that region and name; other books, of new regions too, are added.

    Raises:
        WattwardenError: with the problems of all faulty files.
    """
    built_in = _built_in_books()
    if site is None or not (site / "prices").is_dir():
        return built_in
    return PriceBooks(books={**built_in.books, **load_price_books(site).books})


def faults(book: PriceBook) -> list[Problem]:
    """Everything that would make a look-up in the book ambiguous or empty between its first and last day."""
    found = []
    lines = sorted(book.lines, key=lambda line: line.valid_from)
    for line, following in pairwise(lines):
        end = line.period.end
        if end != following.valid_from:
            kind = "an overlap" if end > following.valid_from else "a gap"
            first, last = sorted((end, following.valid_from))
            found.append(Problem(book.subject, f"{kind} {first}..{last}", "lines that follow each other"))
    for line in lines:
        if missing := [level for level in book.levels if level not in line.values]:
            subject = f"{book.subject}, line from {line.valid_from}"
            found.append(Problem(subject, f"no figure for {', '.join(missing)}", "a figure per level"))
    return found


def changed_levels(
    book: PriceBook, before: date, after: date
) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    """Level → figures on two days, where they differ; None where the book has no figure."""
    old, new = _values(book, before), _values(book, after)
    both = {level: (old.get(level), new.get(level)) for level in book.levels}
    return {level: pair for level, pair in both.items() if pair[0] != pair[1]}


def _values(book: PriceBook, day: date) -> Mapping[str, Decimal]:
    return next((line.values for line in book.lines if day in line.period), {})
