"""The effect of a visit on the loss of its area, from the newest lake."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from wattwarden.app.open_lake import newest_lake
from wattwarden.calc.claims.visit_effect import VisitEffect
from wattwarden.calc.claims.visit_effect import visit_effect as effect_of
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.engines.derive import derivation_order

LOSS = "area_loss_daily"
USUAL_SHARE = 0.05
"""Without a claim: a fall of this part of the area's supply is expected."""


def visit_effect(home: Path, area: str, visited: date, expected_kwh_day: Decimal | None) -> VisitEffect:
    """Compare the daily loss of ``area`` before and after the day of the visit, which itself is left out.

    Raises:
        WattwardenError: the area has no loss on record, or too few days on a side.
    """
    with newest_lake(home) as engine:
        engine.derive(derivation_order(contract(), [LOSS]))
        rows = engine.query(_LOSS, {"area": area}).to_pylist()
    if not rows:
        raise fail(f"area {area}", found="no daily loss", expected="supply and registers of its meters",
                   action="Without a gate meter there is no loss to compare.")  # fmt: skip
    after_from = visited + timedelta(days=1)
    before = [float(r["loss_kwh"]) for r in rows if r["use_date"] < visited]
    after = [float(r["loss_kwh"]) for r in rows if r["use_date"] >= after_from]
    supply = sum(float(r["supply_kwh"]) for r in rows) / len(rows)
    return effect_of(before, after, float(expected_kwh_day) if expected_kwh_day else USUAL_SHARE * supply)


_LOSS = "SELECT use_date, loss_kwh, supply_kwh FROM area_loss_daily WHERE area_id = $area ORDER BY use_date"
