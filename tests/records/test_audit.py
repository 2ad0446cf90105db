"""The log in the database: appended with the change, verified against what was signed."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from wattwarden.app.audit_log import check_store, export_log, seal_log
from wattwarden.app.check_audit_file import check_file
from wattwarden.domain.audit_chain import AuditEvent
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.audit import append
from wattwarden.records.models import AuditHead, AuditRecord
from wattwarden.records.seals import KEY_SETTING, SEALS_FILE, make_key_file, new_key

EVENT = AuditEvent(7, "甲", "case.assign", "case", "12", "/43/", {"owner": 1}, {"owner": 2}, "轮岗\0")


@pytest.fixture
def log(transactional_db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of twenty records, sealed at the twelfth, and its folder."""
    settings.HOME = tmp_path
    monkeypatch.delenv(KEY_SETTING, raising=False)
    for _ in range(12):
        append(EVENT)
    make_key_file()
    assert seal_log() == 12
    for _ in range(8):
        append(EVENT)
    return tmp_path


def named(fault: str) -> int:
    return int(re.findall(r"^record (\d+):", fault)[0])


def test_sound(log: Path) -> None:
    verdict = check_store()
    assert (verdict.records, verdict.sealed, verdict.fault) == (20, 12, "")
    assert seal_log() == 20
    assert check_store().sealed == 20
    assert seal_log() is None


@pytest.mark.parametrize(
    ("harm", "first_bad"),
    [
        (lambda: AuditRecord.objects.filter(pk=7).update(actor="乙"), 7),
        (lambda: AuditRecord.objects.filter(pk=7).update(new='{"owner":3}'), 7),
        (lambda: AuditRecord.objects.filter(pk=7).delete(), 7),
        (lambda: AuditRecord.objects.filter(pk__gt=15).delete(), 16),
        (lambda: AuditRecord.objects.all().delete(), 1),
        (lambda: (AuditRecord.objects.all().delete(), AuditHead.objects.all().delete()), 1),
    ],
)  # fmt: skip
def test_harm_in_the_database_is_named(log: Path, harm: Callable[[], object], first_bad: int) -> None:
    harm()
    assert named(check_store().fault) == first_bad


def test_a_log_cut_below_a_seal_is_found_even_when_the_head_is_set_back(log: Path) -> None:
    AuditRecord.objects.filter(pk__gt=9).delete()
    AuditHead.objects.update(sequence=9, hash=AuditRecord.objects.get(pk=9).hash, sealed=0)
    assert named(check_store().fault) == 10


def test_lost_seals_are_told(log: Path) -> None:
    (log / SEALS_FILE).unlink()
    assert "its seal is missing" in check_store().fault
    (log / SEALS_FILE).write_text("rubbish\n")
    with pytest.raises(WattwardenError, match="line 1"):
        check_store()


def test_an_event_is_recorded_with_its_change_or_not_at_all(log: Path) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append(EVENT)
        _ = 1 // 0
    assert AuditRecord.objects.count() == 20
    append(EVENT)
    assert check_store().records == 21


def test_the_key_file_is_for_its_owner_only(log: Path) -> None:
    assert (log / "audit-key").stat().st_mode & 0o777 == 0o600


def test_an_export_is_verified_without_the_database(log: Path) -> None:
    whole, part = log / "whole.jsonl", log / "part.jsonl"
    assert (export_log(whole), export_log(part, 15)) == (20, 6)
    key = check_file(whole).key
    assert check_file(whole, [key]).verdict.records == 20
    assert check_file(part, [key]).verdict.records == 6
    assert json.loads(whole.read_text("utf-8").splitlines()[1])["reason"] == "轮岗\ufffd"
    other = new_key()[1]
    assert "not signed by a key" in check_file(part, [other]).verdict.fault


def test_an_export_cut_at_an_earlier_seal_is_found(log: Path) -> None:
    whole = log / "whole.jsonl"
    export_log(whole)
    whole.write_text("\n".join(whole.read_text("utf-8").splitlines()[:14]), "utf-8")
    assert named(check_file(whole).verdict.fault) == 13


def test_without_a_key_there_is_no_export(log: Path) -> None:
    (log / "audit-key").unlink()
    with pytest.raises(WattwardenError, match="no signing key"):
        export_log(log / "x.jsonl")


def test_order_is_by_sequence_when_the_clock_goes_back(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2020, 1, 1, tzinfo=UTC))
    append(EVENT)
    assert AuditRecord.objects.get(pk=21).at.year == 2020
    assert check_store().records == 21


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("{}")
    with pytest.raises(WattwardenError, match="another kind of file"):
        check_file(tmp_path / "x")
