"""The rule catalogue."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wattwarden.app.columns import load_lists
from wattwarden.app.console.catalogue import rules_of
from wattwarden.app.console.export import Export
from wattwarden.app.console.finding_detail import register
from wattwarden.app.console.rules import RuleFilter, list_rules, rule_detail
from wattwarden.app.store import home
from wattwarden.domain.labels import Label
from wattwarden.web.console.download import download
from wattwarden.web.middleware import viewer_of


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Rules, filtered; only the table when htmx asks."""
    chosen = RuleFilter.from_query(request.GET.dict())
    shown = {"rules": list_rules(viewer_of(request), chosen), "chosen": chosen, "points": register().points}
    if request.headers.get("HX-Request"):
        return render(request, "rules/rows.html", shown)
    chapters = sorted({rule.chapter for rule in rules_of(home()).values()})
    return render(request, "rules/list.html", {**shown, "chapters": chapters})


@login_required
@require_GET
def detail(request: HttpRequest, rule_id: str) -> HttpResponse:
    """One rule in full."""
    return render(request, "rules/detail.html", {"found": rule_detail(viewer_of(request), rule_id)})


@login_required
def export(request: HttpRequest) -> HttpResponse:
    """The catalogue with its figures as a workbook."""
    viewer = viewer_of(request)
    rows = [
        {
            "rule_id": one.rule.id,
            "title": one.rule.title.text(viewer.language),
            "risk": one.rule.risk,
            "severity": one.rule.severity,
            "kind": one.kind,
            "findings": one.total.findings,
            "loss_likely_fen": one.total.expected_fen,
        }
        for one in list_rules(viewer, RuleFilter())
    ]
    known = load_lists().lists
    columns = {name: column for kind in ("findings", "outcomes") for name, column in known[kind].items()}
    chosen = {name: columns[name] for name in rows[0] if name in columns}
    return download(request, Export("rules", Label(zh="规则", en="Rules"), chosen, rows, {}))
