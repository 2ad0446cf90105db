"""The effect of a visit on the loss of its area, from the newest lake."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from wattwarden.app.open_lake import newest_lake
from wattwarden.calc.claims.visit_effect import VisitEffect
from wattwarden.calc.claims.visit_effect import visit_effect as effect_of
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine

LOSS = "area_loss_daily"
USUAL_SHARE = 0.05
"""Without a claim: a fall of this part of the area's supply is expected."""


@dataclass(frozen=True)
class Losses:
    """Daily losses of one area in the order of the days, kWh, and its mean supply of a day."""

    days: tuple[tuple[date, float], ...]
    mean_supply_kwh: float


def area_losses(engine: DuckDBEngine, areas: Collection[str]) -> dict[str, Losses]:
    """Daily losses of these areas; one without a known loss is not in it."""
    engine.derive(derivation_order(contract(), [LOSS]))
    engine.register("asked_area", pa.table({"area_id": pa.array(sorted(areas), pa.string())}))
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in engine.query(_LOSS).to_pylist():
        rows.setdefault(str(row["area_id"]), []).append(row)
    return {
        area: Losses(
            tuple((row["use_date"], float(row["loss_kwh"])) for row in mine),
            sum(float(row["supply_kwh"]) for row in mine) / len(mine),
        )
        for area, mine in rows.items()
    }


def visit_effect(home: Path, area: str, visited: date, expected_kwh_day: Decimal | None) -> VisitEffect:
    """Compare the daily loss of ``area`` before and after the day of the visit, which itself is left out.

    Raises:
        WattwardenError: the area has no loss on record, or too few days on a side.
    """
    with newest_lake(home) as engine:
        loss = area_losses(engine, [area]).get(area)
    if loss is None:
        raise fail(f"area {area}", found="no daily loss", expected="supply and registers of its meters",
                   action="Without a gate meter there is no loss to compare.")  # fmt: skip
    before = [value for day, value in loss.days if day < visited]
    after = [value for day, value in loss.days if day > visited]
    expected = float(expected_kwh_day) if expected_kwh_day else USUAL_SHARE * loss.mean_supply_kwh
    return effect_of(before, after, expected)


_LOSS = """
SELECT l.area_id, l.use_date, l.loss_kwh, l.supply_kwh FROM area_loss_daily AS l
JOIN asked_area AS a ON a.area_id = l.area_id WHERE l.loss_kwh IS NOT NULL ORDER BY l.area_id, l.use_date
"""
