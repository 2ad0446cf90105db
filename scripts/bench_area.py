"""Measure the attribution of area loss: ``python -m scripts.bench_area --areas 5000``.

Invented households in areas of one size, one in three with a planted cause; seconds, rows per second and
peak memory of a full analysis (balance, cause, suspects), and the ratio to a plain columnar scan of the
same readings in the same run. A part of the areas is made and copied, so that making them does not take
the time of the day.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from wattwarden.calc.loss.analyse import analyse_all
from wattwarden.calc.loss.area import Area
from wattwarden.simulate.area_tricks import TRICKS
from wattwarden.simulate.households import household_loads
from wattwarden.simulate.planted_areas import CAUSES, Ground, normal, plant_theft

CUSTOMERS, DAYS = 24, 60
MADE = 60
FEEDER = 20
"""Areas on one line: those that a customer who is missed or too many is looked for in."""
THREADS = 2


def main(arguments: list[str] | None = None) -> None:
    """Make the areas, measure, print."""
    options = _options(arguments)
    made = _made(options.per_day, options.seed)
    areas = [
        replace(
            made[place % len(made)],
            area_id=f"T{place:05}",
            feeder_id=f"F{place // FEEDER:04}",
            readings_kwh=made[place % len(made)].readings_kwh.copy(),
        )
        for place in range(options.areas)
    ]
    analyse_all(made[:2])
    before = time.process_time()
    seconds = [_seconds(lambda: analyse_all(areas)) for _ in range(options.runs)]
    processor = (time.process_time() - before) / options.runs
    scans = _scan_seconds(made, options.areas, options.runs)
    rows = options.areas * CUSTOMERS * DAYS * options.per_day
    middle, scan = statistics.median(seconds), statistics.median(scans)
    sys.stdout.write(
        f"{platform.machine()}, {os.cpu_count()} cores, {THREADS} threads, Python {platform.python_version()}\n"
        f"{options.areas} areas × {CUSTOMERS} customers × {DAYS} days × {options.per_day} points = {rows:,} readings\n"
        f"analysis: median {middle:.1f} s of {[round(each, 1) for each in seconds]}, "
        f"{rows / middle:,.0f} readings/s, {1000 * middle / options.areas:.1f} ms per area\n"
        f"processor time {processor:.1f} s a run, {1000 * processor / options.areas:.1f} ms per area\n"
        f"plain scan of the same columns: {scan:.2f} s, ratio {middle / scan:.1f}\n"
        f"peak memory {_peak_gib('self'):.2f} GiB with all readings in it, "
        f"workers {', '.join(f'{_peak_gib(each):.2f}' for each in _workers())} GiB with what they map\n"
    )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=5000)
    parser.add_argument("--per-day", type=int, default=48, choices=(24, 48, 96))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def _made(per_day: int, seed: int) -> list[Area]:
    """Two of three areas normal, the others with a theft or another cause."""
    rng = np.random.default_rng(seed)
    tricks, causes = list(TRICKS), list(CAUSES.values())
    areas = []
    for place in range(MADE):
        loads = household_loads(CUSTOMERS + 1, DAYS, per_day, rng)
        ground = Ground(f"M{place}", loads[:-1], loads[-1:], 0, per_day)
        if place % 3:
            areas.append(normal(ground, rng)[0])
        elif place % 2:
            areas.append(causes[place % len(causes)](ground, rng)[0])
        else:
            areas.append(plant_theft(ground, (tricks[place % len(tricks)],), rng)[0])
    return areas


def _workers() -> list[str]:
    return [str(each.pid) for each in psutil.Process().children(recursive=True)]


def _peak_gib(process: str) -> float:
    """Largest resident memory of a process so far, as Linux keeps it."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 2**20


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _scan_seconds(made: list[Area], areas: int, runs: int) -> list[float]:
    """Sum of every reading by area from Parquet, as often as the areas are used again."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute(f"SET threads = {THREADS}")
        path = Path(folder) / "readings.parquet"
        size = made[0].readings_kwh.size
        table = pa.table(
            {
                "area_id": np.repeat(np.arange(len(made)), size),
                "customer": np.tile(np.repeat(np.arange(CUSTOMERS), size // CUSTOMERS), len(made)),
                "place": np.tile(np.arange(size // CUSTOMERS), len(made) * CUSTOMERS),
                "kwh": np.concatenate([area.readings_kwh.ravel() for area in made]),
            }
        )
        pq.write_table(table, path)
        query = (
            "SELECT area_id, customer, sum(kwh), max(place) FROM read_parquet(?) GROUP BY area_id, customer"
        )
        once = [_seconds(lambda: connection.execute(query, [str(path)]).fetchall()) for _ in range(runs)]
    return [each * areas / len(made) for each in once]


if __name__ == "__main__":
    main()
