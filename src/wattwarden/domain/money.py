"""Money is a whole number of fen; formulas use Decimal; one function rounds.

The policies are named because documents differ: a bill line is rounded half up
(DOMAIN B.6), a quantity in a customer's favour may be cut.
"""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import Enum
from typing import NewType

Fen = NewType("Fen", int)

FEN_PER_YUAN = 100


class Rounding(Enum):
    """How a fraction of the last digit is settled."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    DOWN = ROUND_DOWN


def round_to(value: Decimal, digits: int, policy: Rounding = Rounding.HALF_UP) -> Decimal:
    """Round ``value`` to ``digits`` decimals; the only rounding function of the project."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=policy.value)


def fen(yuan: Decimal | int | str, policy: Rounding = Rounding.HALF_UP) -> Fen:
    """Turn an exact amount in yuan into whole fen.

    Raises:
        TypeError: for a float, whose decimal digits are not what was meant.
    """
    if isinstance(yuan, float):
        raise TypeError("money is never a float: pass Decimal, int or str")
    return Fen(int(round_to(Decimal(yuan) * FEN_PER_YUAN, 0, policy)))


def yuan_text(amount: int | None) -> str:
    """Write fen as yuan with two decimals and separators; an absent amount is a dash, not 0."""
    if amount is None:
        return "–"
    sign = "-" if amount < 0 else ""
    whole, cents = divmod(abs(amount), FEN_PER_YUAN)
    return f"{sign}{whole:,}.{cents:02d}"
