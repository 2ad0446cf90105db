"""What exists in the store, for requests at random. Imported only in a process that is connected to it."""

import random
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet

from scripts.fuzz_requests import Known
from wattwarden.app.casework.claim_kinds import KINDS
from wattwarden.app.casework.settings import known_processes
from wattwarden.app.console.tokens import SCOPES, NewToken, make_token
from wattwarden.app.rule_workbench.states import MOVES
from wattwarden.domain.access import roles
from wattwarden.records.models import Case, Customer, Finding, OrgUnit, Photo, RuleDraft, User

_MOST, _SEED = 60, 1
_FIGURES = [
    {"arrears": "1000", "due": "2026-01-10", "paid": "2026-03-01"}, {"kwh": "10000", "error_pct": "-5", "price": "0.5"},
    {"on": "2026-09-01", "tapped_kw": "6", "price": "0.6"}, {"on": "2026-09-01", "kva": "100", "months": "3"},
]  # fmt: skip
"""What is typed into calculators."""


def tokens(usernames: Collection[str]) -> Sequence[str]:
    """A new token of each account, with every scope."""
    users = User.objects.filter(username__in=usernames).order_by("username")
    return [make_token(user.viewer(), NewToken("fuzz", tuple(SCOPES), 1))[1] for user in users]


def known(spared: Collection[str]) -> Known:
    """Numbers and words that exist, by the name of the parameter; ``spared`` accounts are not touched."""
    processes = known_processes().values()
    others = User.objects.exclude(username__in=spared)
    there: Known = {
        "case_id": _some(Case.objects.all(), "pk"), "version": _some(Case.objects.all(), "version"),
        "key": _some(Finding.objects.all(), "pk"), "customer_id": _some(Customer.objects.all(), "pk"),
        "rule_id": _some(Finding.objects.all(), "rule_id"), "org": _some(OrgUnit.objects.all(), "pk"),
        "username": _some(others, "username"), "owner": [f"user-{number}" for number in _some(others, "pk")],
        "role": sorted(roles()), "number": [1, 2, "1.2.3"], "sequence": [1, 2, 3],
        "name": sorted({name for one in processes for name in one.actions} | {"note", "assign", "pause", "resume"}),
        "outcome": sorted({name for one in processes for name in one.outcomes}),
        "cause": sorted({name for one in processes for name in one.causes}),
        "digest": _some(Photo.objects.all(), "sha256"),
        "section": ["file", "supply", "readings", "bills", "payments", "service", "risk"], "month": ["2026-01-01", "2026-09-01"],
        "kind": ["check", "backtest", "customer", "case", "finding", *KINDS], "fields": _FIGURES,
        "findings": [[key] for key in _some(Finding.objects.all(), "pk")], "column": ["name", "phone", "address"],
        "move": sorted(MOVES), "content": _some(RuleDraft.objects.all(), "text_hash"),
    }  # fmt: skip
    return {name: values for name, values in there.items() if values}


def _some(rows: QuerySet[Any], name: str) -> list[Any]:
    found = list(rows.order_by("pk").values_list(name, flat=True))
    return random.Random(_SEED).sample(found, min(_MOST, len(found)))  # noqa: S311 which ones are asked for is no secret
