"""Paths of a bill from the tables to the fen: packages, several meters, exchanges, solar, several months."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from wattwarden.domain.content import BUILT_IN, contract
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits

World = dict[str, list[dict[str, Any]]]
APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in (4, 5, 6, 7))
LIMITS = Limits(memory="1GB", seconds=60, threads=1)


def works(**bill: object) -> World:
    """Works at 10 kV on single-rate, 500 kVA, metered on the high side, 50,000 kWh in April."""
    return {
        "org_unit": [{"org_id": "O1", "name": "甲", "kind": "station", "region": "demo"}],
        "customer": [{"customer_id": "C1", "org_id": "O1", "status": "active", "voltage_level": "kv10",
                      "contract_capacity_kva": 500, "market_attribute": "agency"}],
        "tariff_assignment": [{"customer_id": "C1", "valid_from": date(2024, 1, 1), "billing_mode": "single_rate",
                               "tariff_class": "commercial_industrial", "is_tou": False}],
        "customer_transformer": [{"transformer_id": "T1", "valid_from": date(2024, 1, 1), "customer_id": "C1",
                                  "model": "S11", "capacity_kva": 500, "state": "running"}],
        "meter": [{"meter_id": "M1", "metering_point_id": "P1", "customer_id": "C1", "role": "billing",
                   "multiplier": 100, "digits": 6, "metering_mode": "hv_hv"}],
        "reading_cycle": [{"meter_id": "M1", "customer_id": "C1", "read_date": MAY, "cycle_month": APRIL,
                           "start_register": 100, "end_register": 600, "multiplier": 100, "kwh": 50_000, "months": 1}],
        "bill": [{"bill_id": "B1", "customer_id": "C1", "bill_month": APRIL, "period_from": APRIL, "period_to": MAY,
                  "kind": "normal", "kwh": 50_000, "amount_fen": 1, "issued_on": date(2026, 5, 2)} | bill],
        "bill_line": [{"bill_id": "B1", "line_no": 1, "item": "energy", "amount_fen": 1}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(contract(), LIMITS) as opened:
        opened.open_empty()
        yield opened


def due(engine: DuckDBEngine, world: World) -> dict[str, Any]:
    """Fen due by element, or the outcome and the detail of a bill that cannot be checked."""
    with engine.filled(world):
        engine.derive(derivation_order(contract(), ["shadow_bill"]))
        rows = engine.query("SELECT element, outcome, expected_fen, detail FROM shadow_bill").to_pylist()
    (whole,) = [row for row in rows if row["element"] == "total"]
    if whole["outcome"] != "checked":
        return {"outcome": whole["outcome"], "detail": whole["detail"]}
    return {row["element"]: row["expected_fen"] for row in rows if row["expected_fen"]}


AVERAGE = {"region": "demo", "price_month": APRIL, "kind": "retail_average", "price": 0.43}
AGENCY_FEN = {"system": 161_650, "funds": 231_250}
"""50,000 × 0.03233 and × 0.04625."""


@pytest.mark.parametrize(
    ("terms", "energy"),
    [
        # (purchase + loss 0.017865 + transmission 0.1833) × 50,000
        ({"package": "average_plus_fee", "service_fee": 0.01}, 3_205_825),  # 0.44
        ({"package": "market_rate", "coefficient": 1.02}, 3_198_825),  # 0.43 × 1.02 = 0.4386
        ({"package": "profit_share", "price": 0.46, "coefficient": 0.5}, 3_230_825),  # 0.46 − 0.03 × 0.5
        ({"package": "mixed", "coefficient": 0.6, "service_fee": 0.01}, 3_175_825),  # 0.258 + 0.44 × 0.4
        ({"price": 0.4}, 3_005_825),
    ],
)
def test_a_retail_package_sets_the_energy_price(
    engine: DuckDBEngine, terms: dict[str, object], energy: int
) -> None:
    world = works()
    world["customer"][0]["market_attribute"] = "retail"
    signed = {
        "market_contract_id": "K1",
        "customer_id": "C1",
        "kind": "retail",
        "valid_from": date(2026, 1, 1),
    }
    world |= {"market_contract": [signed | terms], "market_price": [AVERAGE]}
    found = due(engine, world)
    assert found == {"energy": energy, **AGENCY_FEN, "total": energy + 161_650 + 231_250}


def test_green_energy_has_its_own_line(engine: DuckDBEngine) -> None:
    world = works()
    green = {"market_contract_id": "K1", "customer_id": "C1", "kind": "retail", "valid_from": date(2026, 1, 1),
             "package": "green", "price": 0.42, "green_price": 0.03}  # fmt: skip
    found = due(engine, world | {"market_contract": [green]})
    # 50,000 × (0.42 + 0.017865 + 0.1833) and × 0.03
    assert (found["energy"], found["green"]) == (3_105_825, 150_000)


def test_what_a_contract_leaves_open_is_named_and_never_guessed(engine: DuckDBEngine) -> None:
    world = works()
    world["customer"][0]["market_attribute"] = "direct"
    assert due(engine, world)["outcome"] == "no_price"
    fee = {"market_contract_id": "K1", "customer_id": "C1", "kind": "retail", "valid_from": date(2026, 1, 1),
           "package": "average_plus_fee", "service_fee": 0.01}  # fmt: skip
    found = due(engine, world | {"market_contract": [fee]})
    assert found["outcome"] == "no_price"
    assert "no average" in found["detail"]


def test_who_left_the_market_pays_half_the_agency_price_more(engine: DuckDBEngine) -> None:
    world = works()
    world["customer"][0]["market_left_on"] = date(2026, 3, 1)
    # 50,000 × 0.642265; 50,000 × 0.5 × 0.4411
    assert (found := due(engine, world))["energy"] == 3_211_325
    assert found["agency_surcharge"] == 1_102_750


def test_several_meters_with_their_own_multipliers(engine: DuckDBEngine) -> None:
    world = works()
    (first,), (reading,) = world["meter"], world["reading_cycle"]
    world["meter"].append(first | {"meter_id": "M2", "metering_point_id": "P2", "multiplier": 20})
    world["reading_cycle"].append(
        reading | {"meter_id": "M2", "start_register": 0, "end_register": 100, "multiplier": 20, "kwh": 2_000}
    )
    # 52,000 × 0.642265
    assert due(engine, world)["energy"] == 3_339_778


def test_a_meter_exchanged_within_the_month(engine: DuckDBEngine) -> None:
    world = works()
    (first,), (reading,) = world["meter"], world["reading_cycle"]
    turn = date(2026, 4, 16)
    world["meter"].append(first | {"meter_id": "M2", "multiplier": 60})
    world["reading_cycle"] = [
        reading | {"read_date": turn, "end_register": 400, "kwh": 30_000},
        reading
        | {"meter_id": "M2", "start_register": 0, "end_register": 200, "multiplier": 60, "kwh": 12_000},
    ]
    # 300 × 100 + 200 × 60 = 42,000 × 0.642265
    assert due(engine, world)["energy"] == 2_697_513


def test_prices_that_change_after_an_exchange_meet_the_energy_of_their_own_days(engine: DuckDBEngine) -> None:
    world = works()
    (first,), (reading,) = world["meter"], world["reading_cycle"]
    turn = date(2026, 4, 16)
    world["meter"].append(first | {"meter_id": "M2"})
    world["reading_cycle"] = [
        reading | {"read_date": turn, "end_register": 400, "kwh": 30_000},
        reading | {"meter_id": "M2", "start_register": 0, "end_register": 200, "kwh": 20_000},
    ]
    (before,) = world["tariff_assignment"]
    world["tariff_assignment"] = [before | {"valid_to": turn},
                                  before | {"valid_from": turn, "tariff_class": "agricultural"}]  # fmt: skip
    # 30,000 × 0.642265 as commerce, 20,000 × 0.493 as agriculture
    assert due(engine, world)["energy"] == 1_926_795 + 986_000


def test_solar_energy_used_at_home_costs_nothing_and_what_is_left_is_paid(engine: DuckDBEngine) -> None:
    world = works()
    world["reading_cycle"][0]["reverse_kwh"] = 1_000
    world["generation_unit"] = [
        {"generation_unit_id": "G1", "customer_id": "C1", "mode": "self_use", "capacity_kw": 50}
    ]
    found = due(engine, world)
    assert (found["energy"], found["feed_in"]) == (3_211_325, -45_000)


def test_capacity_of_a_leap_february_is_charged_by_twenty_ninths(engine: DuckDBEngine) -> None:
    february, march, turn = date(2028, 2, 1), date(2028, 3, 1), date(2028, 2, 16)
    world = works(bill_month=february, period_from=february, period_to=march, issued_on=march)
    world["tariff_assignment"][0]["billing_mode"] = "two_part_capacity"
    world["reading_cycle"][0] |= {"read_date": march, "cycle_month": february}
    (large,) = world["customer_transformer"]
    world["customer_transformer"] = [
        large | {"valid_to": turn},
        large | {"valid_from": turn, "capacity_kva": 400},
    ]
    # 500 × 26.3 × 15 ÷ 29 = 6,801.72; 400 × 26.3 × 14 ÷ 29 = 5,078.62
    assert due(engine, world)["capacity"] == 680_172 + 507_862


def test_a_home_read_every_second_month_has_the_limits_of_both_months(engine: DuckDBEngine) -> None:
    world = works(bill_month=JUNE, period_from=MAY, period_to=JULY, kwh=900)
    world["customer"][0]["voltage_level"] = "v220"
    world["tariff_assignment"][0]["tariff_class"] = "residential"
    world["reading_cycle"][0] |= {
        "read_date": JULY,
        "cycle_month": JUNE,
        "end_register": 109,
        "months": 2,
        "kwh": 900,
    }
    # Tier 1 to 2 × 200, tier 2 to 350 (May) + 450 (June): 400 × 0.588, 400 × 0.638, 100 × 0.888
    assert due(engine, world) == {"tier1": 23_520, "tier2": 25_520, "tier3": 8_880, "total": 57_920}


def test_two_months_read_at_once_hold_two_monthly_charges(engine: DuckDBEngine) -> None:
    world = works(bill_month=JUNE, period_from=MAY, period_to=JULY)
    world["tariff_assignment"][0]["billing_mode"] = "two_part_capacity"
    world["meter"][0]["metering_mode"] = "hv_lv"
    world["reading_cycle"][0] |= {"read_date": JULY, "cycle_month": JUNE, "months": 2}
    found = due(engine, world)
    # 2 × 500 × 25.2; iron 0.68 kW × 2 × 720 h = 979.2 kWh, copper 2 % of 50,000 (load rate 8.7 %)
    assert found["capacity"] == 2_520_000
    with engine.filled(world):
        engine.derive(derivation_order(contract(), ["shadow_bill"]))
        rows = engine.query("SELECT expected_kwh FROM shadow_bill WHERE element = 'loss'").to_pylist()
    assert [float(row["expected_kwh"]) for row in rows] == [1_979.2]
    world["reading_cycle"][0]["months"] = 13
    assert due(engine, world)["outcome"] == "period_invalid"


def test_a_demand_customer_without_capacity(engine: DuckDBEngine) -> None:
    world = works()
    world["tariff_assignment"][0] |= {"billing_mode": "two_part_demand", "contract_demand_kw": 250}
    world["reading_cycle"][0]["max_demand_kw"] = 200
    world["customer"][0]["contract_capacity_kva"] = 0
    assert due(engine, world)["outcome"] == "no_capacity"


@pytest.mark.parametrize("second", ["2026-04-10", "2026-06-01"])
def test_two_prices_for_a_day_or_none_leave_the_bill_unchecked(tmp_path: Path, second: str) -> None:
    text = (BUILT_IN / "prices" / "demo" / "funds.yaml").read_text(encoding="utf-8")
    head, _, line = text.partition("lines:\n")
    first = line.replace("valid_from: 2024-01-01", "valid_from: 2024-01-01\n    valid_to: 2026-04-20")
    book = tmp_path / "prices" / "demo" / "funds.yaml"
    book.parent.mkdir(parents=True)
    book.write_text(head + "lines:\n" + first + line.replace("2024-01-01", second), encoding="utf-8")
    with DuckDBEngine(contract(), LIMITS, site=tmp_path) as engine:
        engine.open_empty()
        found = due(engine, works())
    assert found["outcome"] == "no_price"
    assert "expected exactly one line" in found["detail"]
