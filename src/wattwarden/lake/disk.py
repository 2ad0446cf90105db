"""Durable files and clear words when the disk is full."""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import duckdb
from deltalake.exceptions import DeltaError

from wattwarden.domain.errors import WattwardenError, fail

_MEGABYTE = 1_000_000
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
_FULL = ("no space left", "disk quota exceeded", "max_temp_directory_size", "failed to offload")


@contextmanager
def clear_disk_errors(path: Path) -> Iterator[None]:
    """Turn "disk full", "not permitted" and "no memory" of any library into an error that names the place.

    Raises:
        WattwardenError: the disk of ``path`` is full or may not be written, or the memory limit is too
            low for its rows; other errors pass unchanged.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        if _is_full(error):
            raise _full(path) from error
        raise fail(
            str(path),
            found=str(error).splitlines()[0],
            expected="rows that can be sorted within the memory limit",
            action="Import fewer files at once; the lake is unchanged.",
        ) from error
    except (OSError, duckdb.Error, DeltaError) as error:
        if isinstance(error, OSError) and error.errno in _REFUSED:
            raise fail(
                error.filename or str(path),
                found=(error.strerror or str(error)).lower(),
                expected="a folder that this user may write to",
                action="Correct its rights, or name another folder in WATTWARDEN_HOME.",
            ) from error
        if not _is_full(error):
            raise
        raise _full(path) from error


def sync(path: Path) -> None:
    """Force a file, or the names in a folder, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_once(path: Path, content: Mapping[str, object]) -> None:
    """Write a JSON file that appears complete or not at all, and never replaces another.

    Raises:
        FileExistsError: ``path`` is there already.
    """
    draft = path.with_name(f".{path.name}-{uuid4().hex}")
    try:
        with draft.open("w", encoding="utf-8") as handle:
            json.dump(content, handle, ensure_ascii=False, indent=1, sort_keys=True)
            handle.flush()
            os.fsync(handle.fileno())
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)


def _is_full(error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return any(phrase in str(error).lower() for phrase in _FULL)


def _full(path: Path) -> WattwardenError:
    free = shutil.disk_usage(path).free / _MEGABYTE
    return fail(
        str(path),
        found=f"a full disk ({free:,.1f} MB free)",
        expected="room for the rows that are written",
        action="Free some space and start again; the lake is unchanged.",
    )
