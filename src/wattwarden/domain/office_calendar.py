"""Office hours and ordered working days: ``content/calendar.yaml``, and what a site lays over it."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from wattwarden.domain.content import BUILT_IN, read_yaml, validate
from wattwarden.domain.labels import Label, Strict, Verification
from wattwarden.domain.period import MONTHS_PER_YEAR

FILE = "calendar.yaml"
MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR
_SPAN = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)")


def _span(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not (match := _SPAN.fullmatch(value)):
        raise ValueError("expected hours like 08:00-12:00")
    hours = [int(part) for part in match.groups()]
    return hours[0] * MINUTES_PER_HOUR + hours[1], hours[2] * MINUTES_PER_HOUR + hours[3]


OpenSpan = Annotated[tuple[int, int], BeforeValidator(_span)]
"""Minutes of the day from which and until which the office is open; written ``08:00-12:00``."""


class OfficeSeason(Strict):
    """Office hours of some months; a break is the gap between two spans."""

    months: tuple[Annotated[int, Field(ge=1, le=MONTHS_PER_YEAR)], ...] = Field(min_length=1)
    open: tuple[OpenSpan, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> "OfficeSeason":
        edges = [edge for span in self.open for edge in span]
        if edges != sorted(set(edges)) or edges[-1] > MINUTES_PER_DAY:
            raise ValueError("open: spans must follow each other within one day")
        return self


class OfficeHours(Strict):
    """Office hours from one day on, until the next entry."""

    valid_from: date
    seasons: tuple[OfficeSeason, ...] = Field(min_length=1)
    verified: Verification
    source: Label

    @model_validator(mode="after")
    def _every_month_once(self) -> "OfficeHours":
        named = sorted(month for season in self.seasons for month in season.months)
        if named != list(range(1, MONTHS_PER_YEAR + 1)):
            raise ValueError(f"months {named}; expected each month exactly once")
        return self


class OrderedYear(Strict):
    """The holidays of one year, and the weekend days that are worked.

    Attributes:
        standing: ``provisional`` while the yearly order is not entered; results that rest on it say so.
    """

    standing: Literal["ordered", "provisional"]
    document: str = Field(min_length=1)
    source: Label
    holidays: tuple[date, ...]
    workdays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _either_or(self) -> "OrderedYear":
        if both := sorted(set(self.holidays) & set(self.workdays)):
            raise ValueError(f"{both[0]} is both a holiday and a working day")
        return self


class OfficeCalendar(Strict):
    """Everything that decides when the office works.

    Attributes:
        hours: In order of ``valid_from``.
        years: Years that win over the holiday package, or that it lacks.
    """

    hours: tuple[OfficeHours, ...] = Field(min_length=1)
    years: Mapping[int, OrderedYear] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> "OfficeCalendar":
        starts = [entry.valid_from for entry in self.hours]
        if starts != sorted(set(starts)):
            raise ValueError("hours: entries must follow each other by valid_from")
        for year, ordered in self.years.items():
            for day in (*ordered.holidays, *ordered.workdays):
                if day.year != year:
                    raise ValueError(f"years.{year}: {day} lies in another year")
        return self


@cache
def office_calendar() -> OfficeCalendar:
    """The built-in calendar, loaded once."""
    return load_office_calendar()


def load_office_calendar(root: Path = BUILT_IN, site: Path | None = None) -> OfficeCalendar:
    """Load the calendar; a site's hours replace ours, its years replace the same years.

    Args:
        root: Content folder.
        site: Content folder of the site, which may not exist or may not have the file.

    Raises:
        WattwardenError: a key is unknown or missing, or a day is in the wrong place.
    """
    path = root / FILE
    data = read_yaml(path)
    own = site / FILE if site else None
    if own and own.exists():
        ours = validate(OfficeCalendar, data, str(path)).model_dump(mode="python")
        theirs = read_yaml(own)
        years = theirs.get("years")
        data = {**ours, **theirs, "years": {**ours["years"], **(years if isinstance(years, dict) else {})}}
        path = own
    return validate(OfficeCalendar, data, str(path))
