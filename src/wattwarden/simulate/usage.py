"""Energy of one chunk of customers: what they use, what the register records, by day and by rate."""

from dataclasses import dataclass
from typing import Any

import chinese_calendar
import numpy as np
import numpy.typing as npt

from wattwarden.simulate import sectors
from wattwarden.simulate.gate_areas import Gated, record_gate_areas
from wattwarden.simulate.plan import Bools, Floats, Ints, Plan
from wattwarden.simulate.prices import VALLEY, tariff_of
from wattwarden.simulate.world import World

Steps = npt.NDArray[np.int64]
"""Register steps: whole 0.01 kWh of the meter, before the multiplier."""

STEPS_PER_KWH = 100
SOLAR_HOURS = 2.9
"""Mean daily full-load hours of photovoltaics."""
MOVED_SHARE, AWAY_SHARE = 0.04, 0.15
"""Customers whose level of use changes for good, and who are away for five to 25 days, in one history."""
MEAN_C, SWING_C, COLDEST_DAY, DAYS_OF_YEAR = 17.5, 12.0, 15, 365.25
"""Temperature of the county: mean of the year, amplitude, and when it is coldest."""
DEGREES_PER_HEAT = 40.0
"""Degrees beside the usual per unit of the logarithm of ``heat``: 4 °C are a tenth more use in midsummer."""
SELF_USE = 0.35
"""Part of the solar energy that is used on the spot."""


@dataclass
class Usage:
    """Energy of customers ``first`` until ``last``.

    Attributes:
        true: Steps by customer and day that the connected load took.
        seen: Steps that the billing register recorded.
        back: Reverse steps, None when nobody in the chunk feeds in.
        split: Row of ``rates`` for each customer, -1 without rate registers.
        rates: Recorded steps by row, day and rate.
        gated: Areas whose gate meter has a load curve.
    """

    first: int
    last: int
    true: Steps
    seen: Steps
    back: Steps
    split: Ints
    rates: Steps
    gated: Gated

    def monthly(self, steps: Steps, bounds: Ints) -> Steps:
        """Sums of daily steps over the bill months."""
        return np.add.reduceat(steps, bounds[:-1], axis=1) - _tail(steps, bounds)


def _tail(steps: Steps, bounds: Ints) -> Steps:
    """What ``reduceat`` adds to the last month beyond its end."""
    extra = np.zeros_like(np.add.reduceat(steps, bounds[:-1], axis=1))
    extra[:, -1] = steps[:, bounds[-1] :].sum(axis=1)
    return extra


@dataclass(frozen=True)
class Weather:
    """What all customers share: calendar and temperature.

    Attributes:
        month: Calendar month of each day, 0 is January.
        weekend, holiday: Day types; a holiday is a public holiday that is not a working day.
        heat: Common daily factor of weather-driven use.
        mean_c: Mean temperature, °C: warmer than usual in summer and colder in winter where ``heat`` is high.
    """

    month: Ints
    weekend: Bools
    holiday: Bools
    heat: Floats
    mean_c: Floats


def weather(plan: Plan) -> Weather:
    """Calendar and temperature of the plan's days (public holidays from chinesecalendar, 2004 to 2026)."""
    days = plan.dates[:-1]
    rng = plan.random("weather")
    heat = np.zeros(plan.days)
    for day in range(1, plan.days):
        heat[day] = 0.8 * heat[day - 1] + rng.normal(0.0, 0.045)
    return Weather(
        month=np.array([d.month - 1 for d in days]),
        weekend=np.array([d.weekday() >= 5 for d in days]),
        holiday=np.array([chinese_calendar.get_holiday_detail(d)[1] is not None for d in days]),
        heat=np.exp(heat),
        mean_c=_temperature(np.array([d.timetuple().tm_yday for d in days]), heat),
    )


def _temperature(day_of_year: Ints, heat: Floats) -> Floats:
    """A yearly wave that is lowest in mid-January, and off it what drives the use of the season."""
    season = -np.cos(2 * np.pi * (day_of_year - COLDEST_DAY) / DAYS_OF_YEAR)
    return np.asarray(MEAN_C + SWING_C * season + DEGREES_PER_HEAT * heat * season, dtype=np.float64)


def simulate_usage(world: World, sky: Weather, first: int, last: int) -> Usage:
    """Energy of customers ``first`` until ``last`` with all planted changes."""
    rng = world.plan.random("usage", first)
    true, back = _true_steps(world, sky, rng, first, last)
    seen = true.copy()
    _scale(world, "seen", seen, first, last)
    gated = record_gate_areas(world, first, true, seen)
    rates = np.zeros((0, 0, 4), dtype=np.int64)
    usage = Usage(first, last, true, seen, back, np.full(last - first, -1), rates, gated)
    _split_rates(world, rng, usage)
    return usage


def _true_steps(
    world: World, sky: Weather, rng: np.random.Generator, first: int, last: int
) -> tuple[Steps, Steps]:
    people, part = world.people, slice(first, last)
    sector = people.sector[part]
    shape = (last - first, world.plan.days)
    noise = rng.standard_normal(shape, dtype=np.float32)
    noise *= sectors.per_sector("jitter")[sector].astype(np.float32)[:, None]
    np.exp(noise, out=noise)
    noise *= _day_factors(sky)[sector]
    noise *= people.base_kwh[part].astype(np.float32)[:, None]
    alive = np.arange(world.plan.days) >= people.opened[part][:, None]
    noise *= alive
    _live(noise, rng, people.is_high_voltage[part])
    _scale(world, "use", noise, first, last)
    sun = _sun(world, first, last, sky)
    noise -= np.minimum(noise * 0.6, sun * SELF_USE)
    multiplier = people.multiplier[part][:, None]
    steps = np.rint(noise * (STEPS_PER_KWH / multiplier)).astype(np.int64)
    return steps, np.rint(sun * ((1 - SELF_USE) * STEPS_PER_KWH / multiplier)).astype(np.int64) * alive


def _live(kwh: npt.NDArray[np.float32], rng: np.random.Generator, high: Bools) -> None:
    """Honest changes of life: people move, firms grow and shrink, homes and shops are closed for a while."""
    n, days = kwh.shape
    moved = np.flatnonzero((rng.random(n) < MOVED_SHARE) & ~high)
    for row, start, level in zip(
        moved, rng.integers(0, days, len(moved)), rng.uniform(0.4, 1.9, len(moved)), strict=True
    ):
        kwh[row, start:] *= np.float32(level)
    away = np.flatnonzero((rng.random(n) < AWAY_SHARE) & ~high)
    for row, start, length in zip(
        away, rng.integers(0, days, len(away)), rng.integers(5, 25, len(away)), strict=True
    ):
        kwh[row, start : start + length] *= np.float32(0.06)


def _day_factors(sky: Weather) -> npt.NDArray[np.float32]:
    table = sectors.season_table()[:, sky.month]
    table = table * np.where(sky.weekend, sectors.per_sector("weekend")[:, None], 1.0)
    table = table * np.where(sky.holiday, sectors.per_sector("holiday")[:, None], 1.0)
    sensitive = np.array([1.0 if s.hours in ("home", "shop", "office") else 0.2 for s in sectors.SECTORS])
    return np.asarray(table * sky.heat[None, :] ** sensitive[:, None], dtype=np.float32)


def _sun(world: World, first: int, last: int, sky: Weather) -> npt.NDArray[np.float32]:
    power = world.people.solar_kw[first:last].astype(np.float32)[:, None] * np.float32(SOLAR_HOURS)
    season = (1.0 + 0.35 * np.cos((sky.month - 6) / 6 * np.pi)).astype(np.float32)
    clouds = world.plan.random("clouds").uniform(0.25, 1.6, world.plan.days).astype(np.float32)
    sun = power * (season * clouds)[None, :]
    _scale(world, "sun", sun, first, last)
    return sun


def _scale(world: World, name: str, array: npt.NDArray[Any], first: int, last: int) -> None:
    for change in world.changes_in(name, first, last):
        row = array[change.customer - first, change.start : change.stop]
        row[...] = (
            np.rint(row * change.value) if np.issubdtype(array.dtype, np.integer) else row * change.value
        )


def _split_rates(world: World, rng: np.random.Generator, usage: Usage) -> None:
    """Split recorded steps over the rates; a bypass at night takes from the valley and the total."""
    people, part = world.people, slice(usage.first, usage.last)
    rows = np.flatnonzero(people.meter_tou[part])
    usage.split[rows] = np.arange(len(rows))
    usage.rates = np.zeros((len(rows), world.plan.days, 4), dtype=np.int64)
    plan = world.plan
    month = np.searchsorted(plan.month_bounds, np.arange(plan.days), side="right") - 1
    shares = sectors.rate_shares(tariff_of(plan).quarter_rates)[people.sector[part][rows]][:, month]
    wobble = rng.normal(1.0, 0.04, (len(rows), 1, 4)) * rng.normal(1.0, 0.03, shares.shape)
    shares = shares * np.clip(wobble, 0.7, 1.3)
    shares /= shares.sum(axis=2, keepdims=True)
    usage.rates[:] = np.floor(shares * usage.seen[rows][:, :, None])
    usage.rates[:, :, 2] += usage.seen[rows] - usage.rates.sum(axis=2)
    for change in world.changes_in("night", usage.first, usage.last):
        row = usage.split[change.customer - usage.first]
        span = slice(change.start, change.stop)
        usage.rates[row, span, VALLEY] = np.floor(usage.rates[row, span, VALLEY] * change.value)
        usage.seen[change.customer - usage.first, span] = usage.rates[row, span].sum(axis=1)
