"""A number or list that content gives and a site may change: the parameter of a rule or of a check."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import field_validator

from wattwarden.domain.labels import Strict

Scalar = bool | int | Decimal | date | datetime | str


class Param(Strict):
    """A number or list that a site may change without touching our content.

    Attributes:
        unit: Unit shown on screen, a key of QUANTITIES or a word.
        verified: False where DOMAIN marks the number as recalled or uncertain.
    """

    value: Scalar | tuple[Scalar, ...]
    unit: str = ""
    zh: str
    en: str
    verified: bool = True

    @field_validator("value", mode="before")
    @classmethod
    def _exact(cls, value: object) -> object:
        # YAML reads 0.3 as a float; its shortest decimal is what the author wrote.
        if isinstance(value, list):
            return tuple(Decimal(repr(v)) if isinstance(v, float) else v for v in value)
        return Decimal(repr(value)) if isinstance(value, float) else value
