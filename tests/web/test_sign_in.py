"""Signing in: passwords, lock-out, second factor, how long a session lasts, and the headers of every page."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from tests.web.conftest import make_user
from wattwarden.records.models import AuditRecord, User

pytestmark = pytest.mark.usefixtures("utility")
LOGIN, PASSWORD, OTHER = "/account/login/", "a-long-password-1", "another-long-one-2"
SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105 the well-known example of RFC 4648 texts


@pytest.fixture
def controller() -> User:
    user = make_user("controller")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(name: str = "controller", password: str = PASSWORD, client: Client | None = None) -> Client:
    """A browser that has sent the form of the sign-in page."""
    browser = client or Client()
    browser.post(LOGIN, {"login": name, "password": password})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


def code_now() -> str:
    """The six digits that the phone of the second factor shows."""
    return str(totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30)))


def actions() -> list[str]:
    return list(AuditRecord.objects.order_by("sequence").values_list("action", flat=True))


def test_the_right_password_opens_and_is_recorded(controller: User) -> None:
    assert is_in(sign_in())
    assert "account.sign_in" in actions()


def test_a_wrong_password_opens_nothing_and_is_recorded(controller: User) -> None:
    assert not is_in(sign_in(password=OTHER))
    assert "account.sign_in_failed" in actions()


def test_five_wrong_passwords_lock_the_account_for_everybody_who_tries(controller: User) -> None:
    for _ in range(5):
        sign_in(password=OTHER)
    assert not is_in(sign_in())
    other = make_user("auditor")
    other.set_password(PASSWORD)
    other.save()
    assert is_in(sign_in("auditor"))
    # What the fifteen minutes do: the counts are gone.
    cache.clear()
    assert is_in(sign_in())


def test_a_closed_account_stays_outside(controller: User) -> None:
    browser = sign_in()
    User.objects.update(is_active=False)
    assert not is_in(browser)
    assert not is_in(sign_in())


def test_a_temporary_password_is_changed_before_anything_else(controller: User) -> None:
    User.objects.update(password_is_temporary=True)
    browser = sign_in()
    assert browser.get("/findings/")["Location"] == "/account/password/"
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    browser.post("/account/password/", form)
    assert is_in(browser)
    assert not User.objects.get().password_is_temporary
    assert "account.password_changed" in actions()


@pytest.mark.parametrize("weak", ["short-1", "1234567890123", "password123", "controller"])
def test_weak_passwords_are_refused(controller: User, weak: str) -> None:
    browser = sign_in()
    browser.post("/account/password/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})
    assert User.objects.get().check_password(PASSWORD)


@pytest.fixture
def with_factor(controller: User, settings: Settings) -> User:
    """An account whose role demands a second factor, and which has one."""
    settings.SECOND_FACTOR_OBLIGATORY = True
    totp.TOTP.activate(controller, SECRET)
    return controller


def test_a_role_that_needs_a_second_factor_is_led_to_it(controller: User, settings: Settings) -> None:
    settings.SECOND_FACTOR_OBLIGATORY = True
    assert controller.viewer().needs_second_factor()
    browser = sign_in()
    assert browser.get("/findings/")["Location"] == "/account/factor/set/"
    assert "LEAKED" not in browser.get("/account/factor/set/").content.decode()


def test_the_second_factor_is_asked_for(with_factor: User) -> None:
    browser = sign_in()
    assert not is_in(browser)
    browser.post("/account/factor/sign-in/", {"code": "000000" if code_now() != "000000" else "000001"})
    assert not is_in(browser)
    assert "account.second_factor_failed" in actions()
    browser.post("/account/factor/sign-in/", {"code": code_now()})
    assert is_in(browser)


def test_a_code_opens_once(with_factor: User) -> None:
    code = code_now()
    first, second = sign_in(), sign_in()
    first.post("/account/factor/sign-in/", {"code": code})
    second.post("/account/factor/sign-in/", {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_who_needs_a_second_factor_cannot_put_it_away(with_factor: User) -> None:
    browser = sign_in()
    browser.post("/account/factor/sign-in/", {"code": code_now()})
    browser.post("/account/factor/remove/")
    assert Authenticator.objects.filter(user=with_factor, type=Authenticator.Type.TOTP).exists()


def test_the_secret_is_stored_encrypted(with_factor: User) -> None:
    assert SECRET not in str(Authenticator.objects.get(type=Authenticator.Type.TOTP).data)


def test_a_session_that_was_left_alone_ends(controller: User, settings: Settings) -> None:
    browser = sign_in()
    assert is_in(browser)
    settings.SESSION_IDLE = timedelta(seconds=-1)
    assert not is_in(browser)


def test_a_session_ends_after_its_longest_time_however_busy(controller: User, settings: Settings) -> None:
    browser = sign_in()
    assert is_in(browser)
    settings.SESSION_LONGEST = timedelta(seconds=-1)
    assert not is_in(browser)


def test_a_clock_that_is_set_back_ends_no_session(controller: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = sign_in()
    assert is_in(browser)
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    assert is_in(browser)


def test_forms_need_the_token_of_their_page(controller: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(controller)
    assert strict.post("/language/", {"language": "en"}).status_code == 403
    assert User.objects.get().language != "en"


def test_every_page_forbids_inline_script_and_frames(controller: User) -> None:
    for browser, page in ((Client(), LOGIN), (sign_in(), "/"), (sign_in(), "/no-such-page/")):
        answer = browser.get(page)
        policy = dict(re.findall(r"([a-z-]+) ([^;]*)", answer["Content-Security-Policy"]))
        assert policy["script-src"] == "'self'", page
        assert policy["frame-ancestors"] == "'none'", page
        assert answer["X-Frame-Options"] == "DENY", page
        assert answer["X-Content-Type-Options"] == "nosniff", page
        assert "<script>" not in answer.content.decode(), page


def test_cookies_are_out_of_reach_of_script_and_of_plain_http(controller: User, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    browser = Client()
    browser.get(LOGIN)
    for name in ("sessionid", "csrftoken"):
        cookie = sign_in(client=browser).cookies[name]
        assert cookie["httponly"], name
        assert cookie["secure"], name
        assert cookie["samesite"] == "Lax", name
