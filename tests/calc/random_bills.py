"""Random bills of every class, mode and path, the same for the same seed.

Figures are drawn near the edges that bills fall over: tier limits, 105 % of the demand, the load rate of
40 %, the kWh per kVA of the discount, amounts that end on half a fen, nothing used at all, the largest
customer that the engine admits.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from functools import cache
from random import Random

from wattwarden.calc.tariff.bill import (
    RATES,
    Bill,
    BillingMode,
    DemandRule,
    Losses,
    Prices,
    Rate,
    Segment,
    TariffClass,
)
from wattwarden.calc.tariff.engine import LARGEST_KWH
from wattwarden.domain.prices import price_books

TABLE_PCT = tuple(Decimal(90 - cosine) / 10 for cosine in range(101))
"""An adjustment for each cosφ, all different, so that a wrong place shows."""
CLASSES: tuple[TariffClass, ...] = ("residential", "agricultural", "commercial_industrial")
STANDARDS = tuple(Decimal(standard) for standard in ("0.90", "0.85", "0.80"))
TIES = tuple(Decimal(price) for price in ("0.5", "0.05", "0.25", "0.125", "0.61", "0.00000001"))
"""Prices at which energy in hundredths often costs exactly half a fen."""
MODES: tuple[BillingMode, ...] = ("single_rate", "two_part_capacity", "two_part_demand")


def random_bills(seed: int, count: int) -> Iterator[Bill]:
    """``count`` bills."""
    random = Random(seed)
    for _ in range(count):
        yield random_bill(random)


def random_bill(random: Random) -> Bill:
    """One bill, one to three segments, which may differ in class, mode, prices and terms."""
    days_in_month = random.choice((28, 29, 30, 31, 31, 61))
    segments = [_segment(random, days, days_in_month) for days in _cut(random, days_in_month)]
    standard = random.choice(STANDARDS) if random.random() < 0.6 else None
    return Bill(
        days_in_month,
        tuple(segments),
        tier_limits_kwh=_limits(random),
        kwh_before=random.choice((Decimal(0), number(random, 0, 5000, 2))),
        reactive_kvarh=_reactive(random, segments) if standard else None,
        measured_demand_kw=_measured(random, segments),
        pf_standard=standard,
        pf_table=random.choice((TABLE_PCT, pf_table(standard))) if standard else (),
        discount_capacity_kva=_contract_capacity(random, segments),
        demand_rule=DemandRule() if random.random() < 0.8 else _demand_rule(random),
        system_in_pf_base=random.random() < 0.5,
        full_month_hours=random.choice((720, 744)),
    )


@cache
def pf_table(standard: Decimal) -> tuple[Decimal, ...]:
    """The published adjustments."""
    book = price_books().book("china", f"power_factor_{int(standard * 100):03d}")
    return tuple(book.lines[0].values[f"{step / 100:.2f}"] for step in range(101))


def _limits(random: Random) -> tuple[Decimal, Decimal]:
    """Of the year, or of a month."""
    if random.random() < 0.3:
        return Decimal(2160), Decimal(4800)
    limit = number(random, 0, 400, 2)
    return limit, limit + number(random, 0, 300, 2)


def _reactive(random: Random, segments: list[Segment]) -> Decimal:
    """In proportion to the energy, so that each cosφ comes up, or any."""
    active = sum((s.kwh for s in segments), Decimal(0))
    if random.random() < 0.2:
        return number(random, 0, 30_000, 2)
    return (active * number(random, 0, 2, 3)).quantize(Decimal("0.01"))


def _contract_capacity(random: Random, segments: list[Segment]) -> Decimal:
    """That in operation, or one which the energy meets at 260 kWh per kVA, or misses by a hundredth."""
    edge = (sum((s.kwh for s in segments), Decimal(0)) / 260).quantize(Decimal("0.01"))
    if random.random() < 0.3:
        return max(edge + random.choice((-1, 0, 1)) * Decimal("0.01"), Decimal(0))
    return max(s.capacity_kva or Decimal(0) for s in segments)


def _demand_rule(random: Random) -> DemandRule:
    """Other whole per cents than the national ones."""
    return DemandRule(
        Decimal(random.choice((100, 110))), Decimal(random.choice((100, 300))), Decimal(random.randint(0, 60))
    )


def number(random: Random, low: float, high: float, digits: int) -> Decimal:
    """A decimal with so many digits, evenly spread."""
    return Decimal(random.randint(int(low * 10**digits), int(high * 10**digits))).scaleb(-digits)


def _cut(random: Random, days: int) -> list[int]:
    """The days of one to three segments; now and then the month is not covered whole."""
    if random.random() < 0.1:
        days -= random.randint(1, 10)
    cuts = sorted(random.sample(range(1, days), random.choice((0, 0, 1, 2))))
    return [until - since for since, until in zip([0, *cuts], [*cuts, days], strict=True)]


def _segment(random: Random, days: int, days_in_month: int) -> Segment:
    tariff_class = random.choice(CLASSES)
    most = random.choice((0, 1, 600, 20_000, 20_000, 3_000_000, LARGEST_KWH))
    kwh = number(random, 0, most, 2)
    timed = random.random() < (0.2 if tariff_class == "residential" else 0.5)
    mode = random.choice(MODES) if tariff_class == "commercial_industrial" else "single_rate"
    capacity = number(random, 50, 6000 if most < LARGEST_KWH else 1_000_000, 2)
    part = Segment(
        days,
        tariff_class,
        kwh,
        _prices(random, timed, tiers=tariff_class == "residential" and random.random() < 0.8),
        mode,
        rates_kwh=_rates(random, kwh) if timed else {},
        capacity_kva=capacity if mode != "single_rate" else None,
        contract_demand_kw=number(random, 10, float(capacity), 2) if random.random() < 0.6 else None,
        losses=_losses(random, kwh, days) if random.random() < 0.4 else None,
        export_kwh=number(random, 0, 5000, 2) if random.random() < 0.2 else Decimal(0),
    )
    kind = random.random()
    if kind < 0.1:
        return replace(part, split_pct=number(random, 0, 100, 4))
    # A quantity is not more than what was used; that is refused. All of it is taken now and then.
    whole = (kwh * days_in_month / days).quantize(Decimal("0.01"), ROUND_DOWN)
    quantity = random.choice((whole, number(random, 0, float(kwh), 2)))
    return replace(part, split_kwh=quantity) if kind < 0.2 else part


def _rates(random: Random, kwh: Decimal) -> dict[Rate, Decimal]:
    marks = sorted(number(random, 0, float(kwh), 2) for _ in RATES[1:])
    bounds = (Decimal(0), *(min(mark, kwh) for mark in marks), kwh)
    return {rate: high - low for rate, low, high in zip(RATES, bounds, bounds[1:], strict=False)}


def _prices(random: Random, timed: bool, tiers: bool) -> Prices:
    def price(share: float = 1) -> Decimal:
        if random.random() < 0.15:
            return random.choice(TIES)
        return number(random, 0, 1.5, random.choice((2, 4, 8))) if random.random() < share else Decimal(0)

    first, second, third = sorted(price() for _ in range(3))
    discounted = random.random() < 0.5
    return Prices(
        energy=price(),
        rates={rate: price() for rate in RATES} if timed else {},
        tiers=(first, second, third) if tiers else None,
        purchase_surcharge=price(0.2),
        green=price(0.2),
        system=price(0.8),
        funds=price(0.8),
        standby=price(0.2),
        split=price(),
        feed_in=price(),
        capacity=number(random, 5, 50, 4),
        demand=number(random, 5, 60, 4),
        discount_share=Decimal("0.9") if discounted else None,
        discount_kwh_per_kva=Decimal(260) if discounted else None,
    )


def _losses(random: Random, kwh: Decimal, days: int) -> Losses:
    # A rating at which the load rate is close to its limit: energy ÷ hours ÷ (kVA × 0.8) = 0.4.
    edge = (kwh / (days * 24) / Decimal("0.32")).quantize(Decimal("0.01"))
    usual = Losses(
        no_load_kw=number(random, 0, 5, 3),
        rated_kva=max(random.choice((edge, number(random, 50, 6000, 2))), Decimal(10)),
        no_load_kvar=number(random, 0, 20, 3),
        copper_reactive_times=number(random, 0, 9, 2),
        line_pct=random.choice((Decimal(0), number(random, 0, 5, 2))),
    )
    if random.random() < 0.7:
        return usual
    return replace(
        usual,
        light_pct=number(random, 0, 3, 4),
        heavy_pct=number(random, 3, 6, 4),
        heavy_above_pct=number(random, 1, 99, 2),
        load_factor_pct=number(random, 50, 100, 0),
    )


def _measured(random: Random, segments: list[Segment]) -> Decimal:
    """Near the limit of the first contract value as often as anywhere."""
    agreed = next((s.contract_demand_kw for s in segments if s.contract_demand_kw is not None), None)
    if agreed is not None and random.random() < 0.5:
        at_limit = (agreed * Decimal("1.05")).quantize(Decimal("0.01"))
        return max(at_limit + random.choice((-1, 0, 1)) * Decimal("0.01"), Decimal(0))
    return number(random, 0, random.choice((0, 7000, 7000, 900_000)), 2)
