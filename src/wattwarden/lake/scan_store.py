"""Finished scans: numbered folders that appear whole or not at all.

A scan works in a folder of its own; ``publish`` gives it the next number. A folder left behind by a
scan that died is taken away when the next one begins.
"""

import re
import shutil
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from wattwarden.domain.errors import fail
from wattwarden.lake.disk import clear_disk_errors, sync
from wattwarden.lake.locks import exclusive

_NUMBER = re.compile(r"\d{6,}")
_DRAFT = ".draft-"
_WAIT_SECONDS = 60


class ScanStore:
    """The scans below a data folder.

    Args:
        home: The data folder; scans lie in ``home/scans/<000001>/``. Reading creates nothing.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "scans"
        self._drafts: dict[Path, FileLock] = {}

    def begin(self) -> Path:
        """Make an empty folder for the files of one scan; it is ours as long as this process lives.

        Raises:
            WattwardenError: the disk is full.
        """
        with clear_disk_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            draft = self._folder / f"{_DRAFT}{uuid4().hex}"
            lock = FileLock(_lock_of(draft), thread_local=False, fallback_to_soft=False)
            lock.acquire()
            draft.mkdir()
        self._drafts[draft] = lock
        return draft

    def publish(self, draft: Path) -> int:
        """Give the folder made by ``begin`` the next number, in one step, and return the number.

        Raises:
            WattwardenError: the folder was not made by ``begin``, or is empty, or the disk is full.
        """
        lock = self._drafts.get(draft)
        files = sorted(path for path in draft.rglob("*") if path.is_file()) if lock else []
        if lock is None or not files:
            raise fail(
                str(draft), found="no files of a scan", expected="a folder of begin() with files in it"
            )
        with clear_disk_errors(self._folder):
            for path in files:
                sync(path)
            sync(draft)
            with exclusive(self._folder / ".lock", _WAIT_SECONDS, "publishing of a scan"):
                number = max(self.numbers(), default=0) + 1
                draft.rename(self._path(number))
                sync(self._folder)
        self._forget(draft)
        return number

    def discard(self, draft: Path) -> None:
        """Remove a folder made by ``begin`` that will not be published."""
        shutil.rmtree(draft, ignore_errors=True)
        self._forget(draft)

    def numbers(self) -> list[int]:
        """Numbers of all scans, oldest first."""
        if not self._folder.is_dir():
            return []
        return sorted(int(path.name) for path in self._folder.iterdir() if _NUMBER.fullmatch(path.name))

    def latest(self) -> Path | None:
        """Folder of the latest scan, or None before the first."""
        numbers = self.numbers()
        return self._path(numbers[-1]) if numbers else None

    def read(self, number: int) -> Path:
        """Folder of one scan.

        Raises:
            WattwardenError: there is no scan of this number.
        """
        path = self._path(number)
        if not path.is_dir():
            known = self.numbers()
            raise fail(
                f"scan {number}",
                found="no such scan",
                expected=f"{known[0]} to {known[-1]}" if known else "at least one scan",
                action="Run: wattwarden scan",
            )
        return path

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}"

    def _forget(self, draft: Path) -> None:
        lock = self._drafts.pop(draft, None)
        if lock:
            _lock_of(draft).unlink(missing_ok=True)
            lock.release()

    def _sweep(self) -> None:
        """Remove what dead processes left: a lock that can be had has no living owner."""
        for path in self._folder.glob(f"{_DRAFT}*.lock"):
            lock = FileLock(path, thread_local=False, fallback_to_soft=False)
            if _is_free(lock):
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
                path.unlink(missing_ok=True)
                lock.release()


def _is_free(lock: FileLock) -> bool:
    """Take the lock if nobody has it."""
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True


def _lock_of(draft: Path) -> Path:
    return draft.with_name(f"{draft.name}.lock")
