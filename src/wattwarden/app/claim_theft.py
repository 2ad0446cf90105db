"""A claim for theft from the figures that were found out: by every method that they allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wattwarden.app.make_claim import theft_claim, theft_duration
from wattwarden.calc.claims import theft, theft_methods
from wattwarden.calc.claims.theft_methods import Choice, Method, PricePolicy
from wattwarden.domain.errors import fail
from wattwarden.domain.worked import Worked


@dataclass(frozen=True)
class Evidence:
    """What was found out; None where it was not.

    Attributes:
        on: Day of the act, which decides the rules.
        days, hours: How long, and for how many hours a day.
        connected_days: Days since the customer was connected.
        is_lighting: Kind of use, for the hours that the rules assume.
        tapped_kw: Rated power of equipment before the meter.
        current_a, wiring, ratio, line_kv: Rated current of the meter, its wiring, ratio and line voltage.
        check_kwh, metered_kwh, factor: Energy of a check meter, of the billing meter, correction factor.
        normal_kwh_day, metered_kwh_day: Normal daily use, and what was counted a day.
        loss_kwh_day, usual_loss_kwh_day: Daily loss of the area, and its usual one.
    """

    on: date
    days: int | None = None
    hours: Decimal | None = None
    connected_days: int | None = None
    is_lighting: bool = False
    tapped_kw: Decimal | None = None
    current_a: Decimal | None = None
    wiring: theft.Wiring = "single_phase"
    ratio: Decimal = Decimal(1)
    line_kv: Decimal | None = None
    check_kwh: Decimal | None = None
    metered_kwh: Decimal | None = None
    factor: Decimal | None = None
    normal_kwh_day: Decimal | None = None
    metered_kwh_day: Decimal = Decimal(0)
    loss_kwh_day: Decimal | None = None
    usual_loss_kwh_day: Decimal = Decimal(0)


def theft_by_methods(
    evidence: Evidence,
    choice: Choice | None,
    policy: PricePolicy,
    prices: Mapping[PricePolicy, Decimal | None],
    penalty: theft.Penalty | None,
) -> Worked:
    """The quantity by each method, the range, the chosen one, and its money where a price is given.

    Args:
        evidence: What was found out.
        choice: Which method holds, where there are several.
        policy: Which of the prices holds where the hours of theft are unknown.
        prices: Yuan per kWh by policy; all None for the quantity alone.
        penalty: The multiple that was decided; None shows the ceiling.

    Raises:
        WattwardenError: no method, figures that contradict a method, or no price for the policy.
    """
    stolen = theft_methods.compare(_by_method(evidence), choice)
    given = {name: price for name, price in prices.items() if price is not None}
    price = theft_methods.policy_price(policy, given) if given else None
    return theft_claim(stolen, evidence.on, price, penalty)


def _by_method(e: Evidence) -> dict[Method, Worked]:
    lasted = theft_methods.capped(theft_duration(e.on, e.days, e.hours, e.is_lighting), e.connected_days)
    found: dict[Method, Worked] = {}
    if e.check_kwh is not None:
        found["check_meter"] = theft_methods.by_check_meter(e.check_kwh, _metered(e, "--check-kwh"))
    if e.factor is not None:
        found["factor"] = theft_methods.by_factor(_metered(e, "--factor"), e.factor)
    if e.normal_kwh_day is not None:
        found["normal_use"] = theft_methods.by_normal_use(e.normal_kwh_day, e.metered_kwh_day, lasted.days)
    if e.loss_kwh_day is not None:
        found["area_loss"] = theft_methods.by_area_loss(e.loss_kwh_day, e.usual_loss_kwh_day, lasted.days)
    if e.tapped_kw is not None:
        found["power"] = theft.by_power(e.tapped_kw, lasted)
    if e.current_a is not None:
        found["current"] = theft.by_current(e.wiring, e.current_a, lasted, e.ratio, e.line_kv)
    return found


def _metered(e: Evidence, needs: str) -> Decimal:
    if e.metered_kwh is None:
        raise fail(
            needs, found="no --metered-kwh", expected="the energy that the billing meter counted meanwhile"
        )
    return e.metered_kwh
