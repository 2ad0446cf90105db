"""What a program does with cases: claims into the remedy, cases for chosen findings, photos in parts."""

import hashlib
import json
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.casework import world
from tests.casework.test_acting import to_step
from tests.casework.test_claims import SPLIT, THEFT
from tests.casework.test_field_work import JPEG
from tests.casework.test_hand_over import by_scan, stored
from tests.web.api import ROOT, Program
from wattwarden.app.casework.claim_kinds import KINDS
from wattwarden.records.models import AuditRecord, Case, CaseEvent, Finding, Photo, User

FIGURES = {name: value for name, value in SPLIT.items() if name != "kind"}


def as_(name: str) -> Program:
    return Program(User.objects.get(username=name))


def test_every_calculator_is_listed_with_its_fields(home: Path) -> None:
    told = as_("billing").get("/claims").json()
    assert [one["kind"] for one in told] == list(KINDS)
    theft = next(one for one in told if one["kind"] == "theft")
    assert {"on", "tapped_kw", "price", "chosen"} <= {field["name"] for field in theft["fields"]}


def test_a_claim_is_worked_out_step_by_step_and_nothing_is_kept(home: Path) -> None:
    figures = {name: value for name, value in THEFT.items() if name != "kind"}
    before = AuditRecord.objects.exclude(action="token.make").count()
    told = as_("billing").post("/claims/theft", {"fields": figures}).json()
    # DOMAIN A.7: 6 kW for 180 days of 12 hours at 0.6 yuan/kWh; the penalty is not yet decided.
    assert (told["amount_fen"], told["remedy"]) == (6 * 180 * 12 * 60, "back_bill")
    assert told["amounts"][-1]["value"] == str(len(told["steps"]) - 1)
    asked = as_("auditor").post("/claims/theft", {"fields": figures, "step": told["amounts"][-1]["value"]})
    assert asked.json()["amount_fen"] == 3 * 6 * 180 * 12 * 60
    assert any(step["basis"] for step in told["steps"])
    assert AuditRecord.objects.exclude(action="token.make").count() == before


@pytest.mark.parametrize(
    ("kind", "fields", "status"),
    [("none", {}, 404), ("theft", {}, 422), ("late_fee", {"arrears": "1e30"}, 422), ("late_fee", {"arrears": "x"}, 422)],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_refused(
    home: Path, kind: str, fields: dict[str, str], status: int
) -> None:
    assert as_("billing").post(f"/claims/{kind}", {"fields": fields}).status_code == status


def test_an_amount_goes_into_the_remedy_once_and_another_approves(one_case: int) -> None:
    to_step(one_case, "concluded")
    billing, address = as_("billing"), f"/cases/{one_case}/claim"
    shown = billing.get(address).json()
    assert (shown["may_propose"], shown["derivation"]) == (True, None)
    body = {"version": shown["version"], "kind": "meter_error", "fields": {**FIGURES, "decided_by": "boss"}}
    done = [billing.post(address, body, key="k") for _ in range(2)]
    assert [one.status_code for one in done] == [200, 200], done[0].content
    assert done[0].json()["step"] == "remedy_proposed"
    events = CaseEvent.objects.filter(case=one_case).values_list("data", flat=True)
    assert [event.get("action") for event in events].count("propose_remedy") == 1
    told = as_("approver").get(address).json()
    assert told["proposed_fen"] == told["derivation"]["amount_fen"] > 0
    assert "boss" not in json.dumps(told)
    assert billing.post(address, body).status_code == 409
    version = Case.objects.get(pk=one_case).version
    approve = {"version": version, "note": "checked"}
    assert billing.post(f"/cases/{one_case}/actions/approve_remedy", approve).status_code == 403
    assert as_("approver").post(f"/cases/{one_case}/actions/approve_remedy", approve).status_code == 200


def test_who_may_not_propose_is_forbidden_to_and_a_suspicion_has_no_claim(one_case: int) -> None:
    body = {"version": 1, "kind": "meter_error", "fields": FIGURES}
    assert as_("billing").post(f"/cases/{one_case}/claim", body).status_code == 422
    to_step(one_case, "concluded")
    body["version"] = Case.objects.get(pk=one_case).version
    assert as_("auditor").post(f"/cases/{one_case}/claim", body).status_code == 403


def test_the_derivation_leaves_with_a_reason(one_case: int) -> None:
    to_step(one_case, "concluded")
    wanted = {"reason": "annex of the case", "kind": "meter_error", "fields": FIGURES}
    book = as_("billing").post(f"/exports/cases/{one_case}/claim", wanted)
    assert book.content.startswith(b"PK"), book.content
    assert AuditRecord.objects.get(action="claim.export").reason == "annex of the case"


def test_cases_are_opened_for_chosen_findings_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = world.scan_of(home / "scan", [world.found(n) for n in range(3)])
    by_scan(monkeypatch, scan)
    stored(3)
    for case in scan.cases.to_pylist():
        Finding.objects.filter(customer_id=case["customer_id"]).update(case_key=case["case_key"])
    asking, wanted = as_("controller"), {"findings": ["f1", "f2"]}
    answers = [asking.post("/cases/open", wanted, key="k") for _ in range(2)]
    assert [one.json()["opened"] for one in answers] == [2, 2]
    assert answers[1]["Idempotency-Replayed"] == "true"
    assert AuditRecord.objects.filter(action="case.open_chosen").count() == 1
    assert set(Case.objects.values_list("customer_id", flat=True)) == {"c1", "c2"}
    assert as_("station_worker").post("/cases/open", {"findings": ["f0"]}).status_code == 403
    assert asking.post("/cases/open", {"findings": []}).status_code == 422


def test_a_photo_comes_in_parts_and_is_given_out(one_case: int) -> None:
    asking, number, digest = as_("controller"), uuid.uuid4(), hashlib.sha256(JPEG).hexdigest()

    def part(offset: int, content: bytes) -> dict[str, object]:
        told = {"offset": offset, "total": len(JPEG), "sha256": digest, "noted_at": "2026-11-25T09:00:00+08:00", "version": 1,
                "latitude": 30.5, "part": SimpleUploadedFile("part", content)}  # fmt: skip
        headers = {"Authorization": f"Bearer {asking.token}"}
        answer = Client().post(f"{ROOT}/visits/{one_case}/photos/{number}", told, headers=headers)
        received: dict[str, object] = answer.json()
        return received

    assert part(0, JPEG[:5000]) == {"size": 5000, "entry": None}
    assert part(0, JPEG[:5000])["size"] == 5000
    assert part(5000, JPEG[5000:])["entry"]
    assert Photo.objects.get().sha256 == digest
    shown = asking.get(f"/cases/{one_case}/photos/{digest}")
    assert (shown.content, shown["Content-Type"]) == (JPEG, "image/jpeg")


def test_the_board_counts_and_the_first_page_tells_my_work(one_case: int) -> None:
    asking = as_("controller")
    columns = {one["step"]: one for one in asking.get("/board").json()}
    assert [row["id"] for row in columns["found"]["cases"]] == [one_case]
    assert columns["found"]["count"] == 1
    told = asking.get("/today").json()
    assert (told["work"]["all_open"], told["work"]["unowned"], told["scan"]) == (1, 1, None)
    assert asking.get("/verdicts", case_id=str(one_case)).json() == []
