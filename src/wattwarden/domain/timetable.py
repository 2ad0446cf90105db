"""Time-of-use timetables: which rate holds in which hours of which months, since when, by whose decision.

One file is one province: ``content/timetables/<region>.yaml``. A change is one more dated line.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from wattwarden.domain.content import BUILT_IN, content_files, read_yaml, validate
from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.domain.labels import Label, Strict, Verification
from wattwarden.domain.period import MONTHS_PER_YEAR, Period
from wattwarden.domain.prices import FOREVER

LETTERS = {"S": "sharp", "P": "peak", "F": "flat", "V": "valley"}
RATE_NAMES = {
    "sharp": Label(zh="尖", en="Sharp peak"),
    "peak": Label(zh="峰", en="Peak"),
    "flat": Label(zh="平", en="Flat"),
    "valley": Label(zh="谷", en="Valley"),
}
STEPS = (24, 48, 96)
POINTS_PER_DAY = 96
"""Points of a load curve per day."""


def _day(letters: str) -> str:
    if len(letters) not in STEPS:
        raise ValueError(f"{len(letters)} letters; expected one per hour, half hour or quarter of an hour")
    if unknown := sorted(set(letters) - set(LETTERS)):
        raise ValueError(f"{', '.join(unknown)}; expected only {', '.join(LETTERS)}")
    return letters


class Season(Strict):
    """Hours of some months, as one letter per step of the day: S sharp peak, P peak, F flat, V valley."""

    months: tuple[Annotated[int, Field(ge=1, le=MONTHS_PER_YEAR)], ...] = Field(min_length=1)
    hours: Annotated[str, AfterValidator(_day)]


class TimetableLine(Strict):
    """What holds from one day on; the fields of a price line, with hours in place of figures."""

    valid_from: date
    valid_to: date | None = None
    document: str = Field(min_length=1)
    source: str = Field(min_length=1)
    verified: Verification
    still_valid_on: date
    seasons: tuple[Season, ...] = Field(min_length=1)
    note: Label | None = None

    @model_validator(mode="after")
    def _every_month_once(self) -> "TimetableLine":
        named = sorted(month for season in self.seasons for month in season.months)
        if named != list(range(1, MONTHS_PER_YEAR + 1)):
            raise ValueError(f"months {named}; expected each month exactly once")
        return self

    @property
    def period(self) -> Period:
        """The days on which the line holds."""
        return Period(self.valid_from, self.valid_to or FOREVER)


HOMES = "_residential"
"""Ending of a region's name where the hours are those of homes."""


class Timetable(Label):
    """The timetable of one province through the years."""

    region: str
    lines: tuple[TimetableLine, ...] = Field(min_length=1)

    @property
    def subject(self) -> str:
        """How messages name it."""
        return f"timetable {self.region}"

    def line_on(self, day: date) -> TimetableLine:
        """The line that holds on ``day``.

        Raises:
            WattwardenError: none holds, or more than one.
        """
        holding = [line for line in self.lines if day in line.period]
        if len(holding) != 1:
            found = " and ".join(f"the line from {line.valid_from}" for line in holding) or "no line"
            raise fail(f"{self.subject} on {day}", found=found, expected="exactly one line",
                       action="Add or end a dated line in the timetable of your region.")  # fmt: skip
        return holding[0]

    def letters_on(self, day: date) -> str:
        """One letter per quarter of an hour of ``day``, 96 in all.

        Raises:
            WattwardenError: no line holds, or more than one.
        """
        (hours,) = (s.hours for s in self.line_on(day).seasons if day.month in s.months)
        return "".join(letter * (POINTS_PER_DAY // len(hours)) for letter in hours)


def load_timetables(root: Path = BUILT_IN) -> Mapping[str, Timetable]:
    """Load every timetable below ``root/timetables``, by region.

    Raises:
        WattwardenError: with the problems of all faulty files.
    """
    found: dict[str, Timetable] = {}
    problems: list[Problem] = []
    for path in content_files("timetables", root):
        try:
            found[path.stem] = validate(Timetable, {"region": path.stem, **read_yaml(path)}, str(path))
        except WattwardenError as error:
            problems += error.problems
    if problems:
        raise WattwardenError(*problems)
    return found


@cache
def timetables() -> Mapping[str, Timetable]:
    """The built-in timetables, loaded once per process."""
    return load_timetables()


def timetable_of(region: str, homes: bool = False) -> Timetable:
    """The timetable of a province.

    Args:
        homes: That of homes, where the province has one of their own.

    Raises:
        WattwardenError: there is none.
    """
    known = timetables()
    if homes and region + HOMES in known:
        return known[region + HOMES]
    if region not in known:
        raise fail(
            "region", found=f"{region}, without a timetable", expected=f"one of {', '.join(sorted(known))}"
        )
    return known[region]
