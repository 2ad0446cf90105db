"""The Makefile and the CI script do what their readers rely on."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def planned(target: str) -> str:
    """The commands that ``make TARGET`` would run."""
    command = ["make", "--dry-run", "--always-make", target]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_check_runs_every_checker() -> None:
    commands = planned("check")
    for part in (
        "ruff format --check",
        "ruff check",
        "mypy",
        "lint-imports",
        "scripts.dead_code",
        "scripts.guards",
        "mkdocs",
        "pytest -n 2",
    ):
        assert part in commands, part


def test_environment_comes_from_the_lock() -> None:
    script = (ROOT / "scripts" / "make_venv.sh").read_text(encoding="utf-8")
    assert "--require-hashes requirements.lock" in script
    assert "make_venv.sh" in planned("test")


def test_wrong_python_is_refused_in_words(tmp_path: Path) -> None:
    wrong = tmp_path / "python"
    wrong.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    wrong.chmod(0o755)
    done = subprocess.run(
        ["sh", "scripts/make_venv.sh", wrong, tmp_path / "venv"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "needs Python 3.11" in done.stderr
    assert "3.9.2" in done.stderr


def test_ci_calls_the_one_command_and_stops_at_the_first_fault() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith("make check")
