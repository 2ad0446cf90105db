"""The first page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wattwarden.app.console.today import today
from wattwarden.web.middleware import viewer_of


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """My work, what is overdue, what the last scan changed."""
    return render(request, "today.html", {"today": today(viewer_of(request))})
