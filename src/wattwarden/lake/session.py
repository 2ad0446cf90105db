"""One import into the lake: rows are merged table by table and become visible together.

What a session writes belongs to no lake version until ``commit``. A session that ends, or dies,
before that leaves files which no reader looks at; the next session takes them away first.
"""

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from wattwarden.domain.errors import fail
from wattwarden.domain.tables import ARRIVED_AT, Contract
from wattwarden.lake.clock import check_aware, utc_now
from wattwarden.lake.commits import CommitLog, LakeCommit
from wattwarden.lake.compact import compact
from wattwarden.lake.delta import DeltaFolder, field_types
from wattwarden.lake.disk import clear_disk_errors
from wattwarden.lake.drafts import Drafts
from wattwarden.lake.merge import Classifier, MergeResult
from wattwarden.lake.schema import Layout
from wattwarden.lake.stream import Rows, RowStream


class LakeSession:
    """The only writer of the lake while it lasts; made by ``Lake.session``.

    Args:
        lake: Folder of the lake.
        scratch: Folder for spilled and unfinished data, on the same disk; emptied at the start and the end.
        contract: The data contract.
        memory: Memory limit of comparing and sorting, as DuckDB writes it, such as ``1GB``.
    """

    def __init__(self, lake: Path, scratch: Path, contract: Contract, memory: str) -> None:
        self._lake = lake
        self._scratch = scratch
        self._contract = contract
        self._log = CommitLog(lake)
        self._head = self._log.head()
        self._tables: dict[str, DeltaFolder] = {}
        self._rows = dict(self._head.rows) if self._head else {}
        self._first = self._head.first_arrival if self._head else None
        self._last = self._head.last_arrival if self._head else None
        self._written: set[str] = set()
        self._drafts = Drafts(scratch / "drafts", lake)
        with clear_disk_errors(lake):
            self._roll_back()
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(parents=True)
        self._sql = duckdb.connect(
            config={
                "memory_limit": memory,
                "temp_directory": str(scratch / "spill"),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        self._sql.execute("SET TimeZone = 'UTC'")

    @property
    def changed(self) -> bool:
        """Whether anything was written that no lake version names yet."""
        return bool(self._written)

    def merge(self, table: str, rows: Rows, imported_at: datetime) -> MergeResult:
        """Add rows to a contract table, telling new from corrected and unchanged ones.

        Args:
            table: Name of a table that is imported.
            rows: All contract columns in contract types, and optionally ``arrived_at``.
            imported_at: Arrival of rows that do not say it themselves; zone-aware.

        Raises:
            WattwardenError: unknown table, missing or unknown columns, a NULL key, a full disk.
        """
        layout = self._layout(table)
        check_aware("imported_at", imported_at)
        stream = RowStream(rows)
        if stream.reader is None:
            return MergeResult()
        _check_columns(layout, stream.reader.schema)
        with clear_disk_errors(self._lake / table), stream.own_errors():
            return self._merge(layout, stream.reader, imported_at)

    def append_system(self, table: str, rows: pa.Table) -> None:
        """Append rows to a table of the lake's own, such as ``_quarantine``, with the caller's columns.

        Raises:
            WattwardenError: the name does not begin with ``_`` or is taken, or the disk is full.
        """
        if not table.startswith("_") or table == "_commits" or not table.isidentifier():
            raise fail(f"system table {table}", found="this name", expected="a name that begins with _")
        if rows.num_rows == 0:
            return
        with clear_disk_errors(self._lake / table):
            self._open(table, rows.schema).append(rows)
        self._written.add(table)
        self._rows[table] = self._rows.get(table, 0) + rows.num_rows

    def files(self, table: str) -> tuple[str, ...]:
        """Parquet files of ``table``, what this session merged included; none if never imported."""
        folder = self._known(table)
        return folder.paths() if folder else ()

    def commit(self, note: Mapping[str, str]) -> LakeCommit:
        """Make everything merged so far visible in one step.

        Args:
            note: What to remember about this import.

        Returns:
            The new version; the present one if nothing changed.

        Raises:
            WattwardenError: nothing was ever imported, or the disk is full.
        """
        if not self._written and self._head:
            return self._head
        if not self._written:
            raise fail(
                str(self._lake),
                found="no rows at all",
                expected="at least one row",
                action="Import a file with rows.",
            )
        with clear_disk_errors(self._lake):
            for name in sorted(self._written):
                compact(self._tables[name], self._layouts().get(name), self._sql, self._drafts)
            commit = self._next(note)
            for name in self._written:
                since = self._head.tables.get(name, -1) if self._head else -1
                self._tables[name].forget_steps(since)
                self._tables[name].sync_log(since)
            self._log.write(commit)
        self._head = commit
        self._written.clear()
        return commit

    def close(self) -> None:
        """Take away what was not committed and free the scratch folder."""
        self._sql.close()
        if self._written:
            self._tables.clear()
            self._roll_back()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _merge(self, layout: Layout, reader: pa.RecordBatchReader, imported_at: datetime) -> MergeResult:
        work = Classifier(self._sql, layout)
        try:
            self._sql.register("arriving", reader)
            staged = work.stage("arriving", ARRIVED_AT in reader.schema.names, imported_at)
            self._sql.unregister("arriving")
            if not staged:
                return MergeResult()
            folder = self._open(layout.name, layout.arrow)
            self._adopt(layout, folder)
            months = set(work.months())
            near = folder.paths(file for file in folder.listing() if file.month in months)
            result = work.classify(near, self._stored_columns(near), imported_at)
            if result.changed:
                self._written.add(layout.name)
                try:
                    self._store(work, folder)
                finally:
                    self._drafts.abandon()
                self._remember(layout.name, result, work.arrivals())
            return result
        finally:
            work.clear()

    def _store(self, work: Classifier, folder: DeltaFolder) -> None:
        """Write new files, rewrite those with replaced rows, and list both in one Delta version."""
        added = [
            file
            for month in work.kept_months()
            for file in folder.write(self._sql, work.select_kept(month), month, self._drafts)
        ]
        touched = work.replaced_files()
        removed = [file for file in folder.listing() if folder.paths([file])[0] in touched]
        for file in removed:
            (path,) = folder.paths([file])
            select = work.select_rewritten(path, self._stored_columns([path]))
            added += folder.write(self._sql, select, file.month, self._drafts)
        folder.replace(added, removed)
        self._drafts.settle()

    def _remember(self, table: str, result: MergeResult, arrivals: tuple[datetime, datetime] | None) -> None:
        self._rows[table] = self._rows.get(table, 0) + result.inserted
        if arrivals:
            self._first = min(filter(None, (self._first, arrivals[0])))
            self._last = max(filter(None, (self._last, arrivals[1])))

    def _next(self, note: Mapping[str, str]) -> LakeCommit:
        tables = dict(self._head.tables) if self._head else {}
        tables |= {name: folder.version for name, folder in self._tables.items() if folder.listing()}
        return LakeCommit(
            version=self._head.version + 1 if self._head else 1,
            at=utc_now(),
            note=dict(note),
            tables=tables,
            rows=self._rows,
            first_arrival=self._first,
            last_arrival=self._last,
        )

    def _known(self, table: str) -> DeltaFolder | None:
        if table not in self._tables and self._head and table in self._head.tables:
            self._tables[table] = DeltaFolder(self._lake / table)
        return self._tables.get(table)

    def _open(self, table: str, schema: pa.Schema) -> DeltaFolder:
        folder = self._known(table)
        if folder is None:
            root = self._lake / table
            folder = DeltaFolder(root) if DeltaFolder.exists(root) else DeltaFolder.create(root, schema)
            self._tables[table] = folder
        return folder

    def _adopt(self, layout: Layout, folder: DeltaFolder) -> None:
        """Add the columns that the contract gained since the table was created.

        Raises:
            WattwardenError: a stored column has another type than the contract says.
        """
        stored, wanted = field_types(folder.schema), field_types(layout.arrow)
        changed = [name for name in wanted if name in stored and stored[name] != wanted[name]]
        if changed:
            raise fail(
                f"table {layout.name}: {changed[0]}",
                found=f"{stored[changed[0]]} in the lake",
                expected=f"{wanted[changed[0]]} by the data contract",
                action="Import into a new data folder, or restore the type in content/tables.",
            )
        missing = [field for field in layout.arrow if field.name not in stored]
        if missing:
            folder.add_columns(pa.schema(missing))

    def _stored_columns(self, paths: tuple[str, ...] | list[str]) -> frozenset[str]:
        if not paths:
            return frozenset()
        described = self._sql.execute(
            "DESCRIBE SELECT * FROM read_parquet($1, union_by_name = true, hive_partitioning = false)",
            [list(paths)],
        )
        return frozenset(row[0] for row in described.fetchall())

    def _layouts(self) -> dict[str, Layout]:
        return {name: Layout.of(table) for name, table in self._contract.source_tables.items()}

    def _layout(self, table: str) -> Layout:
        if table not in self._contract.source_tables:
            raise fail(
                f"table {table}",
                found="no imported table of this name",
                expected=", ".join(sorted(self._contract.source_tables)),
                action="Correct the name or add content/tables/<name>.yaml.",
            )
        return Layout.of(self._contract[table])

    def _roll_back(self) -> None:
        """Bring every table back to the version that the latest commit names."""
        for root in sorted(path for path in self._lake.iterdir() if path.is_dir()):
            latest = DeltaFolder.latest(root)
            wanted = self._head.tables.get(root.name, 0) if self._head else 0
            if latest is not None and latest != wanted:
                DeltaFolder(root).roll_back(wanted)
        self._drafts.abandon()


def _check_columns(layout: Layout, schema: pa.Schema) -> None:
    wanted, found = set(layout.types), set(schema.names) - {ARRIVED_AT}
    if wanted != found:
        raise fail(
            f"table {layout.name}",
            found=f"missing {sorted(wanted - found)}, unknown {sorted(found - wanted)}",
            expected="exactly the columns of the data contract",
        )
