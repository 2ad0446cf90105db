"""Checks that look at a curve point by point, and the one of its energy.

Source: the list of checks that users of meter data systems expect (``content/checks``).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from wattwarden.calc.readings.curves import Bools, Curves, Floats
from wattwarden.domain.checks import Check


@dataclass(frozen=True)
class PointHits:
    """Points that a check hits, of one phase or of all.

    Attributes:
        phase: ``a``, ``b``, ``c`` or ``all``.
        hit: By row and interval.
        measured: What was found, by row and interval, in the unit of the check.
        bound: The limit, by row.
        missing_kw: Power that is not counted, by theory, kW primary, by row and interval; None where none is.
    """

    phase: str
    hit: Bools
    measured: Floats
    bound: Floats
    missing_kw: Floats | None = None


PointUnit = Callable[[Curves, Check], Iterator[PointHits]]
POINT_UNITS: dict[str, PointUnit] = {}
"""Checks that need every point; a phase that is absent is NaN, and no comparison with it is true."""


def point_unit(unit: PointUnit) -> PointUnit:
    """Register a check under the name of its function."""
    POINT_UNITS[unit.__name__] = unit
    return unit


@point_unit
def curve_frozen(curves: Curves, _: Check) -> Iterator[PointHits]:
    """Points that repeat energy, voltage and current of the point before, with load."""
    same = (curves.kwh[:, 1:] == curves.kwh[:, :-1]) & (curves.kwh[:, 1:] > 0)
    for values in (curves.volts[0], curves.amps[0]):
        same &= (values[:, 1:] == values[:, :-1]) | np.isnan(values[:, 1:])
    hit = np.concatenate([np.zeros((len(same), 1), dtype=np.bool_), same], axis=1)
    yield PointHits("all", hit, curves.kwh, np.zeros(len(hit)))
