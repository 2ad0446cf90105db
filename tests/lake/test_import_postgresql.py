"""Import from a real PostgreSQL server, started for the tests; skipped where no server is installed."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from adbc_driver_postgresql import dbapi  # type: ignore[import-untyped]  # has no types

from tests.lake.import_kit import rows, run
from tests.postgresql import INSTALLED, postgresql_server
from wattwarden.domain.errors import WattwardenError
from wattwarden.lake.sources.database import DatabaseQuery

@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of a server with one table of bills."""
    if not INSTALLED:
        pytest.skip("no PostgreSQL server is installed")
    with postgresql_server() as running:
        address = running.address
        with dbapi.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE e_bill (应收标识 text, customer_id varchar(20), bill_month date, kind text, "
                "kwh numeric(12, 2), amount_yuan numeric(12, 2), issued_on timestamp, photo bytea)"
            )
            cursor.execute(
                "INSERT INTO e_bill VALUES ('B1', 'O''户😀', '2024-01-01', 'normal', 1.25, 12.34, '2024-02-01 00:00', 'x'),"
                " ('B2', 'C2', '2024-02-01', 'normal', 2, -0.01, '2024-03-01 00:00', NULL)"
            )
            connection.commit()
        yield address


@pytest.mark.parametrize(
    "how", [{"table": "public.e_bill"}, {"query": "SELECT * FROM e_bill WHERE kind <> 'x';"}]
)
def test_a_table_or_query_of_postgresql(tmp_path: Path, server: str, how: dict[str, str]) -> None:
    report = run(tmp_path, database=DatabaseQuery(server, **how), table="bill")
    assert report.files[0].ignored_columns == ("photo",)
    assert rows(tmp_path, "bill", "bill_id, customer_id, bill_month, kwh, amount_fen, issued_on") == [
        ("B1", "O'户😀", date(2024, 1, 1), Decimal("1.25"), 1234, date(2024, 2, 1)),
        ("B2", "C2", date(2024, 2, 1), Decimal(2), -1, date(2024, 3, 1)),
    ]


def test_the_same_query_twice_changes_nothing(tmp_path: Path, server: str) -> None:
    database = DatabaseQuery(server, table="e_bill")
    run(tmp_path, database=database, table="bill")
    again = run(tmp_path, database=database, table="bill")
    assert ([file.status for file in again.files], again.tables) == (["unchanged"], [])


def test_a_query_that_fails_names_the_fault_without_the_password(tmp_path: Path, server: str) -> None:
    with pytest.raises(WattwardenError, match="nowhere") as caught:
        run(tmp_path, database=DatabaseQuery(server, query="SELECT 1 FROM nowhere"), table="bill")
    assert "secret" not in str(caught.value)
