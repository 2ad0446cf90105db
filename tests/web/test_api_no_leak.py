"""Every operation × every role × own and foreign rows: nothing foreign is told or changed."""

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.web.api import ROOT, program
from tests.web.conftest import FOREIGN, KEY, MARKER, ROLES, told
from tests.web.test_no_leak import snapshot
from wattwarden.domain.access import roles
from wattwarden.domain.audit_chain import AuditEvent
from wattwarden.records.audit import append
from wattwarden.records.models import Case, RoleGrant, User
from wattwarden.web.api.application import api

_UUID = "00000000-0000-4000-8000-000000000000"
_NOTED = {
    "id": _UUID,
    "kind": "note",
    "noted_at": "2026-01-02T08:00:00+08:00",
    "version": 0,
    "data": {"note": "x"},
}


def operations() -> Iterator[tuple[str, str]]:
    """Method and address of every operation, from the schema: new ones come in by themselves."""
    for address, methods in api.get_openapi_schema(path_prefix=f"{ROOT}/")["paths"].items():
        for method in methods:
            yield method, address.removeprefix(ROOT)


OPERATIONS = tuple(operations())
_WHY = {"reason": "because I want"}
BODIES = {
    "/people": {"username": f"u{KEY}", "display_name": "x"},
    "/people/{username}/grant": {"role": "auditor", "org": f"{KEY}1", **_WHY},
    "/people/{username}/revoke": {"role": "auditor", "org": f"{KEY}1", **_WHY},
    "/people/{username}/disable": _WHY,
    "/people/{username}/enable": _WHY,
    "/people/{username}/password": _WHY,
    "/people/{username}/second-factor": _WHY,
    "/reveal": {"kind": "customer", "key": f"c{KEY}", "column": "name", **_WHY},
    "/reviews/{case_id}": {"outcome": "false", "note": "forged"},
    "/rules/drafts": {"rule_id": "x"},
    "/rules/drafts/{number}/text": {"text": "x", "content": "x"},
    "/rules/drafts/{number}/runs": {"kind": "check"},
    "/rules/drafts/{number}/steps": {"move": "approve", "content": "x"},
    "/imports": None,
    "/imports/{number}/keep": None,
    "/quarantine": None,
    "/exports/quarantine": _WHY,
    "/audit/file": _WHY,
    "/claims/{kind}": {"fields": {"on": "2026-09-01"}},
    "/cases/{case_id}/claim": {"version": 1, "kind": "late_fee", "fields": {}},
    "/cases/open": {"findings": [f"customer{KEY}", f"staff{KEY}"]},
    "/visits/{case_id}/photos/{entry_id}": None,
    "/exports/cases/{case_id}/claim": _WHY,
    "/exports/findings/{key}/proof": _WHY,
    "/exports/customers/{customer_id}/{section}": _WHY,
    "/exports/organisation": _WHY,
    "/exports/quality": _WHY,
    "/cases/assign": {"cases": [{"case_id": 0, "version": 0}], "owner": "u"},
    "/cases/{case_id}/actions/{name}": {"version": 0, "note": "forged", "owner": "-"},
    "/visits/{case_id}/entries": {"entries": [_NOTED]},
    "/queue/next": None,
    "/exports/findings": {"reason": "because I want", "filter": {"state": "all", "q": KEY}},
    "/exports/cases": {"reason": "because I want", "filter": {"state": "all"}},
    "/exports/rules": {"reason": "because I want"},
}


def filled(address: str, case: Case) -> Iterator[str]:
    """The address with the keys of foreign rows in it."""
    start, found, rest = address.partition("{")
    if not found:
        yield address
        return
    name, _, tail = rest.partition("}")
    words = {
        "key": (f"customer{KEY}", f"staff{KEY}"), "case_id": (str(case.pk),), "customer_id": (f"c{KEY}",),
        "section": ("file", "bills", "risk", "readings"), "name": ("note", "assign", "dispatch", "take"),
        "username": (f"u{KEY}",), "kind": ("check", "late_fee"), "entry_id": (_UUID,), "digest": ("0" * 64,), "month": ("2026-01-01",), "rule_id": ("x",), "number": ("1", "1.2.2"), "sequence": ("1", "2", "3", "4"),
    }[name]  # fmt: skip
    for word in words:
        yield from filled(f"{start}{word}{tail}", case)


def test_every_operation_that_changes_something_has_a_forged_body() -> None:
    assert {address for method, address in OPERATIONS if method == "post"} == set(BODIES)


@pytest.mark.parametrize("role", [*ROLES, None])
def test_nothing_foreign_is_told_or_changed(role: str | None, utility: None) -> None:
    asking = program(role)
    victim = User.objects.create(username=f"u{KEY}", display_name=MARKER)
    RoleGrant.objects.create(user=victim, role="auditor", org_id=f"{KEY}1")
    append(AuditEvent(victim.pk, MARKER, "account.add", "account", KEY, org_path=f"{FOREIGN}{KEY}1/"))
    foreign = list(Case.objects.filter(org_path__startswith=FOREIGN))
    assert foreign
    before = snapshot(Case.objects.filter(org_path__startswith=FOREIGN))
    for method, address in OPERATIONS:
        for case in foreign:
            for path in filled(address, case):
                body = BODIES.get(address)
                if address == "/cases/assign":
                    body = {"cases": [{"case_id": case.pk, "version": 0}], "owner": f"user-{asking.user.pk}"}
                answers = (
                    [asking.post(path, body)]
                    if method == "post"
                    else [asking.get(path), asking.get(path, q=KEY, state="all")]
                )
                for answer in answers:
                    assert answer.status_code < 500, (path, answer.content)
                    assert MARKER not in told(answer), path
    assert snapshot(Case.objects.filter(org_path__startswith=FOREIGN)) == before


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_told_his_own(role: str, utility: None) -> None:
    asking, may = program(role), roles()[role].may
    assert ("customerown" in told(asking.get("/findings"))) == ("see_findings" in may)
    assert (asking.get("/findings/customerown").status_code == 200) == ("see_findings" in may)
    assert bool(asking.get("/cases").json()["rows"]) == ("see_cases" in may)
    assert (asking.get("/customers/cown").status_code == 200) == ("see_customers" in may)


def test_a_stranger_is_told_nothing(utility: None) -> None:
    (case,) = Case.objects.filter(case_key=f"kcustomer{KEY}")
    for method, address in OPERATIONS:
        for path in filled(address, case):
            answer = getattr(Client(), method)(ROOT + path)
            assert answer.status_code == 401, path
            assert answer["Content-Type"] == "application/problem+json"
