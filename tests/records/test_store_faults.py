"""Processes that are killed, databases that go away, writers that write at once: the log stays whole.

Each test works with real processes on a real database: a file of SQLite, and a PostgreSQL server where one is
installed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.postgresql import INSTALLED, Server, postgresql_server

APPEND = """
import sys
from pathlib import Path
from wattwarden.records.connect import migrate
migrate(Path(sys.argv[1]))
from django.db import transaction
from wattwarden.domain.audit_chain import AuditEvent
from wattwarden.records.audit import append
from wattwarden.records.models import OrgUnit
for number in range(int(sys.argv[3])):
    with transaction.atomic():
        OrgUnit.objects.create(org_id=f"{sys.argv[2]}-{number}", name="x", kind="station", path=f"/{sys.argv[2]}-{number}/")
        append(AuditEvent(None, sys.argv[2], "unit.add", "unit", f"{sys.argv[2]}-{number}"))
    print(number, flush=True)
"""
CHECK = """
import sys
from pathlib import Path
from wattwarden.records.connect import migrate
migrate(Path(sys.argv[1]))
from wattwarden.records.audit import verify_store
from wattwarden.records.models import AuditRecord, OrgUnit
added = AuditRecord.objects.filter(action="unit.add")
same = set(added.values_list("subject_id", flat=True)) == set(OrgUnit.objects.values_list("pk", flat=True))
print(verify_store().fault or "sound", same, added.count())
"""
RESTART = """
import sys
from pathlib import Path
from wattwarden.records.connect import migrate
migrate(Path(sys.argv[1]))
from django.core.signals import request_started, request_finished
from wattwarden.domain.audit_chain import AuditEvent
from wattwarden.records.audit import append
append(AuditEvent(None, "x", "before"))
request_finished.send(None)
print("ready", flush=True)
sys.stdin.readline()
request_started.send(None)
append(AuditEvent(None, "x", "after"))
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if not INSTALLED:
        pytest.skip("no PostgreSQL server is installed")
    with postgresql_server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Mapping[str, str]:
    """The environment of a process on an empty store."""
    environment = {**os.environ, "WATTWARDEN_HOME": str(tmp_path), "WATTWARDEN_DATABASE": ""}
    if request.param == "postgresql":
        running: Server = request.getfixturevalue("server")
        name = f"s{time.monotonic_ns()}"
        subprocess.run(["psql", "-q", running.address, "-c", f"CREATE DATABASE {name}"], check=True)
        environment["WATTWARDEN_DATABASE"] = running.address.replace("/postgres", f"/{name}")
    start(environment, tmp_path, CHECK).communicate()
    return environment


def start(environment: Mapping[str, str], home: Path, code: str, *arguments: object) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", code, str(home), *map(str, arguments)]
    return subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, start_new_session=True
    )


def state(environment: Mapping[str, str], home: Path) -> tuple[str, int]:
    out, _ = start(environment, home, CHECK).communicate(timeout=60)
    verdict, same, count = out.split()
    assert same == "True"
    return verdict, int(count)


def test_writers_at_once_make_one_chain(store: Mapping[str, str], tmp_path: Path) -> None:
    writers = [start(store, tmp_path, APPEND, name, 25) for name in ("a", "b", "c")]
    for writer in writers:
        writer.communicate(timeout=120)
        assert writer.returncode == 0
    assert state(store, tmp_path) == ("sound", 75)


def test_a_killed_writer_leaves_whole_transactions(store: Mapping[str, str], tmp_path: Path) -> None:
    writer = start(store, tmp_path, APPEND, "a", 100_000)
    assert writer.stdout is not None
    for _ in range(20):
        writer.stdout.readline()
    os.killpg(writer.pid, signal.SIGKILL)
    rest = writer.communicate()[0]
    seen = 20 + len(rest.splitlines())
    verdict, count = state(store, tmp_path)
    assert verdict == "sound"
    # What was told as done is there; one more may have been done and not told.
    assert seen <= count <= seen + 1


def test_after_a_restart_of_the_database_the_next_request_works(server: Server, tmp_path: Path) -> None:
    environment = {**os.environ, "WATTWARDEN_DATABASE": server.address}
    process = start(environment, tmp_path, RESTART)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    server.restart()
    process.stdin.write("\n")
    assert process.communicate(timeout=60)[0] == "done\n"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_backup_taken_while_writers_write(store: Mapping[str, str], tmp_path: Path) -> None:
    home, copy = tmp_path, tmp_path.with_name(f"{tmp_path.name}-b")
    writer = start(store, home, APPEND, "a", 100_000)
    assert writer.stdout is not None
    writer.stdout.readline()
    code = "from wattwarden.cli.main import run; run()"
    command = [sys.executable, "-c", code]
    subprocess.run([*command, "backup", str(copy), "--home", str(home)], env=store, check=True, timeout=120)
    assert writer.poll() is None
    os.killpg(writer.pid, signal.SIGKILL)
    writer.communicate()
    new = tmp_path.with_name(f"{tmp_path.name}-new")
    there = {**store, "WATTWARDEN_HOME": str(new)}
    subprocess.run([*command, "restore", str(copy), "--home", str(new)], env=there, check=True, timeout=120)
    assert state(there, new)[0] == "sound"
