"""Show one masked value to who says why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wattwarden.app.console.reveal import Masked, reveal
from wattwarden.web.middleware import viewer_of


@require_POST
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """The value, for htmx to put in the place of the masked one."""
    wanted = Masked(*(request.POST.get(name, "") for name in ("kind", "key", "column")))
    value = reveal(viewer_of(request), wanted, request.POST.get("reason"))
    return render(request, "revealed.html", {"value": value})
