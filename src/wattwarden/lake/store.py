"""The lake: every imported row with the time it became known, in numbered versions.

Readers take a ``Snapshot``, a fixed list of Parquet files; they need no lock and never see half an
import. The only writer is a ``LakeSession``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wattwarden.domain.errors import fail
from wattwarden.domain.snapshot import Snapshot
from wattwarden.domain.tables import Contract
from wattwarden.lake.clock import check_aware
from wattwarden.lake.commits import CommitLog, LakeCommit
from wattwarden.lake.delta import DeltaFolder, check_folder_name
from wattwarden.lake.disk import clear_disk_errors
from wattwarden.lake.locks import exclusive
from wattwarden.lake.session import LakeSession

_MEMORY = "3GB"
"""60 million rows of a month-long import fail to sort within 1 GB; with 3 GB they pass and spill."""
_IMPORT_FIRST = "Import files with: wattwarden import PATH"


@dataclass(frozen=True)
class TableSize:
    """How much of a table one lake version holds.

    Args:
        name: Table name.
        rows: Current rows.
        stored_rows: Rows in the files, replaced ones included.
        files: Number of Parquet files.
        bytes: Their size in bytes.
    """

    name: str
    rows: int
    stored_rows: int
    files: int
    bytes: int


class Lake:
    """The lake below a data folder.

    Args:
        home: The data folder (``WATTWARDEN_HOME``); the lake is ``home/lake``. Reading creates nothing.
        contract: The data contract.
        memory: Memory limit of an import, as DuckDB writes it.

    Raises:
        WattwardenError: the path of the folder cannot be used.
    """

    def __init__(self, home: Path, contract: Contract, memory: str = _MEMORY) -> None:
        check_folder_name(home)
        self._home = home
        self._folder = home / "lake"
        self._contract = contract
        self._memory = memory
        self._log = CommitLog(self._folder)

    def snapshot(self, as_of: datetime | None = None, version: int | None = None) -> Snapshot:
        """A fixed view of the lake.

        Args:
            as_of: Show what was known at this instant, zone-aware; None for everything known.
            version: Lake version; None for the latest. Later versions of the lake may know more
                about the past, since a source may say when a row arrived.

        Raises:
            WattwardenError: no data to read, no such version, a time without zone, or a lake of
                another format.
        """
        commit = self._log.read(version) if version is not None else self.head()
        if commit is None or commit.first_arrival is None or commit.last_arrival is None:
            raise fail(
                f"lake {self._folder}",
                found="no data read",
                expected="at least one import",
                action=_IMPORT_FIRST,
            )
        known_at = max(commit.at, commit.last_arrival)
        if as_of is not None:
            check_aware("as-of time", as_of)
            known_at = as_of.astimezone(UTC)
        if known_at < commit.first_arrival:
            raise fail(
                f"lake {self._folder} as of {known_at.isoformat()}",
                found="no data read: nothing had arrived yet",
                expected=f"a time from {commit.first_arrival.isoformat()} on",
                action="Choose a later time.",
            )
        files = {name: self._at(commit, name).paths() for name in sorted(commit.tables)}
        return Snapshot(commit.version, known_at, known_at >= commit.last_arrival, files)

    @contextmanager
    def session(self, wait_seconds: float = 600) -> Iterator[LakeSession]:
        """Import: one process at a time, all or nothing.

        Args:
            wait_seconds: How long to wait for another import to end, in seconds.

        Raises:
            WattwardenError: another import lasts too long, a full disk, a lake of another format.
        """
        with clear_disk_errors(self._home):
            self._folder.mkdir(parents=True, exist_ok=True)
        with exclusive(self._folder / ".import.lock", wait_seconds, "an import"):
            with clear_disk_errors(self._folder):
                self._log.prepare()
            session = LakeSession(self._folder, self._home / "tmp" / "import", self._contract, self._memory)
            try:
                yield session
            finally:
                session.close()

    @contextmanager
    def standing_still(self, wait_seconds: float = 600) -> Iterator[None]:
        """Keep imports waiting, while the files of the lake are copied.

        Raises:
            WattwardenError: an import lasts too long.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with exclusive(self._folder / ".import.lock", wait_seconds, "an import"):
            yield

    def head(self) -> LakeCommit | None:
        """The latest version, or None before the first import."""
        self._log.check_format()
        return self._log.head()

    def history(self) -> list[LakeCommit]:
        """All versions, oldest first."""
        self._log.check_format()
        return [self._log.read(version) for version in self._log.versions()]

    def files(self, table: str) -> tuple[str, ...]:
        """Parquet files of one table, also of the lake's own, at the latest version; none if absent."""
        commit = self.head()
        return self._at(commit, table).paths() if commit and table in commit.tables else ()

    def sizes(self, version: int | None = None) -> list[TableSize]:
        """Rows and bytes of every table at a version, the latest when None; empty before an import."""
        commit = self._log.read(version) if version is not None else self.head()
        if commit is None:
            return []
        sizes = []
        for name in sorted(commit.tables):
            files = self._at(commit, name).listing()
            stored, size = sum(f.rows for f in files), sum(f.bytes for f in files)
            sizes.append(TableSize(name, commit.rows.get(name, 0), stored, len(files), size))
        return sizes

    def _at(self, commit: LakeCommit, table: str) -> DeltaFolder:
        return DeltaFolder(self._folder / table, commit.tables[table])
