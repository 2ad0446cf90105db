"""Checks of registers by small examples; estimates add up to the registers, whatever is missing."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattwarden.calc.metering import curve_check
from wattwarden.calc.readings import tables
from wattwarden.calc.readings.estimate import METHODS, estimates, shares
from wattwarden.calc.readings.registers import meters_of, registers_of
from wattwarden.domain.checks import built_in_checks

CHECKS = built_in_checks()
DAY = 20_000
NOT_READ = None


def _meters(count: int = 1, **facts: object) -> pa.Table:
    row = {"customer_id": "C", "kind": "single_phase", "multiplier": 1.0, "digits": 6, "rated_v": 220.0, "max_a": 60.0,
           "capacity_kva": 8.0, "peer": "home", "has_generation": False, "is_removed": False} | facts  # fmt: skip
    return pa.Table.from_pylist([{"meter_id": f"M{n}", **row} for n in range(count)])


def _daily(registers: Sequence[Sequence[float | None]], **more: Sequence[object]) -> pa.Table:
    rows: list[Mapping[str, object]] = []
    for place, series in enumerate(registers):
        for day, value in enumerate(series):
            if value is not None:
                row = {"place": place, "day": DAY + day, "register": round(value * 10_000), "reverse": None, "rates": None,
                       "clock_s": None, "is_estimated": False, "newest": DAY + max(map(len, registers)) - 1}  # fmt: skip
                rows.append(row | {name: values[day] for name, values in more.items()})
    schema = pa.schema([
        ("place", pa.int64()), ("day", pa.int64()), ("register", pa.int64()), ("reverse", pa.int64()), ("rates", pa.int64()),
        ("clock_s", pa.float64()), ("is_estimated", pa.bool_()), ("newest", pa.int64()),
    ])  # fmt: skip
    return pa.Table.from_pylist([dict(r) for r in rows], schema)


NOBODY = pa.table({"meter_id": pa.array([], pa.string()), "last_day": pa.array([], pa.int64()), "first_day": pa.array([], pa.int64())})


def _hits(registers: Sequence[float | None], exchanges: pa.Table = NOBODY, /, facts: Mapping[str, object] | None = None,
          **more: Sequence[object]) -> dict[str, tuple[int, int]]:  # fmt: skip
    found = tables.reading_check(_meters(**(facts or {})), _daily([registers], **more), exchanges, CHECKS)
    return {
        row["check_id"]: ((row["from_date"] - tables.EPOCH).days - DAY, (row["to_date"] - tables.EPOCH).days - DAY)
        for row in found.to_pylist()
    }


STEADY = [100.0 + 10 * day for day in range(12)]


def test_every_check_of_a_register_or_curve_has_its_function() -> None:
    assert set(CHECKS.by_id) == tables.UNITS | curve_check.UNITS


@pytest.mark.parametrize(
    ("registers", "facts", "expected"),
    [
        (STEADY, {}, {}),
        ([*STEADY[:4], None, None, *STEADY[6:]], {}, {"register_missing": (4, 6)}),
        ([*STEADY[:9], None, None, None], {}, {"register_missing": (9, 12)}),
        ([*STEADY[:9], None, None, None], {"is_removed": True}, {}),
        ([*STEADY[:8], 170, 170, 170, 170], {}, {"register_frozen": (7, 11)}),
        ([500.0] * 25, {}, {"register_zero": (0, 24)}),
        ([*STEADY[:6], 140, 130, 120, 125, 135, 145], {}, {"register_backwards": (5, 8)}),
        ([*[999_950.0 + 10 * d for d in range(5)], *[0.0 + 10 * d for d in range(5)]], {}, {"register_rollover": (4, 5)}),
        ([*STEADY[:5], 900.0, *STEADY[6:]], {}, {"register_transient": (4, 5), "register_spike": (4, 5)}),
        ([*STEADY[:5], 5.0, *STEADY[6:]], {}, {"register_transient": (4, 5)}),
        ([*STEADY[:11], 100.0 + 10 * 10 + 900], {}, {"register_spike": (10, 11)}),
    ],
)
def test_checks_of_registers(registers: list[float | None], facts: dict[str, object], expected: dict[str, object]) -> None:
    assert {k: v for k, v in _hits(registers, facts=facts).items() if k != "register_high_low"} == expected


def test_a_unit_that_jumps_is_told_from_one_that_does_not() -> None:
    rng = np.random.default_rng(1)
    level = np.append(rng.uniform(9, 11, 15), rng.uniform(90, 110, 15))
    registers = list(np.append(100.0, 100 + np.cumsum(level)))
    assert "unit_jump" in _hits(registers, facts={"capacity_kva": 80.0})
    moved = list(np.append(100.0, 100 + np.cumsum(np.append(level[:15], level[:15] * 3))))
    assert "unit_jump" not in _hits(moved, facts={"capacity_kva": 80.0})
    through_ct = {"multiplier": 40.0, "capacity_kva": 800.0, "kind": "three_phase_4w"}
    lost = list(np.append(100.0, 100 + np.cumsum(np.append(level[:15], level[:15] / 40))))
    assert "multiplier_jump" in _hits(lost, facts=through_ct)


def test_clock_rates_estimates_and_reverse_energy() -> None:
    days = len(STEADY)
    assert _hits(STEADY, clock_s=[3_600.0] * days) == {"clock_off": (0, days)}
    assert _hits(STEADY, rates=[round(v * 10_000) + 50_000 for v in STEADY]) == {"rates_do_not_sum": (0, days)}
    assert _hits(STEADY, is_estimated=[True] * days) == {"register_estimated": (0, days)}
    back = [d * 30_000 for d in range(days)]
    assert _hits(STEADY, reverse=back) == {"reverse_unexpected": (0, days - 1)}
    assert _hits(STEADY, facts={"has_generation": True}, reverse=back) == {}


def test_an_exchange_whose_registers_do_not_join() -> None:
    apart = pa.table({"meter_id": ["M0"], "last_day": [DAY - 9], "first_day": [DAY]})
    assert _hits(STEADY, apart) == {"exchange_gap": (-9, 0)}


def test_gaps_are_filled_by_like_days_peers_or_evenly() -> None:
    week = [10.0, 10, 10, 10, 10, 40, 40]
    long = [100.0 + sum(week[d % 7] for d in range(day)) for day in range(36)]
    gapped = [v if not 20 <= d <= 24 else None for d, v in enumerate(long)]
    found = tables.reading_estimate(_meters(), _daily([gapped]), CHECKS).to_pylist()
    assert [float(r["kwh"]) for r in found] == pytest.approx([week[d % 7] for d in range(19, 25)])
    assert {r["method"] for r in found} == {"like_day"}
    short = [100.0, 110.0, None, None, 140.0]
    found = tables.reading_estimate(_meters(), _daily([short]), CHECKS).to_pylist()
    assert [(r["method"], float(r["kwh"])) for r in found] == [("linear", 10.0)] * 3
    shape = [5.0, 5, 20, 5, 5, 5]
    peers = [[1000.0 + sum(shape[:d]) for d in range(7)] for _ in range(6)]
    found = tables.reading_estimate(_meters(7), _daily([*peers, [50.0, 60.0, None, None, 120.0, 130.0, 140.0]]), CHECKS).to_pylist()
    assert [r["method"] for r in found] == ["peer"] * 3
    assert [float(r["kwh"]) for r in found] == pytest.approx([10, 40, 10])


def test_raw_and_corrected_are_both_kept() -> None:
    found = tables.reading_estimate(_meters(), _daily([[*STEADY[:5], 900.0, *STEADY[6:]]]), CHECKS).to_pylist()
    assert [(float(r["raw_kwh"]), float(r["kwh"])) for r in found] == [(760.0, 10.0), (-740.0, 10.0)]
    over = [999_980.0, 999_990.0, 5.0, 15.0]
    (row,) = tables.reading_estimate(_meters(), _daily([over]), CHECKS).to_pylist()
    assert (row["method"], float(row["raw_kwh"]), float(row["kwh"])) == ("rollover", -999_985.0, 15.0)


@settings(deadline=None, max_examples=60)
@given(
    steps=st.lists(st.integers(0, 400_000), min_size=10, max_size=40),
    missing=st.sets(st.integers(1, 38), max_size=20),
    multiplier=st.sampled_from([1.0, 20.0, 1500.0]),
)
def test_estimates_between_two_registers_add_up_to_their_difference(
    steps: list[int], missing: set[int], multiplier: float
) -> None:
    """Exactly, in 10⁻⁴ kWh, for any gaps; each day lies within its interval."""
    registers = np.append(0, np.cumsum(steps)) / 10_000
    series = [None if d in missing and d < len(steps) else float(v) for d, v in enumerate(registers)]
    facts = meters_of(_meters(multiplier=multiplier, capacity_kva=100_000.0))
    rows = registers_of(facts, _daily([series]))
    found = estimates(rows, CHECKS)
    closed = found.method != METHODS.index("open")
    kept = rows.energy[(rows.step > 1) & (rows.energy >= 0)]
    assert int(found.kwh[closed].sum()) == int(kept.sum())
    assert (found.low <= found.kwh).all()
    assert (found.kwh <= found.high).all()
    assert not (missing & {0, len(steps)} and (found.kwh < 0).any())


@given(
    totals=st.lists(st.integers(0, 10**12), min_size=1, max_size=8),
    lengths=st.lists(st.integers(1, 9), min_size=8, max_size=8),
    weights=st.lists(st.floats(0, 1e6), min_size=72, max_size=72),
)
def test_shares_are_whole_and_add_up(totals: list[int], lengths: list[int], weights: list[float]) -> None:
    gap = np.repeat(np.arange(len(totals)), lengths[: len(totals)])
    parts = shares(np.array(totals), np.array(weights[: len(gap)]), gap)
    assert np.array_equal(np.bincount(gap, parts).astype(np.int64), np.array(totals))
    assert (parts >= 0).all()


def test_one_fifth_of_the_readings_missing_leaves_the_total_known() -> None:
    rng = np.random.default_rng(3)
    use = rng.uniform(2, 12, (200, 59))
    registers = np.concatenate([np.full((200, 1), 100.0), 100 + np.cumsum(use, axis=1)], axis=1).round(2)
    lost = rng.random(registers.shape) < 0.2
    lost[:, [0, -1]] = False
    series = [[None if gone else float(v) for v, gone in zip(row, out, strict=True)] for row, out in zip(registers, lost, strict=True)]
    found = tables.reading_estimate(_meters(200), _daily(series), CHECKS)
    days = (np.array(found["use_date"].cast(pa.int32())) - DAY).astype(int)
    meter = np.array([int(m[1:]) for m in found["meter_id"].to_pylist()])
    true = use[meter, days]
    low, high = (np.array(found[n].cast(pa.float64())) for n in ("low_kwh", "high_kwh"))
    inside = ((low <= true + 0.01) & (true <= high + 0.01)).mean()
    assert inside > 0.9
