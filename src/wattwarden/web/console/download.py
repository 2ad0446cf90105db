"""Lists that leave as a workbook: first the reason is asked for, then the file is given."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wattwarden.app.console.export import Export, export_workbook
from wattwarden.web.middleware import viewer_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(request: HttpRequest, export: Export) -> HttpResponse:
    """The form that asks for the reason, and the workbook once there is one."""
    viewer = viewer_of(request)
    if request.method != "POST":
        back = request.META.get("HTTP_REFERER", "/")
        return render(request, "export.html", {"export": export, "most": viewer.export_rows(), "back": back})
    content = export_workbook(viewer, export, request.POST.get("reason"))
    answer = HttpResponse(content, content_type=_XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{export.what}.xlsx"'
    return answer
