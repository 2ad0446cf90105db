"""Fields of a form as values; what cannot be read names its field."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from wattwarden.domain.errors import fail
from wattwarden.domain.money import fen

_MOST_DIGITS, _MOST_DECIMALS = 15, 12
"""Before and after the point: more is no figure of this trade, and would only cost time."""


class Typed:
    """Reads what somebody typed.

    Args:
        sent: Text by field; an empty one counts as not given.
    """

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = sent

    def word(self, name: str) -> str:
        """The text; empty where none was given."""
        return self._sent.get(name, "").strip()

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.word(name))

    def number_or(self, name: str) -> Decimal | None:
        """The number; None where none was given."""
        typed = self.word(name).replace(",", "").replace("，", "")
        if not typed:
            return None
        try:
            value = Decimal(typed)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise fail(name, found=typed, expected="a number")
        if value.adjusted() >= _MOST_DIGITS or int(value.as_tuple().exponent) < -_MOST_DECIMALS:
            raise fail(
                name, found=typed, expected=f"at most {_MOST_DIGITS} digits and {_MOST_DECIMALS} decimals"
            )
        return value

    def number(self, name: str) -> Decimal:
        """The number.

        Raises:
            WattwardenError: none was given, or it is not one.
        """
        value = self.number_or(name)
        if value is None:
            raise fail(name, found="nothing", expected="a number")
        return value

    def whole_or(self, name: str) -> int | None:
        """The whole number; None where none was given."""
        value = self.number_or(name)
        if value is not None and value != int(value):
            raise fail(name, found=str(value), expected="a whole number")
        return None if value is None else int(value)

    def whole(self, name: str) -> int:
        """The whole number.

        Raises:
            WattwardenError: none was given, or it is not one.
        """
        value = self.whole_or(name)
        if value is None:
            raise fail(name, found="nothing", expected="a whole number")
        return value

    def fen(self, name: str) -> int:
        """Yuan as fen.

        Raises:
            WattwardenError: none was given, or more than two decimals.
        """
        value = self.number(name)
        if value != round(value, 2):
            raise fail(name, found=str(value), expected="yuan with at most two decimals")
        return fen(value)

    def day(self, name: str) -> date:
        """The day.

        Raises:
            WattwardenError: none was given, or it is not one.
        """
        try:
            return date.fromisoformat(self.word(name))
        except ValueError as error:
            raise fail(name, found=self.word(name) or "nothing", expected="a day, as 2026-12-31") from error
