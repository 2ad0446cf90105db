"""The risk map and one point of it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wattwarden.app.console.risk_map import point_detail, risk_map
from wattwarden.web.middleware import viewer_of


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The twelve points and nine controls."""
    return render(request, "risks/map.html", {"points": risk_map(viewer_of(request))})


@login_required
@require_GET
def point(request: HttpRequest, number: str) -> HttpResponse:
    """One point with its rules."""
    return render(request, "risks/point.html", {"found": point_detail(viewer_of(request), number)})
