"""The search box."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wattwarden.app.console.search import search
from wattwarden.web.middleware import viewer_of


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What was found; a single customer is opened at once."""
    found = search(viewer_of(request), request.GET.get("q", ""))
    if len(found.customers) == 1 and not (found.findings or found.cases or found.rules):
        return HttpResponseRedirect(reverse("customer", args=[found.customers[0].key]))
    return render(request, "search.html", {"found": found, "search_words": found.words})
