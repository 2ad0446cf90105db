"""Back up a data folder with its store into one folder, and make a data folder of it again."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from django.db import connection

from wattwarden.app.audit import record
from wattwarden.domain.content import contract
from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.lake.store import Lake
from wattwarden.records.audit import verify_store
from wattwarden.records.connect import migrate
from wattwarden.records.dump import dumped, load_dump
from wattwarden.records.seals import KEY_FILE, SEALS_FILE

MANIFEST, STORE, FILES = "manifest.json", "store.jsonl", "files"
_LEFT_OUT = ("tmp", "static", KEY_FILE, "cases.lock")
"""Scratch, and the key that signs the log: who finds a backup must not be able to write history."""
_DATABASE = "console.sqlite3"
_MOST_PROBLEMS = 20


def back_up(home: Path, target: Path) -> Mapping[str, object]:
    """Write a backup while the console works; its manifest.

    The store is dumped from one instant; files of the lake, scans and photos are never changed once written, so
    those that the store knows of are there. An import waits while the lake is copied.

    Raises:
        WattwardenError: the target exists, or cannot be written.
    """
    if target.exists():
        raise fail(str(target), found="something there already", expected="a new folder")
    migrate(home)
    record(home, "backup", {"files": [str(target)]})
    draft = target.with_name(f".{target.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        (draft / FILES).mkdir(parents=True)
        rows = _dump(draft / STORE)
        with Lake(home, contract()).standing_still():
            _copy(home, draft / FILES)
        _keep_known_seals(draft)
        facts = {
            "wattwarden": version("wattwarden"), "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": connection.vendor, "rows": rows, "sums": dict(_sums(draft)),
        }  # fmt: skip
        (draft / MANIFEST).write_text(json.dumps(facts, indent=1), encoding="utf-8")
        draft.replace(target)
    except OSError as error:
        raise fail(str(target), found=str(error), expected="a folder that can be written") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return facts


def restore(source: Path, home: Path) -> int:
    """Make an empty data folder, and the empty store of this process, what the backup was; rows of the store.

    Everything is checked before anything is written.

    Raises:
        WattwardenError: the backup is damaged, the folder holds something, or the store is not empty.
    """
    _check(source)
    if home.exists() and any(home.iterdir()):
        raise fail(str(home), found="files", expected="an empty or new data folder")
    migrate(home)
    try:
        with (source / STORE).open(encoding="utf-8") as lines:
            rows = load_dump(lines)
        shutil.copytree(source / FILES, home, dirs_exist_ok=True)
    except OSError as error:
        raise fail(str(home), found=str(error), expected="a folder that can be written") from error
    if fault := verify_store().fault:
        raise fail("restored audit log", found=fault, expected="a sound log", action="Use an older backup.")
    record(home, "restore", {"files": [str(source)], "rows": rows})
    return rows


def _dump(path: Path) -> int:
    rows = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in dumped():
            file.write(line + "\n")
            rows += line.startswith("[")
    return rows


def _copy(home: Path, target: Path) -> None:
    for entry in sorted(home.iterdir()):
        if entry.name in _LEFT_OUT or entry.name.startswith(_DATABASE):
            continue
        if entry.is_dir():
            shutil.copytree(entry, target / entry.name, ignore=shutil.ignore_patterns("*.lock", ".lock"))
        else:
            shutil.copy2(entry, target / entry.name)


def _keep_known_seals(draft: Path) -> None:
    """Seals made after the dump cover records that are not in it."""
    seals = draft / FILES / SEALS_FILE
    if not seals.exists():
        return
    last = 0
    with (draft / STORE).open(encoding="utf-8") as lines:
        is_log = False
        for line in lines:
            if line.startswith("{"):
                is_log = json.loads(line)["model"] == "records.auditrecord"
            elif is_log:
                last = max(last, int(line[1 : line.index(",")]))
    kept = [s for s in seals.read_text("utf-8").splitlines() if json.loads(s)["seal"]["sequence"] <= last]
    seals.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def _sums(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / MANIFEST:
            with path.open("rb") as file:
                yield path.relative_to(folder).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()


def _check(source: Path) -> None:
    try:
        wanted = json.loads((source / MANIFEST).read_text("utf-8"))["sums"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise fail(str(source), found="no manifest that can be read", expected="a backup") from error
    found = dict(_sums(source))
    problems = [
        Problem(name, "missing" if name not in found else "another content", "the file as it was backed up")
        for name in sorted(wanted)
        if found.get(name) != wanted[name]
    ]
    problems += [Problem(name, "a file that was not backed up", "none") for name in sorted(found.keys() - wanted.keys())]
    if problems:
        raise WattwardenError(*problems[:_MOST_PROBLEMS])
