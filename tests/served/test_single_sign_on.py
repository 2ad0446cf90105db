"""Single sign-on from end to end: a provider of our own, a served console, a browser without a screen."""

import base64
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.served.console import Console

PREPARE = """
import sys
from pathlib import Path
from wattwarden.records.connect import migrate
migrate(Path(sys.argv[1]))
from wattwarden.records.models import OrgUnit, RoleGrant, User
top = OrgUnit.objects.create(org_id="43", name="x", kind="county", path="/43/")
for name, is_active in (("worker", True), ("gone", False)):
    user = User.objects.create(username=name, display_name="Field Worker", is_active=is_active)
    RoleGrant.objects.create(user=user, role="station_worker", org=top)
"""
CLIENT, SECRET = "console", "a-secret-of-the-provider"


class Provider:
    """Says about everybody who comes what ``claims`` holds.

    Attributes:
        claims: What the provider knows of the person.
        asked: Forms that were sent for a token.
    """

    def __init__(self) -> None:
        self.claims: dict[str, str] = {}
        self.asked: list[dict[str, list[str]]] = []
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def told(self, path: str) -> dict[str, object]:
        """The answer at an address of the provider."""
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.address, "authorization_endpoint": f"{self.address}/authorize",
                    "token_endpoint": f"{self.address}/token", "userinfo_endpoint": f"{self.address}/userinfo",
                    "jwks_uri": f"{self.address}/keys"}  # fmt: skip
        if path == "/keys":
            return {
                "keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key())) | {"kid": "1"}]
            }
        return dict(self.claims)

    def token(self) -> dict[str, object]:
        """What a code is exchanged for."""
        now = int(time.time())
        said = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60, **self.claims}
        signed = jwt.encode(said, self.key, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": "t", "token_type": "Bearer", "id_token": signed}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(provider.told(self.path))

            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.asked.append(parse_qs(form))
                self._answer(provider.token())

            def _answer(self, told: dict[str, object]) -> None:
                body = json.dumps(told).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        return Handler


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def console(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    settings = {
        "WATTWARDEN_OIDC_ISSUER": provider.address, "WATTWARDEN_OIDC_CLIENT_ID": CLIENT,
        "WATTWARDEN_OIDC_CLIENT_SECRET": SECRET, "WATTWARDEN_OIDC_NAME": "Utility",
        # Cookies go over plain http: here is no proxy that ends TLS.
        "WATTWARDEN_DEMO": "1",
    }  # fmt: skip
    made = Console(tmp_path_factory.mktemp("sso"), PREPARE, settings)
    made.start()
    yield made
    made.kill()


def to_the_provider(session: requests.Session, console: Console) -> dict[str, str]:
    """Press the button of the sign-in page; what the provider is asked."""
    page = session.get(f"{console.address}/account/login/")
    assert "Utility" in page.text
    origin = page.headers["Content-Security-Policy"].partition("form-action")[2].partition(";")[0]
    token = session.cookies["csrftoken"]
    form = {"csrfmiddlewaretoken": token}
    (button,) = re.findall(r'action="([^"]*/sso/[^"]*)"', page.text)
    answer = session.post(console.address + button, form, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    place = urlsplit(answer.headers["Location"])
    assert f"{place.scheme}://{place.netloc}" in origin, "a browser follows no form to where the page forbids"
    return {name: values[0] for name, values in parse_qs(place.query).items()}


def come_back(session: requests.Session, console: Console, state: str) -> requests.Response:
    """What the browser gets when the provider sends it back with a code."""
    return session.get(
        f"{console.address}/account/sso/oidc/sso/login/callback/", params={"code": "c", "state": state}
    )


def test_whom_the_provider_knows_and_an_administrator_made_is_let_in(
    console: Console, provider: Provider
) -> None:
    provider.claims = {"sub": "7", "preferred_username": "worker"}
    session = requests.Session()
    asked = to_the_provider(session, console)
    assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
    assert asked["code_challenge_method"] == "S256"
    page = come_back(session, console, asked["state"])
    assert page.status_code == 200
    assert "Field Worker" in page.text
    assert provider.asked[-1]["code_verifier"]
    # The second time the account is joined already.
    session = requests.Session()
    page = come_back(session, console, to_the_provider(session, console)["state"])
    assert "Field Worker" in page.text


@pytest.mark.parametrize("name", ["stranger", "gone", ""])
def test_who_has_no_open_account_stays_outside(console: Console, provider: Provider, name: str) -> None:
    provider.claims = {"sub": f"no-{name}", "preferred_username": name}
    session = requests.Session()
    page = come_back(session, console, to_the_provider(session, console)["state"])
    assert page.status_code == 403
    assert session.get(f"{console.address}/", allow_redirects=False).status_code == 302


def test_another_person_of_the_provider_does_not_become_a_joined_one(
    console: Console, provider: Provider
) -> None:
    provider.claims = {"sub": "7", "preferred_username": "worker"}
    session = requests.Session()
    come_back(session, console, to_the_provider(session, console)["state"])
    provider.claims = {"sub": "7", "preferred_username": "stranger"}
    session = requests.Session()
    page = come_back(session, console, to_the_provider(session, console)["state"])
    assert page.status_code == 403


def test_an_answer_that_nobody_asked_for_opens_nothing(console: Console, provider: Provider) -> None:
    provider.claims = {"sub": "7", "preferred_username": "worker"}
    forged = base64.urlsafe_b64encode(b"forged").decode()
    session = requests.Session()
    come_back(session, console, forged)
    assert session.get(f"{console.address}/", allow_redirects=False).status_code == 302
