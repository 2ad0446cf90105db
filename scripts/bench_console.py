"""``make bench-console``: how long pages of the console take at 20 requests a second, on both stores.

A county is simulated, imported and scanned once; its rows are repeated in the store to the sizes asked for;
the console is served as by ``wattwarden serve``, and pages are asked for at fixed instants by several roles.
A page's time counts from the instant at which it was due, so that waiting in line is not hidden. The baseline
is ``/health/live``, which reads no row, asked for in between. Writes ``bench-results/console-<time>.md``.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psutil

from scripts.bench import KIB_PER_GIB, WATTWARDEN, machine, measured
from tests.postgresql import free_port, postgresql_server
from wattwarden.records.connect import connect

STORES = ("sqlite", "postgresql")
TARGET_MS, BYTES_PER_GIB = 200, KIB_PER_GIB * 1024
BASELINE = "baseline"
CLIENTS, WARM_SECONDS, READY_SECONDS, BASELINE_EVERY = 64, 10, 600, 10
OK = 200
PAGES: tuple[tuple[str, str, str], ...] = (
    ("today", "controller", "/"),
    ("today, leader", "leader", "/"),
    ("risk map", "leader", "/risks/"),
    ("risk point", "controller", "/risks/1.2.3/"),
    ("findings", "controller", "/findings/"),
    ("findings, filtered", "controller", "/findings/?risk=1.2&severity=high&sort=newest"),
    ("findings by words", "controller", "/findings/?q={customer}"),
    ("findings of an auditor", "auditor", "/findings/?sort=newest"),
    ("finding", "controller", "/findings/{finding}/"),
    ("cases", "controller", "/cases/"),
    ("cases, late", "controller", "/cases/?due=late"),
    ("cases by words", "controller", "/cases/?q={customer}"),
    ("board", "controller", "/cases/board/"),
    ("case", "controller", "/cases/{case}/"),
    ("gates of a case", "controller", "/cases/{case}/gates/"),
    ("my queue", "station_worker", "/queue/"),
    ("approvals", "controller", "/approvals/"),
    ("ledger", "auditor", "/ledger/"),
    ("customer", "controller", "/customers/{customer}/"),
    ("customer, readings", "controller", "/customers/{customer}/?tab=readings"),
    ("customer, bills", "controller", "/customers/{customer}/?tab=bills"),
    ("customer, risk", "controller", "/customers/{customer}/?tab=risk"),
    ("search by number", "controller", "/search/?q={customer}"),
    ("search by name", "controller", "/search/?q={name}"),
    ("rules", "controller", "/rules/"),
    ("organisation", "leader", "/organisation/"),
)
"""Name, role and address of each page; what stands in braces is drawn anew for each request."""


@dataclass(frozen=True)
class Answer:
    """One request.

    Args:
        page: Name of the page, or BASELINE.
        seconds: From the instant at which it was due to the last byte.
        status: Of the answer; 0 where none came.
    """

    page: str
    seconds: float
    status: int


@dataclass(frozen=True)
class Load:
    """What one store did."""

    store: str
    rows: Mapping[str, int]
    answers: Sequence[Answer]
    peak_gib: float
    filled_seconds: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, serve, load and report."""
    options = _options(arguments)
    if options.fill:
        connect(options.fill)
        from scripts.bench_console_store import fill  # noqa: PLC0415 models need a connected process

        fill(options.fill, options.customers, options.findings, options.cases)
        return
    source = scanned_county(options.work, options.county)
    loads = [_measure(store, source, options) for store in options.stores.split(",")]
    options.out.mkdir(parents=True, exist_ok=True)
    text = "\n".join(_report(loads, options)) + "\n"
    path = options.out / f"console-{datetime.now(UTC):%Y%m%dT%H%M%S}.md"
    path.write_text(text, encoding="utf-8")
    print(text)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--county", type=int, default=5_000, help="customers that are simulated")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=float, default=20, help="requests per second")
    parser.add_argument("--stores", default=",".join(STORES))
    parser.add_argument("--work", type=Path, default=Path("wattwarden-data/bench-console"))
    parser.add_argument(
        "--fill", type=Path, help="only fill the store of this folder; the bench calls itself so"
    )
    parser.add_argument("--out", type=Path, default=Path("bench-results"))
    return parser.parse_args(arguments)


def scanned_county(work: Path, customers: int) -> Path:
    """A data folder with a scan of a simulated county; made once."""
    home = work / f"county-{customers}"
    if not (home / "complete").exists():
        place = {"WATTWARDEN_HOME": str(home)}
        source = home / "source"
        measured(
            [WATTWARDEN, "simulate", "--customers", str(customers), "--months", "13", "--out", source], {}
        )
        measured([WATTWARDEN, "import", source / "data"], place)
        measured([WATTWARDEN, "scan"], place)
        (home / "complete").touch()
    return home


def _measure(store: str, county: Path, options: argparse.Namespace) -> Load:
    home = options.work / f"{store}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    home.mkdir(parents=True)
    for name in ("lake", "scans", "room"):
        if (county / name).exists():
            (home / name).symlink_to((county / name).resolve())
    with postgresql_server() if store == "postgresql" else nullcontext() as server:
        place = {"WATTWARDEN_HOME": str(home), "WATTWARDEN_DEMO": "1"}
        if server is not None:
            place["WATTWARDEN_DATABASE"] = server.address
        filling: list[str | Path] = [sys.executable, "-m", "scripts.bench_console", "--fill", home]
        for name in ("customers", "findings", "cases"):
            filling += [f"--{name}", str(getattr(options, name))]
        filled = measured(filling, place)
        facts = json.loads((home / "bench.json").read_text(encoding="utf-8"))
        print(f"{store}: {facts['rows']} in {filled.seconds:.0f} s", flush=True)
        with _served(home, place) as (port, peak):
            _drive(port, facts, options.rate, min(WARM_SECONDS, options.seconds))
            answers = _drive(port, facts, options.rate, options.seconds)
    return Load(store, facts["rows"], answers, peak[0] / BYTES_PER_GIB, filled.seconds)


@contextmanager
def _served(home: Path, place: Mapping[str, str]) -> Iterator[tuple[int, list[int]]]:
    """The console's port, and the most memory that its processes held, in bytes."""
    port = free_port()
    command = [str(WATTWARDEN), "serve", "--demo", "--port", str(port), "--home", str(home)]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, env={**os.environ, **place}, stdout=log, stderr=log)
    peak, done = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peak, done))
    try:
        _wait_until_ready(port, process)
        watcher.start()
        yield port, peak
    finally:
        done.set()
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if _get(port, "/health/live", "") == OK:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the console did not come up; see server.log in its data folder")


def _watch(process: int, peak: list[int], done: threading.Event) -> None:
    """Keep the largest sum of memory that the server and its workers do not share."""
    while not done.wait(1):
        try:
            family = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
            peak[0] = max(peak[0], sum(one.memory_full_info().uss for one in family))
        except psutil.NoSuchProcess:
            continue


def _drive(port: int, facts: Mapping[str, Mapping[str, object]], rate: float, seconds: float) -> list[Answer]:
    """Ask for pages at fixed instants, whether or not those before were answered."""
    picked = random.Random(0)  # noqa: S311 which pages are asked for is no secret
    start = time.monotonic() + 0.5
    with ThreadPoolExecutor(CLIENTS) as clients:
        waiting = []
        for number in range(int(rate * seconds)):
            due = start + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            page, role, address = PAGES[number % len(PAGES)]
            waiting.append(
                clients.submit(
                    _ask, port, due, page, str(facts["sessions"][role]), _filled(address, facts, picked)
                )
            )
            if number % BASELINE_EVERY == 0:
                waiting.append(clients.submit(_ask, port, time.monotonic(), BASELINE, "", "/health/live"))
        return [each.result() for each in waiting]


def _filled(address: str, facts: Mapping[str, Mapping[str, object]], picked: random.Random) -> str:
    for name, keys in facts["keys"].items():
        if "{" + name + "}" in address and isinstance(keys, list):
            address = address.replace("{" + name + "}", quote(str(picked.choice(keys)), safe=""))
    return address


def _ask(port: int, due: float, page: str, session: str, address: str) -> Answer:
    try:
        status = _get(port, address, session)
    except OSError:
        status = 0
    return Answer(page, time.monotonic() - due, status)


def _get(port: int, address: str, session: str) -> int:
    """Status of one page, read to its end; a search that finds one customer leads there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", address, headers={"Cookie": f"sessionid={session}"} if session else {})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _report(loads: Sequence[Load], options: argparse.Namespace) -> Iterator[str]:
    yield "# Console benchmark"
    yield ""
    yield f"{options.rate:g} requests a second for {options.seconds} s; target: p95 under {TARGET_MS} ms for each page."
    for load in loads:
        yield from _of_store(load)
    yield ""
    yield "| measured on | |"
    yield "| --- | --- |"
    for name, value in {**machine(), "customers simulated": options.county}.items():
        yield f"| {name} | {value} |"


def _of_store(load: Load) -> Iterator[str]:
    faults = [a for a in load.answers if a.status >= 400 or a.status == 0]  # noqa: PLR2004 the first status of refusals
    rows = ", ".join(f"{name} {count:,}" for name, count in load.rows.items())
    yield ""
    yield f"## {load.store}"
    yield ""
    yield f"{rows}; filled in {load.filled_seconds:.0f} s; peak memory of the server {load.peak_gib:.2f} GiB."
    yield f"{len(load.answers):,} answers, {len(faults)} refused or failed{_named(faults)}."
    yield ""
    yield f"| page | requests | p50 ms | p95 ms | p99 ms | p95 : baseline | under {TARGET_MS} ms |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    base = _percentile(_times(load, BASELINE), 95)
    for page in (BASELINE, *(name for name, _, _ in PAGES)):
        times = _times(load, page)
        p50, p95, p99 = (_percentile(times, share) for share in (50, 95, 99))
        kept = "yes" if p95 < TARGET_MS else "**no**"
        yield f"| {page} | {len(times)} | {p50:.0f} | {p95:.0f} | {p99:.0f} | {p95 / base:.1f} | {kept} |"
    everything = [a.seconds * 1000 for a in load.answers if a.page != BASELINE]
    yield f"| all pages | {len(everything)} | {_percentile(everything, 50):.0f} | {_percentile(everything, 95):.0f} | {_percentile(everything, 99):.0f} | {_percentile(everything, 95) / base:.1f} | |"


def _named(faults: Sequence[Answer]) -> str:
    return " (" + ", ".join(sorted({f"{a.page}: {a.status}" for a in faults})) + ")" if faults else ""


def _times(load: Load, page: str) -> list[float]:
    """Milliseconds of each request for a page."""
    return [answer.seconds * 1000 for answer in load.answers if answer.page == page]


def _percentile(values: Sequence[float], share: int) -> float:
    if len(values) < 2:  # noqa: PLR2004 quantiles need two
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


if __name__ == "__main__":
    main()
