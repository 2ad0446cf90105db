"""Put the planted errors on the bills: terms that only the bill has wrong, and slips on its lines."""

from collections.abc import Callable, Iterator

import numpy as np

from wattwarden.domain.errors import fail
from wattwarden.simulate.billing import Charges, Item
from wattwarden.simulate.parts import Parts
from wattwarden.simulate.plan import Ints
from wattwarden.simulate.terms import Terms, scale_energy
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import Misbilling, World

MULTIPLIER, ENERGY_SHARE, TRANSPOSED = "multiplier", "energy_share", "transposed"
LINE_TWICE, LINE_AMOUNT, TOTAL = "line_twice", "line_amount", "total"
SLIPS = (LINE_TWICE, LINE_AMOUNT, TOTAL)
"""Errors after the lines were computed: a line twice, its amount times ``value``, the total off by fen."""
PLACES = (1, 0, 2)
"""Places of the lower one of two digits of whole kWh that are transposed, in the order of trial."""


def misbillings_of(world: World, usage: Usage) -> Iterator[Misbilling]:
    """The planted errors on bills of a chunk, by customer in the order of planting."""
    found = world.misbillings
    return (m for customer in range(usage.first, usage.last) for m in found.get(customer, ()))


def billed_terms(world: World, usage: Usage, filed: Terms, parts: Parts) -> Terms:
    """The terms by which the bills were computed."""
    planned = [wrong for wrong in misbillings_of(world, usage) if wrong.term not in SLIPS]
    billed = filed.to_change(_name(wrong) for wrong in planned if wrong.term not in _TERMS)
    for wrong in planned:
        span = billed.span(wrong.customer - usage.first, wrong.start, wrong.stop)
        _TERMS.get(wrong.term, _replace)(billed, span, wrong, parts)
    return billed


def _name(wrong: Misbilling) -> str:
    """Name of the term without the position in it.

    Raises:
        WattwardenError: bills have no such term.
    """
    name = wrong.term.partition(".")[0]
    if name not in Terms.__dataclass_fields__:
        raise fail("misbilling", found=wrong.term, expected="a term of bills")
    return name


def _replace(billed: Terms, span: slice, wrong: Misbilling, parts: Parts) -> None:
    """``name`` or ``name.position``: the value itself."""
    del parts
    values, position = getattr(billed, _name(wrong))[span], wrong.term.partition(".")[2]
    if position:
        values = values[:, int(position)]
    values[...] = round(wrong.value)


def _multiplier(billed: Terms, span: slice, wrong: Misbilling, parts: Parts) -> None:
    del parts
    scale_energy(billed, span, round(wrong.value))


def _energy_share(billed: Terms, span: slice, wrong: Misbilling, parts: Parts) -> None:
    """A share of the energy, in whole kWh."""
    del parts
    billed.energy[span] = np.rint(billed.energy[span] * wrong.value / 100).astype(np.int64) * 100


def _transposed(billed: Terms, span: slice, wrong: Misbilling, parts: Parts) -> None:
    """Two digits of the end register change places."""
    at = np.flatnonzero(
        (parts.row == billed.row[span.start]) & (parts.month >= wrong.start) & (parts.month < wrong.stop)
    )
    for place, part in zip(range(span.start, span.stop), at, strict=True):
        start, end = int(parts.start_register[part]), int(parts.end_register[part])
        read = transpose(start, end)
        billed.energy[place] += (read - end) * int(billed.multiplier[place])


def transpose(start: int, end: int) -> int:
    """``end``, in 0.01 kWh, with two neighbouring digits exchanged; never below ``start``."""
    for place in PLACES:
        unit: int = 100 * 10**place
        gap = end // unit % 10 - end // (10 * unit) % 10
        read = end + gap * 9 * unit
        if gap and read >= start:
            return read
    return end


_TERMS: dict[str, Callable[[Terms, slice, Misbilling, Parts], None]] = {
    MULTIPLIER: _multiplier, ENERGY_SHARE: _energy_share, TRANSPOSED: _transposed,
}  # fmt: skip


def slip(world: World, usage: Usage, terms: Terms, charges: Charges) -> Ints:
    """Put the slips on the lines; by bill, what the total is off by in fen."""
    off = np.zeros(len(charges.first), dtype=np.int64)
    for wrong in misbillings_of(world, usage):
        if wrong.term not in SLIPS:
            continue
        span = terms.span(wrong.customer - usage.first, wrong.start, wrong.stop)
        for place in np.intersect1d(charges.first, np.arange(span.start, span.stop)):
            if wrong.term == TOTAL:
                off[charges.bill[place]] += round(wrong.value)
            else:
                _slip_line(charges, int(place), wrong)
    return off


def _slip_line(charges: Charges, place: int, wrong: Misbilling) -> None:
    """Change the first line of a bill that has money, or print it twice."""
    position = next((i for i, item in enumerate(charges.items) if item.money[place] > 0), None)
    if position is None:
        return
    item = charges.items[position]
    if wrong.term == LINE_AMOUNT:
        item.amount[place] = round(int(item.amount[place]) * wrong.value)
        return
    present = np.zeros_like(item.present)
    present[place] = True
    charges.items.insert(position + 1, Item(item.name, present, item.amount, item.kwh, item.price, item.rate))
