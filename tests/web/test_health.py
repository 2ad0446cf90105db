"""What supervisors and Prometheus are told, and who else is told nothing."""

from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client

from wattwarden.app.console import state


def test_a_process_is_alive_whatever_else_is_not() -> None:
    assert Client().get("/health/live").content == b"alive\n"


def test_ready_names_what_is_not(utility: None, folder: Path) -> None:
    answer = Client().get("/health/ready")
    assert answer.status_code == 503
    told = answer.json()
    assert told["database"]["ok"]
    assert not told["lake"]["ok"]


def test_ready_without_a_database(monkeypatch: pytest.MonkeyPatch, utility: None) -> None:
    def gone() -> str:
        raise OperationalError("connection refused\nsecret detail")

    monkeypatch.setattr(state, "_database", gone)
    answer = Client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] == {"ok": False, "says": "OperationalError: connection refused"}


def test_metrics_tell_what_waits(utility: None) -> None:
    Client().get("/health/live")
    text = Client().get("/metrics").content.decode()
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(figures["wattwarden_open_cases"]) == 4
    assert float(figures["wattwarden_outbox_backlog"]) == 0
    assert float(figures["wattwarden_outbox_given_up"]) == 0
    assert float(figures['wattwarden_requests_total{method="GET",page="live",status="200"}']) >= 1


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        (None, {}, 200),
        (None, {"X-Forwarded-For": "10.0.0.1"}, 404),
        ("s3cret", {}, 404),
        ("s3cret", {"Authorization": "Bearer wrong"}, 404),
        ("s3cret", {"Authorization": "Bearer s3cret"}, 200),
    ],
)
def test_metrics_are_for_this_machine_or_a_token(
    utility: None, monkeypatch: pytest.MonkeyPatch, token: str | None, headers: dict[str, str], status: int
) -> None:
    if token is not None:
        monkeypatch.setenv("WATTWARDEN_METRICS_TOKEN", token)
    assert Client().get("/metrics", headers=headers).status_code == status


def test_metrics_are_not_for_another_machine(utility: None) -> None:
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 404
