"""Turn the facts of bills, one row per segment, into the engine's records; what cannot be checked says why.

Source: the rules are in ``bill``, the paths in ``figures``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.calc.tariff.details import sentences
from wattwarden.calc.tariff.engine import LARGEST_KW, LARGEST_KWH, figure_record
from wattwarden.calc.tariff.figures import (
    Figures,
    Market,
    Terms,
    figures_for,
    no_load_kw,
    pf_table,
    tier_limits,
)
from wattwarden.calc.tariff.packages import Kind, Package
from wattwarden.calc.tariff.rates import DETAIL
from wattwarden.calc.tariff.records import (
    BILL,
    CLASSES,
    ENERGY_DIGITS,
    LOSS_DIGITS,
    MODES,
    NULL,
    PRICE,
    SEGMENT,
    SHARE_DIGITS,
    Ints,
    Records,
    scaled,
)
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.prices import PriceBooks

Bools = npt.NDArray[np.bool_]
Outcome = Literal[
    "checked", "period_invalid", "no_region", "no_tariff", "overlapping_terms", "no_mode", "no_reading",
    "register_reversed", "registers_do_not_join", "negative_energy", "too_large", "rates_missing",
    "rates_do_not_add_up", "no_demand", "no_reactive", "no_capacity", "no_transformer", "several_splits",
    "split_too_large", "no_price",
]  # fmt: skip
"""What became of a bill; the first fault in this order is the one that is named."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
LONGEST_MONTH = 31
MOST_MONTHS = 12
"""Months that one reading may cover."""
TERMS = (
    "region", "seg_from", "tariff_class", "billing_mode", "voltage_level", "is_tou", "price_code", "market",
    "package", "contract_price", "coefficient", "service_fee", "green_price", "average_price",
    "is_surcharged", "split_class",
)  # fmt: skip
"""Columns that decide which figures hold."""


@dataclass(frozen=True)
class Assembled:
    """Facts of bills as records; rows of ``table`` are in the order of the segments.

    Attributes:
        terms: The figures of each record of ``figures`` in decimals; None where there are none.
        outcome: Position in ``OUTCOMES``, by bill.
        detail: What was found, by bill; empty where the outcome says it all.
    """

    table: pa.Table
    bills: Records
    segments: Records
    figures: Records
    terms: list[Figures | None]
    pf_tables: Ints
    outcome: Ints
    detail: list[str]


def assemble(rows: pa.Table, books: PriceBooks) -> Assembled:
    """Records of all bills in ``rows`` (the columns of ``segments`` in tables/shadow_bill.yaml)."""
    rows, first, count = _in_order(rows)
    look = _Columns(rows)
    figures, position, unpriced = _figures(rows, books)
    timed = np.array([f.timed if f else False for f in figures])[position]
    segments = _segments(look, position, timed)
    bills, months = _bills(look, first, count)
    segments["days"] *= np.repeat(months, count)
    checks = _Checks(look, first, timed)
    checks.fail_because("no_price", position, unpriced)
    checks.fail("split_too_large", _splits_too_large(segments, bills))
    tables, untabled = _pf_tables(look, bills, books)
    checks.fail_because("no_price", *untabled)
    checks.fail_because("no_transformer", *_losses(look, segments, books))
    checks.fail_because("no_price", *_limits(look, bills, books))
    _policy(look, bills, books)
    outcome = checks.outcomes()
    detail = _details(checks, outcome)
    records = np.array([_record(f) for f in figures], PRICE)
    return Assembled(rows, bills, segments, records, figures, tables, outcome, detail)


class _Columns:
    """Columns of the rows as arrays; an absent number is ``NULL``, an absent truth is false."""

    def __init__(self, rows: pa.Table) -> None:
        self._rows = rows

    def ints(self, name: str) -> Ints:
        column = self._rows.column(name)
        if pa.types.is_date(column.type):
            column = column.cast(pa.int32())
        return np.asarray(pc.fill_null(column.cast(pa.int64()), NULL).to_numpy(), dtype=np.int64)

    def rows(self, places: Ints) -> pa.Table:
        """The rows at these places."""
        return self._rows.take(pa.array(places))

    def bools(self, name: str) -> Bools:
        return np.asarray(pc.fill_null(self._rows.column(name), False).to_numpy(), dtype=np.bool_)

    def present(self, name: str) -> Bools:
        return np.asarray(self._rows.column(name).is_valid().to_numpy(), dtype=np.bool_)

    def codes(self, name: str, known: tuple[str, ...]) -> Ints:
        """Position of each value in ``known``; ``NULL`` where it is absent or unknown."""
        found = pc.index_in(self._rows.column(name), pa.array(known, pa.string()))
        return np.asarray(pc.fill_null(found.cast(pa.int64()), NULL).to_numpy(), dtype=np.int64)

    def groups(self, *names: str) -> tuple[Ints, list[dict[str, Any]]]:
        """Which distinct combination of the columns each row has, and the combinations."""
        code = np.zeros(self._rows.num_rows, dtype=np.int64)
        for name in names:
            encoded = self._rows.column(name).combine_chunks().dictionary_encode(null_encoding="encode")
            code = code * max(1, len(encoded.dictionary)) + encoded.indices.to_numpy()
            # Renumbered after each column, so that the product never leaves 64 bits.
            code = np.unique(code, return_inverse=True)[1]
        _, where = np.unique(code, return_index=True)
        return code, self._rows.select(names).take(pa.array(where)).to_pylist()


def _in_order(rows: pa.Table) -> tuple[pa.Table, Ints, Ints]:
    """The rows by bill and day, the first row of each bill, and its number of rows."""
    bill = rows.column("bill_id").combine_chunks().dictionary_encode().indices.to_numpy()
    day = rows.column("seg_from").cast(pa.int32()).to_numpy()
    order = np.lexsort((day, bill))
    first = np.flatnonzero(np.diff(bill[order], prepend=-1))
    count = np.diff(first, append=len(order))
    return rows.take(pa.array(order)).combine_chunks(), first.astype(np.int64), count.astype(np.int64)


def _said(error: WattwardenError) -> str:
    return "; ".join(str(problem) for problem in error.problems)


def _figures(rows: pa.Table, books: PriceBooks) -> tuple[list[Figures | None], Ints, list[str]]:
    """Figures of each distinct set of terms, which set each row has, and why a set has none, else nothing."""
    exports = pa.array(_Columns(rows).ints("export_kwh") > 0)
    position, sets = _Columns(rows.append_column("exports", exports)).groups(*TERMS, "exports")
    found: list[Figures | None] = []
    why = [""] * len(sets)
    for number, terms in enumerate(sets):
        try:
            found.append(figures_for(terms_of(terms), books))
        except WattwardenError as error:
            found.append(None)
            why[number] = _said(error)
    return found, position, why


def terms_of(row: Mapping[str, Any]) -> Terms:
    """Terms of a row of ``segments``, where ``exports`` says whether energy is fed into the grid."""
    stated = (row["package"], row["contract_price"], row["green_price"], row["service_fee"])
    package = Package(
        cast(Kind | None, row["package"]), row["contract_price"], row["coefficient"], row["service_fee"],
        row["green_price"], row["average_price"],
    )  # fmt: skip
    return Terms(
        row["region"] or "", cast(date, row["seg_from"]), row["tariff_class"] or "residential",
        row["billing_mode"] or "single_rate", row["voltage_level"] or "v220", bool(row["is_tou"]),
        row["price_code"], cast(Market, row["market"]), package if any(s is not None for s in stated) else None,
        bool(row["is_surcharged"]), row["split_class"], bool(row["exports"]),
    )  # fmt: skip


def _record(figures: Figures | None) -> tuple[int, ...]:
    if figures is None:
        return (NULL,) * len(PRICE.names or ())
    return figure_record(figures.prices, figures.demand_rule, figures.loss_shares)


def _segments(look: _Columns, position: Ints, timed: Bools) -> Records:
    segments = np.zeros(len(position), SEGMENT)
    segments["price"], segments["timed"] = position, timed
    segments["days"] = look.ints("seg_to") - look.ints("seg_from")
    segments["tariff_class"] = look.codes("tariff_class", CLASSES)
    segments["mode"] = np.maximum(look.codes("billing_mode", MODES), 0)
    for rate in ("sharp", "peak", "flat", "valley"):
        segments[rate] = _or_zero(look.ints(f"{rate}_kwh"))
    segments["kwh"] = _or_zero(look.ints("kwh"))
    segments["capacity"], segments["contract_demand"] = look.ints("capacity"), look.ints("contract_demand")
    segments["split_share"], segments["split_kwh"] = look.ints("split_share"), look.ints("split_kwh")
    segments["export_kwh"] = _or_zero(look.ints("export_kwh"))
    return segments


def _or_zero(values: Ints) -> Ints:
    return np.where(values == NULL, 0, values)


def _bills(look: _Columns, first: Ints, count: Ints) -> tuple[Records, Ints]:
    """Records of the bills, and the monthly charges that each of them holds."""
    bills = np.zeros(len(first), BILL)
    bills["first"], bills["count"] = first, count
    begin, end = look.ints("from_date")[first], look.ints("to_date")[first]
    month = look.ints("bill_month")[first].astype("datetime64[D]").astype("datetime64[M]")
    opens, closes = (m.astype("datetime64[D]").astype(np.int64) for m in (month, month + 1))
    # A period that leaves the calendar month is a whole reading cycle: its own days are the full charge
    # of the months read at once.
    inside = (begin >= opens) & (end <= closes)
    bills["days_in_month"] = np.maximum(np.where(inside, closes - opens, end - begin), 1)
    bills["kwh_before"] = _or_zero(look.ints("kwh_before")[first])
    for name in ("reactive", "measured_demand", "pf_standard"):
        bills[name] = look.ints(name)[first]
    bills["discount_capacity"] = look.ints("contract_capacity")[first]
    return bills, np.where(inside, 1, np.maximum(look.ints("months")[first], 1))


def _splits_too_large(segments: Records, bills: Records) -> Bools:
    """Segments of which more is split off than was used; a quantity of the month is taken by days (A.3)."""
    days_in_month = np.repeat(bills["days_in_month"], bills["count"])
    taken = _or_zero(segments["split_kwh"]) * segments["days"]
    return np.asarray(taken > np.maximum(segments["kwh"], 0) * days_in_month)


_Why = tuple[Ints, list[str]]
"""Which set of facts each row has, and why a set is at fault, else nothing."""


def _of_first(bills: Records, group: Ints, why: list[str]) -> _Why:
    """Faults of whole bills: those of their first rows."""
    sets = np.full(len(group), len(why))
    sets[bills["first"]] = group[bills["first"]]
    return sets, [*why, ""]


def _pf_tables(look: _Columns, bills: Records, books: PriceBooks) -> tuple[Ints, _Why]:
    """Tables of adjustments in 10⁻⁶, and which bills have a standard without a table."""
    group, sets = look.groups("region", "bill_month", "pf_standard")
    tables, why = [], [""] * len(sets)
    for number, row in enumerate(sets):
        rates: tuple[int, ...] = (0,) * 101
        if row["pf_standard"] is not None:
            try:
                table = pf_table(books, row["region"] or "", row["bill_month"], row["pf_standard"])
                rates = tuple(scaled(rate, SHARE_DIGITS - 2) for rate in table)
            except WattwardenError as error:
                why[number] = _said(error)
        tables.append(rates)
    bills["pf_table"] = group[bills["first"]]
    return np.array(tables, dtype=np.int64), _of_first(bills, group, why)


def _losses(look: _Columns, segments: Records, books: PriceBooks) -> _Why:
    """Fill in the losses of low-side metered customers; which segments lack what is needed."""
    group, sets = look.groups("region", "seg_from", "metering_mode", "tariff_class", "transformers")
    losses = np.zeros((len(sets), 2), dtype=np.int64)
    why = [""] * len(sets)
    for number, row in enumerate(sets):
        if row["metering_mode"] != "hv_lv" or row["tariff_class"] == "residential":
            continue
        try:
            iron = no_load_kw(books, row["region"] or "", row["seg_from"], row["transformers"])
            losses[number] = 1, scaled(iron, LOSS_DIGITS)
        except WattwardenError as error:
            why[number] = _said(error)
    segments["has_losses"], segments["no_load_w"] = losses[group, 0], losses[group, 1]
    segments["rated"] = np.maximum(_or_zero(segments["capacity"]), 0)
    return group, why


def _limits(look: _Columns, bills: Records, books: PriceBooks) -> _Why:
    """Fill in the limits of the tiers; which bills lack them."""
    group, sets = look.groups("region", "bill_month", "months", "tariff_class")
    limits = np.zeros((len(sets), 2), dtype=np.int64)
    why = [""] * len(sets)
    for number, row in enumerate(sets):
        if row["tariff_class"] != "residential":
            continue
        try:
            found = tier_limits(books, row["region"] or "", row["bill_month"], int(row["months"] or 1))
            limits[number] = [scaled(limit, ENERGY_DIGITS) for limit in found]
        except WattwardenError as error:
            why[number] = _said(error)
    mine = group[bills["first"]]
    bills["tier1_limit"], bills["tier2_limit"] = limits[mine, 0], limits[mine, 1]
    return _of_first(bills, group, why)


def _policy(look: _Columns, bills: Records, books: PriceBooks) -> None:
    group, sets = look.groups("region", "bill_month")
    values = [
        [int(books.book(row["region"] or "", "billing_policy").value_on(row["bill_month"], level))
         for level in ("system_in_power_factor_base", "full_month_hours")]
        for row in sets
    ]  # fmt: skip
    mine = np.array(values, dtype=np.int64)[group[bills["first"]]]
    bills["system_in_pf_base"], bills["full_month_hours"] = mine[:, 0], mine[:, 1]


class _Checks:
    """Which bills lack a fact, or have facts that contradict each other."""

    def __init__(self, look: _Columns, first: Ints, timed: Bools) -> None:
        self._look, self._first, self._timed = look, first, timed
        self._at_fault: dict[Outcome, Ints] = {}
        self._why: dict[Outcome, list[_Why]] = {}
        self._whole_bills()
        self._energy()
        self._terms()

    def fail(self, outcome: Outcome, segments: Bools) -> None:
        """Mark the bills of these segments."""
        faults = np.where(segments, np.arange(len(segments)), _NOWHERE)
        rows = np.minimum.reduceat(faults, self._first)
        self._at_fault[outcome] = np.minimum(self._at_fault.get(outcome, rows), rows)

    def fail_because(self, outcome: Outcome, group: Ints, why: list[str]) -> None:
        """Mark the bills of segments whose set of facts has a reason, and keep it."""
        self.fail(outcome, np.array([bool(text) for text in why])[group])
        self._why.setdefault(outcome, []).append((group, why))

    def outcomes(self) -> Ints:
        """Position in ``OUTCOMES`` of the first fault of each bill, 0 where there is none."""
        result = np.zeros(len(self._first), dtype=np.int64)
        for position in range(len(OUTCOMES) - 1, 0, -1):
            rows = self._at_fault.get(OUTCOMES[position])
            if rows is not None:
                result[rows < _NOWHERE] = position
        return result

    def said(self, outcome: Outcome, bills: Ints) -> list[str]:
        """What was found on these bills, which all have this outcome, and what was expected."""
        rows = self._at_fault[outcome][bills]
        if reasons := self._why.get(outcome):
            return [next((why[group[row]] for group, why in reasons if why[group[row]]), "") for row in rows]
        if outcome == "rates_missing":
            return [text or "" for text in self._look.rows(rows).column(DETAIL).to_pylist()]
        return sentences(outcome, self._look.rows(rows))

    def _whole_bills(self) -> None:
        look, first = self._look, self._first
        days = look.ints("to_date") - look.ints("from_date")
        months = np.maximum(look.ints("months"), 1)
        self.fail("period_invalid", (days <= 0) | (days > LONGEST_MONTH * months) | (months > MOST_MONTHS))
        self.fail("no_region", ~look.present("region"))
        self.fail("no_reading", ~look.present("kwh"))
        self.fail("register_reversed", look.bools("is_reversed"))
        self.fail("registers_do_not_join", look.bools("is_gap"))
        again = np.diff(look.ints("seg_from"), prepend=NULL) == 0
        again[first] = False
        self.fail("overlapping_terms", again)

    def _energy(self) -> None:
        look = self._look
        kwh = look.ints("kwh")
        self.fail("negative_energy", (kwh < 0) & (kwh != NULL))
        demand = np.maximum(look.ints("measured_demand"), look.ints("contract_demand"))
        self.fail("too_large", (kwh > LARGEST_KWH * 100) | (demand > LARGEST_KW * 100))
        rates = [look.ints(f"{rate}_kwh") for rate in ("sharp", "peak", "flat", "valley")]
        known = np.logical_and.reduce([rate != NULL for rate in rates[1:]])
        self.fail("rates_missing", self._timed & ~known)
        total = sum(_or_zero(rate) for rate in rates)
        apart = np.abs(total - kwh) > RATE_TOLERANCE
        self.fail("rates_do_not_add_up", self._timed & known & apart)

    def _terms(self) -> None:
        look = self._look
        commercial = look.codes("tariff_class", CLASSES) == CLASSES.index("commercial_industrial")
        mode = look.codes("billing_mode", MODES)
        self.fail("no_tariff", ~look.present("tariff_class"))
        self.fail("no_mode", commercial & (mode == NULL))
        by_demand, by_capacity = (
            mode == MODES.index("two_part_demand"),
            mode == MODES.index("two_part_capacity"),
        )
        self.fail("no_demand", by_demand & ~look.present("measured_demand"))
        self.fail("no_reactive", look.present("pf_standard") & ~look.present("reactive"))
        self.fail("no_capacity", (by_capacity & ~look.present("capacity"))
                  | (by_demand & (look.ints("contract_capacity") <= 0)))  # fmt: skip
        self.fail("several_splits", look.ints("splits") > 1)


_NOWHERE = np.iinfo(np.int64).max
"""Row of a bill without the fault."""
RATE_TOLERANCE = 100
"""The rates of a meter may miss its total by 1 kWh of rounding in their registers, in 0.01 kWh."""


def _details(checks: _Checks, outcome: Ints) -> list[str]:
    detail = [""] * len(outcome)
    for number in np.unique(outcome[outcome > 0]):
        bills = np.flatnonzero(outcome == number)
        for bill, text in zip(bills, checks.said(OUTCOMES[number], bills), strict=True):
            detail[bill] = text
    return detail
