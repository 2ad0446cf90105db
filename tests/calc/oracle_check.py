"""Compare the engine with the slow oracle."""

from collections.abc import Sequence

from tests.calc import tariff_oracle
from wattwarden.calc.tariff.bill import Bill, Line
from wattwarden.calc.tariff.engine import price_bills


def differences(bills: Sequence[Bill]) -> list[str]:
    """What differs, bill by bill, in full."""
    return [
        f"{bill}\nengine: {found}\noracle: {expected}\nonly engine: {found - expected}\nonly oracle: {expected - found}"
        for bill, priced in zip(bills, price_bills(bills), strict=True)
        if (found := set(map(_key, priced))) != (expected := set(map(_key, tariff_oracle.lines(bill))))
    ]


def _key(line: Line) -> tuple[object, ...]:
    """A line as a value: decimals that are equal look alike."""
    return (line.element, line.segment, line.amount_fen, line.kwh, line.price, line.rate_pct)
