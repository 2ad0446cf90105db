"""From a simulated county to the score: the figures must not fall below the floor."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wattwarden.cli.main import app

FLOOR = Path(__file__).with_name("score_floor.yaml")
EXIT_PROBLEMS = 1


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_small_county_is_scanned_well_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATTWARDEN_HOME", str(tmp_path / "home"))
    county = tmp_path / "county"
    assert _run("simulate", "--customers", "2000", "--seed", "1", "--out", county).exit_code == 0
    imported = _run("import", county / "data")
    assert imported.exit_code in {0, EXIT_PROBLEMS}, imported.output
    scanned = _run("scan")
    assert scanned.exit_code in {0, EXIT_PROBLEMS}, scanned.output
    scored = _run("score", "--truth", county / "truth", "--floor", FLOOR)
    assert scored.exit_code == 0, scored.output
