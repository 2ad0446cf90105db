"""``make demo``: a simulated county from nothing to a report and the console, with the time of each step."""

import argparse
import contextlib
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

WATTWARDEN = Path(sys.executable).parent / "wattwarden"
MARK = ".demo"
EXIT_PROBLEMS = 1
"""Status of a command that ran to its end and has something to tell: refused rows, withheld rules."""
KIB_PER_GIB = 1024 * 1024


def fresh_folder(home: Path) -> None:
    """Empty the demo's own data folder; any other folder is left alone.

    Raises:
        SystemExit: the folder holds something that is not a demo.
    """
    if home.exists() and any(home.iterdir()):
        if not (home / MARK).exists():
            sys.exit(f"{home} holds data that no demo made; set WATTWARDEN_HOME to another folder")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).touch()


def run(title: str, *arguments: str | Path) -> float:
    """Run one command, tell how long it took, and return the seconds.

    Raises:
        SystemExit: the command failed.
    """
    print(f"\n── {title}: wattwarden {' '.join(map(str, arguments))}", flush=True)
    start = time.monotonic()
    status = subprocess.run([WATTWARDEN, *map(str, arguments)], check=False).returncode
    if status not in (0, EXIT_PROBLEMS):
        sys.exit(f"{title} failed with status {status}")
    return time.monotonic() - start


def demo(home: Path, customers: int, months: int, seed: int) -> dict[str, float]:
    """Simulate, import, scan, score and report below ``home``; seconds per step."""
    source = home / "source"
    return {
        "simulate": run(
            "Simulate a county",
            *("simulate", "--customers", str(customers), "--months", str(months)),
            *("--seed", str(seed), "--out", source),
        ),
        "import": run("Import its files", "import", source / "data"),
        "scan": run("Run every rule", "scan"),
        "score": run("Compare with the truth", "score", "--truth", source / "truth"),
        "report": run(
            "Write the report", "report", "--out", home / "report.html", "--xlsx", home / "report.xlsx"
        ),
        "cases": run("Open cases", "cases", "open"),
    }


WHERE_TO_CLICK = """
Sign in with a name below, password demo:
  controller      工单 / Cases: filter, choose rows, assign; open a case for its clocks, gates and timeline
  station_worker  我的队列 / My queue: take next; 现场作业 / Field work: open it at the width of a phone, go offline
  approver        待我审批 / Approvals: a remedy that somebody else proposed
  auditor         盲样复核 / Second review; 台账与成效 / Ledger: what was found, billed, paid, and hit rates
Each case has its letter to the customer as PDF. Ctrl+C ends the console."""


def serve(home: Path, port: int) -> None:
    """Serve the console of the demo until interrupted; cases are brought to different steps before."""
    print(WHERE_TO_CLICK, flush=True)
    command = [
        str(WATTWARDEN),
        "serve",
        "--demo",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--home",
        str(home),
    ]
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(subprocess.run(command, check=False).returncode)


def main() -> None:
    """Run the demo under WATTWARDEN_HOME and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--months", type=int, default=13)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--no-serve", action="store_true", help="end after the report, for CI and tests")
    options = parser.parse_args()
    home = Path(os.environ.get("WATTWARDEN_HOME") or "wattwarden-data/demo").resolve()
    os.environ["WATTWARDEN_HOME"] = str(home)
    fresh_folder(home)
    seconds = demo(home, options.customers, options.months, options.seed)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / KIB_PER_GIB
    steps = ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items())
    print(f"\n{steps}\nAltogether {sum(seconds.values()):.1f} s, at most {peak:.2f} GiB.")
    for report in sorted(home.glob("report.*")):
        print(f"Report: {report}")
    if not options.no_serve:
        serve(home, options.port)


if __name__ == "__main__":
    main()
