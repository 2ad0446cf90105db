"""The rule workbench: drafts, their text and checks, their try on history, their approval."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wattwarden.app.console.catalogue import rules_of
from wattwarden.app.rule_workbench import drafts, runs
from wattwarden.app.rule_workbench.pages import draft_page, preview
from wattwarden.app.rule_workbench.states import WAY
from wattwarden.app.store import home
from wattwarden.domain.errors import absent
from wattwarden.web.jinja import say
from wattwarden.web.middleware import viewer_of

_DEFAULT_MONTHS = 3


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All drafts, and a form for a new one."""
    viewer = viewer_of(request)
    shown = {
        "drafts": drafts.list_drafts(viewer),
        "may": drafts.permissions(viewer),
        "rules": rules_of(home()),
    }
    return render(request, "workbench/list.html", shown)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin a draft."""
    draft = drafts.start_draft(viewer_of(request), request.POST.get("rule_id", ""))
    return redirect("rule_draft_edit", draft.pk)


@require_GET
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """Where a draft stands, what it changes, and its history."""
    return _page(request, number, "workbench/detail.html")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """The text with its faults beside it; saving may go straight on to the check."""
    if request.method == "POST":
        viewer = viewer_of(request)
        draft = drafts.save_text(
            viewer, number, request.POST.get("text", ""), request.POST.get("content", "")
        )
        if request.POST.get("then") == "check":
            runs.begin(runs.start_run(viewer, draft.pk, "check"))
        else:
            messages.success(request, say("已保存。", "Saved."))
        return redirect("rule_draft_edit", number)
    return _page(request, number, "workbench/edit.html")


@require_GET
def trial(request: HttpRequest, number: int) -> HttpResponse:
    """The try on history."""
    return _page(request, number, "workbench/trial.html")


@require_GET
def approval(request: HttpRequest, number: int) -> HttpResponse:
    """What a second person decides on: the content, what it changes, what it brings."""
    return _page(request, number, "workbench/approval.html")


@require_http_methods(["GET", "POST"])
def run(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Start a check or a try by POST; htmx asks for its progress by GET and reloads the page at its end."""
    viewer = viewer_of(request)
    if request.method == "POST":
        months = request.POST.get("months", "")
        wanted = int(months) if months.isascii() and months.isdigit() else _DEFAULT_MONTHS
        runs.begin(runs.start_run(viewer, number, kind, wanted))
        return redirect("rule_draft_edit" if kind == "check" else "rule_draft_trial", number)
    draft = drafts.one_draft(viewer, number)
    going = runs.latest_run(draft.pk, kind)
    if going is None:
        raise absent(f"run {kind[:20]}", expected="a run of this draft")
    answer = render(request, "workbench/progress.html", {"run": going})
    if going.state in ("done", "failed"):
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def step(request: HttpRequest, number: int) -> HttpResponse:
    """Propose, approve, send back, put into force or retire."""
    form = request.POST
    move, content = form.get("move", ""), form.get("content", "")
    drafts.take_step(viewer_of(request), number, move, content, form.get("reason", ""))
    return redirect("rule_draft", number)


def _page(request: HttpRequest, number: int, template: str) -> HttpResponse:
    viewer = viewer_of(request)
    page = draft_page(viewer, number)
    shown = {"page": page, "draft": page.draft, "way": WAY, "preview": preview(viewer, page.backtest),
             "default_months": _DEFAULT_MONTHS, "most_months": runs.MOST_MONTHS}  # fmt: skip
    return render(request, template, shown)
