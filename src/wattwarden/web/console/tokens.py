"""Personal tokens of the account: made, shown once, revoked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wattwarden.app.console.tokens import (
    LONGEST_DAYS,
    SCOPES,
    USUAL_DAYS,
    NewToken,
    make_token,
    my_tokens,
    revoke_token,
)
from wattwarden.web.middleware import viewer_of

_LONGEST_NUMBER = 6


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """My tokens; a new one is shown in the answer to the form, and never again."""
    viewer, made = viewer_of(request), ""
    if request.method == "POST":
        days = request.POST.get("days", "")
        wanted = int(days) if days.isdecimal() and len(days) < _LONGEST_NUMBER else 0
        _, made = make_token(
            viewer, NewToken(request.POST.get("name", ""), request.POST.getlist("scope"), wanted)
        )
    shown = {
        "tokens": my_tokens(viewer), "made": made, "scopes": SCOPES, "now": timezone.now(), "usual": USUAL_DAYS,
        "longest": LONGEST_DAYS,
    }  # fmt: skip
    return render(request, "tokens.html", shown)


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End a token at once."""
    revoke_token(viewer_of(request), number)
    return redirect("tokens")
