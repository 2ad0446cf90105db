"""Lists of cases, the board, one case, and the actions on it."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wattwarden.app.casework.assign_many import assign_many
from wattwarden.app.casework.compare import comparisons
from wattwarden.app.casework.detail import BOOK_LABELS, case_detail, case_people
from wattwarden.app.casework.export_cases import cases_export
from wattwarden.app.casework.gates import gates_of
from wattwarden.app.casework.lists import CaseFilter, board, case_page
from wattwarden.app.casework.photos import keep_uploads
from wattwarden.app.casework.settings import RISK_CASE, known_processes
from wattwarden.app.casework.submit import submit
from wattwarden.app.open_chosen import open_chosen
from wattwarden.domain.errors import WattwardenError
from wattwarden.web.console.download import download
from wattwarden.web.jinja import language, say
from wattwarden.web.middleware import viewer_of
from wattwarden.web.problems import in_place

_CONFLICT, _TOLD_AT_MOST = 409, 5
_LISTS = ("checklist", "materials")


@require_GET
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """Cases by worth, filtered; only the table when htmx asks."""
    viewer = viewer_of(request)
    chosen = CaseFilter.from_query(request.GET.dict())
    page = case_page(viewer, chosen, after=request.GET.get("after"))
    filters = request.GET.copy()
    filters.pop("after", None)
    context = {
        "page": page, "chosen": chosen, "steps": known_processes()[RISK_CASE].steps, "filters": filters.urlencode(),
        "once": uuid.uuid4().hex, "people": case_people(viewer) if viewer.may("assign_cases") else (),
    }  # fmt: skip
    template = "cases/rows.html" if request.headers.get("HX-Request") else "cases/list.html"
    return render(request, template, context)


@require_GET
@login_required
def columns(request: HttpRequest) -> HttpResponse:
    """The board: a column a step, with counts and money."""
    return render(request, "cases/board.html", {"columns": board(viewer_of(request))})


@require_GET
@login_required
def detail(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case in full."""
    return _page(request, case_id)


@require_GET
@login_required
def gates(request: HttpRequest, case_id: int) -> HttpResponse:
    """How the gates of hard steps stand; a part of the page that is loaded after it.

    Where the data cannot be read, the part says so in its place; a case that is not there stays not found.
    """
    shown = in_place("gates", lambda: gates_of(viewer_of(request), case_id))
    return render(request, "cases/gates.html", shown)


@require_POST
@login_required
def action(request: HttpRequest, case_id: int, name: str) -> HttpResponse:
    """Take an action; what stands in the way is shown on the page of the case, and nothing is lost."""
    viewer = viewer_of(request)
    try:
        uploads = [(f.name or "", f.read()) for f in request.FILES.getlist("evidence")]
        digests = keep_uploads(viewer, case_id, uploads) if uploads else ()
        lists = {field: request.POST.getlist(field) for field in _LISTS} | {"evidence": digests}
        acted = submit(viewer, case_id, name, request.POST.dict(), lists)
    except WattwardenError as error:
        return _page(request, case_id, error, name)
    told = (
        say("已提交过，未重复处理", "Sent before; it was taken once")
        if acted.is_repeat
        else say("已完成", "Done")
    )
    messages.success(request, told)
    return redirect("case", case_id=case_id)


@require_POST
@login_required
def bulk_assign(request: HttpRequest) -> HttpResponseRedirect:
    """Hand the chosen cases to somebody."""
    pairs = [key.partition(":") for key in request.POST.getlist("key")]
    chosen = [(int(a), int(b)) for a, _, b in pairs if a.isdecimal() and b.isdecimal()]
    done = assign_many(
        viewer_of(request), chosen, request.POST.get("owner", ""), request.POST.get("once", "")
    )
    messages.success(request, say(f"已派工 {done.count} 件", f"{done.count} assigned"))
    for problem in done.problems[:_TOLD_AT_MOST]:
        messages.warning(request, str(problem))
    return redirect("cases")


@require_POST
@login_required
def open_from_findings(request: HttpRequest) -> HttpResponse:
    """Open cases for the chosen findings; htmx is sent to the list of cases."""
    opened = open_chosen(viewer_of(request), request.POST.getlist("key"))
    zh = f"新立 {opened.opened} 件，更新 {opened.changed} 件"
    messages.success(request, say(zh, f"{opened.opened} cases opened, {opened.changed} changed"))
    return HttpResponse(headers={"HX-Redirect": reverse("cases")})


@login_required
def excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook, once a reason is given."""
    chosen = CaseFilter.from_query(request.GET.dict())
    return download(request, cases_export(viewer_of(request), chosen))


def _page(
    request: HttpRequest, case_id: int, error: WattwardenError | None = None, action: str = ""
) -> HttpResponse:
    found = case_detail(viewer_of(request), case_id)
    context = {
        "case": found, "books": BOOK_LABELS, "once": uuid.uuid4().hex, "problems": error.problems if error else (),
        "failed_action": action, "sent": request.POST if error else {},
        "verdicts": comparisons(viewer_of(request), language(), case_id) if found.verifications else (),
    }  # fmt: skip
    return render(request, "cases/detail.html", context, status=_CONFLICT if error else 200)
