"""A real browser: sign in, find, assign, visit offline, sync, approve, verify, reopen, close, export."""

import base64
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.casework.test_many_hands import ROOT, output, run

CHROMIUM = "/usr/bin/chromium"
PHONE = 390
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=="
)
POPULATE = "from tests.casework.world import populate; populate(home, 3)"
VERIFY = """
from datetime import date, timedelta
from django.utils import timezone
from wattwarden.records.models import Case, CaseEvent
from tests.casework import world
from wattwarden.app import verify_cases
from wattwarden.app.casework.watched_data import RuleData
import pytest
case = Case.objects.get(customer_id="c0")
CaseEvent.objects.filter(case=case).update(at=timezone.now() - timedelta(days=40))
Case.objects.filter(pk=case.pk).update(verify_on=date.today())
rows = [world.found(0, period_to=date.today())]
patch = pytest.MonkeyPatch()
patch.setattr(verify_cases, "chosen_scan", lambda _: world.scan_of(home / "scan2", rows))
patch.setattr(verify_cases, "scan_number", lambda _: 2)
patch.setattr(verify_cases, "scanned_lake", world.no_lake)
series = tuple((date.today() - timedelta(days=n), 5.0) for n in range(80, 0, -1))
patch.setattr(verify_cases, "data_of_rules", lambda *_: RuleData({world.RULE: date.today()}, {"f0": series}))
print(vars(verify_cases.verify_cases(home)))
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The console as users have it, over a store with three cases."""
    home = tmp_path_factory.mktemp("home")
    output(run(home, POPULATE))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "WATTWARDEN_HOME": str(home), "WATTWARDEN_DEMO": "1", "PYTHONPATH": str(ROOT),
                   "DJANGO_SETTINGS_MODULE": "wattwarden.records.settings", "WATTWARDEN_DATABASE": ""}  # fmt: skip
    server = subprocess.Popen(
        [Path(sys.executable).parent / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--blocking-threads", "8", "wattwarden.web.wsgi:application"],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/account/login/", timeout=20).read()  # noqa: S310 our own server, over http
            break
        except OSError:
            time.sleep(0.3)
    yield url, home
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def signed_in(browser: Browser, url: str, who: str, **context: object) -> Page:
    page = browser.new_context(locale="en-GB", **context).new_page()  # type: ignore[arg-type]  # options by name
    page.set_default_timeout(60_000)
    page.goto(f"{url}/account/login/?next=/cases/")
    page.fill("#id_login", who)
    page.fill("#id_password", "demo")
    page.click("main button[type=submit], form button[type=submit]")
    page.wait_for_url("**/cases/")
    return page


def act(page: Page, name: str, **fields: str) -> None:
    """Open the form of an action, fill it in, and send it."""
    card = page.locator(f"details.action:has(form[action$='/do/{name}/'])")
    card.locator("summary").click()
    for field, value in fields.items():
        box = card.locator(f"[name={field}]")
        if box.evaluate("e => e.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    card.locator("form button[type=submit]").click()
    page.wait_for_load_state()


def step_of(home: Path) -> str:
    return output(
        run(
            home, "from wattwarden.records.models import Case; print(Case.objects.get(customer_id='c0').step)"
        )
    ).strip()


def test_a_case_from_sign_in_to_reopened_by_data(address: tuple[str, Path], browser: Browser) -> None:
    url, home = address
    errors: list[str] = []
    controller = signed_in(browser, url, "controller")
    controller.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    controller.fill("main input[name=q]", "c0")
    controller.press("main input[name=q]", "Enter")
    controller.wait_for_selector("#rows tbody tr:nth-child(1)")
    case = output(
        run(home, "from wattwarden.records.models import Case; print(Case.objects.get(customer_id='c0').pk)")
    ).strip()
    controller.goto(f"{url}/cases/{case}/")
    act(controller, "triage")
    act(controller, "dispatch", owner="s-station_worker")
    assert step_of(home) == "assigned"

    visit_offline(browser, url, case, home)
    assert step_of(home) == "concluded"

    worker = signed_in(browser, url, "station_worker")
    worker.goto(f"{url}/cases/{case}/claim/")
    assert Axe().run(worker).violations_count == 0
    worker.goto(f"{url}/cases/{case}/")
    act(worker, "propose_remedy", note="two months", amount="900.00")
    approver = signed_in(browser, url, "approver")
    approver.goto(f"{url}/approvals/")
    approver.click(f"main a[href='/cases/{case}/']")
    act(approver, "approve_remedy", note="agreed")
    meter = signed_in(browser, url, "meter")
    meter.goto(f"{url}/cases/{case}/")
    act(meter, "execute", note="meter exchanged")
    assert step_of(home) == "awaiting_verification"

    assert "'reopened': 1" in output(run(home, VERIFY))
    controller.goto(f"{url}/verification/")
    controller.wait_for_selector("[data-chart] svg")
    controller.goto(f"{url}/cases/{case}/")
    assert controller.locator("main").inner_text().count("station_worker")
    assert step_of(home) == "assigned"
    another_is_closed_and_reopened(controller, url, home)
    the_list_leaves_in_the_other_language(controller, url)
    assert not [e for e in errors if "404" not in e], errors


def another_is_closed_and_reopened(page: Page, url: str, home: Path) -> None:
    """A case that the desk dismisses, and takes up again."""
    case = output(
        run(home, "from wattwarden.records.models import Case; print(Case.objects.get(customer_id='c1').pk)")
    ).strip()
    page.goto(f"{url}/cases/{case}/")
    act(page, "dismiss", note="known works", reason="known_cause")
    assert page.locator(".page-head").inner_text().count("Closed as false alarm")
    act(page, "reopen", note="the works have ended")
    assert page.locator(".page-head").inner_text().count("Found")


def the_list_leaves_in_the_other_language(page: Page, url: str) -> None:
    """The language is switched on the page, and the list taken out with a reason."""
    page.goto(f"{url}/cases/")
    page.get_by_role("button", name="中文").click()
    page.wait_for_selector("html[lang=zh-Hans]")
    page.get_by_role("link", name="Excel").click()
    page.fill("#reason", "月度稽查附件")
    with page.expect_download() as leaving:
        page.get_by_role("button", name="下载 Excel").click()
    assert leaving.value.path().read_bytes().startswith(b"PK")


def visit_offline(browser: Browser, url: str, case: str, home: Path) -> None:
    """On a phone: open once with connection, note everything without, and send when it is back."""
    phone = signed_in(
        browser, url, "station_worker", viewport={"width": PHONE, "height": 844}, has_touch=True,
        geolocation={"latitude": 30.5, "longitude": 114.3}, permissions=["geolocation"],
    )  # fmt: skip
    phone.goto(f"{url}/visit/")
    phone.wait_for_selector("html[data-kept=yes]")
    phone.goto(f"{url}/visit/{case}/")
    phone.wait_for_selector("html[data-kept=yes]")
    assert Axe().run(phone).violations_count == 0
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE
    phone.context.set_offline(True)
    phone.reload()
    phone.wait_for_selector("#line[data-online=false]")
    phone.click("[data-does=arrive]")
    for box in phone.locator("[data-step]").all():
        box.check()
    phone.set_input_files("#photo", {"name": "site.png", "mimeType": "image/png", "buffer": PNG})
    phone.fill("[data-note=measurement] [name=name]", "current of phase A")
    phone.fill("[data-note=measurement] [name=value]", "0.00")
    phone.click("[data-note=measurement] button")
    phone.wait_for_selector("#noted li:has-text('current of phase A')")
    phone.wait_for_selector("#noted li:has-text('photo')")
    phone.select_option("[data-note=outcome] [name=outcome]", "confirmed")
    phone.select_option("[data-note=outcome] [name=cause]", "meter_fault")
    phone.check("[data-note=outcome] [name=materials]")
    phone.fill("[data-note=outcome] [name=note]", "the register stands still")
    phone.click("[data-note=outcome] button[type=submit]")
    phone.wait_for_selector("#noted li:has-text('outcome')")
    assert phone.locator("#noted li[data-state=saved]").count() == 6
    assert step_of(home) == "assigned"
    phone.reload()
    assert (
        phone.locator("#noted li[data-state=saved]").count() == 6
        or phone.wait_for_selector("#noted li") is not None
    )
    phone.context.set_offline(False)
    phone.wait_for_selector("#waiting:has-text('everything is sent')")
    phone.wait_for_function("document.querySelectorAll('#noted li[data-state=sent]').length === 6")
    phone.context.close()
