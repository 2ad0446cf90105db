"""What the lake holds: its version, its tables, and the imports that made it."""

from dataclasses import dataclass
from pathlib import Path

from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.lake.commits import LakeCommit
from wattwarden.lake.store import Lake, TableSize


@dataclass(frozen=True)
class LakeTable:
    """One table of the lake.

    Args:
        label: Its name for readers; None for a table of the lake's own.
        size: Its rows, files and bytes.
    """

    label: Label | None
    size: TableSize


@dataclass(frozen=True)
class LakeInfo:
    """The lake at one version.

    Args:
        commit: The version, when it was made, and what the importer noted.
        tables: All tables that have rows, contract tables first.
    """

    commit: LakeCommit
    tables: tuple[LakeTable, ...]

    @property
    def total_bytes(self) -> int:
        """Size of the files of this version, in bytes."""
        return sum(table.size.bytes for table in self.tables)

    @property
    def total_rows(self) -> int:
        """Current rows of all contract tables."""
        return sum(table.size.rows for table in self.tables if table.label)


def lake_info(home: Path) -> LakeInfo:
    """Describe the latest version of the lake below ``home``.

    Raises:
        WattwardenError: nothing was imported yet, or the lake has another format.
    """
    lake = Lake(home, contract())
    commit = lake.head()
    if commit is None:
        raise fail(
            f"lake {home / 'lake'}",
            found="no data read",
            expected="at least one import",
            action="Import files with: wattwarden import PATH",
        )
    labels = {name: table.label for name, table in contract().tables.items()}
    tables = [LakeTable(labels.get(size.name), size) for size in lake.sizes(commit.version)]
    return LakeInfo(commit, tuple(sorted(tables, key=lambda table: (table.label is None, table.size.name))))


def lake_history(home: Path) -> list[LakeCommit]:
    """All versions of the lake below ``home``, oldest first; empty before the first import."""
    return Lake(home, contract()).history()
