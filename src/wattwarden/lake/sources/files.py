"""Find source files below the given paths and read each by what it is."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.lake.disk import clear_disk_errors
from wattwarden.lake.import_settings import ImportSettings
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.csv_file import read_csv
from wattwarden.lake.sources.parquet_file import read_parquet
from wattwarden.lake.sources.part import Part
from wattwarden.lake.sources.xlsx_file import read_xlsx

TEXT = (".csv", ".tsv", ".txt")
EXCEL = (".xlsx", ".xlsm", ".xls")
PARQUET = (".parquet", ".pq")
KNOWN = (*TEXT, *EXCEL, *PARQUET)


@dataclass(frozen=True)
class SourceFile:
    """A file that the user named, or that lies in a folder the user named.

    Args:
        path: Where it is.
        title: How messages name it: the given path, or the path below the given folder.
    """

    path: Path
    title: str


@dataclass(frozen=True)
class Found:
    """What lies below the given paths.

    Args:
        files: Files to read, in a stable order.
        ignored: Files in folders whose name ending says that they are no tables.
    """

    files: tuple[SourceFile, ...]
    ignored: tuple[str, ...]


def find_files(paths: Sequence[Path]) -> Found:
    """All source files: those named, and those in the folders named.

    Raises:
        WattwardenError: a path does not exist, or nothing is there to read.
    """
    missing = [
        Problem(str(path), "no such file or folder", "a file or folder with data", "Check the path.")
        for path in paths
        if not path.exists()
    ]
    if missing:
        raise WattwardenError(*missing)
    files: dict[Path, SourceFile] = {}
    ignored: list[str] = []
    for path in paths:
        if path.is_dir():
            for inner in _walk(path):
                if inner.suffix.lower() in KNOWN:
                    files.setdefault(inner.resolve(), SourceFile(inner, str(inner)))
                else:
                    ignored.append(str(inner))
        else:
            files.setdefault(path.resolve(), SourceFile(path, str(path)))
    if not files:
        raise fail(
            ", ".join(map(str, paths)),
            found="no file that can be read",
            expected=f"files ending in {', '.join(KNOWN)}",
            action="Name the folder that holds the exported files.",
        )
    return Found(tuple(files.values()), tuple(ignored))


def read_file(
    scratch: Scratch,
    settings: ImportSettings,
    source: SourceFile,
    first_number: int,
    encoding: str | None = None,
) -> list[Part]:
    """All parts of one file, numbered from ``first_number``.

    Raises:
        WattwardenError: it is not what it claims to be; nothing of it is used.
    """
    suffix = source.path.suffix.lower()
    try:
        with clear_disk_errors(scratch.folder):
            if suffix in PARQUET:
                return [read_parquet(scratch, source.path, source.title, first_number)]
            if suffix in EXCEL:
                return read_xlsx(scratch, source.path, source.title, first_number)
            return [read_csv(scratch, settings, source.path, source.title, first_number, encoding)]
    except PermissionError as error:
        raise fail(
            source.title,
            found=f"no permission to read it: {error.strerror}",
            expected="a readable file",
            action="Change its permissions.",
        ) from error


def _walk(folder: Path) -> Iterable[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(names):
            if not name.startswith((".", "_", "~$")):
                yield Path(root) / name
