"""The billing history of many customers as sorted columns, with the dates set right.

Rows are sorted by customer, then kind of meter (electricity before gas), then date, then register. A
``Series`` is the run of rows of one customer and one kind; every calculation over time works on these.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wattwarden.calc.tariff.compiled import compiled

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

ELECTRICITY, GAS = 0, 1
MONTHS_PER_YEAR = 12
DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25
USUAL_MONTHS = 4
"""Months of a usual invoice; also stands where the number of months is not credible."""
MOST_MONTHS = 48
SWAP_COST_DAYS = 15.0
"""A swapped date must explain the billing cycle better by so many days."""
LONGEST_GAP_COST_DAYS = 400.0
"""A pause costs no more than this: customers do pause."""
BACKWARDS_COST = 3.0
"""An invoice before the one with the lower register is so many times as wrong as a pause."""


@dataclass(frozen=True)
class Customers:
    """The customers, in the order of their number ``0 … n - 1`` in ``Invoices.customer``.

    Attributes:
        names: The customer ids.
        codes: District, category and region, one column each.
        connected: Day of connection, days since 1970.
    """

    names: NDArray[np.str_]
    codes: dict[str, Ints]
    connected: Ints


@dataclass(frozen=True)
class Invoices:
    """Columns of equal length, sorted as the module says.

    Attributes:
        customer: Number of the customer.
        kind: ``ELECTRICITY`` or ``GAS``.
        day: Mended invoice date, days since 1970.
        months: Credible number of months billed.
        used: Billed quantity, kWh or m³.
        codes: The other columns as they are: levels, registers, tariff, meter, remark, state.
    """

    customer: Ints
    kind: Ints
    day: Ints
    months: Floats
    used: Floats
    codes: dict[str, Ints]

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def series(self) -> Ints:
        """Which series a row belongs to: two numbers per customer."""
        return self.customer * 2 + self.kind

    @property
    def bounds(self) -> tuple[Ints, Ints, Ints]:
        """First row, row after the last, and number of each series."""
        return runs(self.series)


def runs(keys: Ints) -> tuple[Ints, Ints, Ints]:
    """First index, index after the last, and key of each run of equal keys."""
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.empty(0, np.int64)
    return starts, np.r_[starts[1:], len(keys)].astype(np.int64), keys[starts]


def sorted_invoices(raw: dict[str, NDArray[Any]]) -> Invoices:
    """Invoices from columns in any order.

    Args:
        raw: ``customer``, ``kind``, ``date`` (datetime64, as issued), ``months``, ``level_1 … level_4``,
            ``old_index``, ``new_index``, ``meter``, ``tariff``, ``meter_kind``, ``meter_state``,
            ``remark``, ``multiplier``.
    """
    columns = {name: np.asarray(values) for name, values in raw.items()}
    year = columns["date"].astype("datetime64[Y]").astype(np.int64)
    series = columns["customer"].astype(np.int64) * 2 + columns["kind"].astype(np.int64)
    order = np.lexsort(
        [columns["new_index"], columns["old_index"], _meter_order(series, year, columns), year, series]
    )
    columns, series = {name: values[order] for name, values in columns.items()}, series[order]
    months = columns["months"].astype(np.float64)
    months = np.where((months >= 1) & (months <= MOST_MONTHS), months, float(USUAL_MONTHS))
    issued = columns["date"].astype("datetime64[D]")
    columns["day"] = mend_dates(series, issued, months)
    columns["credible"] = months
    order = np.lexsort((columns["old_index"], columns["day"], series))
    return assembled({name: values[order] for name, values in columns.items()})


def _meter_order(series: Ints, year: Ints, columns: dict[str, NDArray[Any]]) -> Ints:
    """First date of each meter in its year: the registers of two meters do not continue each other."""
    group = group_of(series, year, columns["meter"])
    date = columns["date"].astype("datetime64[D]").astype(np.int64)
    first = np.full(int(group.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, group, date)
    return first[group]


def group_of(*columns: Ints) -> Ints:
    """A number ``0 … n - 1`` per combination of values that occurs."""
    group = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        group = np.unique(group * max(len(values), 1) + place, return_inverse=True)[1]
    return group.astype(np.int64)


def assembled(columns: dict[str, NDArray[Any]]) -> Invoices:
    """The sorted columns as one value."""
    taken = {"customer", "kind", "date", "day", "months", "credible"}
    codes = {name: values.astype(np.int64) for name, values in columns.items() if name not in taken}
    used = sum((codes[f"level_{level}"] for level in range(1, 5)), np.zeros(len(columns["day"]), np.int64))
    return Invoices(
        customer=columns["customer"].astype(np.int64),
        kind=columns["kind"].astype(np.int64),
        day=columns["day"].astype(np.int64),
        months=columns["credible"].astype(np.float64),
        used=used.astype(np.float64),
        codes=codes,
    )


def mend_dates(series: Ints, issued: NDArray[np.datetime64], months: Floats) -> Ints:
    """Undo swaps of day and month, days since 1970.

    An export that mistook ``day/month`` for ``month/day`` turns every date up to the twelfth of a month
    into another valid date of the same year. Rows come in the order of the register, which cannot run
    backwards; of the two readings of each date the chain is chosen that fits the billed months best.
    """
    year = issued.astype("datetime64[Y]")
    month = issued.astype("datetime64[M]")
    of_month = (issued - month.astype("datetime64[D]")).astype(np.int64)
    of_year = (month - year.astype("datetime64[M]")).astype(np.int64)
    swapped = (year.astype("datetime64[M]") + of_month).astype("datetime64[D]") + of_year
    other = np.where(of_month < MONTHS_PER_YEAR, swapped, issued).astype(np.int64)
    starts, ends, _ = runs(series)
    return _best_chain(starts, ends, np.stack([issued.astype(np.int64), other]), months * DAYS_PER_MONTH)


@compiled
def _step_cost(gap: float, expected: float) -> float:
    """How badly a gap between two invoices fits the months billed, days."""
    miss = abs(gap - expected)
    return miss * BACKWARDS_COST if gap < 0 else min(miss, LONGEST_GAP_COST_DAYS)


@compiled
def _best_chain(starts: Ints, ends: Ints, readings: Ints, expected: Floats) -> Ints:
    """The cheapest choice between two readings of each date, by dynamic programming."""
    chosen = np.zeros(readings.shape[1], np.int64)
    came_from = np.zeros((readings.shape[1], 2), np.int64)
    for run in range(len(starts)):
        cost = np.array([0.0, SWAP_COST_DAYS])
        for row in range(starts[run] + 1, ends[run]):
            following = np.zeros(2)
            for now in range(2):
                options = np.zeros(2)
                for before in range(2):
                    gap = readings[now, row] - readings[before, row - 1]
                    options[before] = cost[before] + _step_cost(gap, expected[row])
                came_from[row, now] = 0 if options[0] <= options[1] else 1
                following[now] = options.min() + SWAP_COST_DAYS * now
            cost = following
        now = 0 if cost[0] <= cost[1] else 1
        for row in range(ends[run] - 1, starts[run] - 1, -1):
            chosen[row] = readings[now, row]
            now = int(came_from[row, now])
    return chosen
