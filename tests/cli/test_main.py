"""The command itself: fast start, both languages, clear errors, honest exit statuses."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wattwarden.cli import main
from wattwarden.cli.main import COMMANDS, Entry, app
from wattwarden.domain.errors import fail

WATTWARDEN = Path(sys.executable).parent / "wattwarden"
HELP_SECONDS = 0.3


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WATTWARDEN, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def busy_seconds() -> float:
    """Processor time of one ``--help``: what a start costs, whatever else the machine does."""
    before = os.times()
    run("--help")
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_help_is_fast() -> None:
    assert statistics.median(busy_seconds() for _ in range(5)) < HELP_SECONDS


def test_help_lists_every_command_and_loads_none() -> None:
    code = "import sys\nfrom wattwarden.cli.main import app\ntry:\n    app(['--help'])\nexcept SystemExit:\n    print([m for m in sys.modules if m.endswith('_command') or m in ('pyarrow', 'duckdb')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


def test_language_is_chosen_by_option_and_by_environment() -> None:
    assert "运行规则" in run("--lang", "zh", "--help", WATTWARDEN_LANG="en").stdout
    assert "运行规则" in run("--help", WATTWARDEN_LANG="zh").stdout
    assert "Run the rules" in run("--help", WATTWARDEN_LANG="en").stdout


def test_unknown_command_is_refused() -> None:
    done = run("scna")
    assert done.returncode == 2
    assert "scna" in done.stderr


def test_problem_is_printed_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise fail("meter 7", found="two readings", expected="one", action="Remove one.")

    monkeypatch.setattr(main, "broken", broken, raising=False)
    monkeypatch.setitem(COMMANDS, "broken", Entry("main:broken", "坏", "broken"))
    done = CliRunner().invoke(app, ["broken"], env={"WATTWARDEN_LANG": "en"})
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    for part in ("meter 7", "two readings", "one", "Remove one."):
        assert part in done.output


def test_interrupt_leaves_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "interrupted", interrupted, raising=False)
    monkeypatch.setitem(COMMANDS, "interrupted", Entry("main:interrupted", "断", "interrupted"))
    assert CliRunner().invoke(app, ["interrupted"]).exit_code == 130


def test_start_needs_no_data_folder(tmp_path: Path) -> None:
    started = time.monotonic()
    done = run("version", WATTWARDEN_HOME=str(tmp_path / "absent"))
    assert done.returncode == 0
    assert time.monotonic() - started < 10
    assert not (tmp_path / "absent").exists()


def test_a_fault_of_ours_is_not_taken_for_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(main, "crash", crash, raising=False)
    monkeypatch.setitem(COMMANDS, "crash", Entry("main:crash", "错", "crash"))
    monkeypatch.setattr(sys, "argv", ["wattwarden", "crash"])
    with pytest.raises(SystemExit) as left:
        main.run()
    assert left.value.code == 70
