"""Readings of the bill months: one per meter, and one more where the transformers in service changed.

A month of a customer is one part, unless its meter was exchanged or its capacity changed within the month;
then a reading was taken that day.
"""

from dataclasses import dataclass

import numpy as np

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate.columns import NULL, Codes, Fixed, Frame, ids
from wattwarden.simulate.plan import CHINA_OFFSET_S, SECONDS_PER_DAY, Bools, Floats, Ints
from wattwarden.simulate.prices import FLAT
from wattwarden.simulate.readings import COLLECTED_HOUR, CYCLE_METHODS, MANUAL, Cycle, Registers
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import World

MONTH, EXCHANGE, CAPACITY = range(3)
"""Why a part begins."""
MANUAL_HOUR = 14


@dataclass(frozen=True)
class Parts:
    """One element per reading, in the order of customer and day; energy in steps of the register.

    Attributes:
        row: Position of the customer in the chunk.
        begin, end: Day indices; the end is not inside.
        cause: Why it begins: ``MONTH``, ``EXCHANGE`` or ``CAPACITY``.
        second: Whether the meter is the one that an exchange brought.
        timed: Whether the meter has rate registers.
        rates: Steps by rate; they add up to ``steps`` where ``timed``.
        reactive: 0.01 kvarh before the multiplier.
        demand: Highest power in 0.01 kW; ``NULL`` without a demand register.
    """

    row: Ints
    month: Ints
    begin: Ints
    end: Ints
    cause: Ints
    second: Bools
    method: Ints
    start_register: Ints
    end_register: Ints
    timed: Bools
    rates: Ints
    back: Ints
    reactive: Ints
    demand: Ints

    @property
    def steps(self) -> Ints:
        """Energy of each part."""
        return self.end_register - self.start_register


def make_parts(
    world: World, usage: Usage, book: Cycle, register: Registers, power: tuple[Ints, Floats]
) -> Parts:
    """All readings of a chunk."""
    row, month, begin, end, cause = _spans(world, usage, book)
    exchanged = world.people.exchanged[usage.first : usage.last][row]
    second = (exchanged >= 0) & (begin >= exchanged)
    shift = np.where(second, register.forward[row, np.maximum(exchanged, 0)], 0)
    booked = np.where(cause == MONTH, book.offset[row, month], 0)
    is_last = end == world.plan.month_bounds[month + 1]
    start = register.forward[row, begin] + booked - shift
    stop = register.forward[row, end] + np.where(is_last, book.offset[row, month + 1], 0) - shift
    tangent = np.tan(np.arccos(world.people.power_factor[usage.first : usage.last]))[row]
    return Parts(
        row, month, begin, end, cause, second, book.method[row, month], start, stop,
        timed=usage.split[row] >= 0,
        rates=_rates(usage, register, row, begin, end, stop - start),
        back=register.back[row, end] - register.back[row, begin],
        reactive=np.rint((stop - start) * tangent).astype(np.int64),
        demand=_highest(power, len(usage.seen), row, begin, end),
    )  # fmt: skip


def _spans(world: World, usage: Usage, book: Cycle) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Customer, month, first day, last day and cause of each part."""
    bounds = world.plan.month_bounds
    row, month = np.nonzero(book.exists)
    begin = np.maximum(bounds[month], world.people.opened[usage.first : usage.last][row])
    cuts = _cuts(world, usage)
    extra_row, extra_day, extra_cause = (np.array(values, dtype=np.int64) for values in cuts)
    row, begin = np.concatenate([row, extra_row]), np.concatenate([begin, extra_day])
    month = np.concatenate([month, np.searchsorted(bounds, extra_day, side="right") - 1])
    cause = np.concatenate([np.full(len(row) - len(extra_row), MONTH), extra_cause])
    order = np.lexsort((begin, row))
    row, month, begin, cause = row[order], month[order], begin[order], cause[order]
    end = bounds[month + 1].copy()
    same = (row[1:] == row[:-1]) & (month[1:] == month[:-1])
    end[:-1][same] = begin[1:][same]
    return row, month, begin, end, cause


def _cuts(world: World, usage: Usage) -> tuple[list[int], list[int], list[int]]:
    """Days within a bill month on which a meter was exchanged or the capacity in service changed."""
    bounds = world.plan.month_bounds
    exchanged = world.people.exchanged[usage.first : usage.last]
    found = {(int(r), int(exchanged[r])): EXCHANGE for r in np.flatnonzero(exchanged >= 0)}
    for service in world.services_in(usage.first, usage.last):
        for day in (service.start, service.stop):
            found[service.customer - usage.first, day] = CAPACITY
    inside = {
        (row, day): cause
        for (row, day), cause in sorted(found.items())
        if 0 < day < bounds[-1] and day not in bounds
    }
    return [row for row, _ in inside], [day for _, day in inside], list(inside.values())


def _rates(usage: Usage, register: Registers, row: Ints, begin: Ints, end: Ints, booked: Ints) -> Ints:
    """Energy by rate; where more or less was booked than the registers counted, in their proportion."""
    rates = np.zeros((len(row), 4), dtype=np.int64)
    split = usage.split[row]
    has = np.flatnonzero(split >= 0)
    counted = register.rates[split[has], end[has]] - register.rates[split[has], begin[has]]
    total = counted.sum(axis=1)
    off = np.flatnonzero(total != booked[has])
    counted[off] = counted[off] * booked[has][off, None] // np.maximum(total[off], 1)[:, None]
    counted[:, FLAT] += booked[has] - counted.sum(axis=1)
    rates[has] = counted
    return rates


def _highest(power: tuple[Ints, Floats], customers: int, row: Ints, begin: Ints, end: Ints) -> Ints:
    """Highest power of each part in 0.01 kW."""
    rows, highest = power
    demand = np.full(len(row), NULL)
    place = np.full(customers, -1)
    place[rows] = np.arange(len(rows))
    has = np.flatnonzero(place[row] >= 0)
    if len(has):
        days = highest.shape[1] + 1
        line = np.append(highest, np.zeros((len(highest), 1)), axis=1).ravel()
        at = place[row[has]] * days
        edges = np.stack([at + begin[has], at + end[has]], axis=1).ravel()
        demand[has] = np.rint(np.maximum.reduceat(line, edges)[::2] * 100).astype(np.int64)
    return demand


def cycle_frame(world: World, usage: Usage, parts: Parts, multiplier: Ints, readers: Ints) -> Frame:
    """Rows of ``reading_cycle``; ``multiplier`` is that of the file, by part."""
    plan, people, row = world.plan, world.people, parts.row
    part = slice(usage.first, usage.last)
    solar = people.solar_kw[part][row] > 0
    assessed = (people.is_high_voltage[part] | (people.pf_standard[part] > 0))[row]
    read_on = plan.start_number + parts.end
    hour = np.where(parts.method == MANUAL, MANUAL_HOUR, COLLECTED_HOUR)
    rates = np.where(parts.timed[:, None], parts.rates * multiplier[:, None], NULL)
    return {
        "meter_id": ids("MT", (usage.first + row) * 10 + 1 + parts.second, 9),
        "customer_id": ids("31", usage.first + row, 8),
        "read_date": read_on,
        "cycle_month": plan.bill_months[parts.month],
        "start_register": Fixed(parts.start_register, 2),
        "end_register": Fixed(parts.end_register, 2),
        "multiplier": multiplier,
        "kwh": Fixed(parts.steps * multiplier, 2),
        **{
            name: Fixed(rates[:, rate], 2)
            for rate, name in enumerate(("sharp_kwh", "peak_kwh", "flat_kwh", "valley_kwh"))
        },
        "reverse_kwh": Fixed(np.where(solar, parts.back * multiplier, NULL), 2),
        "reactive_kvarh": Fixed(np.where(assessed, parts.reactive * multiplier, NULL), 2),
        "max_demand_kw": Fixed(parts.demand, 2),
        "method": Codes(parts.method, CYCLE_METHODS),
        "is_rollover": np.zeros(len(row), dtype=np.bool_),
        "reader_id": ids("E", readers[row], 6),
        "months": np.ones(len(row), dtype=np.int64),
        ARRIVED_AT: read_on * SECONDS_PER_DAY + hour * 3_600 - CHINA_OFFSET_S,
    }  # fmt: skip
