"""Figures of daily registers: they find the fall, whatever the order of the rows, or say nothing."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from wattwarden.models.theft.daily import NAMES, SCHEMA, daily_features, figures_of_days

FIRST = (date(2026, 8, 1) - date(1970, 1, 1)).days
DAYS = 60
FLOATS = NDArray[np.float64]


def registers(use: FLOATS, kept: NDArray[np.bool_] | None = None, seed: int = 0) -> pa.Table:
    """Registers of some meters in random order."""
    register = np.hstack([np.zeros((len(use), 1)), np.cumsum(use, axis=1)])
    meter, day = np.nonzero(np.ones(register.shape, bool) if kept is None else kept)
    order = np.random.default_rng(seed).permutation(len(meter))
    return pa.table(
        {"meter": meter[order].astype(np.int32), "day": (FIRST + day[order]).astype(np.int32),
         "kwh": register[meter, day][order]}
    )  # fmt: skip


def meters(*customers: str) -> pa.Table:
    return pa.table({"meter": list(range(len(customers))), "customer_id": list(customers),
                     "org_id": ["4301011"] * len(customers)})  # fmt: skip


UNITS = pa.table({"org_id": ["4301", "430101", "4301011"], "parent_org_id": [None, "4301", "430101"]})


def weather(mean_c: FLOATS, unit: str = "4301") -> pa.Table:
    """Mean temperature of a unit from ``FIRST`` on."""
    day = pa.array(FIRST + np.arange(len(mean_c)), pa.int32())
    return pa.table({"org_id": pa.array([unit] * len(mean_c), pa.string()), "day": day, "mean_c": mean_c})


NO_WEATHER = weather(np.zeros(0))


def features(meters: pa.Table, readings: pa.Table, sky: pa.Table = NO_WEATHER) -> pa.Table:
    return daily_features(meters, readings, sky, UNITS)


def drawn(count: int = 3, seed: int = 1) -> FLOATS:
    return np.asarray(np.random.default_rng(seed).uniform(8, 12, (count, DAYS)))


def figure(table: pa.Table, customer: str, name: str) -> float:
    row = table.column("customer_id").to_pylist().index(customer)
    return float(table.column(name)[row].as_py())


def test_a_fall_is_found_with_its_size_and_day() -> None:
    use = drawn()
    use[1, 40:] *= 0.25
    table = features(meters("C0", "C1", "C2"), registers(use))
    assert table.schema == SCHEMA
    assert figure(table, "C1", "daily_since_fall") == DAYS - 40
    assert figure(table, "C1", "daily_fall") == pytest.approx(np.log(0.25), abs=0.1)
    assert figure(table, "C1", "daily_fall_score") < 2 * figure(table, "C0", "daily_fall_score")
    assert figure(table, "C1", "daily_low_run") == DAYS - 40
    assert figure(table, "C1", "daily_zero") == 0


def test_the_order_of_the_rows_changes_nothing() -> None:
    use = drawn()
    one = features(meters("C0", "C1", "C2"), registers(use, seed=1))
    assert one.equals(features(meters("C0", "C1", "C2"), registers(use, seed=2)))


def test_what_comes_later_changes_no_figure_of_what_was_known() -> None:
    """Leakage: figures of the first days are the same whether or not the later registers exist."""
    use = drawn()
    early = np.zeros((3, DAYS + 1), bool)
    early[:, :40] = True
    cut = features(meters("C0", "C1", "C2"), registers(use, early))
    changed = use.copy()
    changed[:, 40:] = 0.0
    assert cut.equals(features(meters("C0", "C1", "C2"), registers(changed, early)))


def test_two_meters_of_a_customer_are_added() -> None:
    use = drawn(2)
    kept = np.zeros((2, DAYS + 1), bool)
    kept[0, :31], kept[1, 30:] = True, True
    table = features(meters("C0", "C0"), registers(use, kept))
    assert table.num_rows == 1
    assert figure(table, "C0", "daily_days") == DAYS


def test_a_fifth_of_the_readings_missing() -> None:
    kept = np.random.default_rng(3).random((3, DAYS + 1)) > 0.2
    table = features(meters("C0", "C1", "C2"), registers(drawn(), kept))
    assert table.num_rows == 3
    assert 0.2 < figure(table, "C0", "daily_missing") < 0.6


def test_few_days_and_no_days_say_nothing() -> None:
    kept = np.zeros((1, DAYS + 1), bool)
    kept[0, :10] = True
    assert features(meters("C0"), registers(drawn(1), kept)).num_rows == 0
    assert features(meters("C0"), registers(drawn(1)).slice(0, 0)).num_rows == 0


def test_all_zero_meters_have_finite_figures() -> None:
    figures = figures_of_days(
        np.zeros((1, DAYS), np.float32), FIRST, np.full((1, DAYS), np.nan, np.float32), np.zeros(1, np.int64)
    )
    assert figures[0, NAMES.index("daily_zero")] == 1
    named = dict(zip(NAMES, figures[0], strict=True))
    unknown = {name for name, value in named.items() if np.isnan(value)}
    assert unknown <= {"daily_since_fall", "daily_echo", "daily_weather", "daily_weather_change"}


def test_days_before_month_end_are_told_apart() -> None:
    use = np.full((1, DAYS), 10.0)
    dates = np.datetime64("1970-01-01") + FIRST + np.arange(DAYS)
    last = (dates + 3).astype("datetime64[M]") != dates.astype("datetime64[M]")
    use[0, last] = 30.0
    table = features(meters("C0"), registers(use))
    assert figure(table, "C0", "daily_month_end") == pytest.approx(np.log(30.2 / 10.2), abs=1e-3)


def heat_wave() -> tuple[FLOATS, FLOATS]:
    """Temperatures of 60 days, and the use of a home that cools: a tenth more for each degree above 26 °C."""
    mean_c = 28 + 6 * np.sin(np.arange(DAYS) / 5)
    return mean_c, 10 * np.exp(0.1 * np.maximum(mean_c - 26, 0)) - 0.2


def test_a_cool_end_of_the_month_explains_a_fall() -> None:
    mean_c, use = heat_wave()
    mean_c[-14:] = 24
    use[-14:] = 9.8
    stolen = use.copy()
    stolen[-14:] *= 0.5
    table = features(meters("C0", "C1"), registers(np.array([use, stolen])), weather(mean_c))
    assert figure(table, "C0", "daily_change") < -0.2
    assert figure(table, "C0", "daily_weather") == pytest.approx(1, abs=1e-3)
    assert figure(table, "C0", "daily_weather_change") == pytest.approx(0, abs=1e-3)
    assert figure(table, "C1", "daily_weather_change") == pytest.approx(np.log(5.1 / 10), abs=1e-3)


@pytest.mark.parametrize(
    ("unit", "is_known"), [("4301", True), ("430101", True), ("4301011", True), ("99", False)]
)
def test_weather_is_that_of_the_nearest_unit_above(unit: str, is_known: bool) -> None:
    mean_c, use = heat_wave()
    table = features(meters("C0"), registers(use[None, :]), weather(mean_c, unit))
    assert (table.column("daily_weather")[0].as_py() is not None) == is_known


def test_the_nearer_of_two_stations_counts() -> None:
    mean_c, use = heat_wave()
    both = pa.concat_tables([weather(np.full(DAYS, 40.0)), weather(mean_c, "430101")])
    assert figure(features(meters("C0"), registers(use[None, :]), both), "C0", "daily_weather") > 0.99


def test_weather_that_says_nothing_leaves_nothing_to_say() -> None:
    mean_c, use = heat_wave()
    for sky in (NO_WEATHER, weather(np.full(DAYS, 22.0)), weather(mean_c[:20]), weather(np.full(DAYS, 30.0))):
        table = features(meters("C0"), registers(use[None, :]), sky)
        assert table.column("daily_weather").to_pylist() == [None]
        assert table.column("daily_weather_change").to_pylist() == [None]
        assert figure(table, "C0", "daily_level") > 0
