"""What operators see: figures of what waits, a database that does not answer, a scan that cannot be read."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client

from wattwarden.app.console import today
from wattwarden.app.scan_files import read_scan
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.models import Delivery
from wattwarden.web.api import access


def test_the_backlog_of_the_outbox_is_a_gauge(utility: None) -> None:
    for number, state in enumerate(("waiting", "waiting", "sent", "given_up")):
        Delivery.objects.create(key=f"d{number}", channel="email", state=state, next_try_at=datetime.now(UTC))
    told = Client().get("/metrics").content.decode()
    assert "wattwarden_outbox_backlog 2.0" in told
    assert "wattwarden_outbox_given_up 1.0" in told


def _no_answer(*_: object, **__: object) -> None:
    raise OperationalError("connection refused")


def test_a_page_without_a_database_says_so(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("controller")
    client.raise_request_exception = False
    monkeypatch.setattr(today, "_work", _no_answer)
    answer = client.get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "nothing was saved" in answer.content.decode()
    monkeypatch.undo()
    assert client.get("/").status_code == 200


def test_a_program_without_a_database_is_told_so(utility: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    monkeypatch.setattr(access, "token_in_force", _no_answer)
    answer = client.get("/api/v1/me", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert answer.json()["problems"][0]["subject"] == "database"


def test_a_broken_scan_is_told(tmp_path: Path) -> None:
    (tmp_path / "scan.json").write_text('{"kind":')
    with pytest.raises(WattwardenError, match="a file that cannot be read"):
        read_scan(tmp_path)
