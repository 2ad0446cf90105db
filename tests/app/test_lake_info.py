"""``wattwarden lake`` tells what was imported."""

from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from tests.lake.lake_rows import arrow_rows, at, lake_in
from wattwarden.app.lake_info import lake_info
from wattwarden.cli.lake_command import app
from wattwarden.domain.errors import WattwardenError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A lake with two versions of one organisation and a log of imports."""
    lake = lake_in(tmp_path)
    for minute, name in enumerate(("East", "West")):
        with lake.session() as session:
            rows = arrow_rows("org_unit", [{"org_id": "1", "name": name, "kind": "station"}])
            session.merge("org_unit", rows, at(minute))
            session.append_system("_import", pa.table({"file": [f"{name}.csv"]}))
            session.commit({"file": f"{name}.csv"})
    return tmp_path


def test_rows_are_counted_with_and_without_history(home: Path) -> None:
    info = lake_info(home)
    assert [(t.size.name, t.size.rows, t.size.stored_rows) for t in info.tables] == [
        ("org_unit", 1, 2),
        ("_import", 2, 2),
    ]
    assert (info.commit.version, info.total_rows) == (2, 1)


def test_an_empty_folder_has_no_lake(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="no data read"):
        lake_info(tmp_path)


@pytest.mark.parametrize(("lang", "word"), [("en", "last import"), ("zh", "最近导入")])
def test_the_command_speaks_both_languages(home: Path, lang: str, word: str) -> None:
    run = CliRunner().invoke(app, ["--home", str(home)], env={"WATTWARDEN_LANG": lang, "COLUMNS": "200"})
    assert run.exit_code == 0
    assert word in run.stdout
    assert "org_unit" in run.stdout
    assert "West.csv" in run.stdout


def test_the_history_lists_the_latest_first(home: Path) -> None:
    run = CliRunner().invoke(
        app, ["history", "--home", str(home)], env={"WATTWARDEN_LANG": "en", "COLUMNS": "200"}
    )
    assert run.exit_code == 0
    assert run.stdout.index("West.csv") < run.stdout.index("East.csv")
    assert "2 versions" in run.stdout


def test_the_command_fails_without_a_lake(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["--home", str(tmp_path)]).exit_code == 2
