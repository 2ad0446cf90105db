"""Interval loads of invented households: standby, fridge, meals, evenings, water heater, heating or cooling.

A small bottom-up model in the manner of Richardson et al. (Energy and Buildings 42, 2010): appliances are
switched on at random moments that depend on the hour and on who is at home. It serves tests and benches;
nothing is fitted.
"""

import numpy as np

from wattwarden.simulate.area_tricks import Floats

HOURS = np.arange(24)
AWAY_SHARE = 0.06


def household_loads(count: int, days: int, per_day: int, rng: np.random.Generator) -> Floats:
    """Energy per interval of ``count`` households, kWh, starting at midnight.

    Args:
        per_day: Intervals in a day: 24, 48 or 96.
    """
    weather = _weather(days, rng)
    return np.stack([_one(days, per_day, weather, rng) for _ in range(count)])


def _weather(days: int, rng: np.random.Generator) -> Floats:
    """How much heating or cooling each day asks for, 0 to about 2."""
    slow = np.zeros(days)
    for day in range(1, days):
        slow[day] = 0.8 * slow[day - 1] + rng.normal(0.0, 0.3)
    return np.maximum(0.7 + slow, 0.0)


def _one(days: int, per_day: int, weather: Floats, rng: np.random.Generator) -> Floats:
    hours = 24.0 / per_day
    size = days * per_day
    hour = np.tile(np.arange(per_day) * hours, days)
    day = np.repeat(np.arange(days), per_day)
    home = np.repeat(rng.random(days) > AWAY_SHARE, per_day)
    load = np.full(size, rng.lognormal(np.log(0.07), 0.6))
    load += _fridge(size, hours, rng)
    load += home * _events(hour, hours, rng, (7.0, 12.0, 18.5), rng.uniform(0.8, 2.2))
    load += home * _evening(hour, rng)
    load += home * _heater(hour, rng)
    load += home * weather[day] * _comfort(hour, rng)
    return np.round(load * hours * rng.lognormal(0.0, 0.05, size), 3)


def _fridge(size: int, hours: float, rng: np.random.Generator) -> Floats:
    period, share = rng.uniform(0.7, 1.6), rng.uniform(0.25, 0.5)
    phase = (np.arange(size) * hours / period + rng.random()) % 1.0
    return np.asarray(rng.uniform(0.08, 0.16) * (phase < share), dtype=np.float64)


def _events(
    hour: Floats, hours: float, rng: np.random.Generator, meals: tuple[float, ...], kilowatts: float
) -> Floats:
    """Short strong loads around meals."""
    chance = sum(np.exp(-0.5 * ((hour - meal) / 1.2) ** 2) for meal in meals)
    on = rng.random(hour.size) < 0.5 * hours * np.asarray(chance)
    return kilowatts * on * rng.uniform(0.3, 1.0, hour.size)


def _evening(hour: Floats, rng: np.random.Generator) -> Floats:
    """Lights and screens."""
    start, stop = rng.uniform(16.5, 19.0), rng.uniform(21.5, 24.0)
    return rng.uniform(0.1, 0.5) * ((hour >= start) & (hour < stop)) * rng.uniform(0.6, 1.2, hour.size)


def _heater(hour: Floats, rng: np.random.Generator) -> Floats:
    """A water heater in two of five homes, mostly at one time of day."""
    if rng.random() > 0.4:
        return np.zeros(hour.size)
    start = rng.choice([5.0, 20.0, 22.0])
    on = (hour >= start) & (hour < start + 1.5) & (rng.random(hour.size) < 0.6)
    return np.asarray(rng.uniform(1.2, 2.4) * on, dtype=np.float64)


def _comfort(hour: Floats, rng: np.random.Generator) -> Floats:
    """Heating or cooling in three of five homes, cycling."""
    if rng.random() > 0.6:
        return np.zeros(hour.size)
    wanted = np.where((hour >= rng.uniform(12, 18)) & (hour < rng.uniform(21, 24)), 1.0, 0.15)
    on = rng.random(hour.size) < 0.7 * wanted
    return np.asarray(rng.uniform(0.5, 1.8) * on, dtype=np.float64)
