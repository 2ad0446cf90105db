"""A small utility with people and cases, and scans made by hand; for tests in one process and in several."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.hashers import make_password

from wattwarden.app import open_cases
from wattwarden.app.casework.act_on_case import Acted, act_on_case
from wattwarden.app.open_cases import Opened
from wattwarden.app.scan_files import ScanFiles
from wattwarden.cases.given import Given
from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.finding import FINDING_SCHEMA, LIFE_SCHEMA
from wattwarden.records.connect import migrate
from wattwarden.records.models import Case, Customer, OrgUnit, RoleGrant, User
from wattwarden.rulekit.register import load_register
from wattwarden.scoring.parameters import load_scoring_parameters
from wattwarden.scoring.score import score

TOP, NORTH = "/43/", "/43/01/"
ROLES = ("controller", "station_worker", "meter", "billing", "collection", "approver", "auditor", "leader")
RULE = "metering.register_frozen"
TODAY = date(2026, 10, 31)


def people() -> None:
    """A county with one station, and one account a role, the names being those of the roles."""
    top = OrgUnit.objects.create(org_id="43", name="County", kind="county", path=TOP)
    OrgUnit.objects.create(org_id="01", name="North", kind="station", parent=top, path=NORTH)
    for role in ROLES:
        worker(role, role)


def worker(name: str, role: str) -> None:
    """One more account, password demo."""
    user = User(
        username=name, staff_id=f"s-{name}", display_name=name, email=f"{name}@example.test", language="en"
    )
    user.password = _password()
    user.save()
    RoleGrant.objects.create(user=user, role=role, org=OrgUnit.objects.get(pk="43"))


@cache
def _password() -> str:
    """Hashing is slow on purpose; once a process is enough here."""
    return make_password("demo")


def customers(count: int) -> None:
    """Customers with premises that the rules may or may not have flagged."""
    Customer.objects.bulk_create(
        Customer(customer_id=f"c{n}", name=f"Li {n}", address=f"Renmin Road {n}", premise_id=f"p{n}", org_id="01",
                 org_path=NORTH, status="active")
        for n in range(count)
    )  # fmt: skip


def found(n: int, key: str = "", **changes: object) -> dict[str, object]:
    """A finding about premise ``n``."""
    row: dict[str, object] = {
        "finding_key": key or f"f{n}", "rule_id": RULE, "rule_hash": "h", "risk": "1.2.3", "severity": "medium",
        "subject_kind": "meter", "subject_id": f"m{n}", "customer_id": f"c{n}", "premise_id": f"p{n}", "org_id": "01",
        "period_from": date(2026, 9, 1), "period_to": date(2026, 10, 1), "direction": "utility_loses",
        "cause": "energy_missing", "loss_low_fen": 10_000, "loss_likely_fen": 100_000 + n, "loss_high_fen": 200_000,
        "confidence": Decimal("0.5000"), "proof": json.dumps({"meter_id": f"m{n}"}),
    }  # fmt: skip
    return row | changes


def scan_of(
    folder: Path, rows: Sequence[dict[str, object]], states: dict[str, str] | None = None
) -> ScanFiles:
    """A published scan with these findings, scored as every scan is; ``states`` tells gone and back ones."""
    folder.mkdir(parents=True, exist_ok=True)
    findings = pa.Table.from_pylist(sorted(rows, key=lambda r: str(r["finding_key"])), FINDING_SCHEMA)
    told = states or {}
    lives = {str(r["finding_key"]): told.get(str(r["finding_key"]), "open") for r in rows} | told
    life = pa.Table.from_pylist(
        [{"finding_key": k, "rule_id": RULE, "subject_kind": "meter", "subject_id": "m", "state": s,
          "first_seen": TODAY, "last_seen": TODAY, "gone_since": None, "times_back": 0} for k, s in sorted(lives.items())],
        LIFE_SCHEMA,
    )  # fmt: skip
    cases = score(findings, load_register(), load_scoring_parameters(BUILT_IN))
    for name, table in (("findings", findings), ("life", life), ("cases", cases)):
        pq.write_table(table, folder / f"{name}.parquet")
    outcome = {
        "rule_id": RULE,
        "rule_hash": "h",
        "kind": "found",
        "findings": len(rows),
        "detail": "",
        "seconds": 0,
    }
    return ScanFiles(folder, {"kind": "full"}, [outcome])


class NoLake:
    """Stands in for the engine where only organisation and areas are asked for."""

    def query(self, sql: str) -> pa.Table:
        """Two units, and no area."""
        if "FROM org_unit" in sql:
            return pa.table({"org_id": ["01", "43"], "name": ["North", "County"], "kind": ["station", "county"],
                             "parent_org_id": ["43", None]})  # fmt: skip
        return pa.table({"premise_id": pa.array([], pa.string()), "area_id": pa.array([], pa.string())})


@contextmanager
def no_lake(*_: object) -> Iterator[NoLake]:
    """In place of ``scanned_lake``."""
    yield NoLake()


def open_from(patch: pytest.MonkeyPatch, home: Path, scan: ScanFiles) -> Opened:
    """Open cases from a scan made by hand."""
    patch.setattr(open_cases, "chosen_scan", lambda _: scan)
    patch.setattr(open_cases, "scan_number", lambda _: 1)
    patch.setattr(open_cases, "scanned_lake", no_lake)
    patch.setattr(open_cases, "connect", lambda _: None)
    return open_cases.open_cases(home)


def populate(home: Path, count: int) -> None:
    """A store in ``home`` with people and ``count`` cases; for tests with several processes."""
    migrate(home)
    people()
    customers(count + 20)
    with pytest.MonkeyPatch.context() as patch:
        open_from(patch, home, scan_of(home / "scan", [found(n) for n in range(count)]))


class Doing:
    """Somebody who acts, always with the version of the moment."""

    def __init__(self, name: str) -> None:
        self.viewer = User.objects.get(username=name).viewer()

    def act(
        self, case_id: int, action: str, once: str = "", version: int | None = None, **given: object
    ) -> Acted:
        """Take an action."""
        seen = version or Case.objects.values_list("version", flat=True).get(pk=case_id)
        return act_on_case(self.viewer, case_id, action, Given(version=seen, **given), once)  # type: ignore[arg-type]  # fields by name
