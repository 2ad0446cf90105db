"""``make demo``: a simulated county from nothing to a report and the console, with the time of each step.

At a terminal the console stays until Ctrl+C; elsewhere, as in a CI, it is started, asked whether it is
ready, and ended, so that nothing hangs.
"""

import argparse
import contextlib
import os
import resource
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from wattwarden.domain.access import roles

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


CLICKS: Mapping[str, Sequence[tuple[str, str]]] = {
    "controller": (
        ("/", "今日 / today"),
        ("/risks/", "风险地图 / risk map"),
        ("/cases/", "派工 / assign cases"),
    ),
    "station_worker": (
        ("/queue/", "领取下一件 / take next"),
        ("/visit/", "手机宽度, 可断网 / phone width, offline"),
    ),
    "approver": (
        ("/approvals/", "审批整改 / approve remedies"),
        ("/rules/drafts/", "审批规则 / approve rules"),
    ),
    "rule_author": (
        ("/rules/", "规则命中率 / precision of rules"),
        ("/rules/drafts/", "改规则, 回测 / change, backtest"),
    ),
    "auditor": (
        ("/reviews/", "盲样复核 / second review"),
        ("/ledger/", "台账 / ledger"),
        ("/audit/", "审计 / audit log"),
    ),
    "administrator": (("/imports/", "导入数据 / import"), ("/people/", "用户 / people")),
}
"""Where each demo user sees something; the other roles have accounts too."""
READY_SECONDS = 120


def serve(home: Path, port: int, *, stays: bool) -> None:
    """Start the console of the demo; it stays until interrupted, or ends once it has answered.

    Raises:
        SystemExit: the console ended or did not answer in time.
    """
    port = free_port(port)
    address = f"http://127.0.0.1:{port}"
    command: list[str | Path] = [
        WATTWARDEN,
        "serve",
        "--demo",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--home",
        str(home),
    ]
    print("\n── Start the console: wattwarden serve --demo", flush=True)
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"{address}/health/ready", server)
        tell(address)
        if stays:
            print("Ctrl+C ends the console / 按 Ctrl+C 结束", flush=True)
            server.wait()
        else:
            print(
                f"It answered and was ended, as nobody watches. Start it again: {shlex.join(map(str, command))}"
            )
    except KeyboardInterrupt:
        print("\nThe console has ended.")
    finally:
        server.terminate()
        server.wait()


def free_port(port: int) -> int:
    """``port``, or a free one where something else listens on it."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return port
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        taken: int = free.getsockname()[1]
    print(f"Port {port} is taken; the console listens on {taken}.")
    return taken


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the console is ready.

    Raises:
        SystemExit: it ended, or was not ready in time.
    """
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            sys.exit(f"the console ended with status {server.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 our own server
            return
        time.sleep(0.3)
    sys.exit(f"the console was not ready within {READY_SECONDS} s")


def tell(address: str) -> None:
    """Print who may sign in and where to click."""
    print(f"\nConsole / 控制台: {address}/   password of every demo user / 密码: demo\n")
    for user, places in CLICKS.items():
        for number, (path, what) in enumerate(places):
            print(f"  {user if number == 0 else '':<16}{address}{path:<16} {what}")
    others = ", ".join(name for name in roles() if name not in CLICKS)
    print(f"  {'also / 还有':<14}{others}\n", flush=True)


def main() -> None:
    """Run the demo under WATTWARDEN_HOME and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--months", type=int, default=13)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--no-serve", action="store_true", help="end after the cases; start no console")
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
        serve(home, options.port, stays=sys.stdout.isatty())


if __name__ == "__main__":
    main()
