"""Import, quarantine, data quality and organisation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wattwarden.app.console import imports as jobs
from wattwarden.app.console.list_exports import quality_export, units_export
from wattwarden.app.console.organisation import organisation
from wattwarden.app.console.quality import data_quality
from wattwarden.app.console.quarantine import quarantine_workbook, take_corrected, waiting_rows
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.web.console.download import download
from wattwarden.web.jinja import say
from wattwarden.web.middleware import viewer_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Upload files, and the imports so far."""
    viewer = viewer_of(request)
    if request.method == "POST":
        job = jobs.accept_files(viewer, request.FILES.getlist("files"), request.POST.dict())
        jobs.begin(job)
        return HttpResponseRedirect(reverse("import_job", args=[job.pk]))
    shown = {
        "jobs": jobs.recent_jobs(viewer),
        "mappings": jobs.mappings(),
        "tables": contract().source_tables,
        "suffixes": ",".join(jobs.SUFFIXES),
        "most": jobs.MOST_BYTES // 1024**2,
    }
    return render(request, "imports/list.html", shown)


@login_required
@require_GET
def import_job(request: HttpRequest, number: int) -> HttpResponse:
    """One import; htmx asks for its progress until it has ended."""
    template = "imports/progress.html" if request.headers.get("HX-Request") else "imports/job.html"
    shown = {"job": jobs.one_job(viewer_of(request), number), "tables": contract().source_tables}
    return render(request, template, shown)


@login_required
@require_POST
def import_keep(request: HttpRequest, number: int) -> HttpResponse:
    """Import in earnest what a trial has looked at."""
    job = jobs.keep_trial(viewer_of(request), number)
    jobs.begin(job)
    return HttpResponseRedirect(reverse("import_job", args=[job.pk]))


@login_required
@require_http_methods(["GET", "POST"])
def quarantine(request: HttpRequest) -> HttpResponse:
    """Rows that wait; corrected rows come back by POST."""
    viewer = viewer_of(request)
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            raise fail("upload", found="no file", expected="the corrected workbook")
        done = take_corrected(viewer, upload)
        messages.success(
            request,
            say(
                f"已读取 {done.read} 行，{done.settled} 行入库，{len(done.waiting)} 行仍有问题。",
                f"{done.read} rows read, {done.settled} settled, {len(done.waiting)} still wrong.",
            ),
        )
        return HttpResponseRedirect(reverse("quarantine"))
    table = request.GET.get("table") or None
    shown = {"waiting": waiting_rows(viewer, table), "table": table, "tables": contract().source_tables}
    return render(request, "imports/quarantine.html", shown)


@login_required
@require_POST
def quarantine_export(request: HttpRequest) -> HttpResponse:
    """The waiting rows as a workbook."""
    content = quarantine_workbook(
        viewer_of(request), request.POST.get("table") or None, request.POST.get("reason")
    )
    answer = HttpResponse(content, content_type=_XLSX)
    answer["Content-Disposition"] = 'attachment; filename="quarantine.xlsx"'
    return answer


@login_required
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """How good the data are that the last scan read."""
    return render(request, "imports/quality.html", {"found": data_quality(viewer_of(request))})


@login_required
def quality_file(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    return download(request, quality_export(viewer_of(request)))


@login_required
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """The organisation as a tree."""
    return render(request, "imports/organisation.html", {"units": organisation(viewer_of(request))})


@login_required
def units_file(request: HttpRequest) -> HttpResponse:
    """The organisation with its figures as a workbook."""
    return download(request, units_export(viewer_of(request)))
