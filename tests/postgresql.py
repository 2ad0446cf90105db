"""A PostgreSQL server of its own for tests; skipped where none is installed."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
_ROOT = 0


@dataclass(frozen=True)
class Server:
    """A running server.

    Args:
        address: Of its database ``postgres``, for a user who may do everything.
        restart: Stops it as a crash would, and starts it again.
    """

    address: str
    restart: Callable[[], None]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """A server in a temporary folder, stopped and removed at the end."""
    # The server refuses to run as root.
    user = "postgres" if os.geteuid() == _ROOT else pwd.getpwuid(os.geteuid()).pw_name
    folder, port, bin_folder = Path(tempfile.mkdtemp()), free_port(), INSTALLED[-1].parent

    def as_server(*command: str | Path) -> None:
        subprocess.run(command, user=user, check=True, capture_output=True, cwd=folder, timeout=120)

    shutil.chown(folder, user)
    as_server(bin_folder / "initdb", "-D", folder / "data", "-U", "wattwarden", "-A", "trust", "-E", "UTF8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = (bin_folder / "pg_ctl", "-D", folder / "data", "-w")
    start = (*control, "-l", folder / "log", "-o", options, "start")

    def restart() -> None:
        as_server(*control, "-m", "immediate", "stop")
        as_server(*start)

    as_server(*start)
    try:
        yield Server(f"postgresql://wattwarden:secret@127.0.0.1:{port}/postgres", restart)
    finally:
        as_server(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
