"""Stolen energy by each method that proof may support, side by side; one is chosen, with the reason on record.

The rules name two quantities (rated power tapped, rated current of the meter); where the true quantity can be
found out, it goes before them: by a check meter, by the correction factor of the tampered wiring, by the
customer's own normal use, or by what the area lost. Methods of proof that are local practice say so.

Source: DOMAIN A.7 (supply rules 1996, article 103; local rules as L10), A.4 (correction factor).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from wattwarden.calc.claims.back_billing import KWH, same, text
from wattwarden.calc.claims.theft import QUANTITY, Duration
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.domain.money import round_to
from wattwarden.domain.worked import Basis, Step, Worked

Method = Literal["power", "current", "check_meter", "factor", "normal_use", "area_loss"]
TITLES: Mapping[Method, Label] = {
    "power": Label(zh="按私接设备容量", en="By the rated power tapped"),
    "current": Label(zh="按计费表标定电流", en="By the rated current of the meter"),
    "check_meter": Label(zh="按比对表", en="By a check meter"),
    "factor": Label(zh="按更正系数", en="By the correction factor"),
    "normal_use": Label(zh="按自身正常用电", en="By the customer's own normal use"),
    "area_loss": Label(zh="按台区线损变化", en="By the change of the area's loss"),
}
LOCAL = (Basis("取证查明的窃电量(地方规定，DOMAIN A.7)", "recalled"),)
KWH_A_DAY = Label(zh="千瓦时/天", en="kWh a day")
DAYS = Label(zh="天", en="days")
ENERGY_DIGITS = 2


def by_check_meter(check_kwh: Decimal, metered_kwh: Decimal) -> Worked:
    """Energy of a check meter on the same load less what the billing meter counted.

    Raises:
        WattwardenError: the check meter counted no more than the billing meter.
    """
    _more("energy of the check meter", check_kwh, metered_kwh)
    return _result(
        Step(Label(zh="比对表电量", en="Energy of the check meter"), check_kwh, KWH),
        Step(Label(zh="计费表电量", en="Energy of the billing meter"), metered_kwh, KWH),
        kwh=check_kwh - metered_kwh, working=f"{text(check_kwh)} − {text(metered_kwh)}",
    )  # fmt: skip


def by_factor(metered_kwh: Decimal, factor: Decimal) -> Worked:
    """W × (K − 1) with the correction factor of the tampered wiring, as measured on site.

    Raises:
        WattwardenError: K is not above 1, or no energy was counted.
    """
    _more("correction factor K", factor, Decimal(1))
    _more("energy counted", metered_kwh, Decimal(0))
    return _result(
        Step(Label(zh="窃电期间抄见电量", en="Energy read in the time of theft"), metered_kwh, KWH),
        Step(Label(zh="更正系数 K", en="Correction factor K"), factor, None),
        kwh=metered_kwh * (factor - 1), working=f"{text(metered_kwh)} × ({text(factor)} − 1)",
    )  # fmt: skip


def by_normal_use(normal_kwh_day: Decimal, metered_kwh_day: Decimal, days: int) -> Worked:
    """The customer's normal daily use, before or after, less what was counted, for the days of theft.

    Raises:
        WattwardenError: normal use is not above what was counted, or there are no days.
    """
    _more("normal use", normal_kwh_day, metered_kwh_day)
    return _by_days(Label(zh="正常日用电量", en="Normal use of a day"), normal_kwh_day,
                    Label(zh="窃电期间日均电量", en="Use of a day in the time of theft"), metered_kwh_day, days)  # fmt: skip


def by_area_loss(loss_kwh_day: Decimal, usual_kwh_day: Decimal, days: int) -> Worked:
    """Daily loss of the area in the time of theft less its usual loss, for the days of theft.

    It is the customer's only where nothing else in the area changed, which the record must say.

    Raises:
        WattwardenError: the loss was not above the usual one, or there are no days.
    """
    _more("loss of the area", loss_kwh_day, usual_kwh_day)
    return _by_days(Label(zh="窃电期间台区日损失", en="Daily loss in the time of theft"), loss_kwh_day,
                    Label(zh="台区正常日损失", en="Usual daily loss"), usual_kwh_day, days)  # fmt: skip


def _by_days(what: Label, high: Decimal, than: Label, low: Decimal, days: int) -> Worked:
    _more("days of theft", Decimal(days), Decimal(0))
    return _result(
        Step(what, high, KWH_A_DAY), Step(than, low, KWH_A_DAY),
        Step(Label(zh="窃电天数", en="Days of theft"), Decimal(days), DAYS),
        kwh=(high - low) * days, working=f"({text(high)} − {text(low)}) × {days}",
    )  # fmt: skip


def _result(*steps: Step, kwh: Decimal, working: str) -> Worked:
    result = Step(QUANTITY, round_to(kwh, ENERGY_DIGITS), KWH, same(working), LOCAL)
    return Worked(Label(zh="窃电量计算", en="Stolen energy"), (*steps, result))


def _more(subject: str, value: Decimal, than: Decimal) -> None:
    if value <= than:
        raise fail(subject, found=str(value), expected=f"more than {than}",
                   action="Leave this method out, or correct the figures.")  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """The method that was chosen, why, and who decided."""

    method: Method
    reason: str
    decided_by: str


def compare(found: Mapping[Method, Worked], choice: Choice | None) -> Worked:
    """The quantities of all methods, their range, and the chosen one as the result.

    Args:
        found: By method, its derivation.
        choice: Which one holds; with a single method none is needed.

    Raises:
        WattwardenError: no method, no choice among several, or a choice without its method, reason or decider.
    """
    if not found:
        raise fail("theft", found="no method", expected="figures for a method, such as --tapped-kw or --current-a",
                   action="Give --tapped-kw, --current-a, --check-kwh, --factor, --normal-kwh-day or --loss-kwh-day.")  # fmt: skip
    method = _chosen(found, choice)
    if len(found) == 1:
        return found[method]
    kwh = {name: Decimal(worked.steps[-1].value) for name, worked in found.items()}
    steps: list[Step] = [
        Step(TITLES[name], value, KWH, basis=found[name].steps[-1].basis) for name, value in kwh.items()
    ]
    steps += [
        Step(Label(zh="各方法最小", en="Least of the methods"), min(kwh.values()), KWH),
        Step(Label(zh="各方法最大", en="Most of the methods"), max(kwh.values()), KWH),
    ]
    why = choice.reason if choice else ""
    who = choice.decided_by if choice else ""
    title, worked = TITLES[method], found[method]
    chosen = Label(
        zh=f"采用：{title.zh}({why}；决定人：{who})", en=f"Chosen: {title.en} ({why}; decided by {who})"
    )
    last = worked.steps[-1]
    steps += [*worked.steps[:-1], Step(chosen, last.value, KWH, last.working, last.basis)]
    return Worked(worked.title, tuple(steps))


def _chosen(found: Mapping[Method, Worked], choice: Choice | None) -> Method:
    if choice is None:
        if len(found) > 1:
            raise fail("theft", found=f"{len(found)} methods and no choice", expected="--chosen, --reason and --decided-by",
                       action="Say which method holds and why; the others stay on record as the range.")  # fmt: skip
        return next(iter(found))
    if choice.method not in found:
        raise fail("chosen method", found=choice.method, expected=f"one of {', '.join(found)}")
    if not choice.reason.strip() or not choice.decided_by.strip():
        raise fail("chosen method", found="no reason or nobody who decided", expected="both")
    return choice.method


PricePolicy = Literal["flat", "peak", "average"]
POLICIES: Mapping[PricePolicy, Label] = {
    "flat": Label(zh="平段电价", en="Flat price"),
    "peak": Label(zh="高峰电价", en="Peak price"),
    "average": Label(zh="平均电价", en="Average price"),
}
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
