"""The engine is fenced in and limited, whatever SQL reaches it."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.snapshot import Snapshot
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "ATTACH '/tmp/other.db' AS other",
        "COPY (SELECT 1) TO '/tmp/leak.csv'",
        "INSTALL httpfs",
        "SELECT * FROM read_csv('https://example.org/x.csv')",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
    ],
)
def test_the_fence_holds_without_the_lint(query: str) -> None:
    """Even SQL that no lint has seen reaches no file, database or network."""
    with DuckDBEngine(contract(), Limits(seconds=10)) as engine:
        engine.open_empty()
        with pytest.raises(WattwardenError):
            engine.query(query)


def test_an_endless_join_is_stopped() -> None:
    """A query that would not end fails by its time limit, and the engine goes on."""
    with DuckDBEngine(contract(), Limits(seconds=0.5)) as engine:
        engine.open_empty()
        numbers = "(SELECT unnest(range(100000)) AS n)"
        with pytest.raises(WattwardenError, match=r"0\.5 s"):
            engine.query(f"SELECT sum(a.n * b.n % 7 + c.n) AS s FROM {numbers} a, {numbers} b, {numbers} c")
        assert engine.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_too_much_memory_is_an_error(tmp_path: Path) -> None:
    """A query that needs more than its share fails; it does not take the machine down."""
    with DuckDBEngine(contract(), Limits(memory="60MB", seconds=60, threads=1), tmp_path) as engine:
        engine.open_empty()
        with pytest.raises(WattwardenError, match="memory limit"):
            engine.query("SELECT list(n) AS l FROM (SELECT unnest(range(50000000)) AS n)")


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """The scratch folder is empty afterwards."""
    with DuckDBEngine(contract(), Limits(), tmp_path) as engine:
        engine.open_empty()
        engine.derive(["customer_month"])
    assert list(tmp_path.iterdir()) == []


def test_names_survive_quotes_and_emoji() -> None:
    """Names are data, whatever is in them."""
    name = 'O\'Brien "甲" 😀 𠮷'
    with DuckDBEngine(contract(), Limits()) as engine:
        engine.open_empty()
        with engine.filled({"customer": [{"customer_id": "C1", "name": name}]}):
            assert engine.query("SELECT name FROM customer").to_pylist() == [{"name": name}]
        assert engine.row_count("customer") == 0


def test_files_older_than_a_column(tmp_path: Path) -> None:
    """A column that the contract gained later reads as NULL in the files written before."""
    old = pa.table({"staff_id": ["E1"], "superseded_at": pa.array([None], pa.timestamp("us", "UTC"))})
    pq.write_table(old, tmp_path / "old.parquet")
    snapshot = Snapshot(
        1, datetime(2026, 1, 1, tzinfo=UTC), True, {"staff": (str(tmp_path / "old.parquet"),)}
    )
    with DuckDBEngine(contract(), Limits()) as engine:
        engine.open_snapshot(snapshot)
        assert engine.query("SELECT staff_id, role FROM staff").to_pylist() == [
            {"staff_id": "E1", "role": None}
        ]
