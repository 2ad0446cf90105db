"""``make bench-meter``: one day of 96-point curves of a million meters, checked and judged by the physics.

The curves are stored as the lake stores them (Parquet, zstd, exact decimals): voltage, current and power of
three phases, energy, reactive power and the neutral current. One meter in a hundred has a planted fault. Each
run is a process of its own, whose peak memory is read from the kernel; the baseline is a plain columnar scan (a
sum or an extreme of every one of the same columns) in the same run. Writes ``bench-results/meter-<time>.md``.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scripts.bench import BYTES_PER_GIB, machine, measured
from wattwarden.domain.content import contract
from wattwarden.domain.snapshot import Snapshot
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits
from wattwarden.lake.schema import arrow_type
from wattwarden.simulate.columns import column, decimals, ids

METERS, POINTS, RUNS, SEED = 1_000_000, 96, 3, 1
CHUNK, ROW_GROUP = 10_000, 122_880
DAY = date(2026, 10, 30)
EPOCH = date(1970, 1, 1)
EVERY = 100
"""One meter in so many has a fault."""
FAULTS = ("voltage_lost", "current_lost", "power_reversed", "curve_missing")
TARGET_SECONDS, TARGET_GIB = 60, 4
SHIFT = 1_000_000
KWH, MULTIPLIER = 10_000, 20
PHASES = "abc"
COLUMNS = (
    "kwh", "p_kw", "q_kvar", "in_a", *(f"{n}{x}_{u}" for n, u in (("u", "v"), ("i", "a"), ("p", "kw")) for x in PHASES),
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What one worker did, with the peak memory of its process."""

    seconds: float
    peak_gib: float
    told: dict[str, object]


def make(folder: Path, meters: int) -> None:
    """Write the tables of ``meters`` meters below ``folder``; made once."""
    if (folder / "complete").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    used = _write_curves(folder / "load_curve.parquet", meters)
    numbers = np.arange(meters)
    day = (DAY - EPOCH).days
    _write(folder, "meter", {
        "meter_id": ids("MT", numbers, 9), "customer_id": ids("31", numbers, 8), "role": pa.array(["billing"] * meters),
        "kind": pa.array(["three_phase_4w"] * meters), "rated_voltage_v": np.full(meters, 220.0),
        "base_current_a": np.full(meters, 1.5), "multiplier": np.full(meters, float(MULTIPLIER)),
    })  # fmt: skip
    _write(folder, "customer", {
        "customer_id": ids("31", numbers, 8), "org_id": pa.array(["A"] * meters),
        "status": pa.array(["active"] * meters), "operating_capacity_kva": np.full(meters, 100.0),
    })  # fmt: skip
    both = np.repeat(numbers, 2)
    _write(folder, "reading_daily", {
        "meter_id": ids("MT", both, 9), "read_date": np.tile([day, day + 1], meters),
        "register_kwh": 1000 + np.where(np.arange(2 * meters) % 2 == 0, 0.0, np.repeat(used, 2) / MULTIPLIER),
    })  # fmt: skip
    (folder / "complete").touch()


def _write(folder: Path, name: str, values: dict[str, object]) -> None:
    model = contract()[name]
    rows = len(next(iter(values.values())))  # type: ignore[arg-type]  # every column has a length
    arrays = {
        key: column(c.type, values[key], key) if key in values else pa.nulls(rows, arrow_type(c.quantity.sql))  # type: ignore[arg-type]  # arrays of numpy or Arrow
        for key, c in model.columns.items()
    }
    pq.write_table(_with_lake_columns(arrays, rows), folder / f"{name}.parquet", compression="zstd",
                   store_decimal_as_integer=True)  # fmt: skip


def _with_lake_columns(arrays: dict[str, pa.Array], rows: int) -> pa.Table:
    instant = pa.scalar(datetime(2026, 10, 31, tzinfo=UTC), pa.timestamp("us", tz="UTC"))
    return pa.table(arrays | {
        "arrived_at": pa.repeat(instant, rows), "superseded_at": pa.nulls(rows, pa.timestamp("us", tz="UTC")),
    })  # fmt: skip


def _write_curves(path: Path, meters: int) -> np.ndarray:
    """Write the curves; the energy of each meter, kWh. The values of one chunk of meters serve all of them."""
    table, energy = _curves(np.random.default_rng(SEED), CHUNK)
    rows_of = np.repeat(np.arange(CHUNK), np.diff(np.append(0, _ends(table))))
    with pq.ParquetWriter(path, table.schema, compression="zstd", store_decimal_as_integer=True,
                          use_dictionary=["meter_id", "read_at"]) as writer:  # fmt: skip
        for first in range(0, meters, CHUNK):
            part = table.set_column(0, "meter_id", ids("MT", first + rows_of, 9))
            writer.write_table(part.slice(0, int(_ends(table)[min(CHUNK, meters - first) - 1])), row_group_size=ROW_GROUP)
    return np.tile(energy, -(-meters // CHUNK))[:meters]


def _ends(table: pa.Table) -> np.ndarray:
    """Where the rows of each meter of a chunk end."""
    meter = np.asarray(pc.cast(pc.utf8_slice_codeunits(table["meter_id"], 2), pa.int64()))
    return np.searchsorted(meter, np.arange(CHUNK), side="right")


def _curves(rng: np.random.Generator, count: int) -> tuple[pa.Table, np.ndarray]:
    """A chunk of meters with a balanced load of their own, and the faults of some; their energy in kWh."""
    meter = np.arange(count)
    shape = (3, count, POINTS)
    load = rng.uniform(0.6, 3.5, count)[:, None] * rng.lognormal(0.0, 0.25, (count, POINTS))
    volts, amps = 220 * (1 + rng.normal(0, 0.012, shape)), load * (1 + rng.normal(0, 0.03, shape))
    faulty = meter % EVERY == 0
    kind, phase = (meter // EVERY) % len(FAULTS), (meter // EVERY) % len(PHASES)
    for number in range(len(PHASES)):
        volts[number, faulty & (kind == 0) & (phase == number)] *= 0.02
        amps[number, faulty & (kind == 1) & (phase == number)] *= 0.001
    power = volts * amps * 0.92 * MULTIPLIER / 1000
    for number in range(len(PHASES)):
        power[number, faulty & (kind == 2) & (phase == number)] *= -1
    kept = np.ones((count, POINTS), dtype=np.bool_)
    kept[faulty & (kind == 3), 40:60] = False  # noqa: PLR2004 - the place of missing_points in FAULTS
    flat = kept.ravel()
    total = power.sum(axis=0)
    whole = np.rint(total * 2_500).astype(np.int64)
    instants = ((DAY - EPOCH).days * 86_400 + np.arange(POINTS) * 900) * SHIFT
    rows = int(flat.sum())
    arrays: dict[str, pa.Array] = {
        "meter_id": ids("MT", np.repeat(meter, POINTS)[flat], 9),
        "read_at": pa.array(np.tile(instants, count)[flat]).cast(pa.timestamp("us")),
        "kwh": decimals(whole.ravel()[flat], 18, 4),
        "p_kw": decimals(np.rint(total * 10_000).astype(np.int64).ravel()[flat], 18, 4),
        "q_kvar": decimals(np.rint(np.abs(total) * 4_260).astype(np.int64).ravel()[flat], 18, 4),
    }
    for number, x in enumerate(PHASES):
        arrays[f"u{x}_v"] = decimals(np.rint(volts[number] * 100).astype(np.int64).ravel()[flat], 12, 2)
        arrays[f"i{x}_a"] = decimals(np.rint(amps[number] * 10_000).astype(np.int64).ravel()[flat], 12, 4)
        arrays[f"p{x}_kw"] = decimals(np.rint(power[number] * 10_000).astype(np.int64).ravel()[flat], 18, 4)
    neutral = decimals(np.rint(amps[0] * 700).astype(np.int64).ravel()[flat], 12, 4)
    return _with_lake_columns(arrays | {"in_a": neutral}, rows), whole.sum(axis=1) / KWH


def _opened(folder: Path) -> DuckDBEngine:
    files = {p.stem: (str(p),) for p in folder.glob("*.parquet")}
    known = datetime(2026, 11, 1, tzinfo=UTC)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    engine = DuckDBEngine(contract(), Limits(memory="2500MB", seconds=3_600), scratch)
    engine.open_snapshot(Snapshot(1, known, is_head=True, files=files))
    return engine


def physics(folder: Path) -> dict[str, object]:
    """Check all curves; seconds by table, rows, and what was found."""
    with _opened(folder) as engine:
        seconds: dict[str, float] = {}
        for name in derivation_order(contract(), ["meter_fault"]):
            started = time.perf_counter()
            engine.derive([name])
            seconds[name] = round(time.perf_counter() - started, 2)
        rows = engine.query("SELECT check_id, count(DISTINCT meter_id) AS meters FROM curve_check GROUP BY check_id").to_pylist()
        wrong = engine.query(_WRONG).to_pylist()[0]
    found = {str(r["check_id"]): int(r["meters"]) for r in rows}
    return {"seconds": round(sum(seconds.values()), 2), "by_table": seconds, "found": found, **wrong}


_WRONG = f"""
SELECT count(DISTINCT meter_id) FILTER (CAST(substr(meter_id, 3) AS INTEGER) % {EVERY} <> 0) AS healthy_hit
FROM curve_check WHERE check_id IN ('voltage_lost', 'current_lost', 'power_reversed', 'curve_missing')
"""  # noqa: S608 - numbers of this file


def scan(folder: Path) -> dict[str, object]:
    """A plain scan of the same columns: the time below which no way of looking at every point can go."""
    sums = ", ".join(f"sum({name})" for name in COLUMNS)
    with _opened(folder) as engine:
        started = time.perf_counter()
        rows = engine.query(f"SELECT count(*) AS n, max(read_at) AS last_at, max(meter_id) AS last_id, {sums} FROM load_curve")
        return {"seconds": round(time.perf_counter() - started, 2), "rows": int(rows["n"][0].as_py())}


WORK: dict[str, Callable[[Path], dict[str, object]]] = {"physics": physics, "scan": scan}


def worker(name: str, folder: Path) -> Result:
    """Run one kind of work in a process of its own."""
    out = folder / f"{name}.json"
    run = measured([sys.executable, "-m", "scripts.bench_meter", "--worker", name, "--out", str(out), "--folder", str(folder)], {})
    told = json.loads(out.read_text(encoding="utf-8"))
    return Result(float(told["seconds"]), run.peak_gib, told)


def report(meters: int, folder: Path, runs: list[tuple[Result, Result]], facts: dict[str, str]) -> str:
    """The figures as a page."""
    physical, plain = [p for p, _ in runs], [s for _, s in runs]
    seconds, base = (statistics.median(r.seconds for r in part) for part in (physical, plain))
    peak = max(r.peak_gib for r in physical)
    rows = int(str(plain[0].told["rows"]))
    size = (folder / "load_curve.parquet").stat().st_size / BYTES_PER_GIB
    planted = {name: sum(1 for m in range(0, meters, EVERY) if (m // EVERY) % len(FAULTS) == n)
               for n, name in enumerate(FAULTS)}  # fmt: skip
    found = physical[0].told["found"]
    lines = [
        "# Curves of one day: validation and physics", "",
        *(f"- {name}: {value}" for name, value in facts.items()), "",
        f"- meters {meters:,}, points {rows:,} of {len(COLUMNS)} measured columns, {size:.2f} GiB as stored",
        f"- all checks: median {seconds:.1f} s of {len(runs)} runs ({', '.join(f'{r.seconds:.1f}' for r in physical)}), "
        f"{rows / seconds:,.0f} points/s, target {TARGET_SECONDS} s",
        f"- peak memory {peak:.2f} GiB, target {TARGET_GIB} GiB",
        f"- plain scan of the same columns: median {base:.1f} s; ratio {seconds / base:.2f}",
        f"- seconds by table: {physical[0].told['by_table']}",
        f"- planted: {planted}", f"- found (meters): {found}",
        f"- meters without a planted fault hit by these four checks: {physical[0].told['healthy_hit']}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def main() -> None:
    """Make the data, measure, write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", type=int, default=METERS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--results", type=Path, default=Path("bench-results"))
    parser.add_argument("--worker", choices=sorted(WORK))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.worker:
        options.out.write_text(json.dumps(WORK[options.worker](options.folder)), encoding="utf-8")
        return
    work = Path(os.environ.get("WATTWARDEN_BENCH_DIR") or "wattwarden-data/bench").resolve()
    folder = work / f"meter-{options.meters}"
    facts = machine()
    make(folder, options.meters)
    runs = [(worker("physics", folder), worker("scan", folder)) for _ in range(options.runs)]
    text = report(options.meters, folder, runs, facts)
    options.results.mkdir(parents=True, exist_ok=True)
    stamp = (datetime.now(UTC) + timedelta(hours=8)).strftime("%Y%m%d-%H%M%S")
    (options.results / f"meter-{stamp}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
