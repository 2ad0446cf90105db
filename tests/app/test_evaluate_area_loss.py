"""The area balance measured on folders with known causes, through the command."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.calc.loss.kit import ground, rng
from wattwarden.app.area_folder import read_areas
from wattwarden.app.evaluate_area_loss import ATTRIBUTION, evaluate_area_loss
from wattwarden.calc.loss.area import Area
from wattwarden.cli.model_command import app
from wattwarden.domain.errors import WattwardenError
from wattwarden.simulate.planted_areas import CAUSES, Planted, plant_theft

SAMPLES = Path(os.environ.get("WATTWARDEN_SAMPLE_DATA", Path(__file__).parents[3] / "shared" / "data"))
START = np.datetime64("2020-01-03T00:00", "us")


def planted() -> list[tuple[Area, Planted]]:
    tricks = ("scale", "night_bypass", "clip")
    areas = [plant_theft(ground(seed, f"A{seed}"), (trick,), rng(seed)) for seed, trick in enumerate(tricks)]
    causes = ("normal", "gate_scale", "filed_here_fed_elsewhere")
    return areas + [CAUSES[cause](ground(9, f"B{place}"), rng(9)) for place, cause in enumerate(causes)]


def write(folder: Path, areas: list[tuple[Area, Planted]]) -> None:
    loads, supplies, truth = [], [], []
    for area, known in areas:
        at = START + np.arange(area.supply_kwh.size) * np.timedelta64(30, "m")
        supplies.append(
            pa.table({"area_id": [area.area_id] * at.size, "read_at": at, "supply_kwh": area.supply_kwh})
        )
        loads += [
            pa.table(
                {
                    "area_id": [area.area_id] * at.size,
                    "customer_id": [name] * at.size,
                    "read_at": at,
                    "kwh": kwh,
                }
            )
            for name, kwh in zip(area.customers, area.readings_kwh, strict=True)
        ]
        base: dict[str, str | float | None] = {"area_id": area.area_id, "cause": known.cause}
        truth += [
            base | {"customer_id": name, "kind": kind, "stolen_kwh": known.stolen_kwh.get(name)}
            for name, kind in known.kinds.items()
        ] or [base]
    folder.mkdir(exist_ok=True)
    pq.write_table(pa.concat_tables(loads), folder / "customer_load.parquet")
    pq.write_table(pa.concat_tables(supplies), folder / "area_supply.parquet")
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["area_id", "cause", "customer_id", "kind", "stolen_kwh"])
        writer.writeheader()
        writer.writerows(truth)


def test_the_command_measures_and_writes(tmp_path: Path) -> None:
    write(tmp_path / "areas", planted())
    out, card = tmp_path / "out.json", tmp_path / "card.md"
    args = ["evaluate", "area-loss", str(tmp_path / "areas"), "--out", str(out), "--card", str(card)]
    result = CliRunner().invoke(app, args, env={"WATTWARDEN_LANG": "en"})
    assert result.exit_code == 0, result.output
    assert "right cause first, abnormal areas: 100.0%" in result.output
    assert "night_bypass" in result.output
    written = json.loads(out.read_text(encoding="utf-8"))
    assert len(written["areas"]) == 6
    assert {row["area_id"] for row in written["suspects"]} >= {"A0", "A1", "A2"}
    assert "ROC-AUC" in card.read_text(encoding="utf-8")


def test_excel_and_chinese(tmp_path: Path) -> None:
    write(tmp_path / "areas", planted()[:2])
    out, card = tmp_path / "out.xlsx", tmp_path / "card.md"
    args = ["evaluate", "area-loss", str(tmp_path / "areas"), "--out", str(out), "--card", str(card)]
    result = CliRunner().invoke(app, args, env={"WATTWARDEN_LANG": "zh"})
    assert result.exit_code == 0, result.output
    assert "方法" in result.output
    assert "台区" in card.read_text(encoding="utf-8")
    assert out.read_bytes()[:2] == b"PK"


def test_areas_are_read_without_the_truth(tmp_path: Path) -> None:
    write(tmp_path, planted()[:1])
    (tmp_path / "truth.csv").unlink()
    (area,) = read_areas(tmp_path)
    assert area.readings_kwh.shape == (16, 1920)
    with pytest.raises(WattwardenError) as error:
        evaluate_area_loss(tmp_path)
    assert "truth.csv" in error.value.problems[0].subject


def test_a_missing_row_is_a_missing_reading(tmp_path: Path) -> None:
    write(tmp_path, planted()[:1])
    path = tmp_path / "customer_load.parquet"
    kept = pq.read_table(path).slice(1)
    pq.write_table(kept, path)
    (area,) = read_areas(tmp_path)
    assert np.isnan(area.readings_kwh).sum() == 1


@pytest.mark.parametrize("name", ["customer_load.parquet", "area_supply.parquet"])
def test_a_column_that_lacks_is_told(tmp_path: Path, name: str) -> None:
    write(tmp_path, planted()[:1])
    pq.write_table(pq.read_table(tmp_path / name).drop_columns(["read_at"]), tmp_path / name)
    with pytest.raises(WattwardenError) as error:
        read_areas(tmp_path)
    assert "read_at" in error.value.problems[0].found


def test_an_empty_folder_and_another_step_are_told(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError):
        read_areas(tmp_path)
    write(tmp_path, planted()[:1])
    path = tmp_path / "area_supply.parquet"
    pq.write_table(pq.read_table(path).take(list(range(0, 96, 3))), path)
    with pytest.raises(WattwardenError) as error:
        read_areas(tmp_path)
    assert "minutes" in error.value.problems[0].found


def test_real_loads_with_planted_causes() -> None:
    folder = SAMPLES / "area_loads"
    if not folder.is_dir():
        pytest.skip(f"no area_loads below {SAMPLES}")
    found = evaluate_area_loss(folder)
    score = found.rankings[ATTRIBUTION]
    assert score.roc_auc.value >= 0.95
    assert score.average_precision.value >= 0.85
    assert found.cause_right.value >= 0.85
    assert score.average_precision.value > max(
        each.average_precision.value for name, each in found.rankings.items() if name != ATTRIBUTION
    )
