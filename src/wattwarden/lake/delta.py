"""One table on disk: a Delta table whose Parquet files DuckDB writes.

Delta keeps the list of files per version and makes a change of that list atomic. The files
themselves are written by DuckDB, so that they are sorted, bounded in memory, and a correction
rewrites only those files that hold a replaced row.
"""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, PostCommitHookProperties, write_deltalake
from deltalake.schema import Field, Schema
from deltalake.transaction import AddAction, RemoveAction

from wattwarden.domain.errors import fail
from wattwarden.lake.disk import sync
from wattwarden.lake.drafts import Drafts
from wattwarden.lake.schema import MONTH, literal

# A lake version names old Delta versions for ever, so their log must never be cleaned away.
_KEEP_LOG = {"delta.enableExpiredLogCleanup": "false", "delta.logRetentionDuration": "interval 36500 days"}
_HOOKS = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)

_FILE_SIZE = "64MB"
_ROW_GROUP = 122_880
_LOG = "_delta_log"


@dataclass(frozen=True)
class DataFile:
    """One Parquet file of a table.

    Args:
        path: Path relative to the folder of the table, with ``/``.
        rows: Number of rows, replaced ones included.
        bytes: Size in bytes.
        month: ``2025-01`` where the table is split by month, else None.
    """

    path: str
    rows: int
    bytes: int
    month: str | None


class DeltaFolder:
    """The folder of one table at one Delta version.

    Args:
        root: Folder of the table.
        version: Delta version to read; the latest when None.
    """

    def __init__(self, root: Path, version: int | None = None) -> None:
        self.root = root
        self._delta = DeltaTable(root.absolute().as_uri(), version=version)
        self._listed: tuple[DataFile, ...] | None = None

    @staticmethod
    def exists(root: Path) -> bool:
        """Whether ``root`` holds a Delta table."""
        return DeltaFolder.latest(root) is not None

    @staticmethod
    def latest(root: Path) -> int | None:
        """Number of the latest Delta version below ``root``, read from file names alone."""
        log = root / _LOG
        names = [path.stem for path in log.glob("*.json") if path.stem.isdigit()] if log.is_dir() else []
        return int(max(names)) if names else None

    @classmethod
    def create(cls, root: Path, schema: pa.Schema) -> "DeltaFolder":
        """Create an empty table; version 0 is always empty."""
        root.mkdir(parents=True, exist_ok=True)
        DeltaTable.create(
            root.absolute().as_uri(),
            schema=schema,
            partition_by=[MONTH] if MONTH in schema.names else None,
            configuration=_KEEP_LOG,
        )
        return cls(root)

    @property
    def version(self) -> int:
        """Delta version that is read."""
        return self._delta.version()

    @property
    def schema(self) -> pa.Schema:
        """Columns and types, the month included."""
        return pa.schema(self._delta.schema().to_arrow())

    def listing(self) -> tuple[DataFile, ...]:
        """All files of this version, in a stable order."""
        if self._listed is None:
            actions = pa.table(self._delta.get_add_actions(flatten=True)).to_pylist()
            files = [
                DataFile(a["path"], a["num_records"] or 0, a["size_bytes"], a.get(f"partition.{MONTH}"))
                for a in actions
            ]
            self._listed = tuple(sorted(files, key=lambda file: file.path))
        return self._listed

    def paths(self, files: Iterable[DataFile] | None = None) -> tuple[str, ...]:
        """Absolute paths of ``files``, or of all files of this version."""
        root = self.root.absolute()
        return tuple(str(root / file.path) for file in (self.listing() if files is None else files))

    def add_columns(self, columns: pa.Schema) -> None:
        """Add columns that the contract has gained; they are NULL in the rows stored before."""
        self._delta.alter.add_columns(list(Schema.from_arrow(columns).fields))
        self._moved()

    def append(self, rows: pa.Table) -> None:
        """Append rows whose columns the caller chooses; a new column is NULL in older rows."""
        write_deltalake(
            self._delta, rows, mode="append", schema_mode="merge", post_commithook_properties=_HOOKS
        )
        self._moved()

    def replace(self, added: list[DataFile], removed: list[DataFile], same_rows: bool = False) -> None:
        """Add and remove files in one Delta version.

        Args:
            added: Files that already lie in the folder.
            removed: Files that leave the list; they stay on disk for older versions.
            same_rows: The rows stay the same and are only laid out differently.
        """
        now = int(time.time() * 1000)
        actions: list[AddAction | RemoveAction] = [
            AddAction(f.path, f.bytes, _partition(f), now, not same_rows, json.dumps({"numRecords": f.rows}))
            for f in added
        ]
        actions += [RemoveAction(f.path, not same_rows, now, f.bytes, _partition(f)) for f in removed]
        schema = self._delta.schema()
        self._delta.create_write_transaction(
            actions,
            mode="append",
            schema=schema,
            partition_by=[MONTH] if MONTH in self.schema.names else None,
            post_commithook_properties=_HOOKS,
        )
        self._moved()

    def roll_back(self, version: int) -> None:
        """Make the files of an earlier ``version`` the latest again and delete the ones added since."""
        kept = DeltaFolder(self.root, version)
        self._delete_added_since(version, kept.listing())
        if self.listing() != kept.listing() or self.schema != kept.schema:
            self._delta.restore(version, post_commithook_properties=_HOOKS)
            self._moved()

    def forget_steps(self, since: int) -> None:
        """Delete files that came and went after version ``since``; this version does not list them."""
        listed = DeltaFolder(self.root, since).listing() if since >= 0 else ()
        self._delete_added_since(since, (*listed, *self.listing()))

    def write(
        self, connection: duckdb.DuckDBPyConnection, select: str, month: str | None, drafts: Drafts
    ) -> list[DataFile]:
        """Write the rows of ``select`` into new files of this folder, unlisted until ``replace``.

        Args:
            connection: Where ``select`` runs; the order of its rows is kept.
            select: SQL of all stored columns but the month.
            month: Month all rows belong to, or None.
            drafts: Where files are written until they are complete.
        """
        draft = drafts.new()
        written = connection.execute(
            f"COPY ({select}) TO {literal(str(draft / 'part'))} (FORMAT parquet, COMPRESSION zstd, "
            f"ROW_GROUP_SIZE {_ROW_GROUP}, FILE_SIZE_BYTES '{_FILE_SIZE}', RETURN_STATS)"
        ).fetchall()
        folder = f"{MONTH}={month}/" if month else ""
        target = self.root / folder
        target.mkdir(exist_ok=True)
        files = [
            DataFile(folder + drafts.move(draft, number, Path(path), target), rows, size, month)
            for number, (path, rows, size, *_) in enumerate(sorted(written))
            if rows
        ]
        sync(target)
        return files

    def sync_log(self, since: int) -> None:
        """Force the log entries after version ``since`` onto the disk."""
        log = self.root / _LOG
        for version in range(since + 1, self.version + 1):
            sync(log / f"{version:020d}.json")
        sync(log)

    def _delete_added_since(self, version: int, keep: Iterable[DataFile]) -> None:
        named = {file.path for file in keep}
        for later in range(version + 1, self.version + 1):
            for file in DeltaFolder(self.root, later).listing():
                if file.path not in named:
                    (self.root / file.path).unlink(missing_ok=True)

    def _moved(self) -> None:
        self._delta.update_incremental()
        self._listed = None


def check_folder_name(path: Path) -> None:
    """Refuse a data folder whose name the storage libraries read as a pattern or an escape.

    Raises:
        WattwardenError: the path holds one of ``* ? [ ] %``.
    """
    found = sorted(set(str(path.absolute())) & set("*?[]%"))
    if found:
        raise fail(
            str(path),
            found=f"the characters {' '.join(found)} in its path",
            expected="a data folder without * ? [ ] %",
            action="Name another folder in WATTWARDEN_HOME.",
        )


def field_types(schema: pa.Schema) -> dict[str, str]:
    """Delta type by column, to compare what is stored with what the contract asks."""
    return {field.name: str(field.type) for field in _fields(schema)}


def _fields(schema: pa.Schema) -> list[Field]:
    return list(Schema.from_arrow(schema).fields)


def _partition(file: DataFile) -> dict[str, str | None]:
    return {MONTH: file.month} if file.month else {}
