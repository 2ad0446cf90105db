"""Customer 360, the derivation of one of his bills, and the prices that apply to him."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from wattwarden.app.console.applied_prices import prices_on
from wattwarden.app.console.customers import customer_head, fill_tab, tabs_for
from wattwarden.app.console.explained_bill import explained_bills
from wattwarden.app.console.list_exports import customer_export
from wattwarden.domain.errors import absent, fail
from wattwarden.web.console.download import download
from wattwarden.web.middleware import viewer_of

_MONTHS = 12


@login_required
@require_GET
def detail(request: HttpRequest, customer_id: str) -> HttpResponse:
    """One customer: the head and one tab; only the tab when htmx asks."""
    viewer = viewer_of(request)
    asked, head = customer_head(viewer, customer_id)
    tabs = tabs_for(viewer)
    name = request.GET.get("tab", "")
    name = name if name in tabs else next(iter(tabs))
    shown = {"head": head, "tabs": tabs, "here_tab": name, "tab": fill_tab(asked, name)}
    template = "customers/tab.html" if request.headers.get("HX-Request") else "customers/detail.html"
    return render(request, template, shown)


@login_required
def export(request: HttpRequest, customer_id: str) -> HttpResponse:
    """All rows behind one tab as a workbook."""
    return download(request, customer_export(viewer_of(request), customer_id, request.GET.get("tab", "")))


@login_required
@require_GET
def bill(request: HttpRequest, customer_id: str, year: int, month: int) -> HttpResponse:
    """How the bills of one month come about."""
    if not (date.min.year <= year <= date.max.year and 1 <= month <= _MONTHS):
        raise absent(f"bill of {year}-{month}", expected="a month of a year")
    first = date(year, month, 1)
    head, bills = explained_bills(viewer_of(request), customer_id, first)
    return render(request, "customers/bill.html", {"head": head, "bills": bills, "month": first})


@login_required
@require_GET
def prices(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Which figures apply to the customer on a day (``on``, today where it is left out), and why."""
    asked = request.GET.get("on", "")
    try:
        day = date.fromisoformat(asked) if asked else localdate()
    except ValueError as error:
        raise fail(f"day {asked}", found=asked, expected="a day such as 2026-08-01") from error
    head, found = prices_on(viewer_of(request), customer_id, day)
    return render(request, "customers/prices.html", {"head": head, "prices": found})
