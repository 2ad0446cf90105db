"""Areas with gate curves: energy adds up, registers see what meters recorded, every area has its truth."""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from wattwarden.domain.content import contract
from wattwarden.rulekit.load import load_rules
from wattwarden.simulate.gate_areas import KINDS, ROUND, choose_gate_areas
from wattwarden.simulate.plan import Plan, usual_gate_areas
from wattwarden.simulate.planted_areas import CAUSES
from wattwarden.simulate.run import simulate

PLAN = Plan(3_000, 3, 5, daily_days=20, area_size=50, dirt=False, gate_areas=23)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county one third of whose areas have a gate curve."""
    made = tmp_path_factory.mktemp("gates")
    simulate(PLAN, made)
    return made


@pytest.fixture(scope="module")
def db(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its tables as views."""
    connection = duckdb.connect(config={"threads": 1})
    for name in contract().source_tables:
        connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM '{folder}/data/{name}.parquet'")
    yield connection
    connection.close()


def _truth(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "truth" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_cause_is_planted_somewhere() -> None:
    planted = {area.plant for area in choose_gate_areas(PLAN).values()}
    assert planted == set(ROUND)
    assert set(ROUND) - {"pair", "theft"} <= set(CAUSES)


def test_only_a_week_of_curves_can_be_balanced() -> None:
    assert usual_gate_areas(200, 7) == 16
    assert usual_gate_areas(20, 7) == 1
    assert usual_gate_areas(200, 6) == 0


def test_each_planted_kind_is_the_name_of_a_rule_of_its_risk_point() -> None:
    rules = load_rules()
    assert {kind: rules[kind].risk for kind, _ in KINDS.values()} == dict(KINDS.values())


def test_the_gate_curve_adds_up_to_the_daily_supply(db: duckdb.DuckDBPyConnection) -> None:
    rows = db.execute(
        """
        SELECT a.area_id, s.supply_date, sum(c.kwh), any_value(s.supply_kwh), count(*)
        FROM transformer_area AS a
        JOIN load_curve AS c ON c.meter_id = a.gate_meter_id
        JOIN area_supply_daily AS s ON s.area_id = a.area_id AND s.supply_date = CAST(c.read_at AS DATE)
        GROUP BY a.area_id, s.supply_date
        """
    ).fetchall()
    assert len(rows) == len(choose_gate_areas(PLAN)) * PLAN.curve_days
    for area, day, curve, supply, points in rows:
        assert points == 96
        assert float(curve) == pytest.approx(float(supply), abs=0.02), (area, day)


def test_registers_of_gate_areas_see_what_the_curves_recorded(db: duckdb.DuckDBPyConnection) -> None:
    worst = db.execute(
        """
        SELECT max(abs(c.kwh - d.kwh) / m.multiplier), count(*)
        FROM (SELECT meter_id, CAST(read_at AS DATE) AS day, sum(kwh) AS kwh, count(*) AS points FROM load_curve
              GROUP BY ALL) AS c
        JOIN meter AS m ON m.meter_id = c.meter_id
        JOIN transformer_area AS a ON a.area_id = m.area_id
        JOIN (SELECT DISTINCT meter_id FROM load_curve) AS g ON g.meter_id = a.gate_meter_id
        JOIN (SELECT r.meter_id, r.read_date AS day, (n.register_kwh - r.register_kwh) * x.multiplier AS kwh
              FROM reading_daily AS r
              JOIN reading_daily AS n ON n.meter_id = r.meter_id AND n.read_date = r.read_date + 1
              JOIN meter AS x ON x.meter_id = r.meter_id) AS d ON d.meter_id = c.meter_id AND d.day = c.day
        WHERE c.points = 96
        """
    ).fetchone()
    assert worst is not None
    assert worst[1] > 5_000
    # Curves are rounded to 0.001 kWh, registers to 0.01; an hour of clock moves energy between days.
    assert worst[0] < 3.0


def test_every_gate_area_has_a_truth_and_its_customers_nothing_else(folder: Path) -> None:
    areas = _truth(folder, "area_truth.csv")
    chosen = choose_gate_areas(PLAN)
    assert {row["area_id"] for row in areas} == {f"TQ{area:06d}" for area in chosen}
    named = {row["customer_id"] for row in areas} - {""}
    told = {
        row["customer_id"]: row["kind"] for row in _truth(folder, "truth.csv") if row["customer_id"] in named
    }
    assert set(told) >= {row["customer_id"] for row in areas if row["cause"] in {"theft", "meter_error"}}
    assert set(told.values()) <= {kind for kind, _ in KINDS.values()}


def test_a_thief_of_a_gate_area_costs_money(folder: Path) -> None:
    losses = [
        int(row["loss_fen"]) for row in _truth(folder, "truth.csv") if row["kind"] == "theft.area_suspect"
    ]
    assert len(losses) >= 4
    assert min(losses) > 0


def test_unread_points_are_absent_rows(folder: Path, db: duckdb.DuckDBPyConnection) -> None:
    (area,) = [row["area_id"] for row in _truth(folder, "area_truth.csv") if row["cause"] == "missing_data"][
        :1
    ]
    read = db.execute(
        "SELECT count(*), count(DISTINCT m.meter_id) FROM load_curve JOIN meter AS m USING (meter_id) "
        "WHERE m.area_id = ? AND m.role = 'billing'",
        [area],
    ).fetchone()
    assert read is not None
    assert read[0] < read[1] * 96 * PLAN.curve_days


def test_an_honest_county_has_normal_areas_only(tmp_path: Path) -> None:
    simulate(Plan(500, 3, 1, daily_days=10, area_size=50, faults=False, dirt=False, gate_areas=2), tmp_path)
    assert {row["cause"] for row in _truth(tmp_path, "area_truth.csv")} == {"normal"}
