"""The audit log."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from wattwarden.app.console import audit_pages
from wattwarden.web.jinja import say
from wattwarden.web.middleware import viewer_of


def listing(request: HttpRequest) -> HttpResponse:
    """Records, the newest first; only the table when htmx asks."""
    viewer = viewer_of(request)
    chosen = audit_pages.AuditFilter.from_query(request.GET.dict())
    page = audit_pages.audit_page(viewer, chosen, after=request.GET.get("after"))
    template = "audit/rows.html" if request.headers.get("HX-Request") else "audit/list.html"
    may = {"may_verify": audit_pages.may_verify(viewer), "may_export": audit_pages.may_export(viewer)}
    return render(request, template, {"page": page, "chosen": chosen, **may})


def detail(request: HttpRequest, sequence: int) -> HttpResponse:
    """One record in full."""
    row, old, new = audit_pages.audit_record(viewer_of(request), sequence)
    return render(request, "audit/detail.html", {"row": row, "old": old, "new": new})


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Check the chain and its seals now."""
    verdict = audit_pages.verify_log(viewer_of(request))
    if verdict.fault:
        messages.error(request, say(f"审计链有问题: {verdict.fault}", f"The log is broken: {verdict.fault}"))
    else:
        count, sealed = f"{verdict.records:,}", f"{verdict.sealed:,}"
        messages.success(
            request,
            say(f"审计链完整: {count} 条, 签名覆盖至第 {sealed} 条", f"Sound: {count} records, sealed up to {sealed}"),
        )
    return redirect("audit")


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The whole log as a file that proves itself."""
    content = audit_pages.written_log(viewer_of(request), request.POST.get("reason"))
    headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    return HttpResponse(content, content_type="application/x-ndjson", headers=headers)
