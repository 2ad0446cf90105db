"""Derived meter and area tables against plain sums over the same registers, day by day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from wattwarden.domain.content import contract
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits

LAST = date(2026, 10, 31)
DAYS = 60
METERS = 6
NAMES = ("meter_recent", "watched_day", "meter_day", "area_loss_daily", "area_use_correlation")
Rows = list[dict[str, object]]
World = dict[str, Sequence[Mapping[str, object]]]
Day = tuple[str, date]


def _registers() -> dict[str, dict[date, Decimal]]:
    """Registers of a small area: a tenth of the days is missing for every other meter."""
    rng = np.random.default_rng(11)
    known: dict[str, dict[date, Decimal]] = {}
    for meter in range(METERS):
        level, kept = 100, {}
        for day in range(DAYS + 1):
            if meter % 2 == 0 or rng.random() > 0.1 or day in (0, DAYS):
                kept[LAST - timedelta(days=DAYS - day)] = Decimal(level)
            level += int(rng.integers(0, 60))
        known[f"M{meter:02d}"] = kept
    return known


REGISTERS = _registers()


def _world(registers: Mapping[str, Mapping[date, Decimal]]) -> World:
    days = [LAST - timedelta(days=d) for d in range(1, DAYS + 1)]
    return {
        "transformer_area": [{"area_id": "A1", "feeder_id": "F1"}],
        "meter": [
            {"meter_id": m, "customer_id": f"C{m}", "area_id": "A1", "role": "billing", "multiplier": 2}
            for m in registers
        ],
        "reading_daily": [
            {"meter_id": m, "read_date": day, "register_kwh": register}
            for m, readings in registers.items()
            for day, register in readings.items()
        ],
        "area_supply_daily": [
            {"area_id": "A1", "supply_date": day, "supply_kwh": 2000, "meters_expected": len(registers)}
            for day in days
        ],
    }


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(contract(), Limits(memory="1GB", seconds=20, threads=1)) as opened:
        opened.open_empty()
        yield opened


@pytest.fixture(scope="module")
def tables(engine: DuckDBEngine) -> dict[str, Rows]:
    """All tables under test, derived once from the small area."""
    return _derived(engine, _world(REGISTERS), NAMES)


def _derived(engine: DuckDBEngine, world: World, names: Sequence[str]) -> dict[str, Rows]:
    with engine.filled(world):
        engine.derive(derivation_order(contract(), names))
        return {name: engine.query(f'SELECT * FROM "{name}"').to_pylist() for name in names}


def _by_day() -> dict[Day, Decimal]:
    """Energy of consecutive readings, times the multiplier of 2."""
    return {
        (meter, day): 2 * (readings[day + timedelta(days=1)] - register)
        for meter, readings in REGISTERS.items()
        for day, register in readings.items()
        if day + timedelta(days=1) in readings
    }


def test_meter_day_is_the_difference_of_consecutive_registers(tables: dict[str, Rows]) -> None:
    rows = tables["meter_day"]
    assert {(str(r["meter_id"]), r["use_date"]): r["kwh"] for r in rows} == _by_day()


def test_watched_days_are_meter_days(tables: dict[str, Rows]) -> None:
    rows = tables["watched_day"]
    assert {(str(r["meter_id"]), r["use_date"]): r["kwh"] for r in rows} == _by_day()


def test_recent_and_before_add_up_to_the_sixty_days(tables: dict[str, Rows]) -> None:
    for row in tables["meter_recent"]:
        readings = REGISTERS[str(row["meter_id"])]
        split = max(day for day in readings if day <= LAST - timedelta(days=30))
        assert row["split_on"] == split
        assert row["recent_kwh"] == 2 * (readings[LAST] - readings[split])
        assert row["before_kwh"] == 2 * (readings[split] - min(readings.values()))
        assert row["fell_kwh"] == 0
        assert row["readings"] == len(readings)


def test_a_register_that_fell_is_seen_until_it_is_made_good(engine: DuckDBEngine) -> None:
    start = LAST - timedelta(days=20)
    falling = {
        "M1": {start + timedelta(days=d): Decimal(1000 + 5 * d - (40 if d > 9 else 0)) for d in range(21)}
    }
    (row,) = _derived(engine, _world(falling), ["meter_recent"])["meter_recent"]
    # Up to ten days ago it had stood at 1045; afterwards it stood at 1015: 30 below, times 2.
    assert row["fell_kwh"] == 60


def test_a_gap_is_spread_evenly_and_nothing_is_lost(tables: dict[str, Rows]) -> None:
    rows = tables["area_loss_daily"]
    assert len(rows) == DAYS
    total = sum(2 * (readings[LAST] - min(readings.values())) for readings in REGISTERS.values())
    assert sum((_decimal(row["sold_kwh"]) for row in rows), Decimal(0)) == pytest.approx(
        total, abs=Decimal("0.01")
    )
    assert all(row["meters_missing"] == 0 for row in rows)


def test_days_without_gaps_are_plain_sums(tables: dict[str, Rows]) -> None:
    by_day = _by_day()
    whole = [d for d in {day for _, day in by_day} if all((m, d) in by_day for m in REGISTERS)]
    sold = {row["use_date"]: row["sold_kwh"] for row in tables["area_loss_daily"]}
    assert len(whole) > DAYS // 4
    for day in whole:
        assert sold[day] == sum(by_day[m, day] for m in REGISTERS)


def test_an_area_with_an_unknown_meter_is_left_out(engine: DuckDBEngine) -> None:
    world = _world(REGISTERS)
    world["area_supply_daily"] = [
        {**row, "meters_expected": METERS + 1} for row in world["area_supply_daily"]
    ]
    assert _derived(engine, world, ["area_loss_daily"])["area_loss_daily"] == []


def _decimal(value: object) -> Decimal:
    assert isinstance(value, Decimal)
    return value


def test_correlation_agrees_with_least_squares(tables: dict[str, Rows]) -> None:
    loss = {row["use_date"]: row for row in tables["area_loss_daily"]}
    by_day = _by_day()
    assert len(tables["area_use_correlation"]) == METERS
    for row in tables["area_use_correlation"]:
        meter = str(row["meter_id"])
        days = sorted(day for m, day in by_day if m == meter)
        use = np.array([float(by_day[meter, d]) for d in days])
        lost = np.array([float(_decimal(loss[d]["loss_kwh"])) for d in days])
        others = np.array([float(_decimal(loss[d]["sold_kwh"])) for d in days]) - use
        fit = np.linalg.lstsq(np.column_stack([np.ones(len(days)), others, use]), lost, rcond=None)[0]
        assert float(_decimal(row["slope"])) == pytest.approx(fit[2], abs=2e-3)
        assert row["days"] == len(days)
