"""Tokens, keys of repeated requests, refusals, pages, and acting on cases through the interface."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from ninja import Schema
from pytest_django.fixtures import Settings

from tests.web.api import ROOT, Program, program
from tests.web.conftest import add_rows, make_user
from wattwarden.app.console.tokens import NewToken, make_token, revoke_token
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.models import ApiToken, AuditRecord, CaseEvent, Finding, KeptAnswer, VisitEntry
from wattwarden.web.api.application import api

pytestmark = pytest.mark.usefixtures("utility")
_EXPORT = {"reason": "monthly report"}


def problem(answer: object, status: int) -> dict[str, str]:
    """The first problem of a refusal."""
    assert answer.status_code == status, answer.content  # type: ignore[attr-defined]  # the client's answer
    assert answer["Content-Type"] == "application/problem+json"  # type: ignore[index]  # the client's answer
    told = answer.json()  # type: ignore[attr-defined]  # the client's answer
    assert told["status"] == status
    found: dict[str, str] = told["problems"][0]
    assert set(found) == {"subject", "found", "expected", "action"}
    return found


def shapes(of: type[Schema] = Schema) -> Iterator[type[Schema]]:
    """Every shape that the interface declares."""
    for shape in of.__subclasses__():
        if shape.__module__.startswith("wattwarden."):
            yield shape
        yield from shapes(shape)


def test_no_two_shapes_share_a_name() -> None:
    told = api.get_openapi_schema()["components"]["schemas"]
    names = Counter(shape.__name__ for shape in set(shapes()))
    assert "CaseOut" in told
    assert names["CaseOut"] == 1
    assert [name for name, count in names.items() if count > 1] == []


def test_a_token_tells_who_it_works_for() -> None:
    told = program("controller", "read").get("/me").json()
    assert (told["name"], told["scopes"]) == ("controller", ["read"])
    assert told["grants"][0]["org_path"] == "/43/"


def test_only_the_digest_of_a_token_is_stored() -> None:
    asking = program("controller")
    assert asking.token not in str(ApiToken.objects.values().get())
    assert AuditRecord.objects.filter(action="token.make").exists()


@pytest.mark.parametrize("fault", ["expired", "revoked", "closed", "unknown"])
def test_a_token_that_is_over_opens_nothing(fault: str) -> None:
    asking = program("controller")
    if fault == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif fault == "revoked":
        revoke_token(asking.user.viewer(), asking.made.pk)
    elif fault == "closed":
        asking.user.is_active = False
        asking.user.save()
    else:
        asking.token = asking.token[:-1] + ("a" if asking.token[-1] != "a" else "b")
    problem(asking.get("/me"), 401)


def test_nobody_revokes_the_token_of_another() -> None:
    asking = program("controller")
    with pytest.raises(WattwardenError):
        revoke_token(make_user("auditor").viewer(), asking.made.pk)


@pytest.mark.parametrize(
    ("scopes", "days"), [((), 30), (("read", "all"), 30), (("read",), 0), (("read",), 367)]
)
def test_unfit_tokens_are_refused(scopes: tuple[str, ...], days: int) -> None:
    with pytest.raises(WattwardenError):
        make_token(make_user("controller").viewer(), NewToken("x", scopes, days))


def test_scopes_limit_a_token() -> None:
    asking = program("controller", "read")
    assert problem(asking.post("/queue/next"), 403)["expected"] == "write"
    assert problem(asking.post("/exports/rules", _EXPORT), 403)["expected"] == "export"
    problem(program("auditor", "write").get("/findings"), 403)


def test_the_session_of_a_browser_needs_its_csrf_token(signed_in: Callable[..., Client]) -> None:
    session = signed_in("controller")
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = session.cookies
    assert browser.get(f"{ROOT}/findings").status_code == 200
    problem(browser.post(f"{ROOT}/queue/next"), 403)
    browser.get("/tokens/")
    token = browser.cookies["csrftoken"].value
    problem(browser.post(f"{ROOT}/queue/next", headers={"X-CSRFToken": token}), 422)


def test_pages_hold_every_finding_once() -> None:
    for number in range(120):
        add_rows(f"more{number:03}", "more", "/43/own1/")
    asking, seen, after = program("controller"), [], ""
    while True:
        page = asking.get("/findings", **({"after": after} if after else {})).json()
        seen += [row["key"] for row in page["rows"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert sorted(seen) == sorted(
        Finding.objects.filter(org_path__startswith="/43/", staff_side=False).values_list("pk", flat=True)
    )


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/findings", {"after": "WyJ4Il0"}, 422), ("/findings", {"money": "x"}, 422), ("/findings", {"state": "x"}, 422),
        ("/findings", {"sort": "newest", "after": "WyJ4IiwgInkiXQ"}, 422), ("/findings", {"q": "\0"}, 400),
        ("/findings/none", {}, 404), ("/cases/999", {}, 404), ("/cases/99999999999999999999", {}, 422),
        ("/nowhere", {}, 404), ("/no\nwhere", {}, 404), ("/rules/none", {}, 404), ("/risks/9", {}, 404), ("/scans/7", {}, 404),
    ],
)  # fmt: skip
def test_refusals_are_problem_details(path: str, query: dict[str, str], status: int) -> None:
    problem(program("controller").get(path, **query), status)


def test_a_method_that_an_address_does_not_take() -> None:
    assert problem(program("controller").post("/findings"), 405)["found"] == "POST"


def test_a_body_that_is_no_json() -> None:
    asking = program("controller")
    answer = Client().post(
        f"{ROOT}/cases/assign",
        "{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {asking.token}"},
    )
    problem(answer, 400)


def test_too_many_requests(settings: Settings) -> None:
    settings.API_REQUESTS_A_MINUTE = 3
    asking = program("controller")
    answers = [asking.get("/me") for _ in range(8)]
    problem(answers[-1], 429)
    assert int(answers[-1]["Retry-After"]) <= 60


def owned(asking: Program) -> int:
    """Number of a case of his organisation."""
    return int(asking.get("/cases").json()["rows"][0]["id"])


def test_a_request_sent_again_is_taken_once() -> None:
    asking = program("controller", "read", "export")
    first = asking.post("/exports/rules", _EXPORT, key="k1")
    again = asking.post("/exports/rules", _EXPORT, key="k1")
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (200, 200, "true")
    assert first.content == again.content
    assert AuditRecord.objects.filter(action="rules.export").count() == 1
    problem(asking.post("/exports/rules", {"reason": "another reason"}, key="k1"), 422)


def test_a_key_is_of_one_account_only() -> None:
    program("controller").post("/exports/rules", _EXPORT, key="k1")
    other = program("auditor").post("/exports/rules", _EXPORT, key="k1")
    assert "Idempotency-Replayed" not in other


def test_what_was_refused_may_be_tried_again_with_the_same_key() -> None:
    asking = program("controller")
    problem(asking.post("/queue/next", key="k2"), 422)
    assert not KeptAnswer.objects.exists()
    problem(asking.post("/queue/next", key="k" * 101), 400)


def test_kept_answers_are_forgotten_after_a_day() -> None:
    asking = program("controller")
    asking.post("/exports/rules", _EXPORT, key="k1")
    KeptAnswer.objects.update(at=timezone.now() - timedelta(hours=25))
    assert "Idempotency-Replayed" not in asking.post("/exports/rules", _EXPORT, key="k1")


def test_an_export_needs_a_role_that_may() -> None:
    problem(program("leader").post("/exports/findings", _EXPORT), 403)


def test_the_reference_and_the_schema_are_served(signed_in: Callable[..., Client]) -> None:
    browser = signed_in("controller")
    schema = browser.get(f"{ROOT}/openapi.json").json()
    assert schema["openapi"].startswith("3.")
    for path in schema["paths"]:
        assert path in browser.get("/api/").content.decode()


def test_the_page_of_tokens_shows_a_new_one_once(signed_in: Callable[..., Client]) -> None:
    browser = signed_in("controller")
    shown = browser.post(
        "/tokens/", {"name": "nightly", "days": "30", "scope": ["read", "export"]}
    ).content.decode()
    token = ApiToken.objects.get()
    assert token.scopes == "export read"
    text = shown.partition('id="token">')[2].partition("<")[0]
    answer = Client().get(f"{ROOT}/me", headers={"Authorization": f"Bearer {text}"})
    assert answer.json()["scopes"] == ["export", "read"]
    assert text not in browser.get("/tokens/").content.decode()
    browser.post(f"/tokens/{token.pk}/revoke/")
    assert Client().get(f"{ROOT}/me", headers={"Authorization": f"Bearer {text}"}).status_code == 401


@pytest.mark.parametrize(
    ("role", "action", "body", "status"),
    [
        ("auditor", "dispatch", {"version": 1}, 403), ("auditor", "assign", {"version": 1, "owner": "-"}, 403),
        ("auditor", "dispatch", {"version": 0}, 409), ("controller", "dispatch", {"version": 0}, 409),
        ("controller", "dispatch", {"version": 1}, 422), ("controller", "close", {"version": 1}, 422),
        ("controller", "resume", {"version": 1}, 422), ("controller", "note", {"version": 1}, 422),
    ],
)  # fmt: skip
def test_an_action_for_others_is_forbidden_and_one_that_comes_too_early_is_refused(
    role: str, action: str, body: dict[str, object], status: int
) -> None:
    asking = program(role)
    problem(asking.post(f"/cases/{owned(asking)}/actions/{action}", body), status)
    assert CaseEvent.objects.filter(number__gt=1).count() == 0


def test_a_visit_without_entries_is_refused_and_changes_nothing() -> None:
    asking, before = program("controller"), CaseEvent.objects.count()
    problem(asking.post("/visits/1/entries", {"entries": []}), 422)
    assert CaseEvent.objects.count() == before
    assert not VisitEntry.objects.exists()
