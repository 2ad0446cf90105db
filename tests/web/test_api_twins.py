"""Everything that the console does can be done through the interface, but for what is named here."""

from collections.abc import Mapping

from tests.web.api import ROOT
from wattwarden.web.api.application import api
from wattwarden.web.urls import urlpatterns

TWINS: Mapping[str, str] = {
    "today": "/today", "search": "/search", "risk_map": "/risks", "risk_point": "/risks/{number}",
    "findings": "/findings", "findings_export": "/exports/findings", "finding": "/findings/{key}",
    "finding_proof": "/findings/{key}/proof", "finding_proof_pdf": "/exports/findings/{key}/proof",
    "staff_findings": "/findings", "reveal": "/reveal", "queue": "/queue", "take_next": "/queue/next", "cases": "/cases",
    "board": "/board", "cases_assign": "/cases/assign", "cases_open": "/cases/open", "cases_excel": "/exports/cases",
    "case": "/cases/{case_id}", "case_gates": "/cases/{case_id}/gates", "case_action": "/cases/{case_id}/actions/{name}",
    "case_claim": "/claims/{kind}", "case_claim_propose": "/cases/{case_id}/claim",
    "case_claim_excel": "/exports/cases/{case_id}/claim", "case_letter": "/cases/{case_id}/letter",
    "photo": "/cases/{case_id}/photos/{digest}", "approvals": "/approvals", "verification": "/verdicts",
    "resting": "/resting", "reviews": "/reviews", "review": "/reviews/{case_id}", "ledger": "/ledger", "visits": "/visits",
    "visit": "/visits/{case_id}", "visit_entries": "/visits/{case_id}/entries",
    "visit_photo": "/visits/{case_id}/photos/{entry_id}", "customer": "/customers/{customer_id}/{section}",
    "customer_export": "/exports/customers/{customer_id}/{section}", "customer_bill": "/customers/{customer_id}/bills/{month}",
    "customer_prices": "/customers/{customer_id}/prices", "rules": "/rules", "rules_export": "/exports/rules",
    "rule": "/rules/{rule_id}", "rule_drafts": "/rules/drafts", "rule_draft_new": "/rules/drafts",
    "rule_draft": "/rules/drafts/{number}", "rule_draft_edit": "/rules/drafts/{number}/text",
    "rule_draft_trial": "/rules/drafts/{number}", "rule_draft_approval": "/rules/drafts/{number}",
    "rule_draft_run": "/rules/drafts/{number}/runs", "rule_draft_step": "/rules/drafts/{number}/steps",
    "imports": "/imports", "import_job": "/imports/{number}", "import_keep": "/imports/{number}/keep",
    "quarantine": "/quarantine", "quarantine_export": "/exports/quarantine", "quality": "/quality",
    "quality_export": "/exports/quality", "organisation": "/organisation", "organisation_export": "/exports/organisation",
    "people": "/people", "account_add": "/people", "account_of": "/people/{username}",
    "account_change": "/people/{username}/grant", "role_holders": "/roles", "audit": "/audit", "audit_verify": "/audit/verdict",
    "audit_export": "/audit/file", "audit_record": "/audit/{sequence}", "settings": "/settings",
}  # fmt: skip
"""The address of the interface by the name of the page in ``web/urls.py``."""
ONLY_FOR_PEOPLE = {
    "language": "the account's own choice, made at the console", "api_reference": "the reference is the schema itself",
    "tokens": "a token that makes or ends tokens would outlive its own end", "token_revoke": "as above",
    "visit_worker": "the program that a phone keeps",
    "live": "answers programs as it is", "ready": "answers programs as it is", "metrics": "answers programs as it is",
}  # fmt: skip
"""Pages without a twin, and why; signing in is for people too, see SIGN_IN."""
SIGN_IN = (
    "account_log",
    "account_inactive",
    "account_reauth",
    "account_change_password",
    "usersessions_",
    "mfa_",
)


def test_every_page_has_a_twin_or_a_reason() -> None:
    named = {str(one.name) for one in urlpatterns if getattr(one, "name", None)}
    pages = {name for name in named if not name.startswith(SIGN_IN)}
    assert pages == set(TWINS) | set(ONLY_FOR_PEOPLE)


def test_every_twin_is_in_the_schema() -> None:
    paths = api.get_openapi_schema(path_prefix=f"{ROOT}/")["paths"]
    assert [name for name, path in TWINS.items() if ROOT + path not in paths] == []
