"""The console in a real browser: every page at two widths, in both languages and themes, by keys, by axe."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.app.sample_scan import CUSTOMER, write_sample
from tests.web.conftest import make_user
from wattwarden.app.open_cases import open_cases
from wattwarden.app.publish_scan import publish_scan_to_store
from wattwarden.records.models import Case, ImportJob, User
from wattwarden.web.urls import urlpatterns

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; CI has Debian's")
FROZEN = "aaaa" * 8
WIDE, PHONE = 1440, 390
PASSWORD = "a-long-password-1"  # noqa: S105 of accounts that only this test has
LOOKED_AT: Mapping[str, Mapping[str, str]] = {
    "controller": {
        "today": "/", "risk_map": "/risks/", "risk_point": "/risks/1.2.3/", "findings": "/findings/",
        "finding": f"/findings/{FROZEN}/", "findings_export": "/findings/export/", "cases": "/cases/", "board": "/cases/board/",
        "case": "/cases/CASE/", "cases_excel": "/cases/excel/", "queue": "/queue/", "verification": "/verification/",
        "resting": "/resting/", "ledger": "/ledger/", "visits": "/visit/", "rules": "/rules/",
        "rule": "/rules/metering.register_frozen/", "rules_export": "/rules/export/", "quality": "/quality/",
        "organisation": "/organisation/", "customer": f"/customers/{CUSTOMER}/?tab=bills",
        "customer_export": f"/customers/{CUSTOMER}/export/?tab=readings", "customer_prices": f"/customers/{CUSTOMER}/prices/", "search": "/search/?q=register", "mfa_index": "/account/factor/",
        "account_change_password": "/account/password/", "usersessions_list": "/account/sessions/", "tokens": "/tokens/",
        "account_logout": "/account/logout/", "api_reference": "/api/",
    },
    "auditor": {"reviews": "/reviews/", "staff_findings": "/staff-findings/", "audit": "/audit/", "audit_record": "/audit/1/"},
    "approver": {"approvals": "/approvals/", "rule_drafts": "/rules/drafts/"},
    "rule_author": {
        "rule_draft": "/rules/drafts/DRAFT/", "rule_draft_edit": "/rules/drafts/DRAFT/edit/",
        "rule_draft_trial": "/rules/drafts/DRAFT/trial/", "rule_draft_approval": "/rules/drafts/DRAFT/approval/",
    },
    "administrator": {
        "imports": "/imports/", "import_job": "/imports/JOB/", "quarantine": "/quarantine/", "people": "/people/", "role_holders": "/people/roles/",
        "account_of": "/people/controller/", "settings": "/settings/", "organisation_export": "/organisation/export/",
        "quality_export": "/quality/export/",
    },
}  # fmt: skip
"""Pages by the role that looks at them: name in ``web/urls.py`` and address."""
ELSEWHERE = {
    "customer_bill": "below, as a page that says why the bill of the sample cannot be derived",
    "account_login": "each sign-in below", "visit": "tests/casework/test_browser.py",
    "finding_proof_pdf": "tests/web/test_proof_pages.py", "case_claim": "tests/casework/test_browser.py", "case_claim_excel": "tests/casework/test_claims.py",
    "account_reauthenticate": "tests/web: sign-in", "account_inactive": "tests/web: sign-in",
    "mfa_authenticate": "tests/web: sign-in", "mfa_reauthenticate": "tests/web: sign-in",
    "mfa_activate_totp": "asks for the password first", "mfa_deactivate_totp": "asks for the password first",
    "mfa_view_recovery_codes": "asks for the password first", "mfa_generate_recovery_codes": "asks for the password first",
}  # fmt: skip
NO_PAGES = {
    "live", "ready", "metrics", "language", "take_next", "cases_assign", "case_gates", "case_letter", "photo", "case_action",
    "case_claim_propose", "cases_open", "finding_proof",
    "review", "visit_worker", "visit_entries", "visit_photo", "rule_draft_new", "rule_draft_run", "rule_draft_step",
    "import_keep", "quarantine_export", "reveal", "account_add", "account_change", "audit_verify", "audit_export",
    "token_revoke", "mfa_download_recovery_codes",
}  # fmt: skip
"""Files, parts of pages, and addresses that take forms only."""


def test_no_page_is_forgotten() -> None:
    looked_at = {name for pages in LOOKED_AT.values() for name in pages}
    named = {str(one.name) for one in urlpatterns if getattr(one, "name", None)}
    assert named - looked_at - set(ELSEWHERE) - NO_PAGES == set()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright runs a loop in this thread, in which Django would refuse its ordinary calls.
    with pytest.MonkeyPatch.context() as patched, sync_playwright() as play:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


Enter = Callable[..., Page]


@pytest.fixture
def enter(
    live_server: LiveServer, folder: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> Iterator[Enter]:
    """Signs in a role at a width; a message on the browser's console or a missing file fails the test."""
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        monkeypatch.setattr(django_settings, name, False)
    write_sample(folder)
    publish_scan_to_store(folder)
    open_cases(folder)
    for role in LOOKED_AT:
        user = make_user(role, "O1")
        user.set_password(PASSWORD)
        user.save()
    said: list[str] = []
    contexts: list[BrowserContext] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            said.append(message.text)

    def see(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            said.append(f"{response.status} {response.url}")

    def sign_in(role: str, width: int, *, english: bool = False, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", service_workers="block"
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", hear)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("response", see)
        page.goto(f"{live_server.url}/account/login/")
        page.fill("#id_login", role)
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_selector("#search")
        if english:
            page.get_by_role("button", name="English").click()
            page.wait_for_selector("html[lang=en]")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert said == []


def check(page: Page, url: str, width: int, *, with_axe: bool) -> None:
    """The page is whole, no wider than the screen, and accessible."""
    answer = page.goto(url)
    assert answer is not None
    assert answer.ok, (url, answer.status)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, url
    if with_axe:
        found = Axe().run(page)
        assert found.violations_count == 0, (url, found.generate_report())


@pytest.mark.parametrize(
    ("width", "english", "dark"), [(WIDE, False, False), (PHONE, True, True)], ids=["desk", "phone"]
)
def test_every_page_is_accessible_and_fits(
    enter: Enter, live_server: LiveServer, width: int, english: bool, dark: bool
) -> None:
    owner = User.objects.get(username="administrator")
    job = ImportJob.objects.create(files=["client.csv"], state="done", owner=owner)
    case = Case.objects.order_by("pk").first()
    assert case is not None
    for role, pages in LOOKED_AT.items():
        page = enter(role, width, english=english, dark=dark)
        draft = ""
        if role == "rule_author":
            page.goto(f"{live_server.url}/rules/metering.register_frozen/")
            page.locator("form[action='/rules/drafts/new/'] button").click()
            page.wait_for_url("**/edit/")
            draft = page.url.split("/")[-3]
        for address in pages.values():
            for name, number in (("CASE", case.pk), ("JOB", job.pk), ("DRAFT", draft)):
                address = address.replace(name, str(number))  # noqa: PLW2901 the address as it is asked for
            # On the phone axe looks at one role's pages; the others are of the same pieces.
            check(page, live_server.url + address, width, with_axe=width == WIDE or role == "controller")


def test_on_a_phone_the_menu_opens_and_errors_lead_back(enter: Enter, live_server: LiveServer) -> None:
    page = enter("controller", PHONE, english=True)
    assert not page.locator("#menu").is_visible()
    page.locator(".navbar-toggler").focus()
    page.keyboard.press("Enter")
    page.locator("#menu").get_by_role("link", name="Risk map").click()
    page.wait_for_url("**/risks/")
    no_bill = f"/customers/{CUSTOMER}/bills/2026-09/"
    for address, status in (
        ("/no/such/page/", 404),
        ("/settings/", 403),
        ("/findings/?money=abc", 400),
        (no_bill, 400),
    ):
        answer = page.goto(live_server.url + address)
        assert answer is not None
        assert answer.status == status
        assert Axe().run(page).violations_count == 0, address
        assert page.get_by_role("link", name="Go to the first page").is_visible()


def test_by_keys_to_a_finding_in_another_language_and_out_as_excel(
    enter: Enter, live_server: LiveServer
) -> None:
    page = enter("controller", WIDE)
    the_menu_stands_in_a_column(page)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.get_by_role("link", name="疑点", exact=True).first.click()
    page.select_option("#f-risk", "1.2.3")
    page.wait_for_url("**risk=1.2.3**")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-chart] svg")
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("html[lang=en]")
    assert page.get_by_role("heading", name="Proof", exact=True).is_visible()
    page.goto(f"{live_server.url}/customers/{CUSTOMER}/?tab=readings")
    page.get_by_role("link", name="Excel").click()
    page.fill("#reason", "annex of the monthly report")
    with page.expect_download() as leaving:
        page.get_by_role("button", name="Download Excel").click()
    assert leaving.value.path().read_bytes().startswith(b"PK")


def the_menu_stands_in_a_column(page: Page) -> None:
    """One entry below the other, and the page one is on marked."""
    boxes = [box for link in page.locator(".side .nav-link").all() if (box := link.bounding_box())]
    assert len({round(box["x"]) for box in boxes}) == 1
    assert [box["y"] for box in boxes] == sorted({box["y"] for box in boxes})
    assert page.locator(".side [aria-current=page]").inner_text() == "今日"
