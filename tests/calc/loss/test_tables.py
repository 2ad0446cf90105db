"""The derived tables of the area balance, from rows of load curves."""

from decimal import Decimal

import numpy as np
import pyarrow as pa

from tests.calc.loss.kit import ground, rng
from wattwarden.calc.loss.area import Area
from wattwarden.calc.loss.tables import area_balance_daily, area_verdict
from wattwarden.domain.content import contract
from wattwarden.simulate.planted_areas import normal, pair, plant_theft

START = 26_300_160
"""2020-01-03 00:00, minutes since 1970."""


def rows(areas: list[Area]) -> tuple[pa.Table, pa.Table]:
    """Meters and curves of areas, the curve out of order."""
    meters, curves = [], []
    for area in areas:
        base = {"area_id": area.area_id, "feeder_id": area.feeder_id}
        gate = f"{area.area_id}-GATE"
        meters.append(base | {"meter_id": gate, "customer_id": None, "role": "gate"})
        pairs = [(gate, area.supply_kwh), *zip(area.customers, area.readings_kwh, strict=True)]
        meters += [
            base | {"meter_id": name, "customer_id": f"of {name}", "role": "billing"}
            for name in area.customers
        ]
        curves += [
            {"meter_id": name, "at": START + 30 * place, "kwh": round(float(kwh) * 10_000)}
            for name, values in pairs
            for place, kwh in enumerate(values)
            if not np.isnan(kwh)
        ]
    return pa.Table.from_pylist(meters), pa.Table.from_pylist(curves[::-1])


def test_a_thief_has_a_row_with_words() -> None:
    area, planted = plant_theft(ground(3), ("night_bypass",), rng(3))
    table = area_verdict(*rows([area]))
    assert table.column_names == list(contract()["area_verdict"].columns)
    whole, first = table.to_pylist()[:2]
    (thief,) = planted.kinds
    assert (whole["place"], whole["cause"], whole["meter_id"]) == (0, "theft", None)
    assert (first["place"], first["meter_id"], first["customer_id"]) == (1, thief, f"of {thief}")
    assert first["low_kwh"] <= first["bypassed_kwh"] <= first["high_kwh"]
    assert first["why_zh"]
    assert first["why_en"]
    assert whole["loss_kwh"] == whole["supply_kwh"] - whole["sold_kwh"]


def test_days_add_up_to_the_period() -> None:
    area, _ = normal(ground(1), rng(1))
    whole = area_verdict(*rows([area])).to_pylist()[0]
    daily = area_balance_daily(*rows([area]))
    assert daily.column_names == list(contract()["area_balance_daily"].columns)
    days = daily.to_pylist()
    assert len(days) == 40
    assert abs(sum(day["loss_kwh"] for day in days) - whole["loss_kwh"]) < Decimal("0.01")
    for day in days:
        assert abs(day["loss_kwh"] - day["technical_kwh"] - day["unexplained_kwh"]) < Decimal("0.001")


def test_who_is_fed_elsewhere_gets_his_area() -> None:
    (first, planted), (second, _) = pair(ground(7, "A"), ground(8, "B"), rng(7))
    (customer,) = planted.kinds
    found = area_verdict(*rows([first, second])).to_pylist()
    (row,) = [row for row in found if row["is_elsewhere"]]
    assert (row["area_id"], row["meter_id"], row["home_area_id"]) == ("A", customer, "B")


def test_an_area_without_a_gate_curve_is_named() -> None:
    area, _ = normal(ground(1), rng(1))
    meters, curve = rows([area])
    lacking = curve.filter(pa.compute.not_equal(curve["meter_id"], "T1-GATE"))
    (row,) = area_verdict(meters, lacking).to_pylist()
    assert (row["outcome"], row["cause"], row["supply_kwh"]) == ("no_gate_meter", None, None)


def test_nothing_gives_nothing() -> None:
    area, _ = normal(ground(1), rng(1))
    meters, curve = rows([area])
    assert area_verdict(meters.slice(0, 0), curve.slice(0, 0)).num_rows == 0
    assert area_balance_daily(meters.slice(0, 0), curve.slice(0, 0)).num_rows == 0
