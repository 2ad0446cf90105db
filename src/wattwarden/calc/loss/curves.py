"""Areas from rows of load curves: one axis per area, laid down by its gate meter.

Source: no formula of its own; a net meter's energy is negative while it feeds in, a generation meter's
energy counts as fed into the area.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from wattwarden.calc.loss.area import HOURS, Area, Floats, Ints

MINUTES_PER_DAY = 1440
INTERVALS = (15, 30, 60)
UNITS_PER_KWH = 10_000


@dataclass(frozen=True)
class Meters:
    """Meters of one area.

    Attributes:
        area_id: Number of the area.
        feeder_id: Line that feeds it; None where not on file.
        gate: The gate meter; None where none is on file.
        billing: Meter and customer of those that count as sold.
        generation: Meters of what is fed in.
    """

    area_id: str
    feeder_id: str | None
    gate: str | None
    billing: tuple[tuple[str, str | None], ...]
    generation: tuple[str, ...]


class Curves:
    """Load curves by meter.

    Args:
        rows: ``meter_id``, ``at`` (minutes since 1970, local time), ``kwh`` in 0.0001 kWh, in any order.
    """

    def __init__(self, rows: pa.Table) -> None:
        """Sort once by meter; times and energies of a meter are then one stretch of each array."""
        codes = rows.column("meter_id").combine_chunks().dictionary_encode()
        names = codes.dictionary.to_pylist()
        index = codes.indices.to_numpy(zero_copy_only=False)
        order = np.argsort(index, kind="stable")
        self._at: Ints = rows.column("at").to_numpy()[order]
        self._kwh: Floats = rows.column("kwh").to_numpy()[order] / UNITS_PER_KWH
        bounds = np.searchsorted(index[order], np.arange(len(names) + 1))
        self._place = {
            name: slice(low, high) for name, low, high in zip(names, bounds, bounds[1:], strict=False)
        }

    def of(self, meter: str | None) -> tuple[Ints, Floats]:
        """Times and energies of one meter; empty where there are none."""
        part = self._place.get(meter or "", slice(0, 0))
        return self._at[part], self._kwh[part]


def areas_of(meters: list[Meters], curves: Curves) -> Iterator[Area]:
    """Each area on the axis of its gate meter; without one the axis is empty and every reading absent."""
    for each in meters:
        at, kwh = curves.of(each.gate)
        step = _interval(at)
        start, length = (int(at.min()), int(at.max() - at.min()) // step + 1) if at.size else (0, 0)

        def laid(meter: str, start: int = start, step: int = step, length: int = length) -> Floats:
            return _laid(*curves.of(meter), (start, step, length))

        readings = [laid(meter) for meter, _ in each.billing]
        fed = [np.nan_to_num(laid(meter)) for meter in each.generation]
        yield Area(
            each.area_id,
            tuple(meter for meter, _ in each.billing),
            np.stack(readings) if readings else np.zeros((0, length)),
            _laid(at, kwh, (start, step, length)),
            first_slot=start % MINUTES_PER_DAY // step,
            slots_per_day=MINUTES_PER_DAY // step // HOURS * HOURS,
            fed_in_kwh=np.sum(fed, axis=0) if fed else None,
            starts_at=start,
            feeder_id=each.feeder_id,
        )


def _interval(at: Ints) -> int:
    """Minutes of an interval: the shortest usual one that the times keep to."""
    gaps = np.diff(np.unique(at))
    usual = [step for step in INTERVALS if gaps.size and not np.remainder(gaps, step).any()]
    return max(usual, default=INTERVALS[0])


def _laid(at: Ints, kwh: Floats, axis: tuple[int, int, int]) -> Floats:
    """Energies on an axis of start, step and length; NaN where there is none."""
    start, step, length = axis
    place = (at - start) // step
    inside = (place >= 0) & (place < length)
    row = np.full(length, np.nan)
    row[place[inside]] = kwh[inside]
    return row
