"""The reading room: rows of a scan laid out so that those of one customer are read in milliseconds.

A set is rows under a name, sorted by their key and cut into Parquet files that never split a key. Its file
``index.json`` says with which key each file begins, so a reader opens one file and in it the few row groups
whose keys fit. A room is written aside and appears under the number of its scan in one step; the older ones
are removed after that. See docs/decisions/0009-reading-room.md.
"""

import bisect
import functools
import json
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wattwarden.domain.errors import fail
from wattwarden.lake.disk import clear_disk_errors, sync

FOLDER, INDEX = "room", "index.json"
ROWS_PER_FILE = 400_000
"""A file ends with the key in which it passes this many rows."""
ROWS_PER_GROUP = 4_096
"""Rows that are decoded together: what a reader pays at least, and what the index of a file costs."""
_NUMBER = re.compile(r"\d{6,}")
_DRAFT = ".draft-"
_ONCE_MORE = 2
_DEAD_AFTER_SECONDS = 24 * 3600


class RoomWriter:
    """Writes one room aside; ``publish`` makes it the room of a scan, ``discard`` takes it away."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._draft = self._folder / f"{_DRAFT}{uuid4().hex}"
        self._index: dict[str, dict[str, object]] = {}
        with clear_disk_errors(self._folder):
            self._sweep()
            self._draft.mkdir(parents=True)

    def write(self, name: str, key: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> int:
        """Write one set; returns its rows.

        Args:
            key: The text column that rows are looked for by; ``batches`` are sorted by it.
            schema: Of the batches, for a set without any.
        """
        place = self._draft / name
        firsts: list[str] = []
        rows = 0
        with clear_disk_errors(self._folder):
            place.mkdir()
            for table in _cut(batches, key):
                pq.write_table(
                    table, place / f"{len(firsts):05d}.parquet", row_group_size=ROWS_PER_GROUP,
                    compression="zstd", write_statistics=[key],
                )  # fmt: skip
                firsts.append(table[key][0].as_py())
                rows += table.num_rows
            pq.write_table(schema.empty_table(), place / "empty.parquet")
        self._index[name] = {"key": key, "firsts": firsts, "rows": rows}
        return rows

    def publish(self, number: int) -> Path:
        """Make this the room of scan ``number``; rooms of earlier scans go."""
        final = self._folder / f"{number:06d}"
        with clear_disk_errors(self._folder):
            (self._draft / INDEX).write_text(json.dumps(self._index), encoding="utf-8")
            for path in self._draft.rglob("*"):
                sync(path)
            if final.exists():
                shutil.rmtree(final)
            self._draft.rename(final)
            sync(self._folder)
        for path in self._folder.iterdir():
            if _NUMBER.fullmatch(path.name) and int(path.name) < number:
                shutil.rmtree(path, ignore_errors=True)
        return final

    def _sweep(self) -> None:
        """Remove what writers left that died long ago."""
        for path in self._folder.glob(f"{_DRAFT}*"):
            if time.time() - path.stat().st_mtime > _DEAD_AFTER_SECONDS:
                shutil.rmtree(path, ignore_errors=True)

    def discard(self) -> None:
        """Take away what was written."""
        shutil.rmtree(self._draft, ignore_errors=True)


class ReadingRoom:
    """The newest room of a data folder.

    Args:
        home: The data folder.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def number(self) -> int | None:
        """The scan whose rows stand here; None before the first room."""
        if not self._folder.is_dir():
            return None
        numbers = [int(p.name) for p in self._folder.iterdir() if _NUMBER.fullmatch(p.name)]
        return max(numbers, default=None)

    def read(self, name: str, key: str) -> pa.Table:
        """Rows of set ``name`` with this key, in the order they were written; none for an unknown key.

        Raises:
            WattwardenError: there is no room yet, or it has no such set.
        """
        for attempt in range(_ONCE_MORE):
            number = self.number()
            if number is None:
                break
            try:
                return _read(self._folder / f"{number:06d}", name, key)
            except FileNotFoundError:
                # A newer room may have taken its place between the two looks.
                if attempt + 1 == _ONCE_MORE and self.number() == number:
                    break
        raise fail(
            f"reading room, {name}",
            found="no rows prepared for reading",
            expected="a full scan by this version",
            action="Run: wattwarden scan",
        )


def _read(room: Path, name: str, key: str) -> pa.Table:
    index = _index(room / INDEX)
    if name not in index:
        raise FileNotFoundError(name)
    column, firsts = str(index[name]["key"]), index[name]["firsts"]
    place = room / name
    at = bisect.bisect_right(_texts(firsts), key) - 1
    if at < 0:
        return pq.read_table(place / "empty.parquet")
    with pq.ParquetFile(place / f"{at:05d}.parquet") as file:
        rows = file.read_row_groups(list(_groups(file.metadata, column, key)), use_threads=False)
    return rows.filter(pc.equal(rows[column], key))


@functools.lru_cache(maxsize=4)
def _index(path: Path) -> Mapping[str, Mapping[str, object]]:
    """A published room never changes, so its index is read once."""
    try:
        loaded: Mapping[str, Mapping[str, object]] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise fail(
            str(path), found=f"an index that cannot be read ({error})", expected="what publishing has written",
            action="Publish the scan again.",
        ) from error  # fmt: skip
    return loaded


def _texts(value: object) -> Sequence[str]:
    return value if isinstance(value, list) else []


def _groups(metadata: pq.FileMetaData, column: str, key: str) -> Iterator[int]:
    """Row groups that may hold ``key``, by their least and greatest."""
    position = metadata.schema.names.index(column)
    for number in range(metadata.num_row_groups):
        seen = metadata.row_group(number).column(position).statistics
        if seen is None or not seen.has_min_max or seen.min <= key <= seen.max:
            yield number


def _cut(batches: Iterable[pa.RecordBatch], key: str) -> Iterator[pa.Table]:
    """Tables of at least ROWS_PER_FILE rows that end where a key ends."""
    held: list[pa.Table] = []
    rows = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        held.append(pa.Table.from_batches([batch]))
        rows += batch.num_rows
        if rows < ROWS_PER_FILE:
            continue
        together = pa.concat_tables(held)
        # The last key may go on in the next batch.
        ends = pc.index(together[key], together[key][-1]).as_py()
        if ends:
            yield together.slice(0, ends)
        held, rows = [together.slice(ends)], together.num_rows - ends
    if rows:
        yield pa.concat_tables(held)
