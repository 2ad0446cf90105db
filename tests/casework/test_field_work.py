"""What a phone sends is taken once, in any order; photos come in parts; conflicts keep what was noted."""

import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.casework.test_acting import to_step
from tests.casework.world import Doing
from wattwarden.app.casework.photos import place_of
from wattwarden.records.models import Case, Photo, User, VisitEntry

JPEG = b"\xff\xd8\xff" + bytes(range(256)) * 40


@pytest.fixture
def phone(one_case: int) -> Client:
    to_step(one_case, "assigned")
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(username="station_worker"))
    return client


def entry(case_id: int, kind: str, **data: object) -> dict[str, object]:
    version = Case.objects.values_list("version", flat=True).get(pk=case_id)
    return {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "noted_at": "2026-11-25T09:00:00+08:00",
        "version": version,
        "data": data,
    }


def send(phone: Client, case_id: int, *entries: dict[str, object]) -> list[dict[str, Any]]:
    answer = phone.post(f"/visit/{case_id}/entries/", json.dumps(entries), content_type="application/json")
    assert answer.status_code == 200, answer.content
    taken: list[dict[str, Any]] = answer.json()["entries"]
    return taken


def part(
    phone: Client, case_id: int, number: str, offset: int, content: bytes, whole: bytes = JPEG
) -> dict[str, Any]:
    told = {"offset": offset, "total": len(whole), "sha256": hashlib.sha256(whole).hexdigest(), "noted_at": "2026-11-25T09:00:00+08:00",
            "version": 1, "data": {"latitude": 30.5, "longitude": 114.3, "accuracy": 8}}  # fmt: skip
    answer: dict[str, Any] = phone.post(
        f"/visit/{case_id}/photos/{number}/",
        content,
        content_type="application/octet-stream",
        headers={"X-Photo": json.dumps(told)},
    ).json()
    return answer  # fmt: skip


def test_the_same_entry_again_changes_nothing(phone: Client, one_case: int) -> None:
    note = entry(one_case, "measurement", name="current", value="5.21", unit="A")
    assert [send(phone, one_case, note)[0]["state"] for _ in range(3)] == ["stored", "known", "known"]
    assert VisitEntry.objects.get().data == {"name": "current", "value": "5.21", "unit": "A"}


def test_a_visit_noted_without_connection_concludes_the_case(phone: Client, one_case: int) -> None:
    arrive = entry(one_case, "arrive")
    outcome = entry(one_case, "outcome", outcome="confirmed", cause="meter_fault", note="stands still", checked=["0", "1"],
                    materials=["site_photo"])  # fmt: skip
    send(phone, one_case, arrive)
    number = str(uuid.uuid4())
    part(phone, one_case, number, 0, JPEG)
    assert send(phone, one_case, outcome, arrive)[0]["conflict"] == ""
    assert Case.objects.get(pk=one_case).step == "concluded"


def test_a_photo_comes_in_parts_and_repeats_do_no_harm(phone: Client, one_case: int) -> None:
    number = str(uuid.uuid4())
    assert part(phone, one_case, number, 0, JPEG[:5000])["size"] == 5000
    assert part(phone, one_case, number, 0, JPEG[:5000])["size"] == 5000
    assert part(phone, one_case, number, 0, b"")["size"] == 5000
    assert part(phone, one_case, number, 5000, JPEG[5000:])["entry"]["state"] == "stored"
    assert part(phone, one_case, number, 0, JPEG)["entry"]["state"] == "known"
    photo = Photo.objects.get()
    assert place_of(photo.sha256).read_bytes() == JPEG
    assert (photo.media_type, str(photo.latitude_deg)) == ("image/jpeg", "30.500000")


def test_a_file_that_is_no_photo_is_refused(phone: Client, one_case: int) -> None:
    answer = part(phone, one_case, str(uuid.uuid4()), 0, b"<html>", whole=b"<html>")
    assert "JPEG, PNG, WebP or PDF" in answer["problem"]
    assert not Photo.objects.exists()


def test_a_conflict_keeps_what_was_noted_and_says_why(phone: Client, one_case: int) -> None:
    arrive = entry(one_case, "arrive")
    Doing("leader").act(one_case, "dispatch", owner_id="s-meter")
    taken = send(phone, one_case, arrive)[0]
    assert taken["state"] == "stored"
    assert "version" in taken["conflict"]
    assert VisitEntry.objects.get().conflict == taken["conflict"]
    assert Case.objects.get(pk=one_case).step == "assigned"


def test_a_changed_photo_is_not_shown(phone: Client, one_case: int, home: Path) -> None:
    part(phone, one_case, str(uuid.uuid4()), 0, JPEG)
    digest = Photo.objects.get().sha256
    assert phone.get(f"/cases/{one_case}/photos/{digest}/").content == JPEG
    place_of(digest).write_bytes(JPEG + b"!")
    assert phone.get(f"/cases/{one_case}/photos/{digest}/").status_code == 400
