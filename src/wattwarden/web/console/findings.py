"""The findings list, the detail of one finding, and the list as a workbook."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wattwarden.app.columns import load_lists
from wattwarden.app.console.catalogue import rules_of
from wattwarden.app.console.export import Export
from wattwarden.app.console.finding_detail import finding_detail, register
from wattwarden.app.console.findings import STAFF_SIDE, FindingFilter, find_page, find_rows
from wattwarden.app.console.units import choosable_units
from wattwarden.app.store import home
from wattwarden.domain.labels import Label
from wattwarden.web.console.download import download
from wattwarden.web.middleware import viewer_of


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Findings by worth, filtered; only the table when htmx asks."""
    viewer, chosen = viewer_of(request), FindingFilter.from_query(request.GET.dict())
    shown = {
        "page": find_page(viewer, chosen, after=request.GET.get("after")),
        "chosen": chosen,
        "address": urlencode(chosen.query()),
    }
    if request.headers.get("HX-Request"):
        return render(request, "findings/rows.html", shown)
    choices = {
        "rules": sorted(rules_of(home()).values(), key=lambda rule: rule.id),
        "points": register().points,
        "units": choosable_units(viewer, "see_findings"),
    }
    return render(request, "findings/list.html", shown | choices)


@login_required
@require_GET
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One finding: who, what, proof, money, clause, doubts, checks."""
    return render(request, "findings/detail.html", {"found": finding_detail(viewer_of(request), key)})


@login_required
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list, or the chosen rows of it, as a workbook."""
    viewer, chosen = viewer_of(request), FindingFilter.from_query(request.GET.dict())
    keys = request.GET.getlist("key")
    return download(
        request,
        Export(
            "findings",
            Label(zh="疑点", en="Findings"),
            {name: c for name, c in load_lists().lists["findings"].items() if name != "proof"},
            find_rows(viewer, chosen, keys),
            dict(chosen.query()),
        ),
    )


def staff_inbox(request: HttpRequest) -> HttpResponse:
    """Findings about the utility's own people; the list itself shows them to who audits staff only."""
    return redirect(f"{reverse('findings')}?{urlencode({**request.GET.dict(), 'side': STAFF_SIDE})}")
