"""Phases: each fault is seen, its look-alike is not, and what is missing follows from voltage and current."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattwarden.calc.metering.curve_check import curve_check
from wattwarden.calc.readings.curves import longest_run
from wattwarden.domain.checks import built_in_checks

CHECKS = built_in_checks()
DAY = date(2026, 10, 30)
POINTS = 96
MULTIPLIER, COSINE = 20.0, 0.9
FOUR_WIRE = {"kind": "three_phase_4w", "multiplier": MULTIPLIER, "rated_v": 220.0, "base_a": 1.5, "capacity_kva": 100.0,
             "has_generation": False, "intervals": 96, "expected_points": 96, "is_flat": False, "is_copied": False,
             "least_kwh": 0.0, "needs_points": True}  # fmt: skip
Columns = Mapping[str, np.ndarray]


def _load(rng: np.random.Generator) -> dict[str, np.ndarray]:
    amps = rng.uniform(1.0, 4.0, POINTS)
    columns: dict[str, np.ndarray] = {}
    for x in "abc":
        columns[f"u{x}_v"] = 220 * rng.normal(1, 0.01, POINTS)
        columns[f"i{x}_a"] = amps * rng.normal(1, 0.02, POINTS)
        columns[f"p{x}_kw"] = columns[f"u{x}_v"] * columns[f"i{x}_a"] * COSINE * MULTIPLIER / 1000
    columns["in_a"] = np.full(POINTS, np.nan)
    return columns


def _found(columns: dict[str, np.ndarray], kept: np.ndarray | None = None, **facts: object) -> dict[tuple[str, str], dict[str, object]]:
    total = np.nansum([columns[f"p{x}_kw"] for x in "abc"], axis=0)
    kept = np.ones(POINTS, dtype=np.bool_) if kept is None else kept
    whole = {"meter_id": ["M"] * POINTS, "minute": np.arange(POINTS) * 15, "kwh": total / 4, "p_kw": total,
             "q_kvar": np.abs(total) * 0.48, **columns}  # fmt: skip
    points = pa.table(whole, schema=pa.schema([("meter_id", pa.string()), ("minute", pa.int64()),
                      *((n, pa.float64()) for n in whole if n not in {"meter_id", "minute"})]))  # fmt: skip
    points = points.filter(pa.array(kept))
    row = FOUR_WIRE | {"meter_id": "M", "day": DAY, "points": int(kept.sum()), "kwh_points": int(kept.sum()),
                       "kwh": float(total[kept].sum() / 4), "most_kwh": float(total.max() / 4), "register_kwh": None} | facts  # fmt: skip
    schema = pa.schema([(n, pa.date32() if n == "day" else pa.float64() if n == "register_kwh" else None) if n in {"day", "register_kwh"}
                        else (n, pa.scalar(v).type) for n, v in row.items()])  # fmt: skip
    result = curve_check(pa.Table.from_pylist([row], schema), points, CHECKS)
    return {(r["check_id"], r["phase"]): r for r in result.to_pylist()}


def test_an_honest_balanced_load_is_silent() -> None:
    assert _found(_load(np.random.default_rng(1))) == {}


def test_a_voltage_lost_under_load_and_what_it_costs() -> None:
    columns = _load(np.random.default_rng(2))
    true = columns["pb_kw"].sum() / 4
    columns["ub_v"] *= 0.02
    columns["pb_kw"] *= 0.02
    found = _found(columns)
    lost = found["voltage_lost", "b"]
    assert lost["points"] == POINTS
    assert float(str(lost["missing_kwh"])) == pytest.approx(true * 0.98, rel=0.02)
    assert set(found) == {("voltage_lost", "b"), ("voltage_unbalance", "all")}


def test_no_voltage_and_no_current_is_a_missing_supply_not_missing_energy() -> None:
    columns = _load(np.random.default_rng(3))
    for name in ("uc_v", "ic_a", "pc_kw"):
        columns[name] *= 0.001
    found = _found(columns)
    assert ("phase_lost", "c") in found
    assert ("voltage_lost", "c") not in found
    assert found["phase_lost", "c"]["missing_kwh"] is None


def test_an_outage_of_all_phases_is_no_fault_of_the_meter() -> None:
    columns = _load(np.random.default_rng(4))
    for name in columns:
        columns[name][30:50] *= 0.0
    assert _found(columns) == {}


def test_a_lost_current_and_a_reversed_one() -> None:
    columns = _load(np.random.default_rng(5))
    true = columns["pa_kw"].sum() / 4
    columns["ia_a"] *= 0.001
    columns["pa_kw"] *= 0.001
    found = _found(columns)
    assert float(str(found["current_lost", "a"]["missing_kwh"])) == pytest.approx(true, rel=0.03)
    columns = _load(np.random.default_rng(6))
    true = columns["pc_kw"].sum() / 4
    columns["pc_kw"] *= -1
    found = _found(columns)
    assert float(str(found["power_reversed", "c"]["missing_kwh"])) == pytest.approx(2 * true, rel=0.01)
    assert ("power_reversed", "c") not in _found(columns, has_generation=True)


def test_a_load_on_one_phase_is_uneven_but_has_lost_nothing() -> None:
    columns = _load(np.random.default_rng(7))
    for x in "bc":
        columns[f"i{x}_a"] *= 0.03
        columns[f"p{x}_kw"] *= 0.03
    assert set(_found(columns)) == {("current_unbalance", "all")}


def test_line_and_neutral_of_a_single_phase_meter() -> None:
    rng = np.random.default_rng(8)
    amps = rng.uniform(2, 6, POINTS)
    columns = {name: np.full(POINTS, np.nan) for name in _load(rng)}
    columns |= {"ua_v": np.full(POINTS, 220.0), "ia_a": amps, "pa_kw": amps * 0.22 * COSINE, "in_a": amps * 2}
    single = {"kind": "single_phase", "multiplier": 1.0, "base_a": 5.0, "capacity_kva": 8.0}
    found = _found(columns, **single)
    assert float(str(found["line_neutral", "all"]["missing_kwh"])) == pytest.approx((amps * 0.22 * COSINE).sum() / 4, rel=0.01)
    assert _found(columns | {"in_a": amps + 0.3}, **single) == {}
    assert _found(columns | {"in_a": np.full(POINTS, np.nan)}, **single) == {}


def test_more_power_than_voltage_times_current() -> None:
    columns = _load(np.random.default_rng(9))
    for x in "abc":
        columns[f"p{x}_kw"] *= 1.5
    assert {c for c, _ in _found(columns)} == {"power_mismatch"}


def test_a_short_event_is_below_the_points_in_a_row() -> None:
    columns = _load(np.random.default_rng(10))
    columns["ub_v"][10:13] = 5.0
    assert ("voltage_lost", "b") not in _found(columns)
    columns["ub_v"][10:14] = 5.0
    assert ("voltage_lost", "b") in _found(columns)


def test_checks_of_the_curve_itself() -> None:
    columns = _load(np.random.default_rng(11))
    kept = np.arange(POINTS) % 5 != 0
    assert _found(columns, kept)["curve_missing", "all"]["points"] == 20
    day_of_23_hours = np.ones(POINTS, dtype=np.bool_)
    day_of_23_hours[8:12] = False
    assert _found(columns, day_of_23_hours, expected_points=92) == {}
    assert ("curve_long_day", "all") in _found(columns, points=100)
    assert _found(columns, points=100, kwh_points=100, expected_points=100) == {}
    total = sum(columns[f"p{x}_kw"].sum() for x in "abc") / 4
    assert ("curve_register_mismatch", "all") in _found(columns, register_kwh=total * 1.2)
    assert _found(columns, register_kwh=total * 1.01) == {}
    assert ("curve_unit_jump", "all") in _found(columns, register_kwh=total / 1000)
    assert ("curve_spike", "all") in _found(columns, most_kwh=100.0)
    assert ("curve_negative", "all") in _found(columns, least_kwh=-0.5)
    for name in columns:
        columns[name][20:80] = columns[name][20]
    assert ("curve_frozen", "all") in _found(columns)


def test_20_percent_missing_changes_no_judgement_of_the_phases() -> None:
    rng = np.random.default_rng(12)
    columns = _load(rng)
    columns["pb_kw"] *= -1
    found = _found(columns, rng.random(POINTS) > 0.2)
    assert ("power_reversed", "b") in found
    assert {p for c, p in found if c == "power_reversed"} == {"b"}


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), cosine=st.floats(0.6, 1.0), low=st.floats(0.2, 1.0))
def test_no_honest_load_is_accused(seed: int, cosine: float, low: float) -> None:
    """Whatever the load and its power factor, at 15 to 100 % of the rating."""
    columns = _load(np.random.default_rng(seed))
    for x in "abc":
        columns[f"i{x}_a"] *= low
        columns[f"p{x}_kw"] *= low * cosine / COSINE
    assert _found(columns) == {}


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_longest_run(values: list[bool]) -> None:
    expected = max((len(part) for part in "".join("x" if v else " " for v in values).split()), default=0)
    assert longest_run(np.array([values]))[0] == expected
