"""Late-payment fee, day by day, cut at the end of each year.

Source: DOMAIN A.5 (regulation on supply and use, article 39; supply rules 1996, article 98).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from wattwarden.calc.claims.back_billing import same, text
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.domain.money import fen, yuan_text
from wattwarden.domain.worked import Basis, Step, Worked, money

DAYS = Label(zh="天", en="days")
LEAST_PERMILLE, MOST_PERMILLE = Decimal(1), Decimal(3)
"""Lawful range of a rate that the contract agrees."""


@dataclass(frozen=True)
class Rates:
    """Rates in ‰ per day.

    Attributes:
        same_year: On arrears in the year in which they fell due.
        later_years: From the next year on.
        minimum_fen: Least fee that is charged at all.
        includes_due_day, includes_payment_day: Which of the two ends counts (DOMAIN A.5: uncertain).
        basis: Where the rates stand.
    """

    same_year: Decimal
    later_years: Decimal
    basis: Basis
    minimum_fen: int = 100
    includes_due_day: bool = False
    includes_payment_day: bool = True


def agreed(rate_permille: Decimal, basis: Basis) -> Rates:
    """Rates of a contract that agrees one.

    Raises:
        WattwardenError: outside the lawful 1 ‰ to 3 ‰ per day.
    """
    if not LEAST_PERMILLE <= rate_permille <= MOST_PERMILLE:
        raise fail("late fee rate", found=f"{rate_permille} ‰ a day", expected="1 ‰ to 3 ‰ a day")
    return Rates(rate_permille, rate_permille, basis)


def late_fee(amount_fen: int, due_on: date, paid_on: date, rates: Rates) -> Worked:
    """The fee on ``amount_fen`` that fell due on ``due_on`` and was paid on ``paid_on``.

    Each year's days are charged at that year's rate; the sum is rounded once, and a fee below the minimum is
    the minimum. Nothing is due where it was paid in time.

    Raises:
        WattwardenError: no positive amount.
    """
    if amount_fen <= 0:
        raise fail("arrears", found=f"{yuan_text(amount_fen)} yuan", expected="more than 0")
    first = due_on if rates.includes_due_day else due_on + timedelta(days=1)
    end = paid_on + timedelta(days=1) if rates.includes_payment_day else paid_on
    steps = [money(Label(zh="欠费", en="Arrears"), amount_fen)]
    total = Decimal(0)
    for year in range(first.year, end.year + 1):
        days = (min(end, date(year + 1, 1, 1)) - max(first, date(year, 1, 1))).days
        if days <= 0:
            continue
        rate = rates.same_year if year == due_on.year else rates.later_years
        part = Decimal(amount_fen) * rate / 1000 * days
        total += part
        steps += _year(year, days, rate, amount_fen, part, rates.basis)
    fee = fen(total / 100)
    if 0 < fee < rates.minimum_fen:
        fee = fen(Decimal(rates.minimum_fen) / 100)
    what = Label(zh="违约金合计", en="Late fee")
    if total:
        words = f"{text(total / 100)}; ≥ {yuan_text(rates.minimum_fen)}"
        steps.append(money(what, fee, same(words), (rates.basis,)))
    else:
        steps.append(money(what, 0, Label(zh="未逾期", en="paid in time")))
    return Worked(Label(zh="电费违约金", en="Late-payment fee"), tuple(steps))


def _year(year: int, days: int, rate: Decimal, amount_fen: int, part: Decimal, basis: Basis) -> list[Step]:
    arrears = yuan_text(amount_fen)
    return [
        Step(Label(zh=f"{year}年逾期天数", en=f"Days late in {year}"), Decimal(days), DAYS),
        Step(Label(zh=f"{year}年违约金(未舍入)", en=f"Fee of {year}, not rounded"), part / 100,
             working=same(f"{arrears} × {text(rate)} ‰ × {days}"), basis=(basis,)),
    ]  # fmt: skip
