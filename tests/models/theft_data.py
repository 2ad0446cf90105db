"""A small folder of billing histories in the published form, drawn from a seed: thieves drop one day."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np

START = date(2008, 1, 20)
TERMS = 18
DAYS_PER_TERM = 121


def invoice_row(client: str, number: int, used: int, register: int) -> tuple[object, ...]:
    """One four-month electricity invoice."""
    day = START + timedelta(days=DAYS_PER_TERM * number)
    return (
        client,
        str(day),
        11,
        100 + int(client[1:]),
        "0",
        203,
        6,
        1,
        used,
        0,
        0,
        0,
        register,
        register + used,
        4,
        "ELEC",
    )


def write_folder(folder: Path, customers: int = 120, seed: int = 0, first: int = 0) -> Path:
    """Write ``client.csv``, ``label.csv`` and ``invoice.parquet``; every fourth customer steals."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    clients, labels, rows = (
        ["disrict,client_id,client_catg,region,creation_date,as_of"],
        ["client_id,fraud"],
        [],
    )
    for number in range(first, first + customers):
        name, steals = f"c{number}", number % 4 == 0
        cut = START + timedelta(days=DAYS_PER_TERM * int(rng.integers(12, TERMS)))
        clients.append(f"60,{name},11,{101 + number % 3},{1 + number % 28:02d}/03/2001,{cut}")
        labels.append(f"{name},{float(steals)}")
        usual, register = rng.uniform(300, 900), 1000
        for term in range(TERMS):
            drop = 0.3 if steals and term >= 7 else 1.0
            used = int(usual * drop * rng.uniform(0.85, 1.15))
            rows.append(invoice_row(name, term, used, register))
            register += used
    (folder / "client.csv").write_text("\n".join(clients) + "\n", encoding="utf-8")
    (folder / "label.csv").write_text("\n".join(labels) + "\n", encoding="utf-8")
    write_invoices(folder, rows)
    return folder


def write_invoices(folder: Path, rows: list[tuple[object, ...]]) -> None:
    """Write ``invoice.parquet`` with the published columns."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE i (client_id VARCHAR, invoice_date VARCHAR, tarif_type BIGINT, counter_number BIGINT,"
            " counter_statue VARCHAR, counter_code BIGINT, reading_remarque BIGINT, counter_coefficient BIGINT,"
            " consommation_level_1 BIGINT, consommation_level_2 BIGINT, consommation_level_3 BIGINT,"
            " consommation_level_4 BIGINT, old_index BIGINT, new_index BIGINT, months_number BIGINT,"
            " counter_type VARCHAR)"
        )
        connection.executemany(f"INSERT INTO i VALUES ({', '.join('?' * 16)})", rows)
        connection.execute("COPY i TO ? (FORMAT parquet)", [str(folder / "invoice.parquet")])
