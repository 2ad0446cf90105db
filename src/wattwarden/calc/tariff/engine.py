"""Charge many bills at once, or one in its readable form.

Source: DOMAIN B.6; the formulas are in ``kernel``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from wattwarden.calc.tariff import kernel
from wattwarden.calc.tariff.bill import RATES, ZERO, Bill, DemandRule, Line, Losses, Prices, Segment
from wattwarden.calc.tariff.compiled import in_parts
from wattwarden.calc.tariff.records import (
    BILL,
    CHARGE_DIGITS,
    CLASSES,
    ELEMENTS,
    ENERGY_DIGITS,
    LINE,
    LOSS_DIGITS,
    MODES,
    NULL,
    PRICE,
    PRICE_DIGITS,
    SEGMENT,
    SHARE_DIGITS,
    TOTAL,
    Ints,
    Records,
    scaled,
    unscaled,
)
from wattwarden.domain.errors import fail

LARGEST_KWH = 200_000_000
"""Largest energy of a segment in kWh; below it no product leaves 64 bits at prices up to 4 yuan."""
LARGEST_KW = 5_000_000
"""Largest demand in kW; up to it no product leaves 64 bits at prices up to 60 yuan."""
NO_TABLE = (ZERO,) * 101
"""Where power factor is not assessed."""
NO_LOSSES = Losses(*(ZERO,) * 8)


@dataclass(frozen=True)
class Charges:
    """Lines of many bills.

    Attributes:
        lines: A row per segment, a column per ``ELEMENTS``, each a record of ``LINE``.
        totals: A ``TOTAL`` record per bill.
    """

    lines: Records
    totals: Records


def charge(bills: Records, segments: Records, figures: Records, pf_tables: Ints) -> Charges:
    """Compute the lines of ``bills`` (records of ``BILL``, ``SEGMENT``, ``PRICE``).

    Args:
        pf_tables: A row per table, 101 adjustments in 10⁻⁶.

    Raises:
        WattwardenError: an energy or a demand is larger than the arithmetic holds.
    """
    _refuse_above(LARGEST_KWH, "kWh", np.abs(segments["kwh"]))
    # An absent demand is the smallest of numbers.
    _refuse_above(LARGEST_KW, "kW", bills["measured_demand"])
    _refuse_above(LARGEST_KW, "kW", segments["contract_demand"])
    done = Charges(np.zeros((len(segments), len(ELEMENTS)), LINE), np.zeros(len(bills), TOTAL))
    in_parts(
        len(bills),
        lambda part: kernel.charge_bills(
            bills[part], segments, figures, pf_tables, done.lines, done.totals[part]
        ),
    )
    return done


def _refuse_above(most: int, unit: str, values: Ints) -> None:
    largest = int(values.max(initial=0))
    if largest > most * 100:
        found = f"a figure of {Decimal(largest).scaleb(-ENERGY_DIGITS)} {unit}"
        raise fail("bills", found=found, expected=f"at most {most} {unit}",
                   action="Look for a wrong register or multiplier.")  # fmt: skip


def price_bill(bill: Bill) -> tuple[Line, ...]:
    """``price_bills`` of one bill."""
    return price_bills([bill])[0]


def price_bills(bills: Sequence[Bill]) -> list[tuple[Line, ...]]:
    """The lines of each bill, in the order of ``ELEMENTS`` within each segment, the adjustment last.

    Raises:
        WattwardenError: a bill lacks a fact that its terms need, splits off too much, or is too large.
    """
    for bill in bills:
        require_facts(bill)
    parts = [(bill.demand_rule, s) for bill in bills for s in bill.segments]
    figures = np.array([figure_record(s.prices, rule, s.losses) for rule, s in parts], PRICE)
    segments = np.array([segment_record(s, number) for number, (_, s) in enumerate(parts)], SEGMENT)
    tables = list({bill.pf_table or NO_TABLE: None for bill in bills})
    records = np.array([bill_record(bill) for bill in bills], BILL)
    records["first"] = np.cumsum(records["count"]) - records["count"]
    places = {table: place for place, table in enumerate(tables)}
    records["pf_table"] = [places[bill.pf_table or NO_TABLE] for bill in bills]
    rates = np.array([[scaled(rate, SHARE_DIGITS - 2) for rate in table] for table in tables], np.int64)
    done = charge(records, segments, figures, rates)
    return [_bill_lines(done, record, total) for record, total in zip(records, done.totals, strict=True)]


def _bill_lines(done: Charges, bill: np.void, total: np.void) -> tuple[Line, ...]:
    first = int(bill["first"])
    rows = range(first, first + int(bill["count"]))
    lines = [replace(line, segment=row - first) for row in rows for line in _segment_lines(done, row)]
    if int(total["pf_rate"]) != NULL:
        rate = Decimal(int(total["pf_rate"])).scaleb(2 - SHARE_DIGITS)
        lines.append(Line("pf_adjust", None, int(total["pf_adjust_fen"]), rate_pct=rate))
    return tuple(lines)


def require_facts(bill: Bill) -> None:
    """Refuse a bill that lacks a fact which its terms need, or splits off more than was used.

    Nothing is guessed.

    Raises:
        WattwardenError: naming the fact.
    """
    for missing, fact in _missing_facts(bill):
        if missing:
            raise fail("bill", found=f"no {fact}", expected=f"{fact}, which its terms need")
    for segment in bill.segments:
        if _split_off(segment, bill.days_in_month) > max(segment.kwh, ZERO):
            raise fail("bill", found=f"a split of {segment.split_pct or segment.split_kwh} from {segment.kwh} kWh",
                       expected="no more than was used in the days of the segment",
                       action="Look for a wrong quantity, or energy that is missing.")  # fmt: skip


def _split_off(segment: Segment, days_in_month: int) -> Decimal:
    if segment.split_pct is not None:
        return segment.kwh * segment.split_pct / 100
    return (segment.split_kwh or ZERO) * segment.days / days_in_month


def _missing_facts(bill: Bill) -> list[tuple[bool, str]]:
    demand = any(s.mode == "two_part_demand" for s in bill.segments)
    tiers = any(s.tariff_class == "residential" and s.prices.tiers and not s.rates_kwh for s in bill.segments)
    discount = any(s.prices.discount_share is not None for s in bill.segments) and demand
    return [
        (not bill.segments, "segment"),
        (bill.pf_standard is not None and bill.reactive_kvarh is None, "reactive energy"),
        (bill.pf_standard is not None and not bill.pf_table, "power factor table"),
        (demand and bill.measured_demand_kw is None, "measured demand"),
        (discount and bill.discount_capacity_kva is None, "contract capacity"),
        (tiers and bill.tier_limits_kwh is None, "tier limits"),
        *(pair for s in bill.segments for pair in _missing_terms(s)),
    ]


def _missing_terms(segment: Segment) -> list[tuple[bool, str]]:
    prices, timed = segment.prices, bool(segment.rates_kwh)
    tiers = segment.tariff_class == "residential" and prices.tiers is not None
    splits = segment.split_pct is not None or segment.split_kwh is not None
    by_capacity, by_demand = segment.mode == "two_part_capacity", segment.mode == "two_part_demand"
    return [
        (timed and set(prices.rates) != set(RATES), "price of each rate"),
        (not timed and not tiers and prices.energy is None, "energy price"),
        (by_capacity and segment.capacity_kva is None, "operating capacity"),
        (by_capacity and prices.capacity is None, "capacity price"),
        (by_demand and prices.demand is None, "demand price"),
        (splits and prices.split is None, "price of the class split off"),
        (bool(segment.export_kwh) and prices.feed_in is None, "feed-in price"),
    ]


def figure_record(prices: Prices, rule: DemandRule, losses: Losses | None = None) -> tuple[int, ...]:
    """One set of figures as a record of ``PRICE``; of ``losses`` only the shares."""
    tiers = prices.tiers or (None, None, None)
    per_kwh = (
        prices.energy, *(prices.rates.get(rate) for rate in RATES), *tiers, prices.purchase_surcharge,
        prices.green, prices.system, prices.funds, prices.standby, prices.split, prices.feed_in,
    )  # fmt: skip
    shares = losses or NO_LOSSES
    return (
        *(scaled(value, PRICE_DIGITS) for value in per_kwh),
        scaled(prices.capacity, CHARGE_DIGITS),
        scaled(prices.demand, CHARGE_DIGITS),
        scaled(prices.discount_share, SHARE_DIGITS),
        scaled(prices.discount_kwh_per_kva, 2),
        scaled(rule.limit_pct, 0),
        scaled(rule.excess_pct, 0),
        scaled(rule.floor_pct, 0),
        scaled(shares.light_pct, SHARE_DIGITS - 2),
        scaled(shares.heavy_pct, SHARE_DIGITS - 2),
        scaled(shares.heavy_above_pct, SHARE_DIGITS - 2),
        scaled(shares.load_factor_pct, SHARE_DIGITS - 2),
        scaled(shares.copper_reactive_times, 2),
        scaled(shares.line_pct, SHARE_DIGITS - 2),
    )


def segment_record(s: Segment, number: int) -> tuple[int, ...]:
    """A segment as a record of ``SEGMENT``, whose figures stand at ``number``."""
    losses = s.losses
    return (
        number, s.days, CLASSES.index(s.tariff_class), MODES.index(s.mode), int(bool(s.rates_kwh)),
        scaled(s.kwh, ENERGY_DIGITS), *(scaled(s.rates_kwh.get(rate, 0), ENERGY_DIGITS) for rate in RATES),
        scaled(s.capacity_kva, 2), scaled(s.contract_demand_kw, 2), int(losses is not None),
        scaled(losses.no_load_kw if losses else 0, LOSS_DIGITS),
        scaled(losses.no_load_kvar if losses else 0, LOSS_DIGITS), scaled(losses.rated_kva if losses else 0, 2),
        scaled(s.split_pct, SHARE_DIGITS - 2), scaled(s.split_kwh, ENERGY_DIGITS),
        scaled(s.export_kwh, ENERGY_DIGITS),
    )  # fmt: skip


def bill_record(bill: Bill) -> tuple[int, ...]:
    """A bill as a record of ``BILL``, whose segments and power factor table come first."""
    limits = bill.tier_limits_kwh or (0, 0)
    return (
        0, len(bill.segments), bill.days_in_month, *(scaled(limit, ENERGY_DIGITS) for limit in limits),
        scaled(bill.kwh_before, ENERGY_DIGITS), scaled(bill.reactive_kvarh, ENERGY_DIGITS),
        scaled(bill.measured_demand_kw, 2), scaled(bill.pf_standard, 2), 0,
        scaled(bill.discount_capacity_kva, 2), int(bill.system_in_pf_base), bill.full_month_hours,
    )  # fmt: skip


def _segment_lines(done: Charges, row: int) -> list[Line]:
    lines = []
    for column, element in enumerate(ELEMENTS):
        kwh, price, amount = (int(figure) for figure in done.lines[row, column])
        if not amount and not (kwh and price):
            continue
        charges = element in ("capacity", "demand")
        digits = CHARGE_DIGITS if charges else PRICE_DIGITS
        energy = None if charges else unscaled(kwh, ENERGY_DIGITS)
        lines.append(Line(element, row, amount, energy, unscaled(price, digits)))
    return lines
