"""One importer at a time: a lock of the operating system, which dies with the process that holds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from wattwarden.domain.errors import fail


@contextmanager
def exclusive(path: Path, wait_seconds: float, what: str) -> Iterator[None]:
    """Hold the lock file ``path`` for the duration of the block.

    Args:
        path: Lock file; it stays behind, empty, which means nothing.
        wait_seconds: How long to wait for another holder, in seconds.
        what: What the other holder is doing, for the error.

    Raises:
        WattwardenError: another process still holds the lock after ``wait_seconds``.
    """
    lock = FileLock(path, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise fail(
            str(path),
            found=f"{what} by another process, still running after {wait_seconds:g} s",
            expected="one at a time",
            action="Wait until it ends, or end it, and start again; nothing was changed.",
        ) from error
    try:
        yield
    finally:
        lock.release()
