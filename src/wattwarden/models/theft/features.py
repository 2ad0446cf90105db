"""The features of a customer: figures over time of each invoice column, and what is known without invoices.

The day on which a history was cut is no feature and enters no other. Some features tell nevertheless when
a history ends or how long it is (``DATED``): they are kept, and named, so that they can be left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wattwarden.domain.errors import fail
from wattwarden.models.theft.aggregate import SHAPE, SPREAD, YEARS_BACK, by_bin, shape, spread
from wattwarden.models.theft.columns import REMARKS, before, invoice_columns, signed_log, year_of
from wattwarden.models.theft.invoices import DAYS_PER_YEAR, Customers, Floats, Ints, Invoices

KINDS = ("electricity", "gas")
SHAPED = ("level", "against_all", "against_region", "used")
RECENT = ("level", "against_region", "skipped", "pause", "months")
RECENT_INVOICES = 8
YEARS = range(2005, 2020)
"""Calendar years that are looked at one by one; those a history does not reach stay empty."""
SEASONS = 6
DATED = ("calendar_", "ends", "starts", "invoices", "months_billed", "span", "connected_for", "age_at_start")
"""Beginnings of the names of features that tell when a history ends or how long it is."""

Named = Iterator[tuple[str, Floats]]


@dataclass(frozen=True)
class Features:
    """One row per customer.

    Attributes:
        names: Name of each column.
        values: Customers × columns; ``NaN`` where there is nothing to say.
    """

    names: tuple[str, ...]
    values: NDArray[np.float32]

    def without(self, beginnings: Sequence[str]) -> "Features":
        """Without the features whose name, after the kind of meter, begins so."""
        kept = [
            place
            for place, name in enumerate(self.names)
            if not name.removeprefix("electricity.").removeprefix("gas.").startswith(tuple(beginnings))
        ]
        return Features(tuple(self.names[place] for place in kept), self.values[:, kept])

    def beside(self, other: "Features") -> "Features":
        """These columns, then the other's, of the same customers."""
        return Features((*self.names, *other.names), np.hstack([self.values, other.values]))

    def named(self, names: Sequence[str]) -> "Features":
        """Only the named columns, in that order.

        Raises:
            WattwardenError: a column is missing.
        """
        missing = sorted(set(names) - set(self.names))
        if missing:
            raise fail(
                "features", found=f"no {', '.join(missing[:3])}", expected=f"{len(names)} named columns"
            )
        place = {name: column for column, name in enumerate(self.names)}
        return Features(tuple(names), self.values[:, [place[name] for name in names]])


@dataclass(frozen=True)
class Runs:
    """The series of one kind: where each begins and ends, and whose it is."""

    kind: int
    starts: Ints
    ends: Ints
    customer: Ints
    customers: int

    def spread_out(self, figures: Floats) -> Floats:
        """One row per customer from one row per series."""
        result = np.full((self.customers, *figures.shape[1:]), np.nan)
        result[self.customer] = figures
        return result


def make_features(invoices: Invoices, customers: Customers) -> Features:
    """All features of all customers."""
    columns = invoice_columns(invoices, customers)
    named: dict[str, Floats] = dict(_static(customers))
    starts, ends, series = invoices.bounds
    for kind, name in enumerate(KINDS):
        of_kind = series % 2 == kind
        runs = Runs(kind, starts[of_kind], ends[of_kind], series[of_kind] // 2, len(customers.names))
        for part in (_figures(columns, runs), _recent(columns, runs), _binned(invoices, columns, runs)):
            named.update((f"{name}.{key}", runs.spread_out(values)) for key, values in part)
        for key, values in _last_codes(invoices, runs):
            named[f"{name}.{key}"] = runs.spread_out(values)
    named.update(_between(named, customers))
    return Features(tuple(named), np.column_stack([values.astype(np.float32) for values in named.values()]))


def _static(customers: Customers) -> Named:
    """What is known without any invoice."""
    for name, codes in customers.codes.items():
        yield name, codes.astype(float)
    yield "connected", customers.connected.astype(float)
    together = np.unique(
        customers.codes["region"] * 10**6 + customers.connected, return_inverse=True, return_counts=True
    )
    yield "connected_together", together[2][together[1]] / max(len(customers.names), 1)


def _figures(columns: dict[str, Floats], runs: Runs) -> Named:
    """Whole history, its end and its shape."""
    for name, values in columns.items():
        figures = spread(runs.starts, runs.ends, values)
        yield from ((f"{name}.{figure}", figures[:, place]) for place, figure in enumerate(SPREAD))
    for name in SHAPED:
        figures = shape(runs.starts, runs.ends, columns[name])
        yield from ((f"{name}.{figure}", figures[:, place]) for place, figure in enumerate(SHAPE))


def _recent(columns: dict[str, Floats], runs: Runs) -> Named:
    """The last invoices one by one."""
    for back in range(1, RECENT_INVOICES):
        row = runs.ends - 1 - back
        there = row >= runs.starts
        for name in RECENT:
            yield f"{name}.back_{back}", np.where(there, columns[name][np.maximum(row, 0)], np.nan)


def _binned(invoices: Invoices, columns: dict[str, Floats], runs: Runs) -> Named:
    """By years before the end, by calendar year and by season."""
    year = year_of(invoices)
    end = np.full(runs.customers, -(10**9))
    np.maximum.at(end, invoices.customer, invoices.day)
    age = ((end[invoices.customer] - invoices.day) / DAYS_PER_YEAR).astype(np.int64)
    against = columns["against_region"]
    back = by_bin(runs.starts, runs.ends, against, age, YEARS_BACK)
    zero = by_bin(runs.starts, runs.ends, columns["zero"], age, YEARS_BACK)
    for years in range(YEARS_BACK):
        yield f"back_{years}_years", back[:, years]
        yield f"back_{years}_years_zero", zero[:, years]
        if years:
            yield f"now_against_{years}_years", back[:, 0] - back[:, years]
    whole = np.floor(year).astype(np.int64)
    calendar = by_bin(runs.starts, runs.ends, columns["against_all"], whole - YEARS[0], len(YEARS))
    yield from ((f"calendar_{number}", calendar[:, place]) for place, number in enumerate(YEARS))
    season = ((year - whole) * SEASONS).astype(np.int64)
    seasonal = by_bin(runs.starts, runs.ends, against, season, SEASONS)
    yield from ((f"season_{number}", seasonal[:, number]) for number in range(SEASONS))
    remark = invoices.codes["remark"]
    for code in REMARKS:
        level = by_bin(runs.starts, runs.ends, against, np.where(remark == code, 0, -1), 1)
        yield f"remark_{code}_level", level[:, 0]


def _last_codes(invoices: Invoices, runs: Runs) -> Named:
    """Codes on the first and the last invoice, and how long ago they changed."""
    last = runs.ends - 1
    for name in ("tariff", "meter_kind", "meter", "meter_state", "new_index"):
        yield f"last_{name}", invoices.codes[name][last].astype(float)
    for name in ("meter_kind", "old_index"):
        yield f"first_{name}", invoices.codes[name][runs.starts].astype(float)
    yield "ends", invoices.day[last].astype(float)
    yield "starts", invoices.day[runs.starts].astype(float)
    yield "season_of_end", year_of(invoices)[last] % 1
    yield "invoices", (runs.ends - runs.starts).astype(float)
    yield "months_billed", spread(runs.starts, runs.ends, invoices.months)[:, 0] * (runs.ends - runs.starts)
    row = np.arange(len(invoices), dtype=np.float64)
    for name in ("tariff", "meter_kind", "meter_state"):
        codes = invoices.codes[name]
        previous = before(codes, invoices)
        changed = np.where(~np.isnan(previous) & (previous != codes), row, np.nan)
        figures = spread(runs.starts, runs.ends, changed)
        yield f"{name}_changed_since", last - figures[:, 3]


def _between(named: dict[str, Floats], customers: Customers) -> Named:
    """One feature against another."""
    connected = customers.connected
    starts, ends = named["electricity.starts"], named["electricity.ends"]
    yield "age_at_start", starts - connected
    yield "connected_for", ends - connected
    yield "span", ends - starts
    yield "register_pace_start", named["electricity.first_old_index"] / np.maximum(starts - connected, 30)
    yield "register_pace_end", named["electricity.last_new_index"] / np.maximum(ends - connected, 30)
    yield "billed_share", named["electricity.months_billed"] * 30.4 / (ends - starts + 120)
    yield "gap_of_kinds", named["electricity.against_region.mean"] - named["gas.against_region.mean"]
    recent = signed_log(named["electricity.against_region.last_6"] - named["gas.against_region.last_6"])
    yield "gap_of_kinds_now", recent
