"""A small utility, and helpers to import it and to look at the lake."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from wattwarden.app.import_files import ImportReport, ImportRequest, import_files
from wattwarden.app.quarantine_rows import list_quarantine
from wattwarden.domain.content import contract
from wattwarden.lake.quarantine import Entry
from wattwarden.lake.store import Lake

NOW = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)
ORG = "org_id,name,kind,parent_org_id\nO1,Example County,county,\nO2,示例供电所,供电所,O1\n"
CUSTOMERS = (
    "customer_id,name,org_id,status,opened_on\nC1,甲,O1,active,2020-01-05\nC2,乙,O2,正常用电,2020-02-05\n"
)
METERS = "meter_id,customer_id,role,multiplier\nM1,C1,billing,1\nM2,C2,结算,30\n"
BILL_HEAD = "bill_id,customer_id,bill_month,kind,kwh,amount_fen,issued_on\n"


def write(folder: Path, **files: str) -> Path:
    """Write ``name.csv`` for each keyword into ``folder`` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def run(home: Path, *paths: Path, **options: object) -> ImportReport:
    """Import ``paths`` at a fixed time."""
    request = {"home": home, "paths": paths, "imported_at": NOW, **options}
    return import_files(ImportRequest(**request))  # type: ignore[arg-type]  # options are those of the request


def rows(home: Path, table: str, columns: str = "*") -> list[tuple[object, ...]]:
    """Current rows of a table, without the columns of the lake, in a stable order."""
    files = Lake(home, contract()).files(table)
    if not files:
        return []
    wanted = ", ".join(f'"{name}"' for name in contract()[table].columns) if columns == "*" else columns
    query = f"SELECT {wanted} FROM read_parquet({list(files)}) WHERE superseded_at IS NULL ORDER BY ALL"
    with duckdb.connect() as connection:
        return [tuple(row) for row in connection.execute(query).fetchall()]


def waiting(home: Path, table: str | None = None) -> list[Entry]:
    """Entries in quarantine."""
    return list_quarantine(home, table)


def lake_state(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """All current rows by table, and which rows wait in quarantine, whatever files they stand in."""
    lake = Lake(home, contract())
    state = {name: rows(home, name) for name in contract().source_tables if lake.files(name)}
    held = [(entry.table, entry.column, entry.found, sorted(entry.raw.items())) for entry in waiting(home)]
    state["waiting"] = [(row,) for row in sorted({repr(row) for row in held})]
    return state


def refusal(report: ImportReport) -> str:
    """The text of the single refusal of an import."""
    (refused,) = [file for file in report.files if file.status == "refused"]
    return " ".join(map(str, refused.problems))
