"""``make bench-billing``: bills per second from registers and from curves, beside slower ways.

* Commercial bills, element by element, from registers and from 96-point curves; the baseline is the slow
  decimal oracle of the tests on some of the same bills.
* A time-of-use and demand tariff over a year of hourly loads, against NREL PySAM Utilityrate5 where
  ``--pysam-python`` names a Python that has it; the annual totals must be equal to the cent.

Writes ``bench-results/billing-<time>.md`` with the machine, the sizes and the medians.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from scripts.bench import KIB_PER_GIB, machine
from tests.calc import tariff_oracle
from wattwarden.calc.tariff.bill import RATES, Bill, Prices, Rate, Segment
from wattwarden.calc.tariff.curve import CURVE_DAY, STRETCH, day_table, sum_curves
from wattwarden.calc.tariff.engine import bill_record, charge, figure_record, segment_record
from wattwarden.calc.tariff.records import BILL, NULL, PRICE, SEGMENT, Ints, Records
from wattwarden.calc.tariff.registers import FIRST_FAULT, REGISTER, read_registers

BILLS, CURVES, BY_ORACLE, LOADS, RUNS, SEED = 2_000_000, 20_000, 300, 500, 7, 1
REGISTER_TARGET, CURVE_TARGET, PYSAM_TARGET = 2_000_000, 20_000, 500
YEAR = 2025
MONTHS = [date(YEAR, month, 1) for month in range(1, 13)]
LENGTHS = [((first + timedelta(days=31)).replace(day=1) - first).days for first in MONTHS]
DAY: list[tuple[Rate, int]] = [
    ("valley", 6), ("flat", 6), ("valley", 2), ("flat", 2), ("peak", 4), ("sharp", 4),
]  # fmt: skip
"""Hours of a summer day (DOMAIN B.4)."""
HOURLY: list[Rate | None] = [rate for rate, hours in DAY for _ in range(hours)]
KWH = 10**4
"""Steps of 10⁻⁴ kWh in a kWh."""
YUAN = {rate: Decimal(price) for rate, price in zip(RATES, ("1.20", "0.90", "0.60", "0.30"), strict=True)}
DEMAND_YUAN = Decimal(30)
FACTORY = Bill(
    30,
    (
        Segment(
            30, "commercial_industrial", Decimal(100),
            Prices(rates=YUAN, system=Decimal("0.0412"), funds=Decimal("0.027275"), demand=Decimal(42)),
            "two_part_demand", dict.fromkeys(RATES, Decimal(25)), capacity_kva=Decimal(630),
            contract_demand_kw=Decimal(400),
        ),
    ),
    reactive_kvarh=Decimal(9000), measured_demand_kw=Decimal(450), pf_standard=Decimal("0.90"),
    pf_table=tuple(Decimal(90 - cosine) / 10 for cosine in range(101)),
)  # fmt: skip


@dataclass(frozen=True)
class Speed:
    """Work per second: the median of the runs, and the baseline's."""

    what: str
    count: int
    per_second: float
    baseline: str
    baseline_per_second: float
    target: str


def median_seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Median of several runs; one before them loads the compiled code."""
    work()
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def copies(bill: Bill, count: int) -> tuple[Records, Records, Records, Ints]:
    """So many bills of the same terms, as the engine takes them: bills, segments, figures, factor tables."""
    (segment,) = bill.segments
    bills, segments = np.zeros(count, BILL), np.zeros(count, SEGMENT)
    bills[:] = np.array([bill_record(bill)], BILL)
    bills["first"] = np.arange(count)
    segments[:] = np.array([segment_record(segment, 0)], SEGMENT)
    figures = np.array([figure_record(segment.prices, bill.demand_rule)], PRICE)
    table = np.array([[int(rate * KWH) for rate in bill.pf_table or (Decimal(0),)]], np.int64)
    return bills, segments, figures, table


def registers(count: int, rng: np.random.Generator) -> Records:
    """A reading per bill: four rates and their total at both ends."""
    readings = np.zeros(count, REGISTER)
    readings["segment"], readings["before"] = np.arange(count), NULL
    readings["multiplier"], readings["digits"] = 40 * 10**6, 6
    for rate in RATES:
        readings[f"{rate}_start"] = rng.integers(0, 10**8, count)
        readings[f"{rate}_end"] = readings[f"{rate}_start"] + rng.integers(0, 10**7, count)
    for side in ("start", "end"):
        readings[side] = sum(readings[f"{rate}_{side}"] for rate in RATES)
    return readings


def from_registers(rng: np.random.Generator) -> Speed:
    """Registers to all lines of a two-part bill with time of use, demand and power factor."""
    bills, segments, figures, table = copies(FACTORY, BILLS)
    readings = registers(BILLS, rng)

    def work() -> None:
        for name in ("kwh", *RATES):
            segments[name] = 0
        if (read_registers(readings, segments) >= FIRST_FAULT).any():
            sys.exit("a reading was refused")
        charge(bills, segments, figures, table)

    seconds = median_seconds(work)
    oracle = median_seconds(lambda: [tariff_oracle.lines(FACTORY) for _ in range(BY_ORACLE)], 3)
    return Speed(
        "bills from registers", BILLS, BILLS / seconds, "decimal oracle", BY_ORACLE / oracle,
        f"≥ {REGISTER_TARGET:,}",
    )  # fmt: skip


def month_stretches(count: int, points: int, lengths: Sequence[int]) -> tuple[Records, Records]:
    """Stretches of ``count`` customers over months of these lengths, and their days."""
    days = np.zeros(count * sum(lengths), CURVE_DAY)
    days["points"] = points
    stretches = np.zeros(count * len(lengths), STRETCH)
    stretches["days"] = np.tile(lengths, count)
    stretches["first_day"] = np.cumsum(stretches["days"]) - stretches["days"]
    stretches["first_point"] = stretches["first_day"] * points
    return stretches, days


def use_to_segments(uses: Records, bills: Records, segments: Records) -> None:
    """Energy and demand of curves as facts of bills."""
    if uses["outcome"].any():
        sys.exit("a curve was refused")
    for name in ("kwh", *RATES):
        segments[name] = (uses[name] + 50) // 100
    bills["measured_demand"] = uses["demand"]


def from_curves(rng: np.random.Generator) -> Speed:
    """A month of 96 points a day to all lines of the same bill."""
    bills, segments, figures, table = copies(FACTORY, CURVES)
    stretches, days = month_stretches(CURVES, 96, [30])
    kwh = rng.integers(0, 100 * KWH, CURVES * 30 * 96)
    tables = [day_table([rate for rate in HOURLY for _ in range(4)], date(YEAR, 7, 1))]

    def work() -> None:
        use_to_segments(sum_curves(stretches, days, kwh, tables), bills, segments)
        charge(bills, segments, figures, table)

    def plain() -> None:
        rates = np.array([RATES.index(rate) for rate in HOURLY if rate is not None]).repeat(4)
        loads = kwh.reshape(CURVES, 30, 96)
        for rate in range(4):
            loads[:, :, rates == rate].sum((1, 2))
        loads.max((1, 2))

    return Speed(
        "customer-months from 96-point curves", CURVES, CURVES / median_seconds(work), "NumPy sums by rate, no bill",
        CURVES / median_seconds(plain, 3), f"≥ {CURVE_TARGET:,}",
    )  # fmt: skip


def against_pysam(python: Path, rng: np.random.Generator) -> list[Speed]:
    """The same year of hourly loads and the same tariff by both; stops when a total differs by a cent."""
    loads = rng.integers(0, 200, (LOADS, 8760))
    terms = Segment(30, "commercial_industrial", Decimal(0), Prices(rates=YUAN, demand=DEMAND_YUAN),
                    "two_part_demand", dict.fromkeys(RATES, Decimal(0)))  # fmt: skip
    count = LOADS * len(MONTHS)
    bills, segments, figures, table = copies(Bill(30, (terms,), measured_demand_kw=Decimal(0)), count)
    bills["days_in_month"] = segments["days"] = np.tile(LENGTHS, LOADS)
    stretches, days = month_stretches(LOADS, 24, LENGTHS)
    kwh, tables = loads.ravel() * KWH, [day_table(HOURLY, MONTHS[0])]

    def curves() -> None:
        use_to_segments(sum_curves(stretches, days, kwh, tables, demand_minutes=60), bills, segments)

    def bill() -> Ints:
        curves()
        return charge(bills, segments, figures, table).totals["amount_fen"]

    from_curve = median_seconds(bill)
    many = copies(FACTORY, BILLS)
    from_use = median_seconds(lambda: charge(*many)) / BILLS
    fen = bill().reshape(LOADS, len(MONTHS)).sum(axis=1)
    pysam = run_pysam(python, loads)
    apart = int((np.abs(fen - np.array(pysam["totals"]) * 100) > 0.5).sum())  # noqa: PLR2004 - half a cent
    if apart:
        sys.exit(f"{apart} of {LOADS} annual totals differ from PySAM's")
    theirs = count / float(pysam["seconds"])
    return [
        Speed("customer-months from monthly energy and demand", BILLS, 1 / from_use, "PySAM", theirs,
              f"≥ {PYSAM_TARGET} times"),
        Speed(f"customer-months from hourly loads, {LOADS} annual totals equal to the cent", count,
              count / from_curve, "PySAM", theirs, "–"),
    ]  # fmt: skip


def run_pysam(python: Path, loads: Ints) -> dict[str, Any]:
    """Totals and seconds of ``bench_pysam``."""
    period = [RATES.index(rate) + 1 for rate in HOURLY if rate is not None]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "loads.npz"
        prices = [float(YUAN[rate]) for rate in RATES]
        np.savez(file, load=loads, hours=period, prices=prices, demand=float(DEMAND_YUAN))
        script = Path(__file__).with_name("bench_pysam.py")
        done = subprocess.run([python, script, file], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def as_markdown(speeds: Sequence[Speed]) -> str:
    """The report."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_GIB
    rows = [
        f"| {s.what} | {s.count:,} | {s.per_second:,.0f} | {s.baseline} | {s.baseline_per_second:,.0f} "
        f"| {s.per_second / s.baseline_per_second:,.1f} | {s.target} |"
        for s in speeds
    ]
    head = "| what | in one run | per second (median) | baseline | per second | ratio | target |"
    facts = {**machine(), "peak memory": f"{peak:.2f} GiB", "runs": str(RUNS), "seed": str(SEED)}
    return "\n".join(
        ["# Billing benchmark", "", head, "| --- " * 7 + "|", *rows, "", "| measured on | |", "| --- | --- |"]
        + [f"| {name} | {value} |" for name, value in facts.items()]
    ) + "\n"  # fmt: skip


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pysam-python", type=Path, help="a Python that has NREL-PySAM")
    parser.add_argument("--results", type=Path, default=Path("bench-results"))
    options = parser.parse_args()
    rng = np.random.default_rng(SEED)
    speeds = [from_registers(rng), from_curves(rng)]
    if options.pysam_python:
        speeds += against_pysam(options.pysam_python, rng)
    text = as_markdown(speeds)
    options.results.mkdir(parents=True, exist_ok=True)
    file = options.results / f"billing-{datetime.now(UTC):%Y-%m-%dT%H%M%S}.md"
    file.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
