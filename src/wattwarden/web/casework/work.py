"""My queue, approvals, verification, second review, resting cases, and the ledger."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from wattwarden.app.casework.compare import comparisons
from wattwarden.app.casework.detail import BOOK_LABELS
from wattwarden.app.casework.lists import resting, waiting_for_approval, waiting_for_data
from wattwarden.app.casework.queue import my_queue, take_next_case
from wattwarden.app.casework.second_review import judge_again, my_reviews
from wattwarden.app.casework.statistics import outcome_titles, statistics
from wattwarden.domain.errors import WattwardenError
from wattwarden.web.jinja import language, say
from wattwarden.web.middleware import viewer_of


@require_GET
@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """What I have in hand, and what my team would do next."""
    return render(request, "cases/queue.html", {"queue": my_queue(viewer_of(request))})


@require_POST
@login_required
def take_next(request: HttpRequest) -> HttpResponseRedirect:
    """Give me the next case."""
    try:
        case = take_next_case(viewer_of(request))
    except WattwardenError as error:
        for problem in error.problems:
            messages.warning(request, f"{problem.found}. {problem.action}")
        return redirect("queue")
    messages.success(request, say("已领取", "Taken"))
    return redirect("case", case_id=case.pk)


@require_GET
@login_required
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for a second person's approval."""
    return render(request, "cases/approvals.html", {"rows": waiting_for_approval(viewer_of(request))})


@require_GET
@login_required
def verification(request: HttpRequest) -> HttpResponse:
    """Remedies that later data judge, and what they said, drawn before and after."""
    viewer = viewer_of(request)
    context = {"rows": waiting_for_data(viewer), "verdicts": comparisons(viewer, language())}
    return render(request, "cases/verification.html", context)


@require_GET
@login_required
def rest(request: HttpRequest) -> HttpResponse:
    """Snoozed cases and accepted risks, with owner, reason and end."""
    return render(request, "cases/resting.html", {"rows": resting(viewer_of(request))})


@require_GET
@login_required
def reviews(request: HttpRequest) -> HttpResponse:
    """Cases that I judge again without seeing the first verdict."""
    return render(
        request, "cases/reviews.html", {"rows": my_reviews(viewer_of(request)), "outcomes": outcome_titles()}
    )


@require_POST
@login_required
def review(request: HttpRequest, case_id: int) -> HttpResponseRedirect:
    """Give the second verdict."""
    judge_again(viewer_of(request), case_id, request.POST.get("outcome", ""), request.POST.get("note", ""))
    messages.success(request, say("已记录复核结论", "Second verdict recorded"))
    return redirect("reviews")


@require_GET
@login_required
def ledger(request: HttpRequest) -> HttpResponse:
    """Money of all cases and hit rates, estimated from the random draws with intervals."""
    return render(
        request, "cases/ledger.html", {"told": statistics(viewer_of(request)), "books": BOOK_LABELS}
    )
