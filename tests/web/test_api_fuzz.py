"""Random requests from the schema, as three roles: nothing breaks, and answers are as the schema says."""

import pytest
from django.core.wsgi import get_wsgi_application
from pytest_django.fixtures import Settings

from scripts.fuzz_requests import fuzz
from scripts.fuzz_store import known, tokens
from tests.web.conftest import make_user

ROLES = ("administrator", "auditor", "controller")


# Each request ends its connection to the database, as in earnest, so the test cannot be one transaction.
@pytest.mark.django_db(transaction=True)
def test_random_requests_break_nothing(utility: None, settings: Settings) -> None:
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    for role in (*ROLES, "meter"):
        make_user(role)
    verdict = fuzz(get_wsgi_application(), tokens(ROLES), known(ROLES), requests=300, seed=1)
    assert not verdict.faults, "\n\n".join(f"{what}\n{told}" for what, told in verdict.faults.items())
    assert verdict.statuses[200] > 100
