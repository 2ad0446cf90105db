"""A store with people and customers, its files below the folder of the test."""

from pathlib import Path

import pytest

from tests.casework import world
from wattwarden.app import open_cases
from wattwarden.records.models import Case


@pytest.fixture
def home(tmp_path: Path, settings: object, db: None) -> Path:
    settings.SUMS_KEPT_SECONDS = 0  # type: ignore[attr-defined]  # as below
    settings.HOME = tmp_path  # type: ignore[attr-defined]  # pytest-django gives the settings without a type
    settings.SECOND_FACTOR_OBLIGATORY = False  # type: ignore[attr-defined]  # see above
    world.people()
    world.customers(60)
    return tmp_path


@pytest.fixture
def one_case(home: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The number of the only case, about premise 0."""
    monkeypatch.setattr(open_cases, "draw_visits", lambda *_: 0)
    world.open_from(monkeypatch, home, world.scan_of(home / "scan", [world.found(0)]))
    return Case.objects.get().pk
