"""Several processes at one store: nobody works the same case, one of two wins, a killed worker loses nothing."""

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HANDS = 8
POPULATE = """
from tests.casework.world import populate, worker
populate(home, {count})
for n in range({hands}): worker(f"w{{n}}", "station_worker")
from tests.casework.world import Doing
from wattwarden.records.models import Case
if {triage}:
    for pk in Case.objects.values_list("pk", flat=True): Doing("controller").act(pk, "triage")
"""
TAKE = """
from tests.casework.world import Doing
from wattwarden.app.casework.queue import take_next_case
from wattwarden.app.casework import queue
from wattwarden.domain.errors import WattwardenError
queue._minutes_left = lambda mine: 10_000
me = Doing("w{n}").viewer
taken = []
while True:
    try: taken.append(take_next_case(me).pk)
    except WattwardenError: break
import json; print(json.dumps(taken))
"""
TRIAGE = """
from tests.casework.world import Doing
from wattwarden.domain.errors import WattwardenError
try:
    Doing("{who}").act(1, "dispatch", version={version}, owner_id="{owner}")
    print("won")
except WattwardenError as error:
    print("lost", "by now" in str(error))
"""


def run(home: Path, code: str, **environment: str) -> subprocess.Popen[str]:
    """A process of its own at the store in ``home``."""
    start = f"from pathlib import Path\nhome = Path({str(home)!r})\nfrom wattwarden.records.connect import connect\nconnect(home)\n"
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", start + code], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "WATTWARDEN_HOME": str(home), "PYTHONPATH": str(ROOT), "WATTWARDEN_DATABASE": "", **environment},
    )  # fmt: skip


def output(process: subprocess.Popen[str]) -> str:
    out, error = process.communicate(timeout=300)
    assert process.returncode == 0, error
    return out


def store(home: Path, count: int, *, triage: bool) -> Path:
    output(run(home, POPULATE.format(count=count, hands=HANDS, triage=triage)))
    return home


def test_eight_who_take_next_never_get_the_same(tmp_path: Path) -> None:
    store(tmp_path, 24, triage=True)
    hands = [run(tmp_path, TAKE.format(n=n)) for n in range(HANDS)]
    taken = [pk for hand in hands for pk in json.loads(output(hand))]
    assert len(taken) == len(set(taken)) >= 24


def test_of_two_on_one_case_one_wins_and_the_other_is_told(tmp_path: Path) -> None:
    store(tmp_path, 1, triage=True)
    version = output(run(tmp_path, "from wattwarden.records.models import Case; print(Case.objects.get(pk=1).version)"))
    two = [run(tmp_path, TRIAGE.format(who=w, owner=o, version=version.strip())) for w, o in (("controller", "s-w0"), ("leader", "s-w1"))]
    assert sorted(output(one).strip() for one in two) == ["lost True", "won"]


class Sink(ThreadingHTTPServer):
    """Receives webhooks; the first ``slow`` ones hang until the sender is dead."""

    def __init__(self, slow: int = 0, broken: int = 0) -> None:
        self.keys: list[str] = []
        self.slow, self.broken = slow, broken
        super().__init__(("127.0.0.1", 0), _Receiver)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        sink = self.server
        assert isinstance(sink, Sink)
        self.rfile.read(int(self.headers["Content-Length"]))
        sink.keys.append(self.headers["Idempotency-Key"])
        if len(sink.keys) <= sink.slow:
            time.sleep(3)
        self.send_response(500 if len(sink.keys) <= sink.broken else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Mails(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it gets."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self) -> None:
        self.got: list[str] = []
        super().__init__(("127.0.0.1", 0), _Mail)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Mail(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        def say(line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        say("220 sink")
        while line := self.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith("DATA"):
                say("354 go on")
                text = ""
                while (part := self.rfile.readline().decode()) != ".\r\n":
                    text += part
                self.server.got.append(text)  # type: ignore[attr-defined]  # the server above
            say("221 bye" if word.startswith("QUIT") else "250 ok")
            if word.startswith("QUIT"):
                return


LATE = """
from datetime import timedelta
from django.utils import timezone
from wattwarden.records.models import Case, CaseEvent
old = timezone.now() - timedelta(days=60)
CaseEvent.objects.update(at=old)
Case.objects.update(opened_at=old, due_at=old + timedelta(days=3))
"""
WORK = """
from wattwarden.app.run_worker import run_worker
from wattwarden.records.models import Notice
Notice.objects.filter(delivered=False).update(send_at="2020-01-01T00:00Z")
print(vars(run_worker(home, once=True)))
from wattwarden.records.models import Delivery
if {hurry}: Delivery.objects.filter(state="waiting").update(next_try_at="2020-01-01T00:00Z", held_until=None)
"""


@pytest.fixture
def late(tmp_path: Path) -> Path:
    """A store whose cases are overdue."""
    store(tmp_path, 3, triage=False)
    output(run(tmp_path, LATE))
    return tmp_path


def test_breaches_reach_mail_and_webhook_once_and_failures_are_tried_again(late: Path) -> None:
    mails, sink = Mails(), Sink(broken=1)
    channels = {"WATTWARDEN_SMTP": f"smtp://127.0.0.1:{mails.server_address[1]}",
                "WATTWARDEN_WEBHOOK": f"http://127.0.0.1:{sink.server_address[1]}/hook"}  # fmt: skip
    for _ in range(4):
        output(run(late, WORK.format(hurry=True), **channels))
    assert any("controller@example.test" in mail for mail in mails.got)
    assert len(sink.keys) == len(set(sink.keys)) + 1, "the one that failed came again, and no other"
    log = output(run(late, "from wattwarden.records.models import DeliveryAttempt as A; print(A.objects.filter(is_ok=False).count())"))
    assert log.strip() == "1"


def test_a_worker_killed_while_it_sends_repeats_with_the_same_key(late: Path) -> None:
    sink = Sink(slow=1)
    channel = {"WATTWARDEN_WEBHOOK": f"http://127.0.0.1:{sink.server_address[1]}/hook"}
    victim = run(late, WORK.format(hurry=False), **channel)
    deadline = time.monotonic() + 120
    while not sink.keys and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    time.sleep(3)
    output(run(late, WORK.format(hurry=True), **channel))
    output(run(late, WORK.format(hurry=True), **channel))
    assert sink.keys.count(sink.keys[0]) == 2, "sent again under the key that the receiver has seen"
    left = output(run(late, "from wattwarden.records.models import Delivery; print(Delivery.objects.exclude(state='sent').count())"))
    assert left.strip() == "0"
