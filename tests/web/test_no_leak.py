"""Every address × every role × own and foreign organisation: nothing foreign is ever shown or changed."""

import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests.web.conftest import FOREIGN, KEY, MARKER, OWN, ROLES, told
from wattwarden.domain.access import roles
from wattwarden.domain.audit_chain import AuditEvent
from wattwarden.records.audit import append
from wattwarden.records.models import Case, Customer, Finding, OrgUnit, RoleGrant, User

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

_WORDS = {
    "str": ("customer{}", "u{}", "c{}"),
    "str:what": ("grant", "password"),
    "int": ("1", "2", "3", "4", "999999"),
    "slug": ("c{}",),
    "uuid": ("00000000-0000-0000-0000-000000000000",),
    "uuidstr": ("00000000-0000-0000-0000-000000000000",),
    "path": ("c{}",),
}
_SERVER_FAULT, _NOT_ALLOWED = HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.METHOD_NOT_ALLOWED
_ELSEWHERE = ("/account/", "/health/", "/metrics", "/language/")
"""Hold no row of anybody; have tests of their own."""


def addresses() -> Iterator[str]:
    """Every address of the console with arguments that name foreign rows; new pages come in by themselves."""
    yield from _below("/", get_resolver().url_patterns)


def _below(prefix: str, patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        route = str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(prefix + route, pattern.url_patterns)
        else:
            yield from _filled(prefix + route)


def _filled(route: str) -> Iterator[str]:
    """The route with each word that could stand in its place; ``{}`` waits for whose row it is."""
    start, found, rest = route.partition("<")
    if not found:
        yield route
        return
    kind, _, tail = rest.partition(">")
    words = _WORDS.get(kind) or _WORDS[kind.partition(":")[0] if ":" in kind else "str"]
    for word in words:
        yield from _filled(f"{start}{word}{tail}")


ADDRESSES = tuple(
    dict.fromkeys(a.replace("^", "").replace("$", "") for a in addresses() if not a.startswith(_ELSEWHERE))
)

PAGES = tuple(address for address in ADDRESSES if not address.startswith("/api/v1/"))
"""The addresses of the interface have a test that knows what each of them takes: test_api_no_leak.py."""


def forms(mark: str) -> Iterator[dict[str, str]]:
    """What a forger would send: every name of a field that pages know, naming foreign rows."""
    keys = {"finding": f"customer{mark}", "case": "3", "customer": f"c{mark}"}
    for kind, key in keys.items():
        yield {
            "kind": kind, "key": key, "column": "customer_id", "reason": "because I want", "username": f"u{mark}",
            "role": "auditor", "org": f"{mark}1", "q": mark, "customer_id": f"c{mark}", "subject": f"s{mark}",
        }  # fmt: skip


def answers(client: Client, url: str) -> Iterator["Answer"]:
    """What one address tells a forger who reads, searches and sends."""
    yield client.get(url, {"q": KEY})
    yield client.get(url)
    for form in forms(KEY):
        answer = client.post(url, form)
        yield answer
        if answer.status_code == _NOT_ALLOWED:
            return


def snapshot(cases: QuerySet[Case] | None = None) -> str:
    """Every guarded row, as text: the forger has no right to change his own rows in these ways either.

    Args:
        cases: The cases that must stay as they are; all of them where None.
    """
    models = (Customer, Finding, OrgUnit)
    rows = [list(model.objects.order_by("pk").values()) for model in models]
    rows.append(list((Case.objects.all() if cases is None else cases).order_by("pk").values()))
    people = list(User.objects.order_by("pk").values("username", "is_active", "password"))
    return json.dumps([*rows, people], default=str)


def test_the_list_of_addresses_is_not_empty() -> None:
    assert {"/findings/", "/audit/", "/reveal/", "/people/u{}/grant/", "/findings/customer{}/"} <= set(
        ADDRESSES
    )


@pytest.mark.parametrize("role", [*ROLES, None])
def test_nothing_foreign_is_shown_or_changed(role: str | None, signed_in: Callable[..., Client]) -> None:
    client = signed_in(role)
    victim = User.objects.create(username=f"u{KEY}", display_name=MARKER)
    RoleGrant.objects.create(user=victim, role="auditor", org_id=f"{KEY}1")
    append(AuditEvent(victim.pk, MARKER, "account.add", "account", KEY, org_path=f"{FOREIGN}{KEY}1/"))
    before = snapshot()
    for address in PAGES:
        url = address.replace("{}", KEY)
        for answer in answers(client, url):
            assert answer.status_code < _SERVER_FAULT, url
            if answer.content.startswith(b"%PDF"):
                # Glyphs cannot be searched: a letter may only be that of a case of one's own organisation.
                number = url.removeprefix("/cases/").partition("/")[0]
                assert Case.objects.get(pk=number).org_path.startswith(OWN), url
                continue
            assert MARKER not in told(answer), url
    assert snapshot() == before


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_his_own(role: str, signed_in: Callable[..., Client]) -> None:
    answer = signed_in(role).get("/findings/")
    assert ("customerown" in told(answer)) == ("see_findings" in roles()[role].may)


def test_a_stranger_is_led_to_the_sign_in(utility: None) -> None:
    for address in ADDRESSES:
        url = address.replace("{}", "own")
        answer = Client().get(url)
        if url.startswith("/api/v1/"):
            assert answer.status_code == 401, url
            continue
        assert answer.status_code == 302, url
        assert answer["Location"].startswith("/account/login/"), url


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password"])
def test_pages_of_allauth_that_let_strangers_in_do_not_exist(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)
