"""What one invoice says, next to its own past and next to everybody else's invoices of the time.

A comparison with others uses the invoices it is given and nothing else: when histories are cut, the others'
are cut as well. ``NaN`` stands where there is nothing to compare with.
"""

import numpy as np

from wattwarden.models.theft.invoices import (
    DAYS_PER_MONTH,
    DAYS_PER_YEAR,
    ELECTRICITY,
    GAS,
    Customers,
    Floats,
    Ints,
    Invoices,
    group_of,
)

SOME = 5.0
"""Added before a logarithm, kWh a month: below it, amounts are alike."""
FEWEST_ON_WALK = 4
"""Invoices on a walk from which its mean says something."""
SHORTEST_PAUSE_DAYS = 30
TERMS_PER_YEAR = 3
LOW_PER_MONTH = 15.0
REMARKS = (6, 8, 9)
"""The reader's remark codes that occur; any other is rare."""


def invoice_columns(invoices: Invoices, customers: Customers) -> dict[str, Floats]:
    """All columns, one value per invoice."""
    level = np.log(invoices.used / invoices.months + SOME)
    region = customers.codes["region"][invoices.customer]
    return {
        "level": level,
        **_own(invoices),
        **_register(invoices, level),
        **_peers(invoices, level, region),
        **_walk(invoices, level, region),
        **_past(invoices, level, region),
        **_other_kind(invoices, level),
    }


def year_of(invoices: Invoices) -> Floats:
    """Middle of the time billed, years."""
    return 1970 + (invoices.day - invoices.months * DAYS_PER_MONTH / 2) / DAYS_PER_YEAR


def before(values: Floats | Ints, invoices: Invoices) -> Floats:
    """The value on the series' invoice before; ``NaN`` on the first."""
    shifted = np.r_[np.nan, values[:-1]] if len(values) else np.empty(0)
    series = invoices.series
    shifted[np.r_[True, series[1:] != series[:-1]][: len(series)]] = np.nan
    return shifted


def signed_log(values: Floats) -> Floats:
    """Logarithm that keeps the sign: what matters is the size, not the last kWh."""
    return np.sign(values) * np.log1p(np.abs(values))


def _own(invoices: Invoices) -> dict[str, Floats]:
    """What stands on the invoice itself."""
    codes, used = invoices.codes, invoices.used
    share = {f"share_{level}": codes[f"level_{level}"] / np.maximum(used, 1) for level in range(1, 5)}
    remarks = {f"remark_{code}": (codes["remark"] == code).astype(float) for code in REMARKS}
    return {
        "used": used / invoices.months,
        "zero": (used == 0).astype(float),
        "low": (used / invoices.months < LOW_PER_MONTH).astype(float),
        "months": invoices.months,
        "state": (codes["meter_state"] != 0).astype(float),
        "round": ((used > 0) & (used % 10 == 0)).astype(float),
        **share,
        **remarks,
    }


def _register(invoices: Invoices, level: Floats) -> dict[str, Floats]:
    """How the register goes on from invoice to invoice, and what went unbilled between."""
    codes, first = invoices.codes, np.isnan(before(level, invoices))
    multiplier = np.maximum(codes["multiplier"], 1)
    skipped = np.where(first, 0.0, codes["old_index"] - before(codes["new_index"], invoices)) * multiplier
    advance = (codes["new_index"] - codes["old_index"]) * multiplier
    days = invoices.day - before(invoices.day, invoices)
    measurable = (days >= SHORTEST_PAUSE_DAYS) & (skipped >= 0)
    true_use = (invoices.used + skipped) / np.maximum(days, SHORTEST_PAUSE_DAYS) * DAYS_PER_MONTH
    true_level = np.where(measurable, np.log(np.clip(true_use, 0, None) + SOME), np.nan)
    return {
        "skipped": signed_log(skipped),
        "has_skipped": (skipped != 0).astype(float),
        "runs_back": (skipped < 0).astype(float),
        "misbilled": signed_log(advance - invoices.used),
        "pause": days - invoices.months * DAYS_PER_MONTH,
        "true_level": true_level,
        "unbilled": true_level - level,
        "repeats": np.where(invoices.used > 0, before(invoices.used, invoices) == invoices.used, np.nan),
        "remark_changes": np.where(first, np.nan, before(codes["remark"], invoices) != codes["remark"]),
    }


def _peers(invoices: Invoices, level: Floats, region: Ints) -> dict[str, Floats]:
    """Against all customers of that season and year, and against the region's."""
    year = year_of(invoices)
    whole = np.floor(year).astype(np.int64)
    season = ((year - whole) * 6).astype(np.int64)
    everybody = _group_mean(level, invoices.kind, whole, season)
    region_year = _group_mean(level, invoices.kind, region, whole)
    region_season = _group_mean(level, invoices.kind, region, season)
    region_always = _group_mean(level, invoices.kind, region)
    return {
        "against_all": level - everybody,
        "against_region": level - (region_year + region_season - region_always),
    }


def _walk(invoices: Invoices, level: Floats, region: Ints) -> dict[str, Floats]:
    """Against those read on the same day in the same region: one reader's walk, neighbours mostly."""
    walk = group_of(invoices.kind, region, invoices.day)
    size = np.bincount(walk)[walk] if len(walk) else np.empty(0)
    codes = invoices.codes
    compared = {
        "level": level,
        "zero": (invoices.used == 0).astype(float),
        "months": invoices.months,
        **{f"remark_{code}": (codes["remark"] == code).astype(float) for code in REMARKS[1:]},
    }
    others = {f"walk_{name}": values - _others_mean(values, walk, size) for name, values in compared.items()}
    # The size is taken relative to the usual one: a part of the customers walks shorter walks.
    return {"walk_size": np.log(size / max(float(np.median(size)) if len(size) else 1.0, 1.0)), **others}


def _past(invoices: Invoices, level: Floats, region: Ints) -> dict[str, Floats]:
    """Against the own invoice of the same season a year, and two years, before."""
    term = np.round(year_of(invoices) * TERMS_PER_YEAR).astype(np.int64)
    key = invoices.series * 10**5 + term
    known, place = np.unique(key, return_index=True)
    columns = {}
    for name, back in (("term_before", 1), ("year_before", TERMS_PER_YEAR), ("two_years_before", 6)):
        columns[name] = level - _looked_up(key - back, known, level[place])
    change = columns["year_before"]
    columns["year_before_walk"] = change - _group_mean(change, invoices.kind, region, invoices.day)
    return columns


def _other_kind(invoices: Invoices, level: Floats) -> dict[str, Floats]:
    """Electricity against gas of the same customer and day."""
    key = invoices.customer * 10**6 + invoices.day
    gas = invoices.kind == GAS
    known, place = np.unique(key[gas], return_index=True)
    found = _looked_up(key, known, level[gas][place])
    return {"against_gas": np.where(invoices.kind == ELECTRICITY, level - found, np.nan)}


def _looked_up(wanted: Ints, known: Ints, values: Floats) -> Floats:
    """``values`` at the wanted keys among the sorted known ones; ``NaN`` where a key is unknown."""
    if not len(known):
        return np.full(len(wanted), np.nan)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, values[place], np.nan)


def _group_mean(values: Floats, *by: Ints) -> Floats:
    """Mean of each row's group, over the values that are there."""
    group, there = group_of(*by), ~np.isnan(values)
    count = np.bincount(group, there)
    total = np.bincount(group, np.where(there, values, 0.0))
    return np.where(there, (total / np.maximum(count, 1))[group], np.nan) if len(values) else values


def _others_mean(values: Floats, group: Ints, size: Ints | Floats) -> Floats:
    """Mean of the group without the row itself; ``NaN`` in small groups."""
    if not len(values):
        return values
    rest = (np.bincount(group, values)[group] - values) / np.maximum(size - 1, 1)
    return np.where(size >= FEWEST_ON_WALK, rest, np.nan)
