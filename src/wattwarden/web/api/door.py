"""The one way into the interface: who asks, whether it can be read, once, and refusals as problems."""

import functools
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse

from wattwarden.web.api.access import admit
from wattwarden.web.api.once import MULTIPART, once
from wattwarden.web.api.problems import BAD_REQUEST, NOT_ALLOWED, NOT_FOUND, refuse

View = Callable[..., HttpResponse]
_NUL = ("%00", "\0")


def door(view: View) -> View:
    """A view of the programming interface behind the door."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *words: object, **named: object) -> HttpResponse:
        # The body is read before anything else looks at the request: Django gives it out only so.
        unreadable = _unreadable(request)
        if refusal := admit(request) or unreadable:
            return refusal
        try:
            if request.method != "POST":
                response = view(request, *words, **named)
            else:
                response = once(request, lambda: view(request, *words, **named))
        except Http404:
            return nowhere(request)
        if response.status_code == NOT_ALLOWED:
            told = refuse(NOT_ALLOWED, "method", str(request.method), response.get("Allow", ""))
            told["Allow"] = response.get("Allow", "")
            return told
        return response

    passed: View = login_not_required(guarded)
    passed.csrf_exempt = True  # type: ignore[attr-defined]  # admit() asks for the token of a session
    return passed


def nowhere(request: HttpRequest) -> HttpResponse:
    """404 for an address that is none."""
    return refuse(NOT_FOUND, "address", request.path[:200], "an address of the reference")


def _unreadable(request: HttpRequest) -> HttpResponse | None:
    """Refuse the one character that no database keeps, and bodies that are too long.

    Uploaded files have limits of their own.
    """
    try:
        body = b"" if request.content_type == MULTIPART else request.body
    except RequestDataTooBig:
        return refuse(BAD_REQUEST, "body", "too long", "a shorter body")
    text = f"{request.path}?{request.META.get('QUERY_STRING', '')}"
    if any(sign in text for sign in _NUL) or b"\\u0000" in body or b"\0" in body:
        return refuse(BAD_REQUEST, "request", "the character NUL", "text")
    return None
