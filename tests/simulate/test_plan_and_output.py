"""The same plan gives the same bytes; bad plans and bad rows are told."""

import csv
import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.simulate.plan import Plan, usual_area_size
from wattwarden.simulate.run import simulate
from wattwarden.simulate.write import Store

SMALL = Plan(600, 4, 11, daily_days=10, curve_days=1)


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    simulate(SMALL, tmp_path / "a")
    simulate(SMALL, tmp_path / "b")
    assert _digests(tmp_path / "a") == _digests(tmp_path / "b")


def test_another_seed_gives_another_county(tmp_path: Path) -> None:
    simulate(SMALL, tmp_path / "a")
    simulate(Plan(600, 4, 12, daily_days=10, curve_days=1), tmp_path / "b")
    assert _digests(tmp_path / "a")["data/bill.parquet"] != _digests(tmp_path / "b")["data/bill.parquet"]


def test_csv_has_the_same_rows_as_parquet(tmp_path: Path) -> None:
    one, two = simulate(SMALL, tmp_path / "p"), simulate(SMALL, tmp_path / "c", "csv")
    assert one.rows == two.rows
    with (tmp_path / "c/data/bill.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ((total,),) = duckdb.execute(f"SELECT sum(amount_fen) FROM '{tmp_path}/p/data/bill.parquet'").fetchall()
    assert sum(int(row["amount_fen"]) for row in rows) == total


def test_progress_ends_at_the_last_customer(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    simulate(SMALL, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (600, 600)


def test_each_listed_bad_row_is_there(tmp_path: Path) -> None:
    simulate(SMALL, tmp_path)
    with (tmp_path / "truth/dirt.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert {row["what"] for row in listed} == {
        "negative register jump", "period ends before it begins", "unknown customer and bill",
        "the same key twice with different values", "no time of receipt", "code out of its list",
    }  # fmt: skip
    for row in listed:
        key = contract()[row["table"]].key
        data = tmp_path / "data" / f"{row['table']}.parquet"
        wanted = " AND ".join(
            f"CAST({name} AS VARCHAR) = '{value}'"
            for name, value in zip(key, row["key"].split("|"), strict=True)
        )
        ((found,),) = duckdb.execute(f"SELECT count(*) FROM '{data}' WHERE {wanted}").fetchall()
        assert found == (2 if "twice" in row["what"] else 1), row


@pytest.mark.parametrize(
    ("customers", "months", "end", "named"),
    [
        (10, 13, date(2026, 10, 31), "customers"),
        (2_000, 1, date(2026, 10, 31), "months"),
        (2_000, 13, date(2090, 1, 1), "end"),
    ],
)
def test_an_impossible_plan_says_which_figure(customers: int, months: int, end: date, named: str) -> None:
    with pytest.raises(WattwardenError, match=named):
        Plan(customers, months, 1, end)


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path, contract(), "parquet")
    with pytest.raises(WattwardenError, match="org_unit"):
        store.append("org_unit", {"nonsense": pa.nulls(1)})


def test_large_counties_have_large_areas() -> None:
    assert (usual_area_size(2_000), usual_area_size(1_000_000)) == (100, 200)
    assert Plan(1_000_000, area_size=usual_area_size(1_000_000)).areas == 5_000


def test_a_history_may_end_on_any_day_of_the_last_known_year(tmp_path: Path) -> None:
    for end in (date(2026, 12, 31), date(2026, 3, 1), date(2025, 10, 8)):
        plan = Plan(500, 3, 2, end, daily_days=5, curve_days=1)
        made = simulate(plan, tmp_path / end.isoformat())
        assert made.rows["reading_daily"] > 2_000
