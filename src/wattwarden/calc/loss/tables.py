"""Derived tables of the area balance.

Source: no formula of its own; money is left to the rules.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

from wattwarden.calc.loss.analyse import Analysis, analyse_all, home_areas
from wattwarden.calc.loss.curves import MINUTES_PER_DAY, Curves, Meters, areas_of
from wattwarden.calc.loss.suspects import Suspect
from wattwarden.calc.loss.words import hours_text, separating_check, why_suspect

EPOCH = date(1970, 1, 1)
ENERGY = pa.decimal128(18, 4)
RATIO = pa.decimal128(18, 6)
PCT = pa.decimal128(12, 4)
VERDICT = pa.schema(
    {
        "area_id": pa.string(), "place": pa.int64(), "outcome": pa.string(), "first_on": pa.date32(),
        "last_on": pa.date32(), "read_pct": PCT, "cause": pa.string(), "cause_probability": RATIO,
        "second_cause": pa.string(), "second_probability": RATIO, "is_explained": pa.bool_(),
        "supply_kwh": ENERGY, "sold_kwh": ENERGY, "loss_kwh": ENERGY, "technical_kwh": ENERGY,
        "technical_error_pct": PCT, "unexplained_kwh": ENERGY, "unexplained_error_kwh": ENERGY,
        "check_zh": pa.string(), "check_en": pa.string(), "meter_id": pa.string(), "customer_id": pa.string(),
        "shape": pa.string(), "evidence": RATIO, "probability": RATIO, "bypassed_kwh": ENERGY,
        "low_kwh": ENERGY, "high_kwh": ENERGY, "bypass_share": RATIO, "bypass_hours": pa.string(),
        "bypass_days": pa.int64(), "is_elsewhere": pa.bool_(), "home_area_id": pa.string(),
        "why_zh": pa.string(), "why_en": pa.string(),
    }
)  # fmt: skip
DAILY = pa.schema(
    {
        "area_id": pa.string(), "use_date": pa.date32(), "supply_kwh": ENERGY, "sold_kwh": ENERGY,
        "loss_kwh": ENERGY, "technical_kwh": ENERGY, "unexplained_kwh": ENERGY, "error_kwh": ENERGY,
    }
)  # fmt: skip


def area_verdict(meters: pa.Table, curve: pa.Table) -> pa.Table:
    """One row per area (place 0) and one per customer with evidence against him, or filed in the wrong area.

    Args:
        meters: ``area_id``, ``feeder_id``, ``meter_id``, ``customer_id``, ``role``.
        curve: ``meter_id``, ``at``, ``kwh`` as in ``Curves``.
    """
    listed, found = _analysed(meters, curve)
    owners = {meter: customer for each in listed for meter, customer in each.billing}
    homes = home_areas(found)
    rows: list[dict[str, object]] = []
    for each in found:
        rows.append(_area_row(each))
        if each.verdict is None:
            continue
        suspects = [
            suspect
            for suspect in each.verdict.suspects
            if suspect.evidence > 0 or suspect.customer in each.verdict.elsewhere
        ]
        for place, suspect in enumerate(suspects, start=1):
            meter = each.area.customers[suspect.customer]
            rows.append(
                _suspect_row(each, suspect)
                | {
                    "place": place,
                    "meter_id": meter,
                    "customer_id": owners[meter],
                    "home_area_id": homes.get((each.area.area_id, meter)),
                }
            )
    return pa.Table.from_pylist(rows, VERDICT)


def area_balance_daily(meters: pa.Table, curve: pa.Table) -> pa.Table:
    """One row per area and day: delivered, sold, lost, technical and unexplained energy with its error.

    Args:
        meters, curve: As in ``area_verdict``.
    """
    rows = []
    for each in _analysed(meters, curve)[1]:
        if each.verdict is None:
            continue
        daily, first = each.verdict.daily, _day(each, 0)
        rows += [
            {
                "area_id": each.area.area_id,
                "use_date": first + timedelta(days=day),
                "supply_kwh": _decimal(daily.delivered_kwh[day], 4),
                "sold_kwh": _decimal(daily.sold_kwh[day], 4),
                "loss_kwh": _decimal(daily.loss_kwh[day], 4),
                "technical_kwh": _decimal(daily.technical_kwh[day], 4),
                "unexplained_kwh": _decimal(daily.unexplained_kwh[day], 4),
                "error_kwh": _decimal(daily.error_kwh[day], 4),
            }
            for day in range(len(daily.delivered_kwh))
        ]
    return pa.Table.from_pylist(rows, DAILY)


def _analysed(meters: pa.Table, curve: pa.Table) -> tuple[list[Meters], list[Analysis]]:
    grouped: dict[tuple[str, str | None], list[dict[str, str | None]]] = defaultdict(list)
    for row in sorted(meters.to_pylist(), key=lambda row: (row["area_id"], row["meter_id"])):
        grouped[row["area_id"], row["feeder_id"]].append(row)
    listed = [
        Meters(
            area,
            feeder,
            next((str(row["meter_id"]) for row in rows if row["role"] == "gate"), None),
            tuple((str(row["meter_id"]), row["customer_id"]) for row in rows if row["role"] == "billing"),
            tuple(str(row["meter_id"]) for row in rows if row["role"] == "generation"),
        )
        for (area, feeder), rows in grouped.items()
    ]
    return listed, analyse_all(list(areas_of(listed, Curves(curve))))


def _decimal(value: float, digits: int) -> Decimal:
    """A figure in the fixed point of its column."""
    return Decimal(f"{value:.{digits}f}")


def _day(found: Analysis, interval: int) -> date:
    """Date of an interval."""
    minutes = MINUTES_PER_DAY // found.area.slots_per_day
    return EPOCH + timedelta(days=(found.area.starts_at + interval * minutes) // MINUTES_PER_DAY)


def _area_row(found: Analysis) -> dict[str, object]:
    row: dict[str, object] = {
        "area_id": found.area.area_id,
        "place": 0,
        "outcome": found.outcome.value,
        "read_pct": _decimal(found.area.read_pct, 4),
    }
    if found.area.supply_kwh.size:
        row |= {"first_on": _day(found, 0), "last_on": _day(found, found.area.supply_kwh.size - 1)}
    return row | _cause_of(found)


def _cause_of(found: Analysis) -> dict[str, object]:
    if found.verdict is None:
        return {}
    best, second = found.verdict.chances.ranked[:2]
    daily, check = found.verdict.daily, separating_check(found.verdict.chances)
    return {
        "cause": best.value,
        "cause_probability": _decimal(found.verdict.chances.of[best], 6),
        "second_cause": second.value,
        "second_probability": _decimal(found.verdict.chances.of[second], 6),
        "is_explained": found.verdict.is_explained,
        "supply_kwh": _decimal(daily.delivered_kwh.sum(), 4),
        "sold_kwh": _decimal(daily.sold_kwh.sum(), 4),
        "loss_kwh": _decimal(daily.loss_kwh.sum(), 4),
        "technical_kwh": _decimal(daily.technical_kwh.sum(), 4),
        "technical_error_pct": _decimal(found.verdict.technical_error_pct, 4),
        "unexplained_kwh": _decimal(daily.unexplained_kwh.sum(), 4),
        "unexplained_error_kwh": _decimal(float(np.sqrt((daily.error_kwh**2).sum())), 4),
        "check_zh": check.zh,
        "check_en": check.en,
    }


def _suspect_row(found: Analysis, suspect: Suspect) -> dict[str, object]:
    why = why_suspect(suspect)
    return _area_row(found) | {
        "shape": suspect.shape.value if suspect.shape else None,
        "evidence": _decimal(suspect.evidence, 6),
        "probability": _decimal(suspect.probability, 6),
        "bypassed_kwh": _decimal(suspect.bypassed_kwh, 4),
        "low_kwh": _decimal(suspect.low_kwh, 4),
        "high_kwh": _decimal(suspect.high_kwh, 4),
        "bypass_share": _decimal(suspect.share, 6),
        "bypass_hours": hours_text(suspect.hours),
        "bypass_days": suspect.days,
        "is_elsewhere": found.verdict is not None and suspect.customer in found.verdict.elsewhere,
        "why_zh": why.zh,
        "why_en": why.en,
    }
