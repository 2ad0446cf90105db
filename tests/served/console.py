"""A console that is really served, on a store of its own, in processes of its own."""

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tests.postgresql import free_port
from wattwarden.records.seals import KEY_SETTING, new_key

OK, NO_ANSWER = 200, 0
WATTWARDEN = Path(sys.executable).parent / "wattwarden"


class Console:
    """One served console.

    Args:
        home: Its data folder.
        prepare: A program that fills the store; what it prints is kept in ``prepared``.
        settings: Variables of its environment beside those that it needs.
    """

    def __init__(self, home: Path, prepare: str, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self._home = home
        self._environment = {
            **os.environ, "WATTWARDEN_HOME": str(home), "WATTWARDEN_DATABASE": "",
            "WATTWARDEN_SECRET_KEY": secrets.token_urlsafe(50), KEY_SETTING: new_key()[0],
            "WATTWARDEN_API_REQUESTS_A_MINUTE": "100000",
            **settings,
        }  # fmt: skip
        self.prepared = self.told(prepare).strip()
        self._process: subprocess.Popen[bytes] | None = None

    def told(self, code: str) -> str:
        """What a program prints that works on the same store."""
        command = [sys.executable, "-c", code, str(self._home)]
        return subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=True, timeout=120
        ).stdout

    def start(self) -> None:
        """Serve, and wait for the first answer."""
        command = [str(WATTWARDEN), "serve", "--port", str(self.port), "--home", str(self._home)]
        with (self._home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + 90
        while not self._is_alive():
            assert time.monotonic() < until, (self._home / "server.log").read_text()
            time.sleep(0.2)

    def _is_alive(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health/live", timeout=5):  # noqa: S310 this machine
                return True
        except OSError:
            return False

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_dead(self) -> bool:
        """Whether no process serves."""
        return self._process is None

    def kill(self) -> None:
        """End every process of the server at once, wherever it is."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def send(
        self, method: str, path: str, body: object = None, key: str = ""
    ) -> tuple[int, dict[str, object]]:
        """Status and answer of a program's request, whose token was prepared; status 0 where none came."""
        request = urllib.request.Request(  # noqa: S310 the address is this machine's
            f"{self.address}/api/v1{path}",
            json.dumps(body).encode() if body is not None else None,
            {
                "Authorization": f"Bearer {self.prepared}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            },
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 as above
                told: dict[str, object] = json.load(answer)
                return answer.status, told
        except urllib.error.HTTPError as error:
            return error.code, {}
        except (OSError, http.client.HTTPException, ValueError):
            return NO_ANSWER, {}
