"""Who asks: a personal token, or the session of the browser with its CSRF token."""

from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from wattwarden.app.console.tokens import SCOPES, token_in_force
from wattwarden.domain.access import Viewer
from wattwarden.records.models import User
from wattwarden.web.api.problems import FORBIDDEN, TOO_MANY, UNKNOWN, refuse

_SAFE = ("GET", "HEAD", "OPTIONS")
_MINUTE = 60


@dataclass(frozen=True)
class Access:
    """Who asks, and what his token lets him do.

    Args:
        scopes: Of the token; all of them for the session of a browser.
    """

    viewer: Viewer
    scopes: frozenset[str]


class Bearer(HttpBearer):
    """``Authorization: Bearer wwt_…``."""

    def authenticate(self, request: HttpRequest, token: str) -> Access | None:  # noqa: ARG002 ninja's signature
        """Who ``admit`` found."""
        return access_of(request)


class Session(APIKeyCookie):
    """The cookie of a signed-in browser; requests that change something carry ``X-CSRFToken``."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)  # ``admit`` has checked it

    def authenticate(self, request: HttpRequest, key: str | None) -> Access | None:  # noqa: ARG002 ninja's signature
        """Who ``admit`` found."""
        return access_of(request)


def admit(request: HttpRequest) -> HttpResponse | None:
    """Find out who asks and keep it with the request; the refusal where he may not."""
    given = request.headers.get("Authorization")
    if given is not None:
        kind, _, text = given.partition(" ")
        token = token_in_force(text.strip()) if kind.lower() == "bearer" else None
        if token is None:
            return refuse(
                UNKNOWN, "token", "unknown, expired or revoked", "a personal token in force",
                "Make one on the page 'Access tokens'.",
            )  # fmt: skip
        user, scopes = token.owner, frozenset(token.scopes.split())
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001 Django's own switch
    elif isinstance(request.user, User):
        if request.method not in _SAFE and check_csrf(request):
            return refuse(
                FORBIDDEN, "X-CSRFToken", "none, or not that of the session", "the token of the page"
            )
        user, scopes = request.user, frozenset(SCOPES)
    else:
        return refuse(
            UNKNOWN, "Authorization", "nothing", "Bearer and a personal token, or a signed-in browser"
        )
    translation.activate(user.language)
    request.api_access = Access(user.viewer(), scopes)  # type: ignore[attr-defined]  # read through access_of()
    return _scope(request) or _rate(request)


def access_of(request: HttpRequest) -> Access | None:
    """Who was admitted with this request."""
    return cast("Access | None", getattr(request, "api_access", None))


def viewer(request: HttpRequest) -> Viewer:
    """The viewer in whose name an operation works; the door admits nobody without one."""
    found = access_of(request)
    assert found is not None  # noqa: S101 for the type checker
    return found.viewer


def _scope(request: HttpRequest) -> HttpResponse | None:
    """Refuse what the scopes of the token leave out; addresses of exports need their own."""
    needed = "read" if request.method in _SAFE else "export" if "/exports/" in request.path else "write"
    found = access_of(request)
    if found and needed in found.scopes:
        return None
    return refuse(FORBIDDEN, "scope of the token", " ".join(sorted(found.scopes)) if found else "", needed,
                  "Make a token with this scope.")  # fmt: skip


def _rate(request: HttpRequest) -> HttpResponse | None:
    """Count the requests of an account in each minute; the store of counts is shared by the processes."""
    most: int = settings.API_REQUESTS_A_MINUTE
    now = timezone.now()
    key = f"api:{viewer(request).user_id}:{int(now.timestamp()) // _MINUTE}"
    count = cache.get(key, 0) + 1
    cache.set(key, count, 2 * _MINUTE)
    if count <= most:
        return None
    told = refuse(TOO_MANY, "requests", f"more than {most} within a minute", f"at most {most}")
    told["Retry-After"] = str(_MINUTE - now.second)
    return told
