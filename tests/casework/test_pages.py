"""Pages answer for every role with a fixed number of queries, whatever the number of cases."""

import io
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests.casework.world import ROLES, Doing, found, open_from, scan_of
from wattwarden.app import typeset
from wattwarden.app.casework.letter import evidence_letter
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.labels import Language
from wattwarden.records.models import Case, User

PAGES = (
    "/cases/",
    "/cases/board/",
    "/queue/",
    "/approvals/",
    "/verification/",
    "/resting/",
    "/reviews/",
    "/ledger/",
    "/visit/",
)


def client_of(name: str) -> Client:
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(username=name))
    return client


def queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    return len(asked)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_for_every_role(role: str, one_case: int) -> None:
    client = client_of(role)
    for page in (*PAGES, f"/cases/{one_case}/", f"/visit/{one_case}/"):
        assert client.get(page).status_code == 200, page


def test_more_cases_make_no_more_queries(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_from(monkeypatch, home, scan_of(home / "scan", [found(0), found(1)]))
    client = client_of("controller")
    client.get("/cases/")
    case = Case.objects.filter(customer_id="c0").values_list("pk", flat=True).get()
    pages = ("/cases/", "/cases/board/", "/queue/", f"/cases/{case}/")
    few = [queries(client, page) for page in pages]
    open_from(monkeypatch, home, scan_of(home / "scan", [found(n) for n in range(50)]))
    assert [queries(client, page) for page in pages] == few
    assert few[0] <= 10
    assert few[3] <= 18


def test_a_filter_and_the_next_page(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_from(monkeypatch, home, scan_of(home / "scan", [found(n) for n in range(60)]))
    client = client_of("controller")
    first = client.get("/cases/?state=open")
    assert b'rel="next"' in first.content
    assert client.get("/cases/?q=c7").content.count(b'name="key"') == 1


def test_many_are_assigned_at_once_and_the_excel_needs_a_reason(one_case: int) -> None:
    client = client_of("controller")
    Doing("controller").act(one_case, "triage")
    version = Case.objects.get(pk=one_case).version
    client.post("/cases/assign/", {"key": f"{one_case}:{version}", "owner": "s-meter", "once": "k"})
    case = Case.objects.get(pk=one_case)
    assert (case.step, str(case.owner)) == ("assigned", "meter")
    assert client.post("/cases/excel/?state=open", {"reason": ""}).status_code == 400
    answer = client.post("/cases/excel/?state=open", {"reason": "audit"})
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert dict(zip(head, row, strict=True))["Case"] == one_case


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_letter_is_a_pdf_and_the_unmasked_one_needs_a_role(one_case: int, language: Language) -> None:
    assert evidence_letter(Doing("controller").viewer, one_case, language, masked=False).startswith(b"%PDF")
    with pytest.raises(WattwardenError, match="masked copy"):
        evidence_letter(Doing("approver").viewer, one_case, language, masked=False)


def test_a_missing_font_is_told(one_case: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "_families", lambda: frozenset({"Other"}))
    with pytest.raises(WattwardenError, match="fonts-noto-cjk"):
        evidence_letter(Doing("controller").viewer, one_case, "zh", masked=True)
