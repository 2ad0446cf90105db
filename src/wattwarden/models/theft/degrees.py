"""Heating and cooling degrees of each day, where each unit takes the weather of the nearest one above it.

Source: GB 50176-2016 《民用建筑热工设计规范》: degrees below 18 °C are to be heated (HDD18), above 26 °C to
be cooled (CDD26). Use follows both, so a day counts what it lacks or exceeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wattwarden.models.theft.invoices import Ints

HEATED_BELOW_C, COOLED_ABOVE_C = 18.0, 26.0
UNKNOWN = 0
"""Row of ``by_day`` for whoever has no weather."""
MOST_LEVELS = 20


@dataclass(frozen=True)
class Degrees:
    """Degrees of a stretch of days.

    Attributes:
        by_day: Degrees by place and day; ``NaN`` where unknown, as all of row ``UNKNOWN``.
        rows: Row by unit with weather of its own.
        above: Unit above each unit.
    """

    by_day: NDArray[np.float32]
    rows: Mapping[str, int]
    above: Mapping[str, str | None]

    def places_of(self, units: pa.ChunkedArray) -> Ints:
        """Row of ``by_day`` for each unit of the column; NULL has none."""
        known: dict[str | None, int] = {name: self._row_of(name) for name in units.unique().to_pylist()}
        return np.array([known[name] for name in units.to_pylist()], np.int64)

    def _row_of(self, unit: str | None) -> int:
        for _ in range(MOST_LEVELS):
            if unit is None:
                break
            if unit in self.rows:
                return self.rows[unit]
            unit = self.above.get(unit)
        return UNKNOWN


def degrees_of_days(weather: pa.Table, units: pa.Table, first: int, days: int) -> Degrees:
    """Degrees of the days from ``first`` on.

    Args:
        weather: ``org_id``, ``day`` (days since 1970) and ``mean_c``.
        units: ``org_id`` and ``parent_org_id``.
    """
    above = dict(zip(*(units.column(name).to_pylist() for name in ("org_id", "parent_org_id")), strict=True))
    places: Sequence[str] = sorted(weather.column("org_id").unique().to_pylist())
    rows = {name: row for row, name in enumerate(places, start=UNKNOWN + 1)}
    by_day = np.full((len(rows) + 1, days), np.nan, np.float32)
    place = np.array([rows[name] for name in weather.column("org_id").to_pylist()], np.int64)
    day, mean = weather.column("day").to_numpy() - first, weather.column("mean_c").to_numpy()
    inside = (day >= 0) & (day < days)
    degree = np.maximum(HEATED_BELOW_C - mean, 0) + np.maximum(mean - COOLED_ABOVE_C, 0)
    by_day[place[inside], day[inside]] = degree[inside]
    return Degrees(by_day, rows, above)
