"""The findings list and the detail of one finding."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wattwarden.app.console.findings import FindingFilter, find_one, find_page
from wattwarden.web.middleware import viewer_of


@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """Findings by worth, filtered; only the table when htmx asks."""
    chosen = FindingFilter.from_query(request.GET.dict())
    page = find_page(viewer_of(request), chosen, after=request.GET.get("after"))
    template = "findings/rows.html" if request.headers.get("HX-Request") else "findings/list.html"
    return render(request, template, {"page": page, "chosen": chosen})


@login_required
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One finding: who, what, proof, money, clause, doubts, checks."""
    return render(request, "findings/detail.html", {"found": find_one(viewer_of(request), key)})


def staff_inbox(request: HttpRequest) -> HttpResponse:
    """Findings about the utility's own people, for those who audit staff; others find it empty."""
    viewer = viewer_of(request)
    chosen = replace(FindingFilter.from_query(request.GET.dict()), staff_side=True)
    page = find_page(viewer, chosen, after=request.GET.get("after"))
    return render(request, "findings/list.html", {"page": page, "chosen": chosen})
