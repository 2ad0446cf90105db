"""Lake versions: numbered files, each naming the Delta version of every table.

A commit file appears whole or not at all, so a reader sees all of an import or nothing of it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.lake.disk import write_once

FORMAT = 1
"""Version of the layout of the lake; raised when older programs could not read it any more."""

_NAME = re.compile(r"\d{8}\.json")


@dataclass(frozen=True)
class LakeCommit:
    """One version of the lake.

    Args:
        version: 1 for the first import, then counting up.
        at: When it was written (UTC).
        note: What the importer says about it, such as files and rows.
        tables: Delta version by table.
        rows: Current rows by table: those that no later row replaces.
        first_arrival: Earliest ``arrived_at`` of any row (UTC), None without contract rows.
        last_arrival: Latest ``arrived_at`` of any row (UTC).
    """

    version: int
    at: datetime
    note: Mapping[str, str]
    tables: Mapping[str, int]
    rows: Mapping[str, int]
    first_arrival: datetime | None
    last_arrival: datetime | None

    def to_json(self) -> dict[str, object]:
        """Content of the commit file."""
        return {
            "format": FORMAT,
            "version": self.version,
            "at": self.at.isoformat(),
            "note": dict(self.note),
            "tables": dict(self.tables),
            "rows": dict(self.rows),
            "first_arrival": self.first_arrival.isoformat() if self.first_arrival else None,
            "last_arrival": self.last_arrival.isoformat() if self.last_arrival else None,
        }


class CommitLog:
    """The commit files of a lake, and the marker that says which format it has.

    Args:
        lake: Folder of the lake; it need not exist.
    """

    def __init__(self, lake: Path) -> None:
        self._marker = lake / "format.json"
        self._folder = lake / "_commits"

    def prepare(self) -> None:
        """Create the folder and the marker of a new lake; refuse one of another format."""
        self.check_format()
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._marker.exists():
            write_once(self._marker, {"format": FORMAT})

    def check_format(self) -> None:
        """Do nothing if the lake is absent or readable by this program.

        Raises:
            WattwardenError: the lake has another format, or its marker is damaged.
        """
        if not self._marker.exists():
            return
        found = _read_json(self._marker).get("format")
        if found != FORMAT:
            raise fail(
                str(self._marker),
                found=f"lake format {found}",
                expected=f"lake format {FORMAT}",
                action="Use the Wattwarden that wrote it, or name another folder in WATTWARDEN_HOME.",
            )

    def versions(self) -> list[int]:
        """All version numbers, oldest first."""
        if not self._folder.is_dir():
            return []
        return sorted(int(path.stem) for path in self._folder.iterdir() if _NAME.fullmatch(path.name))

    def head(self) -> LakeCommit | None:
        """The latest version, or None before the first import."""
        versions = self.versions()
        return self.read(versions[-1]) if versions else None

    def read(self, version: int) -> LakeCommit:
        """One version.

        Raises:
            WattwardenError: there is no such version, or its file is damaged or of another format.
        """
        self.check_format()
        path = self._path(version)
        if not path.exists():
            known = self.versions()
            raise fail(
                f"lake version {version}",
                found="no such version",
                expected=f"{known[0]} to {known[-1]}" if known else "a lake with at least one import",
                action="List the versions with: wattwarden lake history",
            )
        return _parse(path, _read_json(path))

    def write(self, commit: LakeCommit) -> None:
        """Make ``commit`` the latest version, in one step."""
        write_once(self._path(commit.version), commit.to_json())

    def _path(self, version: int) -> Path:
        return self._folder / f"{version:08d}.json"


def _read_json(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(content, dict):
        raise _damaged(path, type(content).__name__)
    return content


def _parse(path: Path, content: dict[str, object]) -> LakeCommit:
    if content.get("format") != FORMAT:
        raise fail(
            str(path),
            found=f"format {content.get('format')}",
            expected=f"format {FORMAT}",
            action="Use the version of Wattwarden that wrote it.",
        )
    try:
        return LakeCommit(
            version=int(str(content["version"])),
            at=datetime.fromisoformat(str(content["at"])),
            note=_mapping(content["note"]),
            tables={name: int(value) for name, value in _mapping(content["tables"]).items()},
            rows={name: int(value) for name, value in _mapping(content["rows"]).items()},
            first_arrival=_instant(content["first_arrival"]),
            last_arrival=_instant(content["last_arrival"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise _damaged(path, repr(error)) from error


def _mapping(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError(f"expected a mapping, found {type(value).__name__}")
    return {str(key): str(item) for key, item in value.items()}


def _instant(value: object) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value))


def _damaged(path: Path, found: str) -> WattwardenError:
    return fail(
        str(path), found=found, expected="a complete file of the lake", action="Restore it from a backup."
    )
