"""96-point load curves of high-voltage customers and of a few areas.

Energy and power are primary values (after the multiplier); volts and amperes are those at the meter.
A single-phase meter shows its live current in ``ia_a`` and the neutral current in ``in_a``.
"""

import numpy as np

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate import sectors
from wattwarden.simulate.columns import NULL, Fixed, Frame, ids
from wattwarden.simulate.plan import CHINA_OFFSET_S, SECONDS_PER_DAY, Bools, Floats, Ints
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import World

POINTS = 96
QUARTER_S = 900


def curve_frame(world: World, usage: Usage) -> Frame | None:
    """Rows of ``load_curve``, or None when the chunk has no customer with curves."""
    plan, people, part = world.plan, world.people, slice(usage.first, usage.last)
    alive = people.opened[part] < plan.days - plan.curve_days
    chosen = people.is_high_voltage[part] | np.isin(people.area[part], world.curve_areas)
    rows = np.flatnonzero(chosen & alive)
    if not plan.curve_days or not len(rows):
        return None
    rng = plan.random("curve", usage.first)
    days = np.arange(plan.days - plan.curve_days, plan.days)
    hourly = np.array([sectors.HOURS[s.hours] for s in sectors.SECTORS])[people.sector[part][rows]]
    shape = np.repeat(hourly / 4, 4, axis=1)[:, None, :] * rng.lognormal(
        0.0, 0.2, (len(rows), len(days), POINTS)
    )
    shape /= shape.sum(axis=2, keepdims=True)
    multiplier = people.multiplier[part][rows].astype(np.float64)
    seen = usage.seen[rows][:, days] * multiplier[:, None] / 100
    true = usage.true[rows][:, days] * multiplier[:, None] / 100
    flat = (len(rows), len(days) * POINTS)
    kwh = (seen[:, :, None] * shape).reshape(flat)
    load = (true[:, :, None] * shape).reshape(flat) * 4
    at = (plan.start_number + np.repeat(days, POINTS)) * SECONDS_PER_DAY + np.tile(
        np.arange(POINTS), len(days)
    ) * QUARTER_S
    exchanged = people.exchanged[part][rows]
    second = (exchanged >= 0) & (exchanged < days[0])
    instants = np.tile(at, len(rows))
    return {
        "meter_id": ids("MT", np.repeat((usage.first + rows) * 10 + 1 + second, flat[1]), 9),
        "read_at": instants,
        "kwh": kwh.ravel(),
        "p_kw": (kwh * 4).ravel(),
        "q_kvar": (kwh * 4 * np.tan(np.arccos(people.power_factor[part][rows]))[:, None]).ravel(),
        **_electrical(world, usage, rows, rng, load, days),
        ARRIVED_AT: instants + 3_600 - CHINA_OFFSET_S,
    }


def _electrical(
    world: World, usage: Usage, rows: Ints, rng: np.random.Generator, load: Floats, days: Ints
) -> Frame:
    """Voltages and currents of the phases as the load makes them, with the planted changes."""
    people, part = world.people, slice(usage.first, usage.last)
    metering, voltage = people.metering[part][rows], people.voltage[part][rows]
    three_wire = metering == sectors.HV_HV
    single = voltage == sectors.V220
    nominal = np.where(three_wire, 100.0, 220.0)[:, None]
    multiplier = people.multiplier[part][rows].astype(np.float64)
    ratio = np.where(three_wire, multiplier / np.where(voltage == sectors.KV35, 350, 100), multiplier)[
        :, None
    ]
    kilovolts = np.where(
        three_wire, np.where(voltage == sectors.KV35, 35.0, 10.0), np.where(single, 0.22, 0.38)
    )
    root = np.where(single, 1.0, np.sqrt(3))
    amps = load / (root * kilovolts * people.power_factor[part][rows])[:, None] / ratio
    volts = nominal * (1 + rng.normal(0.0, 0.012, (3, *load.shape)))
    phases = amps * (1 + rng.normal(0.0, 0.02, (3, *load.shape)))
    neutral = amps * (1 + rng.normal(0.0, 0.01, load.shape))
    first = days[0]
    place = {int(r): i for i, r in enumerate(rows)}
    for phase in range(3):
        for name, array in ((f"volts_{phase}", volts[phase]), (f"amps_{phase}", phases[phase])):
            _scale(world, usage, name, array, place, int(first))
    _scale(world, usage, "neutral", neutral, place, int(first))
    missing = np.where(single, 1, 0).astype(bool)[:, None] | np.zeros(load.shape, dtype=bool)
    two = three_wire[:, None] | missing
    return {
        "ua_v": _fixed(volts[0], None, 2), "ub_v": _fixed(volts[1], two, 2), "uc_v": _fixed(volts[2], missing, 2),
        "ia_a": _fixed(phases[0], None, 4), "ib_a": _fixed(phases[1], two, 4), "ic_a": _fixed(phases[2], missing, 4),
        "in_a": _fixed(neutral, ~single[:, None] | np.zeros(load.shape, dtype=bool), 4),
    }  # fmt: skip


def _scale(world: World, usage: Usage, name: str, array: Floats, place: dict[int, int], first: int) -> None:
    for change in world.changes_in(name, usage.first, usage.last):
        row = place.get(change.customer - usage.first)
        if row is not None:
            start, stop = max(0, change.start - first) * POINTS, max(0, change.stop - first) * POINTS
            array[row, start:stop] *= change.value


def _fixed(values: Floats, absent: Bools | None, digits: int) -> Fixed:
    whole = np.rint(values * 10**digits).astype(np.int64)
    return Fixed((whole if absent is None else np.where(absent, NULL, whole)).ravel(), digits)
