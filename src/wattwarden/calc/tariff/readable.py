"""An assembled bill in its readable form, with the figures and price lines that it rests on.

Source: no formula of its own; see ``bill``.
"""

from dataclasses import dataclass
from decimal import Decimal

from wattwarden.calc.tariff.assemble import Assembled
from wattwarden.calc.tariff.bill import RATES, Bill, Losses, Rate, Segment
from wattwarden.calc.tariff.figures import Figures
from wattwarden.calc.tariff.records import (
    CLASSES,
    ENERGY_DIGITS,
    LOSS_DIGITS,
    MODES,
    NULL,
    SHARE_DIGITS,
    Record,
    unscaled,
)
from wattwarden.domain.errors import fail


@dataclass(frozen=True)
class ReadableBill:
    """A bill, and for each of its segments the figures with their price lines."""

    bill: Bill
    figures: tuple[Figures, ...]


def readable_bill(facts: Assembled, position: int) -> ReadableBill:
    """The bill at ``position`` of ``facts``; it must be one that can be checked."""
    record = facts.bills[position]
    rows = range(int(record["first"]), int(record["first"] + record["count"]))
    figures = tuple(_present(facts.terms[int(facts.segments[row]["price"])]) for row in rows)
    segments = tuple(_segment(facts.segments[row], f) for row, f in zip(rows, figures, strict=True))
    table = facts.pf_tables[int(record["pf_table"])]
    limits = (
        unscaled(int(record["tier1_limit"]), ENERGY_DIGITS),
        unscaled(int(record["tier2_limit"]), ENERGY_DIGITS),
    )
    first, second = (limit or Decimal(0) for limit in limits)
    bill = Bill(
        days_in_month=int(record["days_in_month"]),
        segments=segments,
        tier_limits_kwh=(first, second),
        kwh_before=unscaled(int(record["kwh_before"]), ENERGY_DIGITS) or Decimal(0),
        reactive_kvarh=unscaled(int(record["reactive"]), ENERGY_DIGITS),
        measured_demand_kw=unscaled(int(record["measured_demand"]), 2),
        pf_standard=unscaled(int(record["pf_standard"]), 2),
        pf_table=tuple(Decimal(int(rate)).scaleb(2 - SHARE_DIGITS) for rate in table),
        discount_capacity_kva=unscaled(int(record["discount_capacity"]), 2),
        demand_rule=figures[0].demand_rule,
        system_in_pf_base=bool(record["system_in_pf_base"]),
        full_month_hours=int(record["full_month_hours"]),
    )
    return ReadableBill(bill, figures)


def _present(figures: Figures | None) -> Figures:
    if figures is None:
        raise fail("bill", found="no figures for its terms", expected="a bill that can be checked")
    return figures


def _segment(record: Record, figures: Figures) -> Segment:
    rates: dict[Rate, Decimal] = {}
    if record["timed"]:
        rates = {rate: unscaled(int(record[rate]), ENERGY_DIGITS) or Decimal(0) for rate in RATES}
        # What the registers of the rates miss of the total is charged as flat, as the engine does.
        total = unscaled(int(record["kwh"]), ENERGY_DIGITS) or Decimal(0)
        rates["flat"] = total - rates["sharp"] - rates["peak"] - rates["valley"]
    return Segment(
        days=int(record["days"]),
        tariff_class=CLASSES[int(record["tariff_class"])],
        kwh=unscaled(int(record["kwh"]), ENERGY_DIGITS) or Decimal(0),
        prices=figures.prices,
        mode=MODES[int(record["mode"])],
        rates_kwh=rates,
        capacity_kva=unscaled(int(record["capacity"]), 2),
        contract_demand_kw=unscaled(int(record["contract_demand"]), 2),
        losses=_losses(record, figures) if record["has_losses"] else None,
        split_pct=None if int(record["split_share"]) == NULL else unscaled(int(record["split_share"]), SHARE_DIGITS - 2),
        split_kwh=unscaled(int(record["split_kwh"]), ENERGY_DIGITS),
        export_kwh=unscaled(int(record["export_kwh"]), ENERGY_DIGITS) or Decimal(0),
    )  # fmt: skip


def _losses(record: Record, figures: Figures) -> Losses:
    shares = figures.loss_shares
    return Losses(
        no_load_kw=unscaled(int(record["no_load_w"]), LOSS_DIGITS) or Decimal(0),
        rated_kva=unscaled(int(record["rated"]), 2) or Decimal(0),
        light_pct=shares.light_pct, heavy_pct=shares.heavy_pct,
        heavy_above_pct=shares.heavy_above_pct, load_factor_pct=shares.load_factor_pct,
    )  # fmt: skip
