"""Working space of one import: a folder that vanishes and a fenced DuckDB connection that spills into it."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

import duckdb

from wattwarden.lake.schema import literal

_PREFIX = "import-"


class Scratch(AbstractContextManager["Scratch"]):
    """A folder below ``home/tmp`` and a connection that reaches only it and the named files.

    External access is off, so that no expression of a mapping can read or write anything else.

    Args:
        home: Data folder of the installation.
        readable: Source files and folders that may be read in place.
        memory: Memory limit, as DuckDB writes it.
    """

    def __init__(self, home: Path, readable: Iterable[Path], memory: str) -> None:
        parent = home / "tmp"
        parent.mkdir(parents=True, exist_ok=True)
        _sweep(parent)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent)).resolve()
        self.sql = duckdb.connect(
            config={
                "memory_limit": memory,
                "temp_directory": str(self.folder / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        paths = [path.resolve() for path in readable]
        folders = [self.folder, (home / "lake").resolve(), *(path for path in paths if path.is_dir())]
        self.sql.execute("SET TimeZone = 'UTC'")
        self.sql.execute(f"SET allowed_paths = {_listed(path for path in paths if not path.is_dir())}")
        self.sql.execute(f"SET allowed_directories = {_listed(folders)}")
        self.sql.execute("SET enable_external_access = false")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sql.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of ``query``."""
        return [tuple(row) for row in self.sql.execute(query, values).fetchall()]

    def count(self, query: str) -> int:
        """The single whole number that ``query`` returns."""
        return int(str(self.rows(query)[0][0] or 0))

    def types(self, relation: str) -> dict[str, str]:
        """DuckDB type by column of ``relation``, a table name or a query in brackets."""
        return {str(row[0]): str(row[1]) for row in self.rows(f"DESCRIBE SELECT * FROM {relation}")}


def _listed(paths: Iterable[Path]) -> str:
    return "[" + ", ".join(literal(str(path)) for path in paths) + "]"


def _sweep(parent: Path) -> None:
    """Remove the folders of imports that were killed."""
    for folder in parent.glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
