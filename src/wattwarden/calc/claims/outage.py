"""Compensation for an outage that the utility caused.

Source: DOMAIN A.2 (supply rules 2024, article 97): possible energy during the outage × average price of the
customer's class × 4, two-part customers × 5.
"""

from decimal import Decimal

from wattwarden.calc.claims.back_billing import KWH, PER_KWH, same, text
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.domain.money import fen, round_to
from wattwarden.domain.worked import Basis, Step, Worked, money

HOURS = Label(zh="小时", en="hours")
KWH_PER_HOUR = Label(zh="千瓦时/小时", en="kWh per hour")


def compensation(hourly_kwh: Decimal, hours: Decimal, price: Decimal, times: Decimal, basis: Basis) -> Worked:
    """Money due to the customer.

    Args:
        hourly_kwh: Average energy of an hour in the same period before, from readings or curve.
        hours: Duration of the outage.
        price: Average energy price of the class, yuan per kWh.
        times: Multiple of the rules for the customer's billing mode.

    Raises:
        WattwardenError: a figure that is not positive.
    """
    for name, value in (("energy of an hour", hourly_kwh), ("hours", hours), ("price", price)):
        if value <= 0:
            raise fail(name, found=str(value), expected="more than 0")
    kwh = round_to(hourly_kwh * hours, 2)
    return Worked(
        Label(zh="停电损失赔偿", en="Compensation for an outage"),
        (
            Step(Label(zh="停电时间", en="Duration"), hours, HOURS),
            Step(Label(zh="停电前平均用电", en="Average use before"), hourly_kwh, KWH_PER_HOUR),
            Step(Label(zh="可能用电量", en="Possible energy"), kwh, KWH, same(f"{text(hourly_kwh)} × {text(hours)}")),
            Step(Label(zh="平均电度电价", en="Average energy price"), price, PER_KWH),
            money(Label(zh="赔偿金额", en="Compensation"), fen(kwh * price * times),
                  same(f"{text(kwh)} × {text(price)} × {text(times)}"), (basis,)),
        ),
    )  # fmt: skip
