"""The calculators of a confirmed case: figures in, the derivation out, the amount into the remedy."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from wattwarden.app.casework.claim_kinds import KINDS
from wattwarden.app.casework.claims import claim_export, claim_page, propose_claim
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.web.console.download import download
from wattwarden.web.jinja import language, say
from wattwarden.web.middleware import viewer_of

_CONFLICT = 409


@require_GET
@login_required
def page(request: HttpRequest, case_id: int) -> HttpResponse:
    """Choose a calculator, fill it in, see the steps; without figures, the derivation of the proposal."""
    return _shown(request, case_id, request.GET.dict())


@require_POST
@login_required
def propose(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take the amount into the remedy; what stands in the way is shown, and nothing is lost."""
    try:
        propose_claim(viewer_of(request), case_id, request.POST.dict())
    except WattwardenError as error:
        return _shown(request, case_id, request.POST.dict(), error.problems)
    messages.success(request, say("已提交审批", "Handed in for approval"))
    return redirect("case", case_id=case_id)


@login_required
def excel(request: HttpRequest, case_id: int) -> HttpResponse:
    """The derivation as a workbook; the reason is asked for first."""
    return download(request, claim_export(viewer_of(request), case_id, request.GET.dict(), language()))


def _shown(
    request: HttpRequest, case_id: int, sent: dict[str, str], problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    found = claim_page(viewer_of(request), case_id, sent)
    context = {
        "found": found, "kinds": KINDS, "once": uuid.uuid4().hex, "problems": problems or found.problems,
        "steps": found.calculated.worked.rows(language()) if found.calculated else (),
    }  # fmt: skip
    return render(request, "cases/claim.html", context, status=_CONFLICT if problems else 200)
