"""What becomes of bills whose facts are missing or contradict each other: each has its named outcome."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime
from typing import Any

import pytest

from wattwarden.domain.content import contract
from wattwarden.domain.timetable import timetable_of
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits

World = dict[str, list[dict[str, Any]]]
APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


def shop() -> World:
    """A shop on time of use at 10 kV, 500 kVA by capacity, whose April bill was not issued right."""
    return {
        "org_unit": [{"org_id": "O1", "name": "甲", "kind": "station", "region": "demo"}],
        "customer": [{"customer_id": "C1", "org_id": "O1", "status": "active", "voltage_level": "kv10",
                      "contract_capacity_kva": 500, "market_attribute": "agency"}],
        "tariff_assignment": [{"customer_id": "C1", "valid_from": date(2024, 1, 1), "billing_mode": "two_part_capacity",
                               "tariff_class": "commercial_industrial", "is_tou": True, "pf_standard": 0.85}],
        "customer_transformer": [{"transformer_id": "T1", "valid_from": date(2024, 1, 1), "customer_id": "C1",
                                  "model": "S11", "capacity_kva": 500, "state": "running"}],
        "meter": [{"meter_id": "M1", "metering_point_id": "P1", "customer_id": "C1", "role": "billing",
                   "multiplier": 100, "digits": 6, "metering_mode": "hv_lv"}],
        "reading_cycle": [{"meter_id": "M1", "customer_id": "C1", "read_date": MAY, "cycle_month": APRIL,
                           "start_register": 100, "end_register": 600, "multiplier": 100, "kwh": 50_000,
                           "sharp_kwh": 0, "peak_kwh": 20_000, "flat_kwh": 20_000, "valley_kwh": 10_000,
                           "reactive_kvarh": 15_000, "max_demand_kw": 180, "months": 1}],
        "bill": [{"bill_id": "B1", "customer_id": "C1", "bill_month": APRIL, "period_from": APRIL, "period_to": MAY,
                  "kind": "normal", "kwh": 50_000, "amount_fen": 1, "issued_on": date(2026, 5, 2)}],
        "bill_line": [{"bill_id": "B1", "line_no": 1, "item": "energy", "amount_fen": 1}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(contract(), Limits(memory="1GB", seconds=60, threads=1)) as opened:
        opened.open_empty()
        yield opened


def outcome(engine: DuckDBEngine, world: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    with engine.filled(world):
        engine.derive(derivation_order(contract(), ["shadow_bill"]))
        (row,) = engine.query("SELECT outcome FROM shadow_bill WHERE element = 'total'").to_pylist()
        return str(row["outcome"])


def test_a_whole_bill_is_checked(engine: DuckDBEngine) -> None:
    assert outcome(engine, shop()) == "checked"


@pytest.mark.parametrize(
    ("table", "change", "expected", "said"),
    [
        ("tariff_assignment", {"valid_from": date(2026, 4, 10)}, "no_tariff", "no assignment on 2026-04-01"),
        ("tariff_assignment", {"billing_mode": None}, "no_mode", "no billing mode on 2026-04-01"),
        ("org_unit", {"region": None}, "no_region", "organisation O1 without"),
        ("org_unit", {"region": "other"}, "no_price", "region other: found no price book agency_purchase"),
        (
            "reading_cycle",
            {"cycle_month": date(2026, 3, 1)},
            "no_reading",
            "after 2026-04-01 up to 2026-05-01",
        ),
        (
            "reading_cycle",
            {"end_register": 50},
            "register_reversed",
            "meter M1: starts at 100.0000, ends at 50.0000",
        ),
        ("reading_cycle", {"end_register": None, "kwh": -10}, "negative_energy", "-10.00 kWh; expected 0"),
        ("reading_cycle", {"end_register": 900_000_000}, "too_large", "89999990000.00 kWh, 180.00 kW"),
        ("reading_cycle", {"max_demand_kw": 5_000_001}, "too_large", "5000001.00 kW measured, – kW agreed"),
        ("reading_cycle", {"valley_kwh": None}, "rates_missing", "daily registers absent"),
        (
            "reading_cycle",
            {"valley_kwh": 9_000},
            "rates_do_not_add_up",
            "valley 9000.00 kWh; expected 50000.00",
        ),
        ("reading_cycle", {"reactive_kvarh": None}, "no_reactive", "for a standard of 0.85"),
        ("customer_transformer", {"model": "unheard-of"}, "no_transformer", "no figure for unheard-of-500"),
        ("tariff_assignment", {"pf_standard": 0.7}, "no_price", "no price book power_factor_070"),
        ("bill", {"period_to": date(2026, 6, 20)}, "period_invalid", "2026-04-01 to 2026-06-20"),
        ("bill", {"period_to": APRIL}, "period_invalid", "2026-04-01 to 2026-04-01"),
    ],
)
def test_a_fact_that_is_missing_or_wrong_is_named_with_what_was_found(
    engine: DuckDBEngine, table: str, change: dict[str, object], expected: str, said: str
) -> None:
    world = deepcopy(shop())
    world[table][0] |= change
    with engine.filled(world):
        engine.derive(derivation_order(contract(), ["shadow_bill"]))
        (row,) = engine.query("SELECT outcome, detail FROM shadow_bill WHERE element = 'total'").to_pylist()
    assert row["outcome"] == expected
    assert said in str(row["detail"])


def test_two_prices_at_once_and_two_splits(engine: DuckDBEngine) -> None:
    world = shop()
    world["tariff_assignment"].append(world["tariff_assignment"][0] | {"valid_from": date(2025, 1, 1)})
    assert outcome(engine, world) == "overlapping_terms"
    world = shop()
    split = {"customer_id": "C1", "tariff_class": "residential", "kind": "quantity", "monthly_kwh": 100}
    world["metering_split"] = [split, split | {"tariff_class": "agricultural"}]
    assert outcome(engine, world) == "several_splits"
    world["metering_split"] = [split | {"monthly_kwh": 60_000}]
    assert outcome(engine, world) == "split_too_large"


def test_a_quantity_of_the_month_is_measured_against_each_part_by_days(engine: DuckDBEngine) -> None:
    # Parts of 14 and 16 days with 23,333 and 26,667 kWh; of 30,000 kWh they give up 14,000 and 16,000.
    world = shop()
    (before,) = world["tariff_assignment"]
    turn = date(2026, 4, 15)
    world["tariff_assignment"] = [
        before | {"valid_to": turn},
        before | {"valid_from": turn, "pf_standard": 0.9},
    ]
    world["metering_split"] = [
        {"customer_id": "C1", "tariff_class": "residential", "kind": "quantity", "monthly_kwh": 30_000}
    ]
    assert outcome(engine, world) == "checked"


def test_a_demand_customer_without_a_demand_reading(engine: DuckDBEngine) -> None:
    world = shop()
    world["tariff_assignment"][0] |= {"billing_mode": "two_part_demand", "contract_demand_kw": 250}
    assert outcome(engine, world) == "checked"
    world["reading_cycle"][0]["max_demand_kw"] = None
    assert outcome(engine, world) == "no_demand"


def test_a_register_that_does_not_start_where_it_ended(engine: DuckDBEngine) -> None:
    world = shop()
    march = world["reading_cycle"][0] | {
        "read_date": APRIL, "cycle_month": date(2026, 3, 1), "start_register": 0, "end_register": 100,
    }  # fmt: skip
    world["reading_cycle"].append(march)
    assert outcome(engine, world) == "checked"
    march["end_register"] = 90
    assert outcome(engine, world) == "registers_do_not_join"


def test_a_register_that_rolled_over_and_a_second_meter(engine: DuckDBEngine) -> None:
    world = shop()
    world["reading_cycle"][0] |= {"start_register": 999_900, "end_register": 400, "is_rollover": True}
    world["bill"][0]["kwh"] = 50_000
    with engine.filled(world):
        engine.derive(derivation_order(contract(), ["shadow_bill"]))
        (row,) = engine.query("SELECT expected_kwh FROM shadow_bill WHERE element = 'total'").to_pylist()
    assert row["expected_kwh"] == 50_000


def elements(engine: DuckDBEngine, world: World) -> dict[str, Any]:
    """Energy due by element, and the outcome and the detail of the whole."""
    with engine.filled(world):
        engine.derive(derivation_order(contract(), ["shadow_bill"]))
        rows = engine.query("SELECT element, outcome, expected_kwh, detail FROM shadow_bill").to_pylist()
    (whole,) = [row for row in rows if row["element"] == "total"]
    return {row["element"]: row["expected_kwh"] for row in rows} | {
        "outcome": whole["outcome"], "detail": whole["detail"],
    }  # fmt: skip


def unrated() -> World:
    """The shop's reading tells 72,000 kWh and no rates."""
    world = shop()
    world["reading_cycle"][0] |= {
        "end_register": 820, "kwh": 72_000, "sharp_kwh": None, "peak_kwh": None, "flat_kwh": None, "valley_kwh": None,
    }  # fmt: skip
    return world


def test_rates_come_from_daily_registers_where_the_reading_lacks_them(engine: DuckDBEngine) -> None:
    world = unrated()
    first = {"meter_id": "M1", "read_date": APRIL, "register_kwh": 100, "sharp_kwh": 0, "peak_kwh": 50,
             "flat_kwh": 30, "valley_kwh": 20}  # fmt: skip
    last = {"read_date": MAY, "register_kwh": 820, "peak_kwh": 350, "flat_kwh": 230, "valley_kwh": 240}
    world["reading_daily"] = [first, first | last]
    found = elements(engine, world)
    assert found["outcome"] == "checked"
    assert [found[rate] for rate in ("peak", "flat", "valley")] == [30_000, 20_000, 22_000]


def hours(day: int, kwh: float = 100) -> list[dict[str, Any]]:
    return [{"meter_id": "M1", "read_at": datetime(2026, 4, day, hour), "kwh": kwh} for hour in range(24)]


def test_rates_come_from_the_curve_where_no_register_has_them(engine: DuckDBEngine) -> None:
    world = unrated()
    world["load_curve"] = [row for day in range(1, 31) for row in hours(day)]
    found = elements(engine, world)
    assert (found["outcome"], found["total"]) == ("checked", 72_000)
    letters = timetable_of("demo").letters_on(APRIL)
    for rate, letter in (("peak", "P"), ("flat", "F"), ("valley", "V")):
        # 100 kWh in each hour of 30 days.
        assert found[rate] == letters.count(letter) * 24 // len(letters) * 3_000


def test_a_gap_in_the_curve_is_named_with_its_day(engine: DuckDBEngine) -> None:
    world = unrated()
    world["load_curve"] = [row for day in range(1, 31) for row in hours(day)]
    del world["load_curve"][24 * 11 + 5]
    found = elements(engine, world)
    assert found["outcome"] == "rates_missing"
    assert found["detail"].startswith("meter M1 from 2026-04-01: daily registers absent, curve missing_point")
    assert found["detail"].endswith("on 2026-04-12")


def test_rates_of_a_month_cut_in_two_are_those_of_each_part(engine: DuckDBEngine) -> None:
    world = unrated()
    world["tariff_assignment"][0]["valid_to"] = date(2026, 4, 11)
    world["tariff_assignment"].append(
        world["tariff_assignment"][0]
        | {"valid_from": date(2026, 4, 11), "valid_to": None, "pf_standard": 0.90}
    )
    world["load_curve"] = [row for day in range(1, 31) for row in hours(day, 100)]
    found = elements(engine, world)
    assert (found["outcome"], found["total"]) == ("checked", 72_000)
