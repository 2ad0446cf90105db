"""What tests of the programming interface share: a program that works with the token of an account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.test import Client

from tests.web.conftest import make_user
from wattwarden.app.console.tokens import SCOPES, NewToken, make_token
from wattwarden.records.models import User

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

ROOT = "/api/v1"


class Program:
    """Sends requests with a token."""

    def __init__(self, user: User, *scopes: str) -> None:
        self.user = user
        self.made, self.token = make_token(user.viewer(), NewToken("test", scopes or tuple(SCOPES), 30))
        self._client = Client(enforce_csrf_checks=True)

    def get(self, path: str, **query: str) -> "Answer":
        """GET below the root of the interface."""
        return self._client.get(ROOT + path, query, headers=self._headers({}))

    def post(self, path: str, body: object = None, **headers: str) -> "Answer":
        """POST with a body of JSON; ``key`` is sent as the idempotency key."""
        return self._client.post(
            ROOT + path, body, content_type="application/json", headers=self._headers(headers)
        )

    def _headers(self, more: Mapping[str, str]) -> Mapping[str, Any]:
        told = {"Authorization": f"Bearer {self.token}"}
        return told | {"Idempotency-Key": more["key"]} if "key" in more else told


def program(role: str | None, *scopes: str, org: str = "43") -> Program:
    """A program in the name of a new account of that role."""
    return Program(make_user(role, org), *scopes)
