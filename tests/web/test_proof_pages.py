"""The proof pack in the console: guarded, recorded as a read, a paper only with a reason."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tests.app.test_proof import lay_room
from tests.web.api import program
from wattwarden.app.console import finding_proof
from wattwarden.app.show_finding import Section
from wattwarden.domain.labels import Label
from wattwarden.records.models import AuditRecord

PAGE = "/findings/customerown/proof/"
SignIn = Callable[..., Client]


@pytest.fixture
def words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A room for the own customer, and the words of a finding that no scan on disk has."""
    lay_room(folder, "cown")
    monkeypatch.setattr(finding_proof, "find", lambda *_: None)
    monkeypatch.setattr(
        finding_proof, "proof_words", lambda *_: [Section(Label(zh="为什么", en="Why"), ("x",))]
    )
    return folder


def test_the_part_draws_the_series_and_is_recorded_as_a_read(signed_in: SignIn, words: Path) -> None:
    page = signed_in("controller").get(PAGE).content.decode()
    assert "data-chart" in page
    assert "<script" not in page
    assert AuditRecord.objects.filter(action="proof.read", subject_id="customerown").count() == 1


def test_before_a_full_scan_the_part_says_so_in_its_place(signed_in: SignIn) -> None:
    answer = signed_in("controller").get(PAGE)
    assert answer.status_code == 200
    assert "wattwarden scan" in answer.content.decode()


def test_a_foreign_finding_is_not_there(signed_in: SignIn, words: Path) -> None:
    client = signed_in("controller")
    for page in ("/findings/customerfrgn/proof/", "/findings/customerfrgn/proof/pdf/"):
        assert client.get(page).status_code == 404
        assert client.post(page, {"reason": "because of it"}).status_code in (404, 405)
    assert not AuditRecord.objects.filter(action__startswith="proof.").exists()


def test_the_paper_needs_a_reason_and_is_recorded(signed_in: SignIn, words: Path) -> None:
    client = signed_in("controller")
    assert client.get(f"{PAGE}pdf/?language=zh").status_code == 200
    assert client.post(f"{PAGE}pdf/?language=zh", {"reason": "x"}).status_code == 400
    assert not AuditRecord.objects.filter(action="proof.export").exists()
    paper = client.post(f"{PAGE}pdf/?language=en", {"reason": "papers for the visit"})
    assert paper.content.startswith(b"%PDF")
    kept = AuditRecord.objects.get(action="proof.export")
    assert (kept.reason, kept.subject_id) == ("papers for the visit", "customerown")


def test_a_role_that_may_not_export_gets_no_paper(signed_in: SignIn, words: Path) -> None:
    answer = signed_in("leader").post(f"{PAGE}pdf/", {"reason": "papers for the visit"})
    assert answer.status_code == 403
    assert not AuditRecord.objects.filter(action="proof.export").exists()


def test_a_program_reads_the_pack_and_takes_the_paper_with_a_reason(utility: None, words: Path) -> None:
    asking = program("controller")
    told = asking.get("/findings/customerown/proof").json()
    assert told["pack"]["series"]
    assert told["pack"]["safety"]
    assert told["problems"] == []
    assert AuditRecord.objects.filter(action="proof.read", subject_id="customerown").count() == 1
    address = "/exports/findings/customerown/proof"
    assert asking.post(address, {"reason": "x"}).status_code == 422
    paper = asking.post(address, {"reason": "papers for the visit", "language": "en"})
    assert (paper.content[:4], paper["Content-Type"]) == (b"%PDF", "application/pdf")
    assert AuditRecord.objects.get(action="proof.export").reason == "papers for the visit"
    assert asking.post("/exports/findings/customerfrgn/proof", {"reason": "because of it"}).status_code == 404
    assert program("leader").post(address, {"reason": "papers for the visit"}).status_code == 403


def test_before_a_full_scan_a_program_is_told_why_there_is_no_pack(utility: None) -> None:
    told = program("controller").get("/findings/customerown/proof").json()
    assert told["pack"] is None
    assert "wattwarden scan" in told["problems"][0]["action"]
