"""``wattwarden rules``: what an author does, through the command."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from wattwarden.cli.rules_command import app

RUN = CliRunner()


def test_a_new_rule_fails_until_it_is_filled_in(tmp_path: Path) -> None:
    """The skeleton loads, but its examples and its clause are still to be written."""
    home = ["--home", str(tmp_path)]
    assert RUN.invoke(app, ["new", "theft.new_trick", *home]).exit_code == 0
    assert (tmp_path / "content/own/rules/theft/new_trick.yaml").exists()
    tested = RUN.invoke(app, ["test", "theft.new_trick", *home])
    assert tested.exit_code == 1
    assert "fires" in tested.output
    linted = RUN.invoke(app, ["lint", "theft.new_trick", *home])
    assert linted.exit_code == 1
    assert "file.article" in linted.output
    assert RUN.invoke(app, ["new", "theft.new_trick", *home]).exit_code == 2


@pytest.mark.parametrize("rule_id", ["theft", "Theft.x", "theft.new trick", "../x.y"])
def test_an_id_that_is_none(tmp_path: Path, rule_id: str) -> None:
    """The id becomes a path, so only plain names pass."""
    assert RUN.invoke(app, ["new", rule_id, "--home", str(tmp_path)]).exit_code == 2
    assert list(tmp_path.rglob("*.yaml")) == []


def test_show_tells_what_a_controller_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why, what it misses, false alarms, parameters, first check, clause with its standing, SQL."""
    monkeypatch.setenv("WATTWARDEN_LANG", "en")
    shown = RUN.invoke(app, ["show", "metering.register_frozen"]).output
    for words in (
        "why:",
        "misses:",
        "false alarm:",
        "parameter min_days",
        "check first:",
        "[unverified]",
        "SELECT",
    ):
        assert words in shown
    monkeypatch.setenv("WATTWARDEN_LANG", "zh")
    assert "未核实" in RUN.invoke(app, ["show", "metering.register_frozen"]).output


def test_list_by_risk_point() -> None:
    """A risk point chooses its rules; a name that fits nothing is an error."""
    listed = RUN.invoke(app, ["list", "1.2.4"])
    assert "system.bulk_lookup" in listed.output
    assert "theft." not in listed.output
    assert RUN.invoke(app, ["list", "9.9.9"]).exit_code == 2
