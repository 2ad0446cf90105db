"""``make bench-theft``: the theft score at the size of published daily data: 42,372 customers.

* All daily features, by the queries and the function of ``theft_daily``, from Parquet files.
  The baseline is a plain scan of the same columns of the same files.
* Fitting and calibrating on 100,000 customers with outcomes.
  The baseline is one booster of the same settings.

The values are drawn, not real. Writes ``bench-results/theft-<time>.md`` with the machine and the medians.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from scripts.bench import KIB_PER_GIB, machine
from wattwarden.domain.content import contract
from wattwarden.models.theft.daily import daily_features
from wattwarden.models.theft.learned import ROUNDS, SETTINGS, Visited, fitted, threads_for
from wattwarden.models.theft.site_model import feature_columns

CUSTOMERS, DAYS, TRAINED, RUNS, SEED, THREADS = 42_372, 1_035, 100_000, 3, 1, 2
FIRST_DAY = 16_071
"""2014-01-01, days since 1970."""
PER_FILE = 2_000
FEATURE_TARGET_S, TRAIN_TARGET_S = 6, 120
SCAN = "SELECT count(meter_id), max(read_date), sum(register_kwh) FROM reading_daily"


@dataclass(frozen=True)
class Speed:
    """Median seconds of a piece of work and of its baseline, by the clock and of the processors."""

    what: str
    rows: int
    bytes: int
    seconds: float
    cpu_seconds: float
    baseline: str
    baseline_seconds: float
    baseline_cpu_seconds: float
    target_seconds: float


def median_seconds(work: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Median seconds by the clock and of the processors; one run before them compiles and fills the cache."""
    work()
    clock, processor = [], []
    for _ in range(runs):
        started, used = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    return statistics.median(clock), statistics.median(processor)


def write_readings(folder: Path, customers: int, days: int) -> None:
    """Daily registers of drawn customers, in the types of the lake, a file per few thousand customers."""
    rng = np.random.default_rng(SEED)
    for first in range(0, customers, PER_FILE):
        count = min(PER_FILE, customers - first)
        used = rng.gamma(2.0, 4.0, (count, days))
        register = np.rint(np.cumsum(used, axis=1) * 100).astype(np.int64).ravel()
        scaled = pa.array(register * 100, pa.int64()).cast(pa.decimal128(19, 0))
        decimals = pa.Array.from_buffers(pa.decimal128(18, 4), len(scaled), scaled.buffers())
        rows = pa.table(
            {
                "meter_id": pa.array([f"M{first + n:07d}" for n in range(count)]).take(
                    pa.array(np.repeat(np.arange(count), days))
                ),
                "read_date": pa.array(np.tile(FIRST_DAY + np.arange(days), count).astype(np.int32)).cast(
                    pa.date32()
                ),
                "register_kwh": decimals,
            }
        )
        pq.write_table(rows, folder / f"{first:07d}.parquet", compression="zstd")


def feature_speed(folder: Path, customers: int, days: int) -> Speed:
    """Daily features of all customers from the files."""
    derivation = contract()["theft_daily"].derived
    reads = derivation.reads if derivation else {}
    with duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False}) as connection:
        connection.execute(f"CREATE VIEW reading_daily AS SELECT * FROM read_parquet('{folder}/*.parquet')")
        for statement in _around(customers, days):
            connection.execute(statement)

        def work() -> int:
            given = {name: connection.sql(sql).to_arrow_table() for name, sql in reads.items()}
            return int(daily_features(**given).num_rows)

        if work() != customers:
            raise SystemExit("some customers have no features")
        seconds = median_seconds(work)
        scan = median_seconds(lambda: connection.sql(SCAN).fetchall())
    size = sum(path.stat().st_size for path in folder.glob("*.parquet"))
    what = f"daily features, {customers:,} customers × {days:,} days"
    return Speed(what, customers * days, size, *seconds, "plain scan of the columns", *scan, FEATURE_TARGET_S)


def _around(customers: int, days: int) -> Iterator[str]:
    """Tables beside the readings: a meter a customer, all under one unit, with weather of every day."""
    numbers = f"FROM range({customers}) AS r(i)"
    customer = "'C' || lpad(CAST(i AS VARCHAR), 7, '0') AS customer_id"
    yield (
        f"CREATE TABLE meter AS SELECT 'M' || lpad(CAST(i AS VARCHAR), 7, '0') AS meter_id, {customer}, "
        f"'billing' AS role, 1 AS multiplier {numbers}"
    )
    yield f"CREATE TABLE customer AS SELECT {customer}, '4301011' AS org_id {numbers}"
    yield "CREATE TABLE org_unit AS SELECT * FROM (VALUES ('4301', NULL), ('4301011', '4301')) AS u(org_id, parent_org_id)"
    yield (
        "CREATE TABLE weather_daily AS SELECT '4301' AS org_id, "
        f"DATE '1970-01-01' + CAST({FIRST_DAY} + i AS INTEGER) AS weather_date, "
        f"17.5 - 12 * cos(i / 58.1) AS mean_c FROM range({days}) AS r(i)"
    )


def training_speed(customers: int) -> Speed:
    """Fitting and calibrating on customers with outcomes."""
    rng = np.random.default_rng(SEED)
    columns = feature_columns()
    values = rng.normal(size=(customers, len(columns)))
    confirmed = rng.random(customers) < 1 / (1 + np.exp(3.5 - values[:, 0] - values[:, 1] * values[:, 2]))
    nothing = np.zeros(customers)
    visits = Visited(values, confirmed, np.ones(customers), nothing.astype(np.int64), nothing)
    settings = {**SETTINGS, "num_threads": threads_for(customers)}

    def one_booster() -> None:
        lightgbm.train(settings, lightgbm.Dataset(values, confirmed.astype(np.int8)), ROUNDS)

    seconds = median_seconds(lambda: fitted(visits, columns), 1)
    base = median_seconds(one_booster, 1)
    what = f"training on {customers:,} customers, {len(columns)} features"
    return Speed(
        what, customers, values.nbytes, *seconds, "one booster, not calibrated", *base, TRAIN_TARGET_S
    )


def report(speeds: list[Speed]) -> str:
    """The figures as a page."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_GIB
    facts = {**machine(), "peak memory": f"{peak:.2f} GiB", "runs": str(RUNS), "seed": str(SEED)}
    head = "| work | rows | MB | s | CPU s | rows/s | MB/s | baseline | s | CPU s | CPU ratio | target s |"
    lines = ["# Speed of the theft score", "", head, "| --- " * 12 + "|"]
    for s in speeds:
        megabytes = s.bytes / 1e6
        lines.append(
            f"| {s.what} | {s.rows:,} | {megabytes:,.0f} | {s.seconds:.2f} | {s.cpu_seconds:.2f} | {s.rows / s.seconds:,.0f} "
            f"| {megabytes / s.seconds:,.0f} | {s.baseline} | {s.baseline_seconds:.2f} "
            f"| {s.baseline_cpu_seconds:.2f} | {s.cpu_seconds / s.baseline_cpu_seconds:.1f} | {s.target_seconds:g} |"
        )
    lines += [
        "",
        "| measured on | |",
        "| --- | --- |",
        *(f"| {name} | {value} |" for name, value in facts.items()),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print and keep the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--trained", type=int, default=TRAINED)
    parser.add_argument("--out", type=Path, default=Path("bench-results"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_readings(Path(folder), given.customers, given.days)
        speeds = [feature_speed(Path(folder), given.customers, given.days)]
    speeds.append(training_speed(given.trained))
    page = report(speeds)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / f"theft-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
