"""The served console is killed in the middle of writes, and its database goes away: nothing is half or twice.

A real server answers real requests of a program; every request carries a key, so that it may be sent again.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.postgresql import INSTALLED, Server, postgresql_server
from tests.served.console import OK, Console

PREPARE = """
import sys
from pathlib import Path
from wattwarden.records.connect import migrate
migrate(Path(sys.argv[1]))
from wattwarden.app.console.tokens import NewToken, make_token
from wattwarden.records.models import OrgUnit, RoleGrant, User
top = OrgUnit.objects.create(org_id="43", name="x", kind="county", path="/43/")
user = User.objects.create(username="author")
RoleGrant.objects.create(user=user, role="rule_author", org=top)
print(make_token(user.viewer(), NewToken("test", ("read", "write"), 1))[1])
"""
CHECK = """
import json, sys
from pathlib import Path
from wattwarden.records.connect import migrate
migrate(Path(sys.argv[1]))
from wattwarden.records.audit import verify_store
from wattwarden.records.models import AuditRecord, RuleDraft
begun = AuditRecord.objects.filter(action="rule.start").values_list("subject_id", flat=True)
print(json.dumps({
    "fault": verify_store().fault, "begun": sorted(int(n) for n in begun),
    "drafts": {draft.pk: draft.rule_id for draft in RuleDraft.objects.all()},
    "halves": RuleDraft.objects.filter(events__isnull=True).count(),
}))
"""
REQUESTS, WRITERS, ANSWERED_BEFORE = 200, 4, 25
FORBIDDEN, UNAVAILABLE = 403, 503


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if not INSTALLED:
        pytest.skip("no PostgreSQL server is installed")
    with postgresql_server() as running:
        yield running


def _on_postgresql(running: Server) -> str:
    name = f"s{time.monotonic_ns()}"
    subprocess.run(["psql", "-q", running.address, "-c", f"CREATE DATABASE {name}"], check=True)
    # The server of the tests trusts everybody; the console refuses to start with a password that all know.
    return running.address.replace("/postgres", f"/{name}").replace(":secret@", ":of-its-own@")


@pytest.fixture(params=["sqlite", "postgresql"])
def console(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Console]:
    database = _on_postgresql(request.getfixturevalue("server")) if request.param == "postgresql" else ""
    made = Console(tmp_path, PREPARE, {"WATTWARDEN_DATABASE": database})
    made.start()
    yield made
    made.kill()


def begin(console: Console, number: int) -> int | None:
    """Begin the draft of this number; its number in the store once the server has answered."""
    status, told = console.send("POST", "/rules/drafts", {"rule_id": f"site.r{number}"}, key=f"k{number}")
    return int(str(told["number"])) if status == OK else None


def test_a_killed_server_has_kept_what_it_answered_and_nothing_twice(console: Console) -> None:
    answered: dict[int, int] = {}
    first = 0
    with ThreadPoolExecutor(WRITERS) as writers:
        for first in range(0, REQUESTS, WRITERS):
            numbers = range(first, first + WRITERS)
            going = [writers.submit(begin, console, number) for number in numbers]
            if len(answered) >= ANSWERED_BEFORE:
                console.kill()
            answered |= {
                n: g for n, each in zip(numbers, going, strict=True) if (g := each.result()) is not None
            }
            if console.is_dead:
                break
    assert ANSWERED_BEFORE <= len(answered) < REQUESTS
    console.start()
    again = {number: begin(console, number) for number in range(first + WRITERS)}
    assert {number: again[number] for number in answered} == answered
    state = json.loads(console.told(CHECK))
    assert not state["fault"]
    assert state["halves"] == 0
    assert sorted(state["drafts"].values()) == sorted(f"site.r{number}" for number in again)
    assert state["begun"] == sorted(int(number) for number in state["drafts"])


def test_a_database_that_restarts_is_told_and_comes_back(server: Server, tmp_path: Path) -> None:
    console = Console(tmp_path, PREPARE, {"WATTWARDEN_DATABASE": _on_postgresql(server)})
    console.start()
    try:
        seen: list[int] = []
        with ThreadPoolExecutor(1) as restarting:
            going = restarting.submit(server.restart)
            while not going.done():
                seen.append(console.send("GET", "/findings")[0])
            going.result()
        until = time.monotonic() + 30
        while console.send("GET", "/me")[0] != OK:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert set(seen) <= {OK, UNAVAILABLE, FORBIDDEN}
        assert begin(console, 1) is not None
    finally:
        console.kill()
