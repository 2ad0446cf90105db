"""Read folders of billing histories into the columns the theft score works on.

A folder holds ``client.csv``, ``invoice.parquet`` and ``label.csv`` in the form of the published fraud
detection challenge of the Tunisian Company of Electricity and Gas, with a column ``as_of`` in ``client.csv``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from wattwarden.domain.errors import fail
from wattwarden.models.theft.invoices import Customers, Ints, Invoices, sorted_invoices

FEWEST_INVOICES = 6
"""A history with fewer invoices is not scored."""
FILES = ("client.csv", "invoice.parquet", "label.csv")

CLIENTS = """
    INSERT INTO client
    SELECT ?, c.client_id, c.disrict::BIGINT, c.client_catg::BIGINT, c.region::BIGINT,
        strptime(c.creation_date, '%d/%m/%Y')::DATE, c.as_of::DATE, l.fraud::DOUBLE::BIGINT
    FROM read_csv(?, all_varchar => true, header => true, delim => ',') c
    JOIN read_csv(?, all_varchar => true, header => true, delim => ',') l USING (client_id)
"""
INVOICES = """
    INSERT INTO invoice
    SELECT ?, i.client_id, (i.counter_type = 'GAZ')::BIGINT, i.invoice_date::DATE,
        i.months_number, i.consommation_level_1, i.consommation_level_2, i.consommation_level_3,
        i.consommation_level_4, i.old_index, i.new_index, i.counter_number, i.tarif_type, i.counter_code,
        coalesce(try_cast(i.counter_statue AS BIGINT), -1), i.reading_remarque, i.counter_coefficient
    FROM read_parquet(?) i
"""
TABLES = """
    CREATE TABLE client (folder BIGINT, client_id VARCHAR, district BIGINT, category BIGINT, region BIGINT,
        connected DATE, as_of DATE, fraud BIGINT);
    CREATE TABLE invoice (folder BIGINT, client_id VARCHAR, kind BIGINT, date DATE, months BIGINT,
        level_1 BIGINT, level_2 BIGINT, level_3 BIGINT, level_4 BIGINT, old_index BIGINT, new_index BIGINT,
        meter BIGINT, tariff BIGINT, meter_kind BIGINT, meter_state BIGINT, remark BIGINT, multiplier BIGINT)
"""
SCORED = """
    CREATE TABLE scored AS
    SELECT row_number() OVER (ORDER BY folder, md5(client_id)) - 1 AS customer, client.*
    FROM client SEMI JOIN (
        SELECT folder, client_id FROM invoice JOIN client USING (folder, client_id)
        WHERE $full OR date < as_of GROUP BY ALL HAVING count(*) >= $fewest
    ) USING (folder, client_id)
"""
HISTORIES = """
    SELECT customer, invoice.* EXCLUDE (folder, client_id)
    FROM invoice JOIN scored USING (folder, client_id) WHERE $full OR date < as_of
    ORDER BY ALL
"""


@dataclass(frozen=True)
class Histories:
    """Customers of one or more folders with what was known of them.

    Attributes:
        customers: In an order that has nothing to do with the order of the files.
        confirmed: Whether each was found to steal; for fitting and for measuring only.
        folder: Which of the folders each comes from.
        cut_year: Year in which each history was cut: to measure within one year, never to fit.
    """

    customers: Customers
    invoices: Invoices
    confirmed: NDArray[np.bool_]
    folder: Ints
    cut_year: Ints


def read_histories(folders: Sequence[Path], *, full_history: bool) -> Histories:
    """The histories in ``folders``: those before the cut, or all there is.

    Raises:
        WattwardenError: a file is missing or cannot be read, or nothing is left to score.
    """
    for folder in folders:
        for name in FILES:
            if not (folder / name).is_file():
                raise fail(str(folder), found=f"no {name}", expected=f"the files {', '.join(FILES)}")
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        for number, folder in enumerate(folders):
            try:
                clients, labels = str(folder / "client.csv"), str(folder / "label.csv")
                connection.execute(CLIENTS, [number, clients, labels])
                connection.execute(INVOICES, [number, str(folder / "invoice.parquet")])
            except duckdb.Error as error:
                raise fail(str(folder), found=error, expected="the columns of the published set") from error
        connection.execute(SCORED, {"full": full_history, "fewest": FEWEST_INVOICES})
        customers = _columns(connection, "SELECT * FROM scored ORDER BY customer", {})
        invoices = _columns(connection, HISTORIES, {"full": full_history})
    if not len(customers["customer"]):
        folders_named = ", ".join(map(str, folders))
        raise fail(folders_named, found="no customer to score", expected=f"{FEWEST_INVOICES} invoices each")
    return _histories(customers, invoices)


def _columns(
    connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, bool]
) -> dict[str, NDArray[Any]]:
    """The columns of a query as plain arrays.

    Raises:
        WattwardenError: a cell is empty.
    """
    columns = (connection.execute(query, values) if values else connection.execute(query)).fetchnumpy()
    for name, column in columns.items():
        if np.ma.is_masked(column):
            raise fail(f"column {name}", found="empty cells", expected="a value in each row")
    return {name: np.asarray(column) for name, column in columns.items()}


def _histories(customers: dict[str, NDArray[Any]], invoices: dict[str, NDArray[Any]]) -> Histories:
    """Typed values from the columns of the two queries."""
    return Histories(
        customers=Customers(
            names=customers["client_id"].astype(np.str_),
            codes={name: customers[name].astype(np.int64) for name in ("district", "category", "region")},
            connected=customers["connected"].astype("datetime64[D]").astype(np.int64),
        ),
        invoices=sorted_invoices(invoices),
        confirmed=customers["fraud"].astype(bool),
        folder=customers["folder"].astype(np.int64),
        cut_year=customers["as_of"].astype("datetime64[Y]").astype(np.int64) + 1970,
    )
