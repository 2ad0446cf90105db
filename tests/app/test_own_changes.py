"""Whose change a finding is about: files, bills and late fees of its customer in its period."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import pyarrow as pa
import pytest

from wattwarden.app.own_changes import own_changes
from wattwarden.domain.content import contract
from wattwarden.domain.finding import FINDING_SCHEMA
from wattwarden.engines.duckdb_engine import DuckDBEngine, Limits

FOUND = {
    "finding_key": "f",
    "customer_id": "C1",
    "period_from": date(2026, 3, 1),
    "period_to": date(2026, 4, 1),
}
Rows = Mapping[str, Sequence[Mapping[str, object]]]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(contract(), Limits(memory="1GB", seconds=20, threads=1)) as opened:
        opened.open_empty()
        yield opened


def authors(engine: DuckDBEngine, given: Rows, **changes: object) -> set[str]:
    findings = pa.Table.from_pylist([FOUND | changes], FINDING_SCHEMA)
    with engine.filled(given):
        return set(own_changes(engine, findings).get("f", ()))


def change(on: datetime, customer: str = "C1", approved_by: str | None = "E2") -> Rows:
    row = {
        "change_id": "G1",
        "customer_id": customer,
        "changed_at": on,
        "staff_id": "E1",
        "approved_by": approved_by,
    }
    return {"archive_change": [row]}  # fmt: skip


def test_author_and_approver_of_a_change_in_the_period(engine: DuckDBEngine) -> None:
    assert authors(engine, change(datetime(2026, 3, 31, 23))) == {"E1", "E2"}
    assert authors(engine, change(datetime(2026, 3, 31, 23), approved_by=None)) == {"E1"}


def test_a_change_shows_up_to_a_month_later(engine: DuckDBEngine) -> None:
    assert authors(engine, change(datetime(2026, 1, 29))) == {"E1", "E2"}
    assert authors(engine, change(datetime(2026, 1, 28))) == set()


def test_the_period_is_half_open_and_may_still_go_on(engine: DuckDBEngine) -> None:
    assert authors(engine, change(datetime(2026, 4, 1))) == set()
    assert authors(engine, change(datetime(2026, 4, 1)), period_to=None) == {"E1", "E2"}


def test_changes_of_others_are_not_his(engine: DuckDBEngine) -> None:
    assert authors(engine, change(datetime(2026, 3, 5), customer="C2")) == set()
    assert authors(engine, change(datetime(2026, 3, 5)), customer_id=None) == set()


@pytest.mark.parametrize(
    ("kind", "found"), [("normal", set()), ("refund", {"E3", "E4"}), ("reissue", {"E3", "E4"})]
)
def test_a_bill_that_somebody_decided_on(engine: DuckDBEngine, kind: str, found: set[str]) -> None:
    bill = {"bill_id": "B1", "customer_id": "C1", "kind": kind, "issued_on": date(2026, 3, 9), "created_by": "E3",
            "approved_by": "E4"}  # fmt: skip
    assert authors(engine, {"bill": [bill]}) == found


def test_who_waived_a_late_fee(engine: DuckDBEngine) -> None:
    fee = {"bill_id": "B1", "customer_id": "C1", "decided_on": date(2026, 3, 9), "waived_by": "E5"}
    assert authors(engine, {"late_fee": [fee]}) == {"E5"}
