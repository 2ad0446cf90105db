"""What a kWh costs under a market contract, by kind of package.

Source: DOMAIN H, M6 (retail packages of Hunan).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from wattwarden.domain.errors import fail
from wattwarden.domain.money import round_to

Kind = Literal["market_rate", "average_plus_fee", "profit_share", "mixed", "green"]
PRICE_DIGITS = 8


@dataclass(frozen=True)
class Package:
    """Terms of a market contract, yuan per kWh; None is not stated.

    Attributes:
        kind: How the price is formed; None: the contract states it.
        price: Price that the contract states.
        coefficient: K of the package.
        service_fee: Ps of the package.
        green: Environmental value, charged apart.
        average: Average price of the retail market in the month.
    """

    kind: Kind | None = None
    price: Decimal | None = None
    coefficient: Decimal | None = None
    service_fee: Decimal | None = None
    green: Decimal | None = None
    average: Decimal | None = None


def package_price(package: Package) -> Decimal:
    """Energy price in yuan per kWh, without the environmental value.

    A price that the contract states holds. Else: market rate P = average × K; average plus fee
    P = average + Ps; profit share P = Pz − (Pz − average) × K with the agreed price Pz as ``price``; mixed
    P = average × K + (average + Ps) × (1 − K).

    Raises:
        WattwardenError: a term that the formula needs is not stated.
    """
    if package.kind == "profit_share":
        agreed, average, k = _stated(package, "price", "average", "coefficient")
        return round_to(agreed - (agreed - average) * k, PRICE_DIGITS)
    if package.price is not None:
        return package.price
    if package.kind == "market_rate":
        average, k = _stated(package, "average", "coefficient")
        return round_to(average * k, PRICE_DIGITS)
    if package.kind == "average_plus_fee":
        average, fee = _stated(package, "average", "service_fee")
        return average + fee
    if package.kind == "mixed":
        average, k, fee = _stated(package, "average", "coefficient", "service_fee")
        return round_to(average * k + (average + fee) * (1 - k), PRICE_DIGITS)
    return _stated(package, "price")[0]


def package_working(package: Package) -> str:
    """The formula of ``package_price`` with its terms put in; the price where the contract states it."""
    average, k, fee, agreed = (
        "?" if value is None else f"{value.normalize():f}"
        for value in (package.average, package.coefficient, package.service_fee, package.price)
    )
    if package.kind == "profit_share":
        return f"{agreed} − ({agreed} − {average}) × {k}"
    if package.price is not None:
        return agreed
    return {
        "market_rate": f"{average} × {k}",
        "average_plus_fee": f"{average} + {fee}",
        "mixed": f"{average} × {k} + ({average} + {fee}) × (1 − {k})",
    }.get(package.kind or "", agreed)


def _stated(package: Package, *names: str) -> tuple[Decimal, ...]:
    values: dict[str, Decimal | None] = {name: getattr(package, name) for name in names}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise fail("market contract", found=f"no {', '.join(missing)}",
                   expected=f"the terms of a package {package.kind or 'with a stated price'}")  # fmt: skip
    return tuple(value for value in values.values() if value is not None)
