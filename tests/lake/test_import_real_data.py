"""The real data sets import by their mappings; skipped where the data are absent."""

import os
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from tests.lake.import_kit import rows, run, waiting

SAMPLES = Path(os.environ.get("WATTWARDEN_SAMPLE_DATA", Path(__file__).parents[3] / "shared" / "data"))


def samples(name: str) -> Path:
    if not (SAMPLES / name).is_dir():
        pytest.skip(f"no {name} below {SAMPLES}")
    return SAMPLES / name


def count(query: str) -> int:
    with duckdb.connect() as connection:
        return int(connection.execute(query).fetchall()[0][0])


def test_citizen_messages_become_posts(tmp_path: Path) -> None:
    report = run(tmp_path, samples("citizen_messages"), mapping="citizen_messages")
    (table,) = report.tables
    assert (table.table, table.read, table.new + table.quarantined) == ("public_post", 309, 309)
    assert table.quarantined == 2
    assert len({row[0] for row in rows(tmp_path, "public_post", "category")}) == 7


def test_area_loads_become_curves_registers_and_supply(tmp_path: Path) -> None:
    folder = samples("area_loads")
    report = run(tmp_path, folder, mapping="area_loads")
    assert report.quarantined == 0
    assert [Path(name).name for name in report.forbidden] == ["truth.csv"]
    new = {table.table: table.new for table in report.tables}
    assert (new["customer"], new["meter"], new["transformer_area"]) == (720, 750, 30)
    recorded = count(f"SELECT count(kwh) FROM '{folder}/customer_load.parquet'")
    supplied = count(f"SELECT count(supply_kwh) FROM '{folder}/area_supply.parquet'")
    assert new["load_curve"] == recorded + supplied
    assert rows(tmp_path, "area_supply_daily", "count(*) FILTER (supply_kwh < 0)") == [(0,)]
    registers = rows(tmp_path, "reading_daily", "meter_id, read_date, register_kwh")
    for one, other in pairwise(registers):
        assert one[0] != other[0] or Decimal(str(one[2])) <= Decimal(str(other[2]))


@pytest.mark.parametrize(("mapping", "floor"), [("steg", 2_400_000), ("steg_as_known_then", 900_000)])
def test_steg_becomes_readings_of_electricity(tmp_path: Path, mapping: str, floor: int) -> None:
    folder = samples("steg")
    report = run(tmp_path, folder, mapping=mapping)
    assert [Path(name).name for name in report.forbidden] == ["label.csv"]
    read = {table.table: table for table in report.tables}
    cycle = read["reading_cycle"]
    assert cycle.new > floor
    assert cycle.read == cycle.new + cycle.doubled + cycle.quarantined
    assert cycle.quarantined < 0.005 * cycle.read
    assert {entry.column for entry in waiting(tmp_path)} == {"meter_id, invoice_date", "months_number"}
    assert rows(tmp_path, "reading_cycle", "max(cycle_month) <= DATE '2019-12-01'") == [(True,)]
    if mapping == "steg_as_known_then":
        first = f"SELECT client_id, as_of FROM read_csv('{folder}/client.csv', all_varchar = true)"
        late = rows(
            tmp_path, "reading_cycle", "DISTINCT customer_id, max(read_date) OVER (PARTITION BY customer_id)"
        )
        with duckdb.connect() as connection:
            known = dict(connection.execute(first).fetchall())
        assert all(str(last) < known[customer] for customer, last in late)
