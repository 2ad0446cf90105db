"""Findings become cases: by the worker after a scan, from the list, once, and again after a kill."""

from pathlib import Path

import pytest

from tests.casework import world
from tests.casework.test_pages import client_of
from wattwarden.app import follow_scan, open_cases, open_chosen
from wattwarden.app.casework import known_cases
from wattwarden.app.run_worker import Round, follow
from wattwarden.app.scan_files import ScanFiles
from wattwarden.app.verify_cases import VerifiedCases
from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.domain.staff_side import joined
from wattwarden.lake.reading_room import ReadingRoom
from wattwarden.lake.scan_store import ScanStore
from wattwarden.records.models import AuditRecord, Case, CaseEvent, Finding

Patch = pytest.MonkeyPatch


def by_scan(patch: Patch, scan: ScanFiles, number: int = 1) -> None:
    """Scan ``number`` is the newest, and the store shows it."""
    for place in (open_cases, follow_scan, open_chosen):
        patch.setattr(place, "chosen_scan", lambda _: scan)
    for place in (open_cases, open_chosen):
        patch.setattr(place, "scan_number", lambda _: number)
    patch.setattr(open_cases, "scanned_lake", world.no_lake)
    patch.setattr(open_cases, "connect", lambda _: None)
    patch.setattr(follow_scan, "connect", lambda _: None)
    patch.setattr(follow_scan, "publish_scan_to_store", lambda _: number)
    patch.setattr(follow_scan, "verify_cases", lambda _: VerifiedCases(number))
    patch.setattr(open_chosen, "published_scan", lambda: number)
    patch.setattr(ScanStore, "numbers", lambda _: [number])
    patch.setattr(ReadingRoom, "number", lambda _: number)
    patch.setattr(open_cases, "draw_visits", lambda *_: 0)


def stored(count: int) -> None:
    """The findings of the scan as the list shows them."""
    for n in range(count):
        row = world.found(n)
        Finding.objects.create(
            **row, org_path=world.NORTH, state="open", scan=1, case_key=f"premise:p{n}",
            first_seen=world.TODAY, last_seen=world.TODAY,
        )  # fmt: skip


def worked(home: Path) -> Round:
    done = Round()
    follow(home, done)
    return done


def test_the_worker_follows_each_scan_once(home: Path, monkeypatch: Patch) -> None:
    by_scan(monkeypatch, world.scan_of(home / "scan", [world.found(n) for n in range(5)]))
    assert [worked(home).opened for _ in range(2)] == [5, 0]
    by_scan(monkeypatch, world.scan_of(home / "scan2", [world.found(n) for n in range(7)]), 2)
    assert [worked(home).opened for _ in range(2)] == [2, 0]


def test_a_scan_whose_reading_room_is_gone_is_followed_again(home: Path, monkeypatch: Patch) -> None:
    by_scan(monkeypatch, world.scan_of(home / "scan", [world.found(0)]))
    worked(home)
    assert follow_scan.follow_new_scan(home) is None
    monkeypatch.setattr(ReadingRoom, "number", lambda _: None)
    assert follow_scan.follow_new_scan(home) is not None


def test_killed_in_the_middle_it_is_followed_to_its_end_by_the_next(home: Path, monkeypatch: Patch) -> None:
    by_scan(monkeypatch, world.scan_of(home / "scan", [world.found(n) for n in range(6)]))
    monkeypatch.setattr(open_cases, "CHUNK", 2)
    whole, calls = known_cases.describe_joined, []

    def killed(*what: object) -> None:
        calls.append(what)
        if len(calls) == 2:
            raise KeyboardInterrupt
        whole(*what)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(open_cases, "describe_joined", killed)
    with pytest.raises(KeyboardInterrupt):
        worked(home)
    assert Case.objects.count() == 2
    monkeypatch.setattr(open_cases, "describe_joined", whole)
    assert (worked(home).opened, Case.objects.count()) == (4, 6)
    assert CaseEvent.objects.filter(kind="opened").count() == 6


def test_what_stands_in_the_way_does_not_stop_the_worker(home: Path, monkeypatch: Patch) -> None:
    by_scan(monkeypatch, world.scan_of(home / "scan", [world.found(0)]))

    def refuses(_: Path) -> int:
        raise fail("scan", found="half", expected="whole")

    monkeypatch.setattr(follow_scan, "publish_scan_to_store", refuses)
    assert worked(home) == Round()
    by_scan(monkeypatch, world.scan_of(home / "scan", [world.found(0)]))
    assert worked(home).opened == 1


def test_chosen_findings_become_cases_and_no_others(home: Path, monkeypatch: Patch) -> None:
    scan = world.scan_of(home / "scan", [world.found(n) for n in range(4)])
    by_scan(monkeypatch, scan)
    stored(4)
    for case in scan.cases.to_pylist():
        Finding.objects.filter(customer_id=case["customer_id"]).update(case_key=case["case_key"])
    client = client_of("controller")
    answer = client.post("/cases/open/", {"key": ["f1", "f2"]})
    assert answer.headers["HX-Redirect"] == "/cases/"
    assert set(Case.objects.values_list("customer_id", flat=True)) == {"c1", "c2"}
    client.post("/cases/open/", {"key": ["f1", "f2"]})
    assert Case.objects.count() == 2
    assert AuditRecord.objects.filter(action="case.open_chosen").count() == 2
    assert worked(home).opened == 2


def test_who_may_not_assign_opens_nothing(home: Path, monkeypatch: Patch) -> None:
    by_scan(monkeypatch, world.scan_of(home / "scan", [world.found(0)]))
    stored(1)
    assert client_of("station_worker").post("/cases/open/", {"key": ["f0"]}).status_code == 403
    assert client_of("controller").post("/cases/open/", {"key": []}).status_code == 400
    assert not Case.objects.exists()


def test_nobody_sees_or_owns_a_case_about_his_own_change(home: Path, monkeypatch: Patch) -> None:
    by_scan(monkeypatch, world.scan_of(home / "scan", [world.found(n) for n in range(2)]))
    stored(2)
    Finding.objects.filter(finding_key="f0").update(staff_ids=joined({"s-meter"}))
    worked(home)
    about, other = (Case.objects.get(premise_id=f"p{n}") for n in range(2))
    assert not about.staff_side
    assert client_of("meter").get(f"/cases/{about.pk}/").status_code == 404
    assert client_of("meter").get(f"/cases/{other.pk}/").status_code == 200
    controller = world.Doing("controller")
    with pytest.raises(WattwardenError, match=r"s-meter|himself|owner"):
        controller.act(about.pk, "assign", owner_id="s-meter")
    controller.act(other.pk, "assign", owner_id="s-meter")
