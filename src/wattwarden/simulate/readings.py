"""Registers of one chunk: daily registers of the last weeks, and one reading per bill month."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate import sectors
from wattwarden.simulate.columns import NULL, Codes, Fixed, Frame, ids
from wattwarden.simulate.plan import CHINA_OFFSET_S, SECONDS_PER_DAY, Bools, Floats, Ints, Plan
from wattwarden.simulate.usage import Steps, Usage
from wattwarden.simulate.world import World

REMOTE, MANUAL, ESTIMATED, SELF = range(4)
CYCLE_METHODS = ("remote", "manual", "estimated", "self")
DAILY_METHODS = ("actual", "estimated", "manual")
MISSING_SHARE = 0.0003
"""Part of the daily registers that never arrives."""
COLLECTED_HOUR = 6
"""Registers frozen at 00:00 are in the system at 06:00."""


@dataclass
class AreaBook:
    """What the gate meter and the collection of each area saw by day; energy in 0.01 kWh.

    Attributes:
        gate: Of areas with a gate curve: supply over use, and supply by day of the curve.
    """

    true: Ints
    fed: Ints
    expected: Ints
    read: Ints
    gate: dict[int, tuple[float, Floats]] = field(default_factory=dict)

    @classmethod
    def empty(cls, plan: Plan) -> "AreaBook":
        """No energy yet."""
        true, fed, expected, read = (np.zeros((plan.areas, plan.days), dtype=np.int64) for _ in range(4))
        return cls(true, fed, expected, read)

    def add(self, world: World, usage: Usage, arrived: Bools) -> None:
        """Count a chunk in; ``arrived``: by customer and day, whether both registers are known."""
        people, part = world.people, slice(usage.first, usage.last)
        area = people.area[part]
        local = area >= 0
        multiplier = people.multiplier[part][local][:, None]
        _sum_by(self.true, area[local], usage.true[local] * multiplier)
        _sum_by(self.fed, area[local], usage.back[local] * multiplier)
        for place, supply in usage.gated.supply.items():
            self.gate[place] = (
                usage.gated.scale[place],
                supply.reshape(world.plan.curve_days, -1).sum(axis=1) * 100,
            )
        filed = area.copy()
        for customer, other in world.file_area.items():
            if usage.first <= customer < usage.last:
                filed[customer - usage.first] = other
        alive = np.arange(world.plan.days) >= people.opened[part][:, None]
        _sum_by(self.expected, filed[local], alive[local].astype(np.int64))
        _sum_by(self.read, filed[local], (alive & arrived)[local].astype(np.int64))


def _sum_by(target: Ints, area: Ints, values: Ints) -> None:
    np.add.at(target, area, values)


@dataclass(frozen=True)
class Registers:
    """Registers at 00:00 of every day, in steps of 0.01 kWh, of the first meter of each customer.

    Attributes:
        forward: By customer and day.
        first_value: Register on the first day.
        rates: What the rate registers counted since the first day, by row of ``Usage.rates``, day and rate.
        back: What the reverse register counted since the first day, by customer and day.
    """

    forward: Steps
    first_value: Ints
    rates: Steps
    back: Steps


def registers(world: World, usage: Usage) -> Registers:
    """Cumulate what the registers recorded; meters that were there before the start begin above zero."""
    rng = world.plan.random("register", usage.first)
    people, part = world.people, slice(usage.first, usage.last)
    years = np.clip(-people.opened[part] / 365.0, 0.0, 8.0)
    daily = people.base_kwh[part] * 100 / people.multiplier[part]
    start = np.rint(years * 365 * daily * rng.uniform(0.8, 1.0, len(years))).astype(np.int64)
    return Registers(
        cumulated(usage.seen) + start[:, None], start, cumulated(usage.rates), cumulated(usage.back)
    )


def cumulated(steps: Steps) -> Steps:
    """Sums from the first day until each day: one element more along the axis of days, 0 at first."""
    sums = np.zeros((steps.shape[0], steps.shape[1] + 1, *steps.shape[2:]), dtype=np.int64)
    np.cumsum(steps, axis=1, out=sums[:, 1:])
    return sums


@dataclass(frozen=True)
class Cycle:
    """Billing-cycle readings by customer and month; ``offset`` is what was booked beyond the register."""

    steps: Steps
    offset: Steps
    method: Ints
    exists: Bools


def cycle(world: World, usage: Usage) -> Cycle:
    """Readings of the bill months, with estimated months repeating the month before and caught up after."""
    plan, part = world.plan, slice(usage.first, usage.last)
    rng = plan.random("cycle", usage.first)
    steps = usage.monthly(usage.seen, plan.month_bounds)
    exists = plan.month_bounds[1:] > world.people.opened[part][:, None]
    draw = rng.random(steps.shape)
    method = np.where(draw < 0.010, MANUAL, np.where(draw > 0.997, ESTIMATED, REMOTE))
    method[:, 1:][method[:, :-1] == ESTIMATED] = REMOTE
    offset = np.zeros((len(steps), plan.months + 1), dtype=np.int64)
    for change in world.changes_in("repeat", usage.first, usage.last):
        _repeat(
            steps[change.customer - usage.first],
            offset[change.customer - usage.first],
            change.start,
            change.stop,
        )
        method[change.customer - usage.first, change.start : change.stop] = int(change.value)
    return Cycle(steps, offset, method, exists)


def _repeat(steps: Ints, offset: Ints, start: int, stop: int) -> None:
    actual = steps.copy()
    for month in range(start, len(steps)):
        wanted = steps[start - 1] if month < stop else max(0, actual[month] - offset[month])
        steps[month] = wanted
        offset[month + 1] = offset[month] + wanted - actual[month]


def demand_kw(world: World, usage: Usage) -> tuple[Ints, Floats]:
    """Positions of customers with a demand register, and their highest power by day in kW."""
    people, part = world.people, slice(usage.first, usage.last)
    rows = np.flatnonzero(people.is_high_voltage[part])
    rng = world.plan.random("demand", usage.first)
    share = np.array([s.max() for s in (sectors.HOURS[k.hours] for k in sectors.SECTORS)])[
        people.sector[part][rows]
    ]
    kwh = usage.seen[rows] * people.multiplier[part][rows][:, None] / 100
    power = kwh * share[:, None] * rng.uniform(1.02, 1.12, kwh.shape)
    limit = np.where(
        people.mode[part][rows] == sectors.DEMAND,
        people.contract_demand[part][rows],
        people.capacity[part][rows],
    )
    power = np.minimum(power, limit[:, None] * rng.uniform(0.93, 1.0, kwh.shape))
    place = {int(r): i for i, r in enumerate(rows)}
    for change in world.changes_in("demand", usage.first, usage.last):
        power[place[change.customer - usage.first], change.start : change.stop] *= change.value
    return rows, power


def daily_frame(
    world: World, usage: Usage, register: Registers, power: tuple[Ints, Floats]
) -> tuple[Frame, Bools]:
    """Rows of ``reading_daily``, and which days of use have both their registers."""
    plan, people, part = world.plan, world.people, slice(usage.first, usage.last)
    rng = plan.random("daily", usage.first)
    days = np.arange(plan.first_daily, plan.days + 1)
    n = usage.last - usage.first
    exchanged = people.exchanged[part]
    again = np.flatnonzero(exchanged >= 0)
    owner = np.concatenate([np.arange(n), again])
    second = np.arange(len(owner)) >= n
    there = days[None, :] >= np.maximum(people.opened[part][owner], 0)[:, None]
    swap = exchanged[owner][:, None]
    there &= np.where(second[:, None], days >= swap, (swap < 0) | (days <= swap))
    there &= rng.random(there.shape) >= MISSING_SHARE
    _lose(world, people.area[part][owner], days, there)
    for change in world.changes_in("lost", usage.first, usage.last):
        hit = owner == change.customer - usage.first
        there[np.ix_(hit, (days >= change.start) & (days < change.stop))] = False
    row, place = np.nonzero(there)
    who, day = owner[row], days[place]
    shift = np.where(second[row], register.forward[who, np.maximum(exchanged[who], 0)], 0)
    total = register.forward[who, day] - shift
    frame: Frame = {
        "meter_id": ids("MT", (usage.first + who) * 10 + 1 + second[row], 9),
        "read_date": plan.start_number + day,
        "register_kwh": Fixed(total, 2),
        **_rate_columns(usage, register, who, day, total, np.where(second[row], exchanged[who], -1)),
        "reverse_kwh": _reverse(world, usage, register, who, day, np.where(second[row], exchanged[who], 0)),
        **_other_columns(world, usage, who, day, total, power),
        "clock_offset_s": _clock(world, usage, rng, who, day),
        "method": Codes(_method(world, usage, who, day), DAILY_METHODS),
        ARRIVED_AT: (plan.start_number + day) * SECONDS_PER_DAY + COLLECTED_HOUR * 3_600 - CHINA_OFFSET_S,
    }
    return frame, _both_known(plan, n, owner, there)


def _lose(world: World, area: Ints, days: Ints, there: Bools) -> None:
    for lost, (start, stop) in world.lost_days.items():
        there[np.ix_(area == lost, (days >= start) & (days < stop))] = False


def _both_known(plan: Plan, n: int, owner: Ints, there: Bools) -> Bools:
    known = np.ones((n, plan.days), dtype=np.bool_)
    pairs = np.zeros((n, there.shape[1] - 1), dtype=np.bool_)
    np.logical_or.at(pairs, owner, there[:, :-1] & there[:, 1:])
    known[:, plan.first_daily :] = pairs
    return known


def _rate_columns(usage: Usage, register: Registers, who: Ints, day: Ints, total: Ints, since: Ints) -> Frame:
    """Rate registers that add up to the total; ``since`` is the day of exchange, -1 for none."""
    split = usage.split[who]
    has = split >= 0
    columns: dict[str, Ints] = {}
    used = np.zeros(len(who), dtype=np.int64)
    for position, name in ((0, "sharp_kwh"), (1, "peak_kwh"), (3, "valley_kwh")):
        values = np.full(len(who), NULL)
        before = register.first_value[who[has]] // 5 if position else np.zeros(has.sum(), dtype=np.int64)
        taken = register.rates[split[has], np.maximum(since[has], 0), position]
        values[has] = register.rates[split[has], day[has], position] + np.where(
            since[has] >= 0, -taken, before
        )
        used[has] += values[has]
        columns[name] = values
    columns["flat_kwh"] = np.where(has, total - used, NULL)
    return {name: Fixed(values, 2) for name, values in columns.items()}


def _reverse(world: World, usage: Usage, register: Registers, who: Ints, day: Ints, since: Ints) -> Fixed:
    solar = world.people.solar_kw[usage.first : usage.last][who] > 0
    back = register.back[who, day] - register.back[who, since]
    return Fixed(np.where(solar, back, NULL), 2)


def _other_columns(
    world: World, usage: Usage, who: Ints, day: Ints, total: Ints, power: tuple[Ints, Floats]
) -> Frame:
    people, part = world.people, slice(usage.first, usage.last)
    assessed = people.is_high_voltage[part][who] | (people.pf_standard[part][who] > 0)
    tangent = np.tan(np.arccos(people.power_factor[part]))[who]
    demand = np.full(len(who), NULL)
    rows, highest = power
    place = np.full(len(usage.seen), -1)
    place[rows] = np.arange(len(rows))
    metered = place[who] >= 0
    running = running_demand(world, highest)
    demand[metered] = running[place[who[metered]], np.minimum(day[metered], world.plan.days - 1)]
    return {
        "reactive_kvarh": Fixed(np.where(assessed, np.rint(total * tangent), NULL).astype(np.int64), 2),
        "max_demand_kw": Fixed(demand, 2),
    }


def running_demand(world: World, highest: Floats) -> Ints:
    """Highest power since the first of the month, by day, in 0.01 kW."""
    running = np.empty_like(highest)
    bounds = [*world.plan.month_bounds, world.plan.days]
    for start, stop in pairwise(bounds):
        running[:, start:stop] = np.maximum.accumulate(highest[:, start:stop], axis=1)
    return np.rint(running * 100).astype(np.int64)


def _method(world: World, usage: Usage, who: Ints, day: Ints) -> Ints:
    """Collected, but for the days that were planned to be marked as estimated."""
    method = np.zeros(len(who), dtype=np.int64)
    for change in world.changes_in("guessed", usage.first, usage.last):
        method[(who == change.customer - usage.first) & (day >= change.start) & (day < change.stop)] = 1
    return method


def _clock(world: World, usage: Usage, rng: np.random.Generator, who: Ints, day: Ints) -> Fixed:
    offset = np.rint(rng.normal(0.0, 12.0, len(usage.seen))).astype(np.int64)[who]
    for change in world.changes_in("clock", usage.first, usage.last):
        hit = (who == change.customer - usage.first) & (day >= change.start) & (day < change.stop)
        offset[hit] = int(change.value)
    return Fixed(offset, 0)
