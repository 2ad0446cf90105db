"""Small counties that the tests of the simulator share: one with faults, one honest, one honest in winter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from wattwarden.domain.content import contract
from wattwarden.engines.derive import derivation_order
from wattwarden.simulate.plan import Plan
from wattwarden.simulate.run import Simulated, simulate

CUSTOMERS, MONTHS, SEED = 2_000, 7, 3


@dataclass(frozen=True)
class County:
    """A simulated county, and a connection on which its tables are views."""

    folder: Path
    plan: Plan
    made: Simulated
    db: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of a query."""
        return self.db.execute(sql).fetchall()

    def one(self, sql: str) -> tuple[object, ...]:
        """The single row of a query."""
        (row,) = self.rows(sql)
        return row


def _make(folder: Path, plan: Plan) -> County:
    made = simulate(plan, folder)
    db = duckdb.connect(config={"threads": 1})
    for name in contract().source_tables:
        db.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM '{folder}/data/{name}.parquet'")
    for name in derivation_order(contract(), ("customer_month", "meter_day", "area_loss_daily", "open_bill")):
        derived = contract()[name].derived
        assert derived is not None
        db.execute(f'CREATE TABLE "{name}" AS {derived.sql}')
    for name in ("truth", "billing_truth"):
        db.execute(
            f"CREATE VIEW {name} AS SELECT * FROM read_csv('{folder}/truth/{name}.csv', all_varchar=true)"
        )
    return County(folder, plan, made, db)


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A county with faults and without dirt."""
    made = _make(tmp_path_factory.mktemp("county"), Plan(CUSTOMERS, MONTHS, SEED, dirt=False))
    yield made
    made.db.close()


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """The same county without a single fault."""
    plan = Plan(CUSTOMERS, MONTHS, SEED, faults=False, dirt=False)
    made = _make(tmp_path_factory.mktemp("honest"), plan)
    yield made
    made.db.close()


@pytest.fixture(scope="session")
def winter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """An honest county with bills on both sides of the end of time of use in the market."""
    plan = Plan(1_000, 4, SEED, date(2026, 4, 20), daily_days=5, curve_days=0, faults=False, dirt=False)
    made = _make(tmp_path_factory.mktemp("winter"), plan)
    yield made
    made.db.close()
