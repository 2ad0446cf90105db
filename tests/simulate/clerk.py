"""A billing clerk: the terms of a bill from the written files and readings alone, for the tariff engine."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import duckdb

from wattwarden.calc.tariff.bill import RATES, Bill, DemandRule, Losses, Prices, Segment
from wattwarden.calc.tariff.engine import price_bill
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.money import round_to
from wattwarden.domain.period import month_start
from wattwarden.domain.prices import price_books

Row = dict[str, Any]
TABLES = (
    "customer", "org_unit", "tariff_assignment", "customer_transformer", "meter", "reading_cycle", "market_contract",
    "metering_split", "generation_unit", "bill",
)  # fmt: skip
MARKET = ("direct", "retail")
LEVELS = {"v220": "lv", "v380": "lv"}
IN_SERVICE = ("running", "hot_standby")


@dataclass
class Files:
    """Rows of the files by customer."""

    tables: dict[str, dict[str, list[Row]]] = field(default_factory=dict)

    def of(self, table: str, customer: str) -> list[Row]:
        """Rows of a customer."""
        return self.tables[table].get(customer, [])


def read_files(db: duckdb.DuckDBPyConnection, customers: str) -> Files:
    """Rows of the customers that the subquery ``customers`` names."""
    files = Files()
    for table in TABLES:
        by: dict[str, list[Row]] = defaultdict(list)
        wanted = "" if table == "org_unit" else f" WHERE customer_id IN ({customers})"
        for row in db.sql(f'SELECT * FROM "{table}"{wanted}').to_arrow_table().to_pylist():
            by[str(row["org_id" if table == "org_unit" else "customer_id"])].append(row)
        files.tables[table] = by
    return files


def lines_of(files: Files, bill: Row) -> dict[str, int]:
    """Amount by element as the tariff engine computes it for the facts on file."""
    totals: dict[str, int] = defaultdict(int)
    for line in price_bill(bill_of(files, bill)):
        totals[line.element] += line.amount_fen
    return {element: amount for element, amount in totals.items() if amount}


def bill_of(files: Files, row: Row) -> Bill:
    """The bill that the files and the readings of its month give."""
    number, month = row["customer_id"], row["bill_month"]
    readings = sorted(
        (r for r in files.of("reading_cycle", number) if r["cycle_month"] == month),
        key=lambda r: r["read_date"],
    )
    customer = files.of("customer", number)[0]
    terms = _on(files.of("tariff_assignment", number), row["period_from"])
    figures = _Figures(files.of("org_unit", customer["org_id"])[0]["region"], month)
    edges = _edges(files, number, row, readings)
    segments = tuple(
        _segment(files, customer, terms, figures, start, end, readings) for start, end in pairwise(edges)
    )
    demands = [r["max_demand_kw"] for r in readings if r["max_demand_kw"] is not None]
    standard = terms["pf_standard"]
    limits = (
        "tier1",
        "tier2_spring_autumn" if month.month in (3, 4, 5, 9, 10, 11) else "tier2_summer_winter",
    )
    covered = sum(r["months"] for r in readings[:1])
    reactive = [r["reactive_kvarh"] for r in readings if r["reactive_kvarh"] is not None]
    return Bill(
        days_in_month=(month_start(month, 1) - month).days,
        segments=segments,
        tier_limits_kwh=tuple(figures("residential_limit", name) * covered for name in limits),
        reactive_kvarh=sum(reactive, Decimal(0)) if reactive else None,
        measured_demand_kw=max(demands, default=None),
        pf_standard=standard,
        pf_table=() if standard is None else figures.pf_table(standard),
        discount_capacity_kva=customer["contract_capacity_kva"],
        demand_rule=DemandRule(*(figures("demand_rule", name) for name in ("limit", "excess", "floor"))),
        system_in_pf_base=bool(figures("billing_policy", "system_in_power_factor_base")),
        full_month_hours=int(figures("billing_policy", "full_month_hours")),
        month=month,
    )


@dataclass(frozen=True)
class _Figures:
    """Figures of a region in a month."""

    region: str
    month: date

    def __call__(self, book: str, level: str = "all") -> Decimal:
        return price_books().book(self.region, book).value_on(self.month, level)

    def maybe(self, book: str, level: str = "all") -> Decimal | None:
        """The figure, or None where none is in force."""
        try:
            return self(book, level)
        except WattwardenError:
            return None

    def pf_table(self, standard: Decimal) -> tuple[Decimal, ...]:
        """Adjustment in per cent for cosφ 0.00 … 1.00."""
        name = f"power_factor_{int(standard * 100):03d}"
        return tuple(self(name, f"{factor / 100:.2f}") for factor in range(101))


def _on(rows: list[Row], day: date) -> Row:
    (row,) = [r for r in rows if r["valid_from"] <= day and (r["valid_to"] is None or day < r["valid_to"])]
    return row


def _edges(files: Files, number: str, row: Row, readings: list[Row]) -> list[date]:
    """Days at which segments begin, and the end; a reading was taken on each."""
    start, end = row["period_from"], row["period_to"]
    changes = {
        day
        for r in files.of("customer_transformer", number)
        for day in (r["valid_from"], r["valid_to"])
        if day is not None and start < day < end
    }
    assert changes <= {r["read_date"] for r in readings}
    return [start, *sorted(changes), end]


def _segment(
    files: Files, customer: Row, terms: Row, figures: _Figures, start: date, end: date, readings: list[Row]
) -> Segment:
    number = customer["customer_id"]
    own = [r for r in readings if start < r["read_date"] <= end]
    timed = terms["is_tou"] and terms["tariff_class"] == "commercial_industrial"
    in_service = [
        r for r in files.of("customer_transformer", number)
        if r["state"] in IN_SERVICE and r["valid_from"] <= start and (r["valid_to"] is None or start < r["valid_to"])
    ]  # fmt: skip
    capacity = sum((r["capacity_kva"] for r in in_service), Decimal(0))
    split = next(iter(files.of("metering_split", number)), None)
    metering = files.of("meter", number)[0]["metering_mode"]
    exporting = bool(files.of("generation_unit", number))
    return Segment(
        days=(end - start).days,
        tariff_class=terms["tariff_class"],
        kwh=sum((r["kwh"] for r in own), Decimal(0)),
        prices=_prices(files, customer, terms, figures, split),
        mode=terms["billing_mode"],
        rates_kwh={rate: sum((r[f"{rate}_kwh"] for r in own), Decimal(0)) for rate in RATES} if timed else {},
        capacity_kva=capacity,
        contract_demand_kw=terms["contract_demand_kw"],
        losses=_losses(figures, in_service, capacity) if metering == "hv_lv" else None,
        split_pct=split["ratio_pct"] if split else None,
        split_kwh=split["monthly_kwh"] if split else None,
        export_kwh=sum((r["reverse_kwh"] or Decimal(0) for r in own), Decimal(0)) if exporting else Decimal(0),
    )  # fmt: skip


def _losses(figures: _Figures, in_service: list[Row], capacity: Decimal) -> Losses:
    iron = [
        figures("transformer_no_load_loss", f"{r['model']}-{r['capacity_kva'].normalize():f}")
        for r in in_service
    ]
    names = ("light", "heavy", "heavy_above", "load_factor")
    light, heavy, above, factor = (figures("transformer_copper_loss", name) for name in names)
    return Losses(sum(iron, Decimal(0)), capacity, light_pct=light, heavy_pct=heavy, heavy_above_pct=above,
                  load_factor_pct=factor)  # fmt: skip


def _prices(files: Files, customer: Row, terms: Row, figures: _Figures, split: Row | None) -> Prices:
    level = LEVELS.get(terms["voltage_level"], str(terms["voltage_level"]))
    whole: Mapping[str, Decimal] = {
        "residential": figures("residential_ladder", "shared_meter"), "agricultural": figures("agricultural", "lv"),
    }  # fmt: skip
    common: dict[str, Any] = {
        "split": whole[split["tariff_class"]] if split else None,
        "feed_in": figures("feed_in"),
    }
    if terms["tariff_class"] == "residential":
        first, second, third = (figures("residential_ladder", f"tier{t}") for t in (1, 2, 3))
        return Prices(tiers=(first, second, third), **common)
    if terms["tariff_class"] == "agricultural":
        return Prices(energy=figures("agricultural", level), **common)
    purchase, green = figures("agency_purchase"), Decimal(0)
    if customer["market_attribute"] in MARKET:
        contract = _contract(files.of("market_contract", customer["customer_id"]), figures.month)
        purchase, green = contract["price"], contract["green_price"] or Decimal(0)
    book = "transmission_single_rate" if terms["billing_mode"] == "single_rate" else "transmission_two_part"
    energy = purchase + figures("grid_loss") + figures(book, level)
    left = customer["market_left_on"]
    owes = customer["market_attribute"] == "agency" and left is not None and left <= figures.month
    times = figures("agency_surcharge", "times") - 1
    return Prices(
        energy=energy,
        rates={rate: round_to(energy * figures("tou_ratio", rate), 8) for rate in RATES},
        purchase_surcharge=round_to(times * purchase, 8) if owes else Decimal(0),
        green=green, system=figures("system_operation"), funds=figures("funds"),
        capacity=figures("capacity_charge", level), demand=figures("demand_charge", level),
        discount_share=figures.maybe("demand_discount", "share"),
        discount_kwh_per_kva=figures.maybe("demand_discount_floor"),
        **common,
    )  # fmt: skip


def _contract(rows: list[Row], day: date) -> Row:
    """The contract in force; of several, all of the same price."""
    valid = [r for r in rows if r["valid_from"] <= day and (r["valid_to"] is None or day < r["valid_to"])]
    assert len({r["price"] for r in valid}) == 1
    return valid[0]
