"""The fixed parts of papers that leave: the office, the font, how to object (``letters.yaml``)."""

from functools import cache
from pathlib import Path

from pydantic import Field

from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.domain.content import BUILT_IN, overlaid
from wattwarden.domain.labels import Label, Strict

FILE = "letters.yaml"


class Office(Strict):
    """Where a customer finds the utility."""

    name: Label
    address: Label
    hours: Label
    phone: str


class Letters(Strict):
    """``letters.yaml``."""

    office: Office
    font: str
    objection_days: int = Field(gt=0)
    objection: Label


@cache
def letters(home: Path) -> Letters:
    """The fixed parts, with the site's own laid over ours.

    Raises:
        WattwardenError: a key is unknown or missing.
    """
    return overlaid(Letters, FILE, BUILT_IN, home / SITE_CONTENT)
