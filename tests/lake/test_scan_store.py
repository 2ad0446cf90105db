"""A finished scan appears whole, in its turn, or not at all."""

import multiprocessing
from pathlib import Path

import pytest

from wattwarden.domain.errors import WattwardenError
from wattwarden.lake.scan_store import ScanStore


def publish(home: Path, text: str) -> int:
    store = ScanStore(home)
    draft = store.begin()
    (draft / "findings.json").write_text(text, encoding="utf-8")
    return store.publish(draft)


def publish_some(home: str) -> None:
    for number in range(5):
        publish(Path(home), str(number))


def test_scans_are_numbered_from_one(tmp_path: Path) -> None:
    store = ScanStore(tmp_path)
    assert store.latest() is None
    assert [publish(tmp_path, "a"), publish(tmp_path, "b")] == [1, 2]
    assert store.latest() == tmp_path / "scans" / "000002"
    assert (store.read(1) / "findings.json").read_text(encoding="utf-8") == "a"


def test_an_unpublished_scan_is_invisible_and_kept_while_its_process_lives(tmp_path: Path) -> None:
    store = ScanStore(tmp_path)
    draft = store.begin()
    (draft / "part").write_text("x", encoding="utf-8")
    assert publish(tmp_path, "other") == 1
    assert draft.is_dir()
    assert store.publish(draft) == 2


def test_what_a_dead_process_left_is_taken_away(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=begin_and_die, args=(str(tmp_path),))
    child.start()
    child.join(timeout=30)
    assert len(list((tmp_path / "scans").glob(".draft-*"))) == 2
    assert publish(tmp_path, "a") == 1
    assert not list((tmp_path / "scans").glob(".draft-*"))


def begin_and_die(home: str) -> None:
    draft = ScanStore(Path(home)).begin()
    (draft / "part").write_text("x", encoding="utf-8")
    multiprocessing.current_process().kill()


def test_two_processes_never_share_a_number(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=publish_some, args=(str(tmp_path),)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(timeout=30)
        assert child.exitcode == 0
    assert ScanStore(tmp_path).numbers() == list(range(1, 11))


def test_an_empty_or_foreign_folder_is_not_published(tmp_path: Path) -> None:
    store = ScanStore(tmp_path)
    with pytest.raises(WattwardenError, match="no files of a scan"):
        store.publish(store.begin())
    with pytest.raises(WattwardenError, match="no files of a scan"):
        store.publish(tmp_path)


def test_a_discarded_scan_is_gone(tmp_path: Path) -> None:
    store = ScanStore(tmp_path)
    store.discard(store.begin())
    assert [path.name for path in (tmp_path / "scans").iterdir()] == []


def test_an_unknown_scan_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="scan 3: found no such scan; expected at least one scan"):
        ScanStore(tmp_path).read(3)
