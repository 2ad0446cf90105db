"""Fill a store for ``make bench-console``: rows of a simulated county, repeated to the sizes asked for.

Customers, findings, cases and their histories are copied by SQL under numbers of their own. What a page reads
from the reading room (curves, readings, bills) is that of the county: a copy of a finding names the same
meters as its original. Imported only in a process that is connected to the store, as models are.
"""

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, models, transaction

from wattwarden.app.prepare_console import prepare_console
from wattwarden.records import search_index
from wattwarden.records.models import Case, CaseEvent, CaseFinding, Customer, Finding, LedgerEntry, User

ROLES = ("controller", "station_worker", "auditor", "leader")
ASKED = 400
"""Numbers of each kind that pages are asked for."""
SEED = 1
_COUNTED: Mapping[str, models.Manager[Any]] = {
    "customers": Customer.objects, "findings": Finding.objects, "cases": Case.objects, "events": CaseEvent.objects,
}  # fmt: skip


def fill(home: Path, customers: int, findings: int, cases: int) -> None:
    """Publish the county's scan, repeat its rows, sign the roles in.

    Writes ``bench.json`` into ``home``: rows by kind, numbers to ask for, the session of each role.
    """
    prepare_console(home, demo=True)
    keys = originals()
    with transaction.atomic():
        repeat(customers, findings, cases)
    tidy()
    counts = {name: rows.count() for name, rows in _COUNTED.items()}
    facts = {"keys": {**keys, **copies()}, "sessions": sessions(), "rows": counts}
    (home / "bench.json").write_text(json.dumps(facts), encoding="utf-8")


def originals() -> dict[str, list[str]]:
    """Customers of the county itself: only they have rows in the reading room."""
    picked = random.Random(SEED)  # noqa: S311 which pages are asked for is no secret
    numbers = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    found = list(
        Customer.objects.filter(pk__in=Finding.objects.values("customer_id")).values_list("pk", flat=True)
    )
    names = list(Customer.objects.exclude(name="").order_by("pk").values_list("name", flat=True))
    return {
        "customer": picked.sample(numbers, min(ASKED, len(numbers))) + picked.choices(found, k=ASKED),
        "name": picked.choices(names, k=ASKED),
    }


def copies() -> dict[str, list[str]]:
    """Findings and cases anywhere among the repeated rows that the department may see."""
    chosen = {}
    for name, rows in (("finding", Finding.objects), ("case", Case.objects)):
        numbers = list(rows.filter(staff_side=False, staff_ids="").values_list("pk", flat=True))
        chosen[name] = [str(n) for n in random.Random(SEED).sample(numbers, min(ASKED, len(numbers)))]  # noqa: S311 as above
    return chosen


def repeat(customers: int, findings: int, cases: int) -> None:
    """Copy rows until there are about as many as asked for."""
    people = _times("customers", customers)
    of_customer = {name: f"{name} || {_mark(people)}" for name in ("customer_id", "premise_id")}
    highest = Case.objects.aggregate(most=models.Max("pk"))["most"]
    rounds = _times("cases", cases)
    _copy(Customer, people, of_customer)
    _copy(Finding, _times("findings", findings),
          {**of_customer, "finding_key": "finding_key || '-' || i", "case_key": f"case_key || {_mark(rounds)}"})  # fmt: skip
    _copy(Case, rounds, {**of_customer, "id": f"id + i * {highest}", "case_key": "case_key || '-' || i"})
    for model in (CaseEvent, CaseFinding, LedgerEntry):
        own = model.objects.aggregate(most=models.Max("pk"))["most"] or 0
        changed = {"id": f"id + i * {own}", "case_id": f"case_id + i * {highest}"}
        if model is CaseFinding:
            changed["finding_key"] = "finding_key || '-' || i"
        _copy(model, rounds, changed)


def _times(kind: str, wanted: int) -> int:
    """How many copies of every row bring a table to ``wanted`` rows."""
    return max(0, round(wanted / _COUNTED[kind].count()) - 1)


def _mark(copies: int) -> str:
    """Which copy of a customer or case the ``i``-th copy of a row belongs to."""
    return f"CASE WHEN i % {copies + 1} = 0 THEN '' ELSE '-' || (i % {copies + 1}) END"


def _copy(model: type[models.Model], times: int, changed: Mapping[str, str]) -> None:
    if not times:
        return
    table = model._meta.db_table  # noqa: SLF001 Django's documented way to the columns of a model
    names = [field.column or field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 as above
    listed = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({listed}) '
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times}) "
            f'SELECT {values} FROM "{table}", n'
        )


def tidy() -> None:
    """What publishing does after its rows: words to search by, statistics; and numbers behind the copies."""
    search_index.rebuild()
    with connection.cursor() as cursor:
        for statement in _after_copying():
            cursor.execute(statement)


def _after_copying() -> Iterator[str]:
    if connection.vendor == "postgresql":
        for name in ("case", "caseevent", "casefinding", "ledgerentry"):
            table = f"records_{name}"
            yield f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
    # What a server does by itself in the hours after a nightly run; it must not do it while pages are timed.
    yield "VACUUM (ANALYZE)" if connection.vendor == "postgresql" else "ANALYZE"


def sessions() -> dict[str, str]:
    """A signed-in session of each role: the key of its cookie."""
    keys = {}
    for user in User.objects.filter(username__in=ROLES):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        keys[user.username] = str(session.session_key)
    return keys
