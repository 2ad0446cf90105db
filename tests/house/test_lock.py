"""The lock is complete, hashed and names no host; every dependency has its reason."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
REASONS = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text(encoding="utf-8")


def names() -> list[str]:
    """Every package that pyproject asks for."""
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    asked += [item for extra in PROJECT["project"]["optional-dependencies"].values() for item in extra]
    return sorted({re.split(r"[<>=~!\[ ]", item)[0] for item in asked})


@pytest.mark.parametrize("name", names())
def test_dependency_is_locked_and_explained(name: str) -> None:
    assert re.search(rf"^{name}==", LOCK, re.MULTILINE)
    assert re.search(rf"^\| {name} \| .{{5,}} \|$", REASONS, re.MULTILINE)


def test_no_reason_without_dependency() -> None:
    told = re.findall(r"^\| ([a-z0-9-]+) \|", REASONS, re.MULTILINE)
    assert sorted(set(told) - {"package", "---"}) == names()


def test_lock_names_no_host() -> None:
    assert "http" not in LOCK
    assert "index-url" not in LOCK


def test_every_locked_package_has_a_hash() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > 30
    assert [entry for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []
