"""Learned models below a data folder: numbered files that never change, and who promoted which one.

``home/models/<name>/0001.json`` holds a model and the SHA-256 of its content; an altered file is refused.
``home/models/<name>/promotions/0001.json`` is one decision by a person; the newest counts, none is removed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wattwarden.domain.errors import fail
from wattwarden.lake.disk import clear_disk_errors, write_once


@dataclass(frozen=True)
class Promotion:
    """A person's decision that scans use a model.

    Attributes:
        number: Which model.
        by: Who decided.
        because: Why.
        at: When, ISO 8601 with offset.
        sha256: Digest of the model's content at that moment.
    """

    number: int
    by: str
    because: str
    at: str
    sha256: str


class ModelStore:
    """The models of one name.

    Args:
        home: The data folder. Reading creates nothing.
        name: Such as ``theft``.
    """

    def __init__(self, home: Path, name: str) -> None:
        self._name = name
        self._folder = home / "models" / name
        self._promotions = self._folder / "promotions"

    def numbers(self) -> list[int]:
        """Numbers of all models, oldest first."""
        return _numbers(self._folder)

    def save(self, content: Mapping[str, Any]) -> int:
        """Keep a model under the next number.

        Raises:
            WattwardenError: the disk is full or may not be written.
        """
        with clear_disk_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            return _write_next(self._folder, {"sha256": digest(content), "model": content})

    def read(self, number: int) -> Mapping[str, Any]:
        """The content of a model.

        Raises:
            WattwardenError: there is no such model, its file cannot be read, or it was altered.
        """
        path = self._folder / f"{number:04d}.json"
        if not path.is_file():
            known = ", ".join(map(str, self.numbers())) or "none yet"
            raise fail(f"{self._name} model {number}", found="no such model", expected=f"one of: {known}",
                       action=f"Train one: wattwarden model train {self._name}")  # fmt: skip
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            content, promised = stored["model"], stored["sha256"]
        except (ValueError, KeyError, TypeError) as error:
            raise fail(
                str(path), found=f"no model file: {error}", expected="a file that training wrote"
            ) from error
        if digest(content) != promised:
            raise fail(str(path), found="a file that was altered: its content does not match its SHA-256",
                       expected=f"content with SHA-256 {promised[:16]}…",
                       action=f"Train again and promote the new model: wattwarden model train {self._name}")  # fmt: skip
        return dict(content)

    def promote(self, number: int, by: str, because: str, at: str) -> Promotion:
        """Let scans use a model; it is read once, so an altered one cannot be promoted.

        Raises:
            WattwardenError: as ``read``, or nobody or no reason is named.
        """
        for name, value in (("by", by), ("because", because)):
            if not value.strip():
                raise fail(f"promote {self._name}", found=f"no {name}", expected="who decides, and why")
        promotion = Promotion(number, by.strip(), because.strip(), at, digest(self.read(number)))
        with clear_disk_errors(self._folder):
            self._promotions.mkdir(parents=True, exist_ok=True)
            _write_next(self._promotions, asdict(promotion))
        return promotion

    def promotions(self) -> list[Promotion]:
        """All decisions, oldest first."""
        paths = [self._promotions / f"{number:04d}.json" for number in _numbers(self._promotions)]
        return [Promotion(**json.loads(path.read_text(encoding="utf-8"))) for path in paths]

    def promoted(self) -> Mapping[str, Any]:
        """The content of the model that was promoted last.

        Raises:
            WattwardenError: none was, the file was altered, or it is another one than was promoted.
        """
        decisions = self.promotions()
        if not decisions:
            raise fail(f"{self._name} model", found="none promoted", expected="a promoted model",
                       action=f"Promote one: wattwarden model promote {self._name} NUMBER")  # fmt: skip
        last = decisions[-1]
        content = self.read(last.number)
        if digest(content) != last.sha256:
            raise fail(f"{self._name} model {last.number}", found="another file than the one promoted",
                       expected=f"content with SHA-256 {last.sha256[:16]}…",
                       action="Restore it, or promote a model that you know.")  # fmt: skip
        return content


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a model's content, whatever the order of its keys."""
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def _numbers(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in folder.glob("[0-9]*.json")) if folder.is_dir() else []


def _write_next(folder: Path, content: Mapping[str, Any]) -> int:
    """Write under the next free number, also when another process writes at the same time."""
    number = max(_numbers(folder), default=0) + 1
    while True:
        try:
            write_once(folder / f"{number:04d}.json", content)
        except FileExistsError:
            number += 1
            continue
        return number
