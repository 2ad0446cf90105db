"""Two hundred broken files: each ends in rows and quarantine, or in one clear refusal; never in between."""

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from tests.lake.import_kit import CUSTOMERS, ORG, rows, run, waiting, write
from wattwarden.domain.content import contract
from wattwarden.lake.store import Lake

FILES = 200
PER_IMPORT = 20
COLUMNS = ("customer_id", "name", "org_id", "status", "opened_on", "contract_capacity_kva", "is_protected")
JUNK = (
    "",
    "\x01",
    "😀𠀀",
    "'",
    '"',
    '""',
    "#REF!",
    "NULL",
    "1e999",
    "-",
    "二〇二四",
    "9" * 400,
    "\ufffd",
    "0x1F",
    "，",
    "\\",
    "{}",
    "a,b",
)


def good_rows(chance: random.Random, count: int) -> list[list[str]]:
    return [
        [
            f"C{at}", chance.choice(("甲", "Smith", "O'Neil", "名,字")), chance.choice(("O1", "O2")),
            chance.choice(("active", "停电")), f"20{chance.randint(10, 24)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}",
            f"{chance.randint(1, 9000) / 10}", chance.choice(("是", "N", "")),
        ]
        for at in range(count)
    ]  # fmt: skip


def spoil_cells(chance: random.Random, table: list[list[str]]) -> list[list[str]]:
    for _ in range(chance.randint(0, 6)):
        line, at = chance.randrange(len(table)), chance.randrange(len(COLUMNS))
        table[line][at] = chance.choice(JUNK)
    return table


def spoil_bytes(chance: random.Random, content: bytes) -> bytes:
    data = bytearray(content)
    kind = chance.randrange(6)
    if kind == 0:
        return bytes(data[: chance.randrange(len(data))])
    if kind == 1:
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    elif kind == 2:
        at = chance.randrange(len(data))
        data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 50)))
    elif kind == 3:
        at = chance.randrange(len(data))
        del data[at : at + chance.randint(1, 200)]
    elif kind == 4:
        at = chance.randrange(len(data))
        data[at:at] = data[at : at + chance.randint(1, 300)]
    return bytes(data)


def as_csv(chance: random.Random, table: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=chance.choice(",;\t|"), lineterminator=chance.choice(("\n", "\r\n")))
    writer.writerows([COLUMNS, *table])
    content = text.getvalue()
    if chance.random() < 0.2:
        content = content.replace('"', "", 1)
    return content.encode(chance.choice(("utf-8", "utf-8-sig", "gb18030")), errors="replace")


def as_xlsx(chance: random.Random, table: list[list[str]]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("customer")
    for line, row in enumerate([list(COLUMNS), *table], start=chance.choice((0, 0, 0, 2))):
        sheet.write_row(line, 0, [cell.replace("\x01", "?") for cell in row])
    book.close()
    return target.getvalue()


def as_parquet(chance: random.Random, table: list[list[str]]) -> bytes:
    columns = {name: [row[at] for row in table] for at, name in enumerate(COLUMNS)}
    if chance.random() < 0.3:
        columns.pop(chance.choice(COLUMNS))
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, compression=chance.choice(("none", "zstd")))
    return target.getvalue()


WRITERS: dict[str, Callable[[random.Random, list[list[str]]], bytes]] = {
    "csv": as_csv, "xlsx": as_xlsx, "parquet": as_parquet,
}  # fmt: skip


@pytest.mark.parametrize("batch", range(FILES // PER_IMPORT))
def test_broken_files_end_in_rows_and_quarantine_or_in_one_refusal(tmp_path: Path, batch: int) -> None:
    home = tmp_path / "home"
    run(
        home,
        write(tmp_path / "base", org_unit=ORG, customer=CUSTOMERS.splitlines()[0] + "\nX,x,O1,active,\n"),
    )
    folder = tmp_path / "in"
    folder.mkdir()
    names = []
    for number in range(PER_IMPORT):
        chance = random.Random(batch * PER_IMPORT + number)
        ending = chance.choice(["csv", "csv", "xlsx", "parquet"])
        table = spoil_cells(chance, good_rows(chance, chance.randint(1, 40)))
        for row in table:
            row[0] = f"{number}-{row[0]}"
        content = WRITERS[ending](chance, table)
        if chance.random() < 0.7:
            content = spoil_bytes(chance, content)
        names.append(f"customer_{number}.{ending}")
        (folder / names[-1]).write_bytes(content)
    report = run(home, folder)
    entries = waiting(home)
    for name in names:
        own = [file for file in report.files if Path(file.title.partition(" [")[0]).name == name]
        assert own, name
        for file in own:
            if file.status == "refused":
                assert len(file.problems) == 1
                assert file.problems[0].found
                assert file.problems[0].expected
                assert file.problems[0].action
                assert not any(Path(entry.file).name == name for entry in entries)
            else:
                found = sum(1 for entry in entries if Path(entry.file).name == name)
                assert found == file.quarantined
                assert found <= file.rows
    for count in report.tables:
        kept = count.new + count.corrected + count.unchanged
        assert count.read == kept + count.doubled + count.quarantined
        assert len(rows(home, "customer")) == 1 + count.new
    assert Lake(home, contract()).snapshot().version == (report.version or 1)
    assert not list((home / "tmp").glob("import-*"))
