"""Daily supply of the areas, weather and outages."""

from datetime import timedelta

import numpy as np
import pyarrow as pa

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate.columns import Fixed, Frame, ids
from wattwarden.simulate.county import COUNTY, feeder_of, technical_loss
from wattwarden.simulate.plan import CHINA_OFFSET_S, SECONDS_PER_DAY, Floats, Plan
from wattwarden.simulate.readings import AreaBook
from wattwarden.simulate.usage import Weather
from wattwarden.simulate.world import World, area_id

PEAK_TO_MEAN = 1.9
OUTAGES_PER_AREA_YEAR = 0.9


def supply_frame(world: World, book: AreaBook) -> Frame:
    """Rows of ``area_supply_daily``: what the meters took, the technical loss, less what was fed in."""
    plan = world.plan
    rng = plan.random("supply")
    loss = technical_loss(plan)[:, None] * rng.uniform(0.93, 1.07, book.true.shape)
    drawn = book.true / (1 - loss)
    for area, factor in world.area_scale.items():
        drawn[area] *= factor
    for area, (scale, gate) in book.gate.items():
        drawn[area] = book.true[area] * scale
        drawn[area, plan.days - plan.curve_days :] = gate
    net = np.rint(drawn).astype(np.int64) - book.fed
    peak = np.maximum(drawn, 0) / 100 / 24 * PEAK_TO_MEAN * rng.uniform(0.95, 1.05, book.true.shape)
    for area, factor in world.overloads.items():
        peak[area] *= factor
    day = np.tile(plan.start_number + np.arange(plan.days), plan.areas)
    return {
        "area_id": ids("TQ", np.repeat(np.arange(plan.areas), plan.days), 6),
        "supply_date": day,
        "supply_kwh": Fixed(np.maximum(net, 0).ravel(), 2),
        "reverse_kwh": Fixed(np.maximum(-net, 0).ravel(), 2),
        "peak_kw": Fixed(np.rint(peak * 100).astype(np.int64).ravel(), 2),
        "meters_expected": book.expected.ravel(),
        "meters_read": book.read.ravel(),
        ARRIVED_AT: (day + 1) * SECONDS_PER_DAY + 7 * 3_600 - CHINA_OFFSET_S,
    }


def weather_frame(plan: Plan, sky: Weather) -> Frame:
    """Rows of ``weather_daily``: one station for the county, its highs and lows 4 to 6 °C off the mean."""
    rng = plan.random("thermometer")
    day = plan.start_number + np.arange(plan.days)
    up, down = rng.uniform(4, 6, (2, plan.days))
    return {
        "org_id": pa.array([COUNTY] * plan.days),
        "weather_date": day,
        "mean_c": _hundredths(sky.mean_c),
        "high_c": _hundredths(sky.mean_c + up),
        "low_c": _hundredths(sky.mean_c - down),
        ARRIVED_AT: (day + 1) * SECONDS_PER_DAY + 7 * 3_600 - CHINA_OFFSET_S,
    }


def _hundredths(values: Floats) -> Fixed:
    return Fixed(np.rint(values * 100).astype(np.int64), 2)


def add_outages(world: World) -> None:
    """Planned outages announced eight days ahead, and faults that were repaired within hours."""
    plan = world.plan
    rng = plan.random("outages")
    for _ in range(round(plan.areas * OUTAGES_PER_AREA_YEAR * plan.days / 365)):
        day, area = int(rng.integers(9, plan.days - 1)), int(rng.integers(plan.areas))
        add_outage(
            world,
            area,
            day + float(rng.uniform(0.3, 0.7)),
            bool(rng.random() < 0.6),
            float(rng.uniform(0.5, 3.5)),
        )


def add_outage(world: World, area: int, start: float, planned: bool, hours: float) -> None:
    """One outage of an area that begins ``start`` days after the first day."""
    at = world.at(0, start * 24)
    world.add(
        "outage",
        {"outage_id": world.next_id("TD"), "area_id": area_id(area), "feeder_id": feeder_of(area),
         "kind": "planned" if planned else "fault", "notice_at": at - timedelta(days=8) if planned else None,
         "started_at": at, "ended_at": at + timedelta(seconds=round(hours * 3_600)),
         "customers_affected": world.plan.area_size},
    )  # fmt: skip
