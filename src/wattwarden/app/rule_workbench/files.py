"""Where a draft's text goes in the site's folder, what stands there, and whether it is what was approved."""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

from wattwarden.app.rule_catalogue import OWN_RULES, SITE_CONTENT
from wattwarden.domain.errors import Problem
from wattwarden.lake.disk import clear_disk_errors, sync

Kind = Literal["rule", "settings"]
_STATUS = re.compile(r"^status:.*$", re.MULTILINE)


@dataclass(frozen=True)
class Target:
    """Which file of the site a draft is for."""

    kind: Kind
    rule_id: str

    @property
    def path(self) -> Path:
        """The file, seen from the data folder."""
        if self.kind == "settings":
            return Path(SITE_CONTENT) / "rules" / f"{self.rule_id}.yaml"
        chapter, _, name = self.rule_id.partition(".")
        return OWN_RULES / "rules" / chapter / f"{name}.yaml"

    def hash_of(self, text: str) -> str:
        """Content hash of a text for this file: the same text for another file is another content."""
        return hashlib.sha256(f"{self.path.as_posix()}\n{text}".encode()).hexdigest()

    def in_force(self, home: Path) -> str:
        """The text that stands there now; empty where there is none."""
        path = home / self.path
        return path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""


def put(home: Path, target: Target, text: str) -> None:
    """Write the file whole and durably, or leave what was there; an empty text takes it away.

    Raises:
        WattwardenError: the disk is full, or the folder may not be written.
    """
    path = home / target.path
    with clear_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if text:
            with NamedTemporaryFile(dir=path.parent, prefix=".draft-", delete=False) as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
        else:
            path.unlink(missing_ok=True)
        sync(path.parent)


def retired_text(text: str, on: date, reason: str) -> str:
    """A rule's text with its status changed to retired, and when and why; the rest stays as it was."""
    # YAML 1.1 reads a bare "on" as true.
    quoted = '"' + reason.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
    kept = _STATUS.sub("status: retired", text, count=1).rstrip("\n")
    return f"{kept}\nretired: {{'on': {on.isoformat()}, zh: {quoted}, en: {quoted}}}\n"


def tampered(home: Path, approved: Iterable[tuple[Target, str]]) -> Mapping[str, tuple[Problem, ...]]:
    """Problems, by rule, of files in force that are not what was approved for them.

    Args:
        approved: Each file that the workbench wrote, with the content hash it wrote.
    """
    found = {}
    for target, wanted in approved:
        standing = target.hash_of(target.in_force(home))
        if standing != wanted:
            path = home / target.path
            says = f"content {standing[:12]}" if path.is_file() else "no file"
            found[target.rule_id] = (
                Problem(
                    str(target.path), says, f"content {wanted[:12]}, which was approved",
                    "Put the approved text back, or bring the change through the rule workbench.",
                ),
            )  # fmt: skip
    return found
