"""Every page in both languages, for who may and who may not, with counted queries."""

import html
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker
from python_calamine import CalamineWorkbook

from tests.app.sample_scan import CUSTOMER, write_sample
from tests.web.conftest import make_user
from wattwarden.app.console import imports
from wattwarden.app.console.sums import Total, newest_scan, totals
from wattwarden.app.publish_scan import publish_scan_to_store
from wattwarden.domain.content import contract
from wattwarden.records.models import AuditRecord, Finding, ImportJob, User

FROZEN = "aaaa" * 8
PAGES = (
    "/", "/risks/", "/risks/1.2.3/", "/findings/", "/findings/?sort=newest&risk=1.2&money=1", f"/findings/{FROZEN}/",
    "/rules/", "/rules/?sort=precision", "/rules/metering.register_frozen/", "/organisation/", "/quality/",
    f"/customers/{CUSTOMER}/", f"/customers/{CUSTOMER}/?tab=readings", f"/customers/{CUSTOMER}/?tab=bills",
    f"/customers/{CUSTOMER}/?tab=risk", f"/customers/{CUSTOMER}/prices/?on=2026-08-15", "/search/?q=register", "/findings/export/", "/rules/export/",
    "/quality/export/", "/organisation/export/", f"/customers/{CUSTOMER}/export/?tab=bills",
)  # fmt: skip
MOST_QUERIES = 24


@pytest.fixture(scope="module")
def published(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Path]:
    """A lake with two scans, the second published; made once, as it takes seconds."""
    folder = tmp_path_factory.mktemp("console")
    write_sample(folder)
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(settings, "HOME", folder)
        publish_scan_to_store(folder)
    yield folder
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def home(published: Path, folder: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder as the console of this test serves it; what a test changes in it is its own."""
    shutil.copytree(published, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture
def sign_in(home: Path) -> Callable[..., Client]:
    """A browser of somebody with one role for the whole county."""

    def enter(role: str | None, language: str = "zh-hans", org: str = "O1") -> Client:
        client = Client()
        client.force_login(make_user(role, org, language=language))
        return client

    return enter


def text_of(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize(("language", "code"), [("zh-hans", "zh-Hans"), ("en", "en")])
def test_every_page_opens_in_both_languages(sign_in: Callable[..., Client], language: str, code: str) -> None:
    client = sign_in("controller", language)
    for url in PAGES:
        page = text_of(client, url)
        assert f'<html lang="{code}">' in page, url
        assert ("跳到正文" in page) == (language != "en"), url
        assert "<script>" not in page, url
        assert "onclick" not in page, url


def test_who_may_not_finds_nothing_there(sign_in: Callable[..., Client]) -> None:
    client = sign_in("service")
    for url in ("/risks/9.9.9/", "/rules/no.such/"):
        assert "没有找到" in text_of(client, url, 404) or "无法完成" in text_of(client, url, 404)
    author = sign_in("rule_author")
    text_of(author, f"/customers/{CUSTOMER}/", 404)
    for url in ("/imports/", "/quarantine/", "/people/", "/settings/"):
        text_of(author, url, 403)
    text_of(sign_in("administrator"), f"/findings/{FROZEN}/", 404)


def test_pages_ask_the_store_a_fixed_number_of_times(sign_in: Callable[..., Client]) -> None:
    client = sign_in("controller")
    few = {url: _queries(client, url) for url in PAGES}
    row = Finding.objects.get(pk=FROZEN)
    for number in range(40):
        row.pk = f"{number:032d}"
        row.save(force_insert=True)
    many = {url: _queries(client, url) for url in PAGES}
    assert many == few
    assert max(many.values()) <= MOST_QUERIES


def _queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    return len(asked)


def test_a_finding_tells_who_what_why_and_how_much(sign_in: Callable[..., Client]) -> None:
    page = text_of(sign_in("controller"), f"/findings/{FROZEN}/")
    for said in (
        "1,000.00 元",
        "500.00 元",
        "2,000.00 元",
        "甲县乙镇",
        "DL/T 448",
        "SELECT",
        "排第",
        "先核查",
    ):
        assert said in page
    assert CUSTOMER not in page.replace(f"/customers/{CUSTOMER}/", "")
    drawn = re.search(r'data-chart="(\{.*?\})"></div>', page, flags=re.DOTALL)
    assert drawn is not None
    option = json.loads(drawn[1])
    assert len(option["series"][0]["data"]) == 27
    assert "markArea" in option["series"][0]


def test_changes_since_the_scan_before_are_counted(sign_in: Callable[..., Client], home: Path) -> None:
    viewer = make_user("approver", "O1").viewer()
    scan = newest_scan(viewer)
    assert scan == 2
    by_change = {key[0]: total.findings for key, total in totals(viewer, scan, "change").items()}
    assert by_change == {"": 2, "new": 1}
    assert totals(viewer, scan, "change", gone=True)[("gone",)].findings == 1
    page = text_of(sign_in("controller"), "/findings/?change=gone")
    assert page.count('class="first"') == 1


def test_sums_count_each_loss_once(sign_in: Callable[..., Client], home: Path) -> None:
    viewer = make_user("approver", "O1").viewer()
    whole = sum(totals(viewer, 2, "rule_id").values(), Total())
    rows = Finding.objects.filter(staff_side=False).exclude(state="gone")
    assert whole.counted_fen == sum(row.counted_fen for row in rows) == 209_000
    assert whole.expected_fen == sum(row.expected_fen for row in rows)


@pytest.mark.parametrize("words", ["430012", CUSTOMER, "乙镇丙路", "M1", '丁"王'])
def test_a_customer_is_found_by_what_one_knows(sign_in: Callable[..., Client], words: str) -> None:
    answer = sign_in("controller").get("/search/", {"q": words})
    found = answer["Location"] if answer.status_code == 302 else answer.content.decode()
    if len(words) > 2 or words == "M1":
        assert (f"/customers/{CUSTOMER}/" in found) == (words != "M1")


def test_the_search_tells_nothing_of_a_foreign_unit(sign_in: Callable[..., Client]) -> None:
    page = text_of(sign_in("service", org="O1"), "/search/?q=nobody-like-this")
    assert "没有找到" in page


def test_the_language_is_kept_with_the_account(sign_in: Callable[..., Client]) -> None:
    client = sign_in("controller")
    answer = client.post("/language/", {"language": "en", "next": "/risks/"})
    assert answer["Location"] == "/risks/"
    assert User.objects.get(username="controller").language == "en"
    assert "Risk map" in text_of(client, "/risks/")
    assert (
        client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"})["Location"] == "/"
    )


def test_an_error_says_what_to_do(sign_in: Callable[..., Client]) -> None:
    client = sign_in("controller", "en")
    assert "search box" in text_of(client, "/no/such/page/", 404)
    assert "Use the button" in client.post("/findings/").content.decode()
    strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en")
    assert "a whole number of yuan" in client.get("/findings/?money=abc").content.decode()
    assert "Open it again" in strict.post("/language/", {"language": "en"}).content.decode()


def test_a_list_leaves_with_a_reason_only(sign_in: Callable[..., Client]) -> None:
    client = sign_in("controller")
    assert client.post("/findings/export/", {"reason": ""}).status_code >= 400
    answer = client.post("/findings/export/?risk=1.2.3", {"reason": "monthly report"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert (
        len(rows) == 1 + Finding.objects.filter(risk="1.2.3", staff_side=False).exclude(state="gone").count()
    )
    assert CUSTOMER not in str(rows)


def sheets_of(content: bytes) -> dict[str, list[list[object]]]:
    """Rows by name of the sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: [list(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names
    }


def test_the_rows_behind_a_tab_leave_masked_and_with_units(sign_in: Callable[..., Client]) -> None:
    client = sign_in("controller", "en")
    address = f"/customers/{CUSTOMER}/export/"
    assert client.post(f"{address}?tab=readings", {"reason": ""}).status_code == 400
    assert client.get(f"{address}?tab=nonsense").status_code == 404
    sheets = sheets_of(client.post(f"{address}?tab=readings", {"reason": "a complaint"}).content)
    head, first, *more = sheets[contract()["reading_daily"].label.en]
    assert len(more) > 20
    assert any("(kWh)" in str(name) for name in head)
    assert any(isinstance(cell, float) for cell in first)
    sheets = sheets_of(client.post(f"{address}?tab=file", {"reason": "a complaint"}).content)
    _, person = sheets[contract()["customer"].label.en]
    assert CUSTOMER not in str(person)


@pytest.mark.parametrize(
    ("address", "sheet"), [("/quality/export/", "Tables"), ("/organisation/export/", "Organisation")]
)
def test_quality_and_units_leave_as_they_are_shown(
    sign_in: Callable[..., Client], address: str, sheet: str
) -> None:
    client = sign_in("controller", "en")
    sheets = sheets_of(client.post(address, {"reason": "monthly report"}).content)
    assert len(sheets[sheet]) > 2
    assert any("monthly report" in map(str, row) for row in sheets["Watermark"])


def test_files_are_tried_and_then_stored(
    sign_in: Callable[..., Client], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "begin", lambda job: imports.run_job(job.pk))
    client = sign_in("administrator")
    rows = "org_id,name,kind,parent_org_id\nO3,丙供电所,station,O1\nO4,丁供电所,nonsense,O1\n"
    answer = client.post("/imports/", {"files": [SimpleUploadedFile("org_unit.csv", rows.encode())]})
    job = ImportJob.objects.get()
    assert answer["Location"] == f"/imports/{job.pk}/"
    assert (job.state, job.is_dry) == ("done", True), job.report
    (table,) = job.report["tables"]
    assert (table["new"], table["quarantined"]) == (1, 1)
    assert client.post(f"/imports/{job.pk}/keep/").status_code == 302
    job.refresh_from_db()
    assert (job.state, job.is_dry) == ("done", False)
    assert job.report["version"] == 2
    assert "nonsense" in text_of(client, "/quarantine/")
    assert client.post("/quarantine/export/").status_code == 400
    assert not AuditRecord.objects.filter(action="quarantine.export").exists()
    book = client.post("/quarantine/export/", {"reason": "rows for the county to correct"}).content
    record = AuditRecord.objects.get(action="quarantine.export")
    assert (record.reason, json.loads(record.new)["rows"]) == ("rows for the county to correct", 1)
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert (
            f"rows for the county to correct · #{record.pk}"
            in parts.read("xl/worksheets/sheet1.xml").decode()
        )


def test_what_cannot_be_imported_is_refused_with_a_reason(
    sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "begin", lambda job: imports.run_job(job.pk))
    client = sign_in("administrator", "en")
    assert (
        "an unknown kind of file"
        in client.post("/imports/", {"files": [SimpleUploadedFile("x.exe", b"MZ")]}).content.decode()
    )
    strange = "户号,户名,联系电话\n4300000001,张三,13812345678\n"
    client.post("/imports/", {"files": [SimpleUploadedFile("strange.csv", strange.encode())]})
    page = text_of(client, f"/imports/{ImportJob.objects.get().pk}/")
    assert "Suggested mapping" in page or "imported" in page
