"""The console in a real browser: sign in, filter, open, change language, phone width, axe."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.app.sample_scan import CUSTOMER, write_sample
from tests.web.conftest import make_user
from wattwarden.app.publish_scan import publish_scan_to_store

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; CI has Debian's")
FROZEN = "aaaa" * 8
PAGES = (
    "/", "/risks/", "/risks/1.2.3/", "/findings/", f"/findings/{FROZEN}/", "/rules/", "/rules/metering.register_frozen/",
    "/organisation/", "/quality/", f"/customers/{CUSTOMER}/?tab=readings", f"/customers/{CUSTOMER}/prices/", "/search/?q=register", "/findings/export/",
)  # fmt: skip


@pytest.fixture
def open_page(
    live_server: LiveServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[int], Page]]:
    """A signed-in page of a width; a message on the browser's console fails the test."""
    # Playwright runs a loop in this thread, in which Django would refuse its ordinary calls.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        monkeypatch.setattr(django_settings, name, False)
    write_sample(folder)
    publish_scan_to_store(folder)
    user = make_user("controller", "O1")
    user.set_password("a-long-password-1")
    user.save()
    said: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def enter(width: int) -> Page:
            page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
            page.set_default_timeout(60_000)
            page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(f"{live_server.url}/account/login/")
            page.fill("#id_login", "controller")
            page.fill("#id_password", "a-long-password-1")
            page.press("#id_password", "Enter")
            page.wait_for_selector("#search")
            return page

        yield enter
        browser.close()
    assert said == []


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible_and_fits(
    open_page: Callable[[int], Page], live_server: LiveServer, width: int
) -> None:
    page = open_page(width)
    for url in PAGES:
        page.goto(live_server.url + url)
        page.wait_for_load_state("networkidle")
        found = Axe().run(page)
        assert found.violations_count == 0, (url, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url


def test_a_finding_is_found_by_keys_and_the_language_changes(open_page: Callable[[int], Page]) -> None:
    page = open_page(1280)
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
    assert page.get_by_role("heading", name="Proof").is_visible()
