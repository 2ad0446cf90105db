"""A backup is restored whole, on the same or an empty store, or refused whole."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from tests.records.conftest import NORTH, SOUTH, TOP
from wattwarden.app.audit_log import seal_log
from wattwarden.app.backup import MANIFEST, STORE, back_up, restore
from wattwarden.domain.audit_chain import AuditEvent
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.audit import append, verify_store
from wattwarden.records.models import AuditRecord, OrgUnit, RoleGrant, User
from wattwarden.records.seals import make_key_file


@pytest.fixture
def home(transactional_db: None, tmp_path: Path, settings: Settings) -> Path:
    """A folder with a file, a store with people, a sealed log."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    (settings.HOME / "content").mkdir()
    (settings.HOME / "content" / "x.yaml").write_text("a: 1", encoding="utf-8")
    top = OrgUnit.objects.create(org_id="43", name="County", kind="county", path=TOP)
    OrgUnit.objects.create(org_id="01", name="北所", kind="station", parent=top, path=NORTH)
    OrgUnit.objects.create(org_id="02", name="South", kind="station", parent=top, path=SOUTH)
    user = User.objects.create(username="li", staff_id="s1")
    RoleGrant.objects.create(user=user, role="auditor", org=top)
    make_key_file()
    for number in range(5):
        append(AuditEvent(user.pk, "li", "case.assign", new={"n": number}))
    seal_log()
    return Path(settings.HOME)


def emptied(settings: Settings, tmp_path: Path) -> Path:
    """An empty store, and a new data folder."""
    call_command("flush", interactive=False, verbosity=0)
    settings.HOME = tmp_path / "new"
    return Path(settings.HOME)


def joined() -> object:
    return User.objects.get().date_joined, AuditRecord.objects.get(pk=3).at


def test_round_trip(home: Path, tmp_path: Path, settings: Settings) -> None:
    before = joined()
    back_up(home, tmp_path / "b")
    assert not (tmp_path / "b" / "files" / "audit-key").exists()
    new = emptied(settings, tmp_path)
    restore(tmp_path / "b", new)
    assert joined() == before
    assert User.objects.get().viewer().may_at("see_audit", NORTH)
    assert (new / "content" / "x.yaml").read_text("utf-8") == "a: 1"
    verdict = verify_store()
    # Five, the backup itself, and the restore.
    assert (verdict.fault, verdict.records, verdict.sealed) == ("", 7, 5)
    # Numbers go on after the restored ones.
    assert User.objects.create(username="new").pk > User.objects.get(username="li").pk


@pytest.mark.parametrize(
    "harm",
    [
        lambda b: (b / STORE).write_text((b / STORE).read_text("utf-8").replace("北所", "南所"), "utf-8"),
        lambda b: (b / "files" / "content" / "x.yaml").unlink(),
        lambda b: (b / "files" / "extra").write_text("x"),
        lambda b: (b / MANIFEST).write_text("{}"),
        lambda b: (b / MANIFEST).unlink(),
    ],
)
def test_a_broken_backup_is_refused_whole(
    home: Path, tmp_path: Path, settings: Settings, harm: Callable[[Path], object]
) -> None:
    back_up(home, tmp_path / "b")
    harm(tmp_path / "b")
    new = emptied(settings, tmp_path)
    with pytest.raises(WattwardenError):
        restore(tmp_path / "b", new)
    assert not new.exists()
    assert not User.objects.exists()


def test_a_store_in_use_is_not_overwritten(home: Path, tmp_path: Path, settings: Settings) -> None:
    back_up(home, tmp_path / "b")
    settings.HOME = tmp_path / "new"
    with pytest.raises(WattwardenError, match="an empty store"):
        restore(tmp_path / "b", tmp_path / "new")
    with pytest.raises(WattwardenError, match="empty or new data folder"):
        restore(tmp_path / "b", home)
