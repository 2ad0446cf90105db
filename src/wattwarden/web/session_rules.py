"""How long a session lasts, and what must be done before anything else: a new password, a second factor."""

import time
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from wattwarden.records.models import User
from wattwarden.web.middleware import viewer_of

Answer = Callable[[HttpRequest], HttpResponse]
_STARTED, _SEEN, _HAS_FACTOR = "started_at", "seen_at", "has_second_factor"
_NOTED_EVERY = 60
"""Seconds; neither the session nor the list of sessions is written anew for each request."""
_OPEN = ("/account/", "/i18n/", "/static/", "/health/", "/metrics")
"""What a person reaches who has still to set a password or a second factor."""


class SessionRulesMiddleware:
    """Ends sessions that are too old or were left alone, and leads to what is still to be set."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or lead elsewhere."""
        if isinstance(request.user, User):
            if _is_over(request):
                logout(request)
                return redirect("account_login")
            if not request.path.startswith(_OPEN) and (page := _to_be_set(request, request.user)):
                return redirect(page)
        return self._answer(request)


def _is_over(request: HttpRequest) -> bool:
    # Seconds since 1970 on this machine's clock; one that is set back makes a session younger, not endless:
    # the cookie has its own end.
    now, session = time.time(), request.session
    if now - session.setdefault(_STARTED, now) > settings.SESSION_LONGEST.total_seconds():
        return True
    seen = session.get(_SEEN, now)
    if now - seen > settings.SESSION_IDLE.total_seconds():
        return True
    if _SEEN not in session or not 0 <= now - seen < _NOTED_EVERY:
        session[_SEEN] = now
        UserSession.objects.create_from_request(request)
    return False


def _to_be_set(request: HttpRequest, user: User) -> str | None:
    """Name of the page where something is missing."""
    if user.password_is_temporary:
        return "account_change_password"
    if not settings.SECOND_FACTOR_OBLIGATORY or request.session.get(_HAS_FACTOR):
        return None
    if not viewer_of(request).needs_second_factor():
        return None
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        return "mfa_activate_totp"
    request.session[_HAS_FACTOR] = True
    return None
