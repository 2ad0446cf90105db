"""Price and duration of stolen energy where the time is not known: a policy, and a cap.

Source: DOMAIN A.7 (no national rule for the hours; local rules as L10: flat or peak price, days connected).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from wattwarden.calc.claims.theft import Duration
from wattwarden.domain.errors import fail

PricePolicy = Literal["flat", "peak", "average"]
"""At which price stolen energy of unknown hours is charged: no national rule, so it is a parameter."""


def policy_price(policy: PricePolicy, prices: Mapping[PricePolicy, Decimal]) -> Decimal:
    """The price of the policy.

    Raises:
        WattwardenError: no price is given for it.
    """
    if policy not in prices:
        raise fail(
            f"price policy {policy}",
            found="no price for it",
            expected=f"a price; given: {', '.join(prices) or 'none'}",
        )
    return prices[policy]


def capped(duration: Duration, connected_days: int | None) -> Duration:
    """A duration no longer than the customer has been connected.

    Raises:
        WattwardenError: connected for no day.
    """
    if connected_days is None or connected_days >= duration.days:
        return duration
    if connected_days <= 0:
        raise fail("days connected", found=str(connected_days), expected="more than 0")
    return Duration(connected_days, duration.hours_a_day, duration.is_assumed)
