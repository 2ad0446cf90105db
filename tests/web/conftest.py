"""A console with a small utility: one account for each role, rows of its own and of a foreign county."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from wattwarden.app.casework.histories import row_of
from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.domain.access import roles
from wattwarden.records import search_index
from wattwarden.records.models import Case, Customer, Finding, OrgUnit, RoleGrant, User

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

OWN, FOREIGN = "/43/", "/44/"
KEY, MARKER = "frgn", "LEAKED"
"""The one stands in keys of foreign rows, which a forger may know; the other in all their values."""


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """The data folder of this test, served over plain http."""
    settings.HOME = tmp_path
    settings.SECOND_FACTOR_OBLIGATORY = False
    settings.SUMS_KEPT_SECONDS = 0
    # Slow on purpose elsewhere: a password is hashed a million times.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    # What one test counted against the limit of an account would be held against the next test's account.
    cache.clear()
    return tmp_path


@pytest.fixture
def utility(db: None, folder: Path) -> None:
    """Two counties; each with a customer, findings about him and about staff, and a case."""
    for path, name, mark in ((OWN, "Own", "own"), (FOREIGN, MARKER, KEY)):
        top = OrgUnit.objects.create(org_id=path.strip("/"), name=name, kind="county", path=path)
        station = f"{path}{mark}1/"
        OrgUnit.objects.create(org_id=f"{mark}1", name=f"{name} 1", kind="station", parent=top, path=station)
        add_rows(mark, name, station)
    search_index.rebuild()


def add_rows(mark: str, name: str, path: str) -> None:
    """Rows of one station: ``mark`` in every key, ``name`` in every value."""
    Customer.objects.create(
        customer_id=f"c{mark}", name=f"n{name}", address=f"a{name}", phone=f"p{name}", org_id=mark, org_path=path,
        status="active", premise_id=f"h{mark}",
    )  # fmt: skip
    for kind, staff in (("customer", ""), ("staff", f"|s{mark}|")):
        Finding.objects.create(
            finding_key=f"{kind}{mark}", rule_id=f"x.{name}", rule_hash="h", risk="1.2.2", severity="high",
            subject_kind=kind, subject_id=f"s{mark}", customer_id=f"c{mark}", org_path=path, direction="none",
            cause=name, confidence=Decimal("0.5"), proof=json.dumps({"name": name}), state="open", scan=1,
            first_seen=date(2026, 1, 1), last_seen=date(2026, 1, 1), staff_side=bool(staff), staff_ids=staff,
            case_key=f"k{kind}{mark}",
        )  # fmt: skip
        case = Case.objects.create(
            case_key=f"k{kind}{mark}", process="risk_case", step="found", version=1, customer_id=f"c{mark}", subject_kind=kind,
            subject_id=f"s{mark}", org_path=path, place="premise", severity="high", probability=Decimal("0.5"),
            opened_at=datetime(2026, 1, 1, tzinfo=UTC), staff_side=bool(staff), staff_ids=staff,
        )  # fmt: skip
        opened = Event(
            seq=1, at=datetime(2026, 1, 1, 8, 0), kind=EventKind.OPENED, actor_id=SYSTEM, to="found"
        )
        row_of(case, opened).save()


def make_user(role: str | None, org: str = "43", **facts: object) -> User:
    """An account with one role."""
    user = User.objects.create(username=role or "nobody", display_name=role or "nobody", **facts)
    if role is not None:
        RoleGrant.objects.create(user=user, role=role, org_id=org)
    return user


@pytest.fixture
def signed_in(utility: None) -> Callable[..., Client]:
    """A browser in which somebody of a role is signed in."""

    def sign_in(role: str | None, org: str = "43", **facts: object) -> Client:
        client = Client()
        client.force_login(make_user(role, org, **facts))
        return client

    return sign_in


ROLES = tuple(roles())


def told(answer: "Answer") -> str:
    """Everything that an answer tells; a workbook is unpacked."""
    content = answer.content
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode(errors="replace") for name in book.namelist())
