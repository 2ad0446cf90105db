"""Bad input of the area balance through the engine: each has a named outcome or cause."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.calc.loss.kit import ground, rng
from wattwarden.calc.loss.area import Area
from wattwarden.domain.content import contract
from wattwarden.domain.snapshot import Snapshot
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits
from wattwarden.lake.schema import arrow_type
from wattwarden.simulate.planted_areas import CAUSES, with_gaps, with_gate_clock_off

START = datetime(2026, 9, 1)
NO_GATE = "no gate meter"


def _normal(name: str, seed: int = 1) -> Area:
    return CAUSES["normal"](ground(seed, name), rng(seed))[0]


def _solar(name: str) -> Area:
    """Six of sixteen homes feed in at noon; their net meters turn back."""
    here = ground(1, name)
    sun = np.maximum(np.sin((_normal(name).place % 48 - 12) / 24 * np.pi), 0.0) * 0.8
    net = here.use_kwh.copy()
    net[:6] -= sun
    return CAUSES["normal"](replace(here, use_kwh=net), rng(1))[0]


def _areas() -> dict[str, Area]:
    """One area per kind of bad input."""
    plain, dead = _normal("one customer"), _normal("all zero")
    negative = _normal("negative loss")
    return {
        area.area_id: area
        for area in (
            _normal("plain"),
            _normal(NO_GATE),
            replace(plain, customers=plain.customers[:1], readings_kwh=plain.readings_kwh[:1]),
            replace(negative, supply_kwh=negative.supply_kwh * 0.9),
            CAUSES["moved"](ground(9, "moved in mid-month"), rng(9))[0],
            with_gaps(_normal("a fifth missing"), 0.2, rng(1)),
            with_gaps(_normal("four fifths missing"), 0.8, rng(1)),
            with_gate_clock_off(_normal("gate clock an hour off")),
            CAUSES["customer_clock"](ground(4, "customer clock an hour off"), rng(4))[0],
            replace(dead, readings_kwh=np.zeros_like(dead.readings_kwh)),
            _solar("solar with net flow"),
        )
    }


def _written(folder: Path, name: str, rows: Mapping[str, object]) -> str:
    table = pa.table(rows)
    model = contract()[name]
    known = pa.scalar(datetime(2026, 10, 31, tzinfo=UTC), pa.timestamp("us", tz="UTC"))
    arrays = {
        key: table[key].cast(arrow_type(column.quantity.sql))
        if key in table.column_names
        else pa.nulls(table.num_rows, arrow_type(column.quantity.sql))
        for key, column in model.columns.items()
    } | {
        "arrived_at": pa.repeat(known, table.num_rows),
        "superseded_at": pa.nulls(table.num_rows, known.type),
    }
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table(arrays), path)
    return str(path)


def _files(folder: Path, areas: Mapping[str, Area]) -> dict[str, tuple[str, ...]]:
    gates = {name: None if name == NO_GATE else f"gate of {name}" for name in areas}
    pairs = [(meter, name) for name, area in areas.items() for meter in area.customers]
    curves = [(gates[name], area.supply_kwh) for name, area in areas.items() if gates[name]]
    curves += [
        pair for area in areas.values() for pair in zip(area.customers, area.readings_kwh, strict=True)
    ]
    known = [~np.isnan(values) for _, values in curves]
    at = np.datetime64(START, "us") + np.arange(1920) * np.timedelta64(30, "m")
    tables: dict[str, Mapping[str, object]] = {
        "transformer_area": {
            "area_id": list(areas), "org_id": ["O1"] * len(areas), "feeder_id": list(areas),
            "gate_meter_id": list(gates.values()),
        },
        "meter": {
            "meter_id": [meter for meter, _ in pairs], "customer_id": [f"of {meter}" for meter, _ in pairs],
            "area_id": [name for _, name in pairs], "role": ["billing"] * len(pairs),
        },
        "load_curve": {
            "meter_id": np.repeat([meter for meter, _ in curves], [int(there.sum()) for there in known]),
            "read_at": np.concatenate([at[there] for there in known]),
            "kwh": np.concatenate([np.round(v[there], 4) for (_, v), there in zip(curves, known, strict=True)]),
        },
    }  # fmt: skip
    return {name: (_written(folder, name, rows),) for name, rows in tables.items()}


@pytest.fixture(scope="module")
def causes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Rows of ``area_cause`` by area."""
    folder = tmp_path_factory.mktemp("areas")
    files = _files(folder, _areas())
    with DuckDBEngine(contract(), Limits(memory="1GB", seconds=60, threads=1), folder) as engine:
        engine.open_snapshot(Snapshot(1, datetime(2026, 11, 1, tzinfo=UTC), is_head=True, files=files))
        engine.derive(derivation_order(contract(), ["area_cause", "area_suspect"]))
        rows = engine.query("SELECT * FROM area_cause").to_pylist()
        moved = engine.query("SELECT area_id, meter_id FROM area_suspect WHERE is_elsewhere").to_pylist()
    return {
        row["area_id"]: row | {"elsewhere": [m for m in moved if m["area_id"] == row["area_id"]]}
        for row in rows
    }


def test_no_area_is_left_out(causes: dict[str, dict[str, object]]) -> None:
    assert set(causes) == set(_areas())


@pytest.mark.parametrize(
    ("area", "outcome", "cause"),
    [
        ("plain", "balanced", "normal"),
        (NO_GATE, "no_gate_meter", None),
        ("one customer", "one_customer", None),
        ("negative loss", "balanced", "gate_error"),
        ("moved in mid-month", "balanced", "mapping"),
        ("a fifth missing", "balanced", "missing_data"),
        ("four fifths missing", "too_much_missing", None),
        ("gate clock an hour off", "balanced", "clock"),
        ("customer clock an hour off", "balanced", "clock"),
        ("all zero", "all_readings_zero", None),
        ("solar with net flow", "balanced", "normal"),
    ],
)
def test_bad_input_has_a_name(
    causes: dict[str, dict[str, object]], area: str, outcome: str, cause: str | None
) -> None:
    assert (causes[area]["outcome"], causes[area]["cause"]) == (outcome, cause)


def test_negative_loss_is_shown_as_it_is(causes: dict[str, dict[str, object]]) -> None:
    assert float(str(causes["negative loss"]["loss_kwh"])) < 0


def test_who_moved_is_named_and_the_period_has_its_days(causes: dict[str, dict[str, object]]) -> None:
    assert causes["moved in mid-month"]["elsewhere"]
    assert (causes["plain"]["first_on"], causes["plain"]["last_on"]) == (date(2026, 9, 1), date(2026, 10, 10))
