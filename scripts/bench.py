"""``make bench``: what import and scan cost, at several sizes, on this machine.

For each size: simulate a county, import it, scan it with all rules, run the same SQL by hand in DuckDB,
and compute its bills again, each in a process of its own, whose time and peak memory are read from the
kernel. Writes ``bench-results/<time>.md`` and ``.json``. Work files lie under WATTWARDEN_BENCH_DIR (default
``./wattwarden-data/bench``); a county that was made before is used again.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import psutil
import pyarrow.parquet as pq

from scripts.bench_report import as_markdown

WATTWARDEN = Path(sys.executable).parent / "wattwarden"
MILLION = 1_000_000
KIB_PER_GIB = 1024 * 1024
BYTES_PER_GIB = 1024**3
MONTHS, DAILY_DAYS, AREA_SIZE, SEED = 13, 60, 200, 1
EXIT_PROBLEMS = 1
HELP_RUNS = 9
MEASURED_PACKAGES = ("wattwarden", "duckdb", "deltalake", "pyarrow", "numpy")


@dataclass(frozen=True)
class Run:
    """One finished process.

    Args:
        seconds: Elapsed time.
        cpu_seconds: Processor time, which other work on the machine disturbs less.
        peak_gib: Largest resident set of the process.
    """

    seconds: float
    cpu_seconds: float
    peak_gib: float


@dataclass(frozen=True)
class Cost:
    """What one size costs.

    Args:
        millions: Million customers.
        rows: Rows of the files imported.
        imported: The import.
        scans: Every scan of all rules.
        by_hand: Every run of the same SQL in DuckDB alone.
        shadow: Every issued bill computed again, alone.
        lake_gib: Size of the lake on disk.
    """

    millions: float
    rows: int
    imported: Run
    scans: Sequence[Run]
    by_hand: Sequence[Run]
    shadow: Run
    lake_gib: float

    @property
    def scan_seconds(self) -> float:
        """Median of the scans."""
        return statistics.median(run.seconds for run in self.scans)

    @property
    def ratio(self) -> float:
        """Scan over the same SQL by hand, medians of both."""
        return self.scan_seconds / statistics.median(run.seconds for run in self.by_hand)


def measured(command: Sequence[str | Path], environment: dict[str, str]) -> Run:
    """Run a command to its end.

    Raises:
        SystemExit: it failed.
    """
    started = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in (0, EXIT_PROBLEMS):
        sys.exit(f"{' '.join(map(str, command))} failed with status {code}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KIB_PER_GIB)


def county(folder: Path, customers: int) -> Path:
    """The simulated files of ``customers``; made once."""
    source = folder / "source"
    if not (source / "complete").exists():
        command: list[str | Path] = [WATTWARDEN, "simulate", "--customers", str(customers)]
        command += ["--months", str(MONTHS), "--daily-days", str(DAILY_DAYS), "--curve-days", "0"]
        command += ["--seed", str(SEED), "--area-size", str(AREA_SIZE), "--no-dirt", "--out", source]
        measured(command, {})
        (source / "complete").touch()
    return source / "data"


def cost_of(work: Path, millions: float, runs: int) -> Cost:
    """Measure one size from import to scan."""
    folder = work / f"{millions:g}"
    data = county(folder, round(millions * MILLION))
    rows = sum(pq.read_metadata(path).num_rows for path in data.rglob("*.parquet"))
    home = folder / f"home-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    place = {"WATTWARDEN_HOME": str(home)}
    imported = measured([WATTWARDEN, "import", data], place)
    print(f"{millions:g} M: imported {rows:,} rows in {imported.seconds:.1f} s", flush=True)
    by_hand_command: list[str | Path] = [sys.executable, "-m", "scripts.bench_by_hand", home]
    scans, by_hand = [], []
    for _ in range(runs):
        by_hand.append(measured(by_hand_command, place))
        scans.append(measured([WATTWARDEN, "scan"], place))
        print(f"  scan {scans[-1].seconds:.1f} s, by hand {by_hand[-1].seconds:.1f} s", flush=True)
    shadow = measured([sys.executable, "-m", "scripts.bench_shadow", home], place)
    print(f"  shadow bills {shadow.seconds:.1f} s", flush=True)
    lake = sum(path.stat().st_size for path in (home / "lake").rglob("*") if path.is_file())
    return Cost(millions, rows, imported, scans, by_hand, shadow, lake / BYTES_PER_GIB)


def straight_line(costs: Sequence[Cost]) -> dict[str, float]:
    """Least-squares line through scan seconds over million customers, with its R²; needs two sizes."""
    if len(costs) < 2:  # noqa: PLR2004 - a line needs two points
        return {}
    x = np.array([cost.millions for cost in costs])
    y = np.array([cost.scan_seconds for cost in costs])
    slope, base = np.polyfit(x, y, 1)
    spread = float(((y - y.mean()) ** 2).sum())
    left = float(((y - base - slope * x) ** 2).sum())
    return {"base_seconds": float(base), "seconds_per_million": float(slope), "r2": 1 - left / spread}


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    memory = psutil.virtual_memory().total / BYTES_PER_GIB
    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "load at start": f"{os.getloadavg()[0]:.2f}",
        "python": platform.python_version(),
        **{package: version(package) for package in MEASURED_PACKAGES},
    }


def main() -> None:
    """Measure the sizes asked for and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="0.1,0.3,1", help="million customers, with commas between")
    parser.add_argument("--runs", type=int, default=3, help="scans per size")
    parser.add_argument("--results", type=Path, default=Path("bench-results"))
    options = parser.parse_args()
    work = Path(os.environ.get("WATTWARDEN_BENCH_DIR") or "wattwarden-data/bench").resolve()
    facts = machine()
    helps = [measured([WATTWARDEN, "--help"], {}) for _ in range(HELP_RUNS)]
    costs = [cost_of(work, float(size), options.runs) for size in options.sizes.split(",")]
    report = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "county": {
            "months": MONTHS,
            "daily readings": DAILY_DAYS,
            "customers per area": AREA_SIZE,
            "seed": SEED,
        },
        "help_seconds": statistics.median(run.seconds for run in helps),
        "line": straight_line(costs),
        "sizes": [{**asdict(cost), "scan_seconds": cost.scan_seconds, "ratio": cost.ratio} for cost in costs],
    }
    options.results.mkdir(parents=True, exist_ok=True)
    stem = options.results / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    stem.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    text = as_markdown(report)
    stem.with_suffix(".md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
