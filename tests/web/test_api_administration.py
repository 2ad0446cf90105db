"""Accounts, imports, quarantine, drafts and the desk through the programming interface."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web.api import ROOT, Program, program
from wattwarden.app.console import imports
from wattwarden.records.models import AuditRecord, ImportJob, RuleDraft, User

pytestmark = pytest.mark.usefixtures("utility")
WHY = {"reason": "new colleague"}


def send(asking: Program, path: str, key: str = "", **fields: object) -> dict[str, object]:
    """POST as a browser sends files."""
    headers = {"Authorization": f"Bearer {asking.token}"} | ({"Idempotency-Key": key} if key else {})
    answer = Client().post(ROOT + path, fields, headers=headers)
    assert answer.status_code == 200, answer.content
    told: dict[str, object] = answer.json()
    return told


def test_an_account_is_made_gets_a_role_and_is_closed() -> None:
    asking = program("administrator")
    told = asking.post("/people", {"username": "new.one", "display_name": "New One"}).json()
    assert User.objects.get(username="new.one").check_password(told["password"])
    assert User.objects.get(username="new.one").password_is_temporary
    held = asking.post("/people/new.one/grant", {"role": "meter", "org": "own1", **WHY}).json()
    assert held["roles"] == [{"role": "meter", "org": "own1"}]
    assert (
        asking.post("/people/new.one/revoke", {"role": "meter", "org": "own1", **WHY}).json()["roles"] == []
    )
    assert not asking.post("/people/new.one/disable", WHY).json()["is_active"]
    actions = set(AuditRecord.objects.values_list("action", flat=True))
    assert {"account.add", "account.grant", "account.revoke", "account.disable"} <= actions


def test_no_role_is_given_outside_ones_organisation() -> None:
    asking = program("administrator")
    asking.post("/people", {"username": "new.one"})
    answer = asking.post("/people/new.one/grant", {"role": "meter", "org": "frgn1", **WHY})
    assert answer.status_code in (403, 404, 422)
    assert asking.get("/people/new.one").json()["roles"] == []


@pytest.mark.parametrize(
    "path", ["/people", "/imports", "/quarantine", "/settings", "/roles", "/rules/drafts"]
)
def test_who_has_no_such_role_is_forbidden(path: str) -> None:
    answer = program("meter").get(path)
    assert answer.status_code == 403, answer.content


def test_files_are_imported_once_however_often_they_are_sent(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In earnest a thread does it; the database of a test has one connection.
    monkeypatch.setattr(imports, "begin", lambda job: imports.run_job(job.pk))
    asking = program("administrator")
    files = [b"org_id,name\n1,One\n", b"org_id,name\n1,One\n"]
    told = [send(asking, "/imports", "k1", files=SimpleUploadedFile("org_unit.csv", file)) for file in files]
    assert told[0] == told[1]
    job = ImportJob.objects.get()
    assert job.files == ["org_unit.csv"]
    assert asking.get(f"/imports/{job.pk}").json()["state"] in ("done", "failed")
    assert [one["number"] for one in asking.get("/imports").json()] == [job.pk]


def test_a_draft_is_written_through_the_interface() -> None:
    author = program("rule_author")
    number = author.post("/rules/drafts", {"rule_id": "site.api_rule"}).json()["number"]
    page = author.get(f"/rules/drafts/{number}").json()
    assert "check" in page["may"] or "save" in page["may"]
    stale = {"text": "id: x\n", "content": "not-the-hash"}
    assert author.post(f"/rules/drafts/{number}/text", stale).status_code == 409
    saved = {"text": page["text"] + "\n# more\n", "content": page["draft"]["content"]}
    assert author.post(f"/rules/drafts/{number}/text", saved).status_code == 200
    assert RuleDraft.objects.get().text.endswith("# more\n")
    step = {"move": "approve", "content": RuleDraft.objects.get().text_hash}
    assert author.post(f"/rules/drafts/{number}/steps", step).status_code in (403, 422)


def test_a_revealed_value_is_recorded_with_its_reason() -> None:
    asking = program("controller")
    wanted = {"kind": "customer", "key": "cown", "column": "phone", "reason": "call back the customer"}
    assert asking.post("/reveal", wanted).json() == {"value": "pOwn"}
    record = AuditRecord.objects.filter(action__contains="reveal").get()
    assert record.reason == "call back the customer"


@pytest.mark.parametrize("path", ["/approvals", "/verification", "/resting", "/reviews"])
def test_the_desk_of_nobody_is_empty(path: str) -> None:
    answer = program("approver").get(path)
    assert (answer.status_code, answer.json()) == (200, [])
