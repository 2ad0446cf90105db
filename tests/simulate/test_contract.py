"""A county that an import accepts: every table, column, type, key, code and reference of the contract."""

import pyarrow.parquet as pq
import pytest

from tests.simulate.conftest import County
from wattwarden.domain.content import contract
from wattwarden.simulate.write import schema_of

TABLES = sorted(contract().source_tables)


@pytest.mark.parametrize("table", TABLES)
def test_columns_and_types_are_those_of_the_contract(county: County, table: str) -> None:
    schema = pq.read_schema(county.folder / "data" / f"{table}.parquet")
    assert schema.remove_metadata() == schema_of(contract(), table)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_rows(county: County, table: str) -> None:
    assert county.made.rows[table] > 0


@pytest.mark.parametrize("table", TABLES)
def test_keys_are_unique_and_required_values_present(county: County, table: str) -> None:
    model = contract()[table]
    key = ", ".join(f'"{name}"' for name in model.key)
    assert county.rows(f'SELECT {key} FROM "{table}" GROUP BY {key} HAVING count(*) > 1') == []
    for name in model.columns:
        if model.is_required(name):
            assert county.one(f'SELECT count(*) FROM "{table}" WHERE "{name}" IS NULL') == (0,), name


@pytest.mark.parametrize("table", TABLES)
def test_codes_and_ranges_hold(county: County, table: str) -> None:
    for name, column in contract()[table].columns.items():
        if column.values:
            found = {
                row[0]
                for row in county.rows(f'SELECT DISTINCT "{name}" FROM "{table}" WHERE "{name}" IS NOT NULL')
            }
            assert found <= set(column.values), name
        for bound, sign in ((column.min, "<"), (column.max, ">")):
            if bound is not None:
                outside = county.one(f'SELECT count(*) FROM "{table}" WHERE "{name}" {sign} {bound}')
                assert outside == (0,), name


@pytest.mark.parametrize("table", TABLES)
def test_references_lead_somewhere(county: County, table: str) -> None:
    for name, column in contract()[table].columns.items():
        if column.ref in contract().source_tables:
            key = contract()[str(column.ref)].key[0]
            lost = county.one(
                f'SELECT count(*) FROM "{table}" WHERE "{name}" IS NOT NULL '
                f'AND "{name}" NOT IN (SELECT "{key}" FROM "{column.ref}")'
            )
            assert lost == (0,), name


@pytest.mark.parametrize("table", TABLES)
def test_row_checks_pass(county: County, table: str) -> None:
    for check in contract()[table].checks:
        assert county.one(f'SELECT count(*) FROM "{table}" WHERE NOT ({check.sql})') == (0,), check.id


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_known_before_the_start_or_long_after_the_end(county: County, table: str) -> None:
    early, late = county.one(
        f"SELECT min(arrived_at) >= TIMESTAMPTZ '{county.plan.start} 00:00+08', "
        f"max(arrived_at) <= TIMESTAMPTZ '{county.plan.end} 00:00+08' + INTERVAL 2 DAY FROM \"{table}\""
    )
    assert (early, late) == (True, True)


def test_no_event_lies_after_the_end(county: County) -> None:
    for name, table in contract().source_tables.items():
        if table.event_time:
            late = county.one(
                f'SELECT count(*) FROM "{name}" WHERE CAST("{table.event_time}" AS DATE) > DATE \'{county.plan.end}\''
            )
            assert late == (0,), name
