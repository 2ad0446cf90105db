"""Outside demo mode the console refuses to start with defaults; each fault is told, with what to do."""

from collections.abc import Mapping

import pytest
from pytest_django.fixtures import Settings

from tests.web.conftest import make_user
from wattwarden.app.console.demo_users import make_demo_users
from wattwarden.app.prepare_console import prepare_console, unsafe
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.seals import KEY_SETTING

SOUND: Mapping[str, object] = {
    "SECRET_KEY": "k" * 50,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["risk.example.test"],
    "SSO": None,
}


@pytest.fixture
def sound(utility: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with which nothing is wrong."""
    monkeypatch.setattr("wattwarden.app.prepare_console.signing_key", object)
    for name, value in SOUND.items():
        setattr(settings, name, value)
    monkeypatch.setitem(settings.DATABASES, "default", {**settings.DATABASES["default"], "HOST": ""})
    return settings


def subjects() -> list[str]:
    return [problem.subject for problem in unsafe()]


def test_nothing_is_wrong_with_secrets_of_ones_own(sound: Settings) -> None:
    make_user("controller")
    assert subjects() == []


@pytest.mark.parametrize(
    ("name", "value", "subject"),
    [
        ("SECRET_KEY", None, "WATTWARDEN_SECRET_KEY"),
        ("SECRET_KEY", "k" * 31, "WATTWARDEN_SECRET_KEY"),
        ("DEBUG", True, "DEBUG"),
        ("ALLOWED_HOSTS", ["*"], "WATTWARDEN_HOSTS"),
        ("ALLOWED_HOSTS", [".example.test"], "WATTWARDEN_HOSTS"),
        ("SSO", {"client_id": "x", "secret": ""}, "WATTWARDEN_OIDC_ISSUER"),
    ],
)
def test_one_unsafe_setting_is_told(sound: Settings, name: str, value: object, subject: str) -> None:
    setattr(sound, name, sound.UNSAFE_SECRET if value is None else value)
    assert subjects() == [subject]


def test_a_log_without_a_key_is_told(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wattwarden.app.prepare_console.signing_key", lambda: None)
    assert subjects() == [KEY_SETTING]


def test_a_common_password_of_a_remote_database_is_told(
    sound: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for password, told in (
        ("postgres", ["WATTWARDEN_DATABASE"]),
        ("", ["WATTWARDEN_DATABASE"]),
        ("Rk7-own", []),
    ):
        changed = {**sound.DATABASES["default"], "HOST": "db.example.test", "PASSWORD": password}
        monkeypatch.setitem(sound.DATABASES, "default", changed)
        assert subjects() == told


def test_demo_accounts_are_told_by_name(sound: Settings) -> None:
    make_demo_users(True)
    (problem,) = unsafe()
    assert problem.subject == "demo accounts"
    assert "controller" in problem.found
    assert "wattwarden user disable" in problem.action


def test_every_fault_is_told_at_once_and_nothing_starts(sound: Settings) -> None:
    sound.SECRET_KEY, sound.DEBUG = sound.UNSAFE_SECRET, True
    with pytest.raises(WattwardenError) as refused:
        prepare_console(sound.HOME, demo=False)
    assert [problem.subject for problem in refused.value.problems] == ["WATTWARDEN_SECRET_KEY", "DEBUG"]
