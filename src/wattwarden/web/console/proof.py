"""The proof pack of a finding: a part of its page, and a paper."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wattwarden.app.console.finding_detail import finding_detail
from wattwarden.app.console.finding_proof import finding_proof, proof_paper
from wattwarden.domain.labels import Language
from wattwarden.web.middleware import viewer_of
from wattwarden.web.problems import in_place


@require_GET
@login_required
def part(request: HttpRequest, key: str) -> HttpResponse:
    """Charts, timeline and safety; loaded after the page, so that the page itself waits for nothing.

    Where the scan laid nothing out, the part says so in its place; a finding not there stays not found.
    """
    shown = in_place("proof", lambda: finding_proof(viewer_of(request), key))
    return render(request, "findings/proof.html", shown)


@login_required
def paper(request: HttpRequest, key: str) -> HttpResponse:
    """The form that asks for the reason, and the paper once there is one."""
    viewer = viewer_of(request)
    wanted: Language = "en" if request.GET.get("language", viewer.language) == "en" else "zh"
    if request.method != "POST":
        shown = {"found": finding_detail(viewer, key), "most": viewer.export_rows(), "wanted": wanted}
        return render(request, "findings/proof_reason.html", shown)
    content = proof_paper(viewer, key, request.POST.get("reason"), wanted)
    name = f"proof-{key[:12]}-{wanted}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
