"""96-point load curves of high-voltage customers and of a few areas.

Energy and power are primary values (after the multiplier); volts and amperes are those at the meter.
A single-phase meter shows its live current in ``ia_a`` and the neutral current in ``in_a``. A meter that was
made to count less shows the current that it counts; where a phase is at fault (``volts_``, ``amps_``,
``power_``, ``swapped``), the currents are those of the load. The powers of the phases follow from voltage,
current and angle; the second element of a three-wire meter stands in column c.
"""

from dataclasses import dataclass

import numpy as np

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate import sectors
from wattwarden.simulate.columns import NULL, Fixed, Frame, ids, without
from wattwarden.simulate.plan import CHINA_OFFSET_S, CURVE_POINTS, SECONDS_PER_DAY, Bools, Floats, Ints
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import World

POINTS = CURVE_POINTS
QUARTER_S = 900


def curve_frame(world: World, usage: Usage) -> Frame | None:
    """Rows of ``load_curve``, or None when the chunk has no customer with curves."""
    plan, people, part = world.plan, world.people, slice(usage.first, usage.last)
    alive = people.opened[part] < plan.days - plan.curve_days
    chosen = people.is_high_voltage[part] | np.isin(
        people.area[part], [*world.curve_areas, *world.gate_areas]
    )
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
    unread = _as_gated(usage, rows, kwh)
    load = np.where(_at_fault(world, usage, rows)[:, None], (true[:, :, None] * shape).reshape(flat), kwh) * 4
    at = (plan.start_number + np.repeat(days, POINTS)) * SECONDS_PER_DAY + np.tile(
        np.arange(POINTS), len(days)
    ) * QUARTER_S
    exchanged = people.exchanged[part][rows]
    second = (exchanged >= 0) & (exchanged < days[0])
    instants = np.tile(at, len(rows))
    shown = kwh.copy()
    place = {int(r): i for i, r in enumerate(rows)}
    _scale(world, usage, "curve_unit", shown, place, int(days[0]))
    frame: Frame = {
        "meter_id": ids("MT", np.repeat((usage.first + rows) * 10 + 1 + second, flat[1]), 9),
        "read_at": instants,
        "kwh": shown.ravel(),
        "p_kw": (kwh * 4).ravel(),
        "q_kvar": (kwh * 4 * np.tan(np.arccos(people.power_factor[part][rows]))[:, None]).ravel(),
        **_electrical(world, usage, rows, rng, Load(load, kwh * 4), days),
        ARRIVED_AT: instants + 3_600 - CHINA_OFFSET_S,
    }
    return without(frame, unread.ravel()) if unread.any() else frame


def _as_gated(usage: Usage, rows: Ints, kwh: Floats) -> Bools:
    """Let customers of gate areas record what their areas say; which points were not read."""
    place = np.searchsorted(usage.gated.rows, rows)
    place = np.minimum(place, max(len(usage.gated.rows) - 1, 0))
    gated = np.flatnonzero(usage.gated.rows[place] == rows) if len(usage.gated.rows) else place[:0]
    recorded = usage.gated.recorded[place[gated]]
    unread = np.zeros(kwh.shape, dtype=np.bool_)
    unread[gated] = np.isnan(recorded)
    kwh[gated] = np.where(unread[gated], 0.0, recorded)
    return unread


@dataclass(frozen=True)
class Load:
    """Power by customer and interval, kW: what the meter's currents follow, and what is counted."""

    metered: Floats
    counted: Floats


PHASE_CHANGES = ("swapped", *(f"{what}_{phase}" for what in ("volts", "amps", "power") for phase in range(3)))


def _at_fault(world: World, usage: Usage, rows: Ints) -> Bools:
    """Customers one of whose phases is changed on purpose."""
    hit = {c.customer for name in PHASE_CHANGES for c in world.changes_in(name, usage.first, usage.last)}
    return np.isin(rows + usage.first, sorted(hit))


def _electrical(
    world: World, usage: Usage, rows: Ints, rng: np.random.Generator, load: Load, days: Ints
) -> Frame:
    """Voltages, currents and powers of the phases as the load makes them, with the planted changes."""
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
    per_kw = 1 / (root * kilovolts * people.power_factor[part][rows])[:, None] / ratio
    amps = load.metered * per_kw
    volts = nominal * (1 + rng.normal(0.0, 0.012, (3, *amps.shape)))
    phases = amps * (1 + rng.normal(0.0, 0.02, (3, *amps.shape)))
    neutral = amps * (1 + rng.normal(0.0, 0.01, amps.shape))
    place = {int(r): i for i, r in enumerate(rows)}
    powers = np.ones_like(volts)
    for phase in range(3):
        for name, array in (("volts", volts), ("amps", phases), ("power", powers)):
            _scale(world, usage, f"{name}_{phase}", array[phase], place, int(days[0]))
    _scale(world, usage, "neutral", neutral, place, int(days[0]))
    angle = np.arccos(people.power_factor[part][rows])[:, None]
    powers *= (
        volts
        * phases
        * _cosines(angle, three_wire, _swapped(world, usage, rows))
        * multiplier[:, None]
        / 1_000
    )
    _settle(powers, load.counted, single, three_wire)
    missing = np.where(single, 1, 0).astype(bool)[:, None] | np.zeros(amps.shape, dtype=bool)
    two = three_wire[:, None] | missing
    return {
        "ua_v": _fixed(volts[0], None, 2), "ub_v": _fixed(volts[1], two, 2), "uc_v": _fixed(volts[2], missing, 2),
        "ia_a": _fixed(phases[0], None, 4), "ib_a": _fixed(phases[1], two, 4), "ic_a": _fixed(phases[2], missing, 4),
        "pa_kw": _fixed(powers[0], None, 4), "pb_kw": _fixed(powers[1], two, 4), "pc_kw": _fixed(powers[2], missing, 4),
        "in_a": _fixed(neutral, ~single[:, None] | np.zeros(amps.shape, dtype=bool), 4),
    }  # fmt: skip


def _swapped(world: World, usage: Usage, rows: Ints) -> Bools:
    """Customers whose currents b and c are on each other's element."""
    hit = {c.customer for c in world.changes_in("swapped", usage.first, usage.last)}
    return np.isin(rows + usage.first, sorted(hit))


def _cosines(angle: Floats, three_wire: Bools, swapped: Bools) -> Floats:
    """Cosine of the angle between voltage and current of each element, for a load that lags by ``angle``."""
    third, sixth = 2 * np.pi / 3, np.pi / 6
    shift = np.zeros((3, len(angle), 1))
    shift[1, swapped], shift[2, swapped] = third, -third
    shift[0, three_wire], shift[2, three_wire] = sixth, -sixth
    return np.cos(angle + shift)


def _settle(powers: Floats, counted: Floats, single: Bools, three_wire: Bools) -> None:
    """Scale the powers of the phases of each customer to the power that the register counts in all."""
    powers[1:, single] = 0.0
    powers[1, three_wire] = 0.0
    for row in range(powers.shape[1]):
        in_all = powers[:, row].sum()
        if in_all > 0 and (total := counted[row].sum()) > 0:
            powers[:, row] *= total / in_all


def _scale(world: World, usage: Usage, name: str, array: Floats, place: dict[int, int], first: int) -> None:
    for change in world.changes_in(name, usage.first, usage.last):
        row = place.get(change.customer - usage.first)
        if row is not None:
            start, stop = max(0, change.start - first) * POINTS, max(0, change.stop - first) * POINTS
            array[row, start:stop] *= change.value


def _fixed(values: Floats, absent: Bools | None, digits: int) -> Fixed:
    whole = np.rint(values * 10**digits).astype(np.int64)
    return Fixed((whole if absent is None else np.where(absent, NULL, whole)).ravel(), digits)
