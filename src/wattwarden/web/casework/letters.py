"""The evidence letter as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wattwarden.app.casework.letter import evidence_letter
from wattwarden.domain.labels import Language
from wattwarden.web.middleware import viewer_of


@require_GET
@login_required
def letter(request: HttpRequest, case_id: int) -> HttpResponse:
    """The letter in the language asked for; with ``copy=1`` a masked copy for the file."""
    viewer = viewer_of(request)
    wanted: Language = "en" if request.GET.get("language") == "en" else "zh"
    masked = request.GET.get("copy") == "1"
    content = evidence_letter(viewer, case_id, wanted, masked=masked)
    name = f"letter-{case_id}-{wanted}{'-copy' if masked else ''}.pdf"
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )
