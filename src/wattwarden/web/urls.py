"""Every address of the console; one line a page."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from wattwarden.web import health, metrics
from wattwarden.web.api import reference
from wattwarden.web.api.application import addresses
from wattwarden.web.casework import cases, claims, letters, visits, work
from wattwarden.web.console import (
    audit,
    customers,
    data,
    findings,
    language,
    people,
    proof,
    reveal,
    risks,
    rules,
    search,
    today,
    tokens,
    workbench,
)  # fmt: skip
from wattwarden.web.console import settings as settings_page

urlpatterns = [
    path("", today.page, name="today"),
    # Pages of allauth, named one by one: none that sends mail or lets a stranger in.
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("account/factor/", mfa.index, name="mfa_index"),
    path("account/factor/sign-in/", mfa.authenticate, name="mfa_authenticate"),
    path("account/factor/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/factor/set/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/factor/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/factor/codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("language/", login_not_required(language.switch), name="language"),
    path("search/", search.page, name="search"),
    path("risks/", risks.overview, name="risk_map"),
    path("risks/<str:number>/", risks.point, name="risk_point"),
    path("findings/", findings.listing, name="findings"),
    path("findings/export/", findings.export, name="findings_export"),
    path("findings/<str:key>/proof/", proof.part, name="finding_proof"),
    path("findings/<str:key>/proof/pdf/", proof.paper, name="finding_proof_pdf"),
    path("findings/<str:key>/", findings.detail, name="finding"),
    path("queue/", work.queue, name="queue"),
    path("queue/next/", work.take_next, name="take_next"),
    path("cases/", cases.listing, name="cases"),
    path("cases/board/", cases.columns, name="board"),
    path("cases/assign/", cases.bulk_assign, name="cases_assign"),
    path("cases/open/", cases.open_from_findings, name="cases_open"),
    path("cases/excel/", cases.excel, name="cases_excel"),
    path("cases/<int:case_id>/", cases.detail, name="case"),
    path("cases/<int:case_id>/gates/", cases.gates, name="case_gates"),
    path("cases/<int:case_id>/claim/", claims.page, name="case_claim"),
    path("cases/<int:case_id>/claim/propose/", claims.propose, name="case_claim_propose"),
    path("cases/<int:case_id>/claim/excel/", claims.excel, name="case_claim_excel"),
    path("cases/<int:case_id>/letter/", letters.letter, name="case_letter"),
    path("cases/<int:case_id>/photos/<str:digest>/", visits.photo, name="photo"),
    path("cases/<int:case_id>/do/<str:name>/", cases.action, name="case_action"),
    path("approvals/", work.approvals, name="approvals"),
    path("verification/", work.verification, name="verification"),
    path("resting/", work.rest, name="resting"),
    path("reviews/", work.reviews, name="reviews"),
    path("reviews/<int:case_id>/", work.review, name="review"),
    path("ledger/", work.ledger, name="ledger"),
    path("visit/", visits.mine, name="visits"),
    path("visit/worker.js", visits.worker, name="visit_worker"),
    path("visit/<int:case_id>/", visits.sheet, name="visit"),
    path("visit/<int:case_id>/entries/", visits.entries, name="visit_entries"),
    path("visit/<int:case_id>/photos/<str:entry_id>/", visits.photo_part, name="visit_photo"),
    path("customers/<str:customer_id>/", customers.detail, name="customer"),
    path("customers/<str:customer_id>/export/", customers.export, name="customer_export"),
    path("customers/<str:customer_id>/bills/<int:year>-<int:month>/", customers.bill, name="customer_bill"),
    path("customers/<str:customer_id>/prices/", customers.prices, name="customer_prices"),
    path("rules/", rules.listing, name="rules"),
    path("rules/export/", rules.export, name="rules_export"),
    path("rules/drafts/", workbench.listing, name="rule_drafts"),
    path("rules/drafts/new/", workbench.start, name="rule_draft_new"),
    path("rules/drafts/<int:number>/", workbench.detail, name="rule_draft"),
    path("rules/drafts/<int:number>/edit/", workbench.edit, name="rule_draft_edit"),
    path("rules/drafts/<int:number>/trial/", workbench.trial, name="rule_draft_trial"),
    path("rules/drafts/<int:number>/approval/", workbench.approval, name="rule_draft_approval"),
    path("rules/drafts/<int:number>/run/<str:kind>/", workbench.run, name="rule_draft_run"),
    path("rules/drafts/<int:number>/do/", workbench.step, name="rule_draft_step"),
    path("rules/<str:rule_id>/", rules.detail, name="rule"),
    path("imports/", data.imports, name="imports"),
    path("imports/<int:number>/", data.import_job, name="import_job"),
    path("imports/<int:number>/keep/", data.import_keep, name="import_keep"),
    path("quarantine/", data.quarantine, name="quarantine"),
    path("quarantine/export/", data.quarantine_export, name="quarantine_export"),
    path("quality/", data.quality, name="quality"),
    path("quality/export/", data.quality_file, name="quality_export"),
    path("organisation/export/", data.units_file, name="organisation_export"),
    path("organisation/", data.units, name="organisation"),
    path("staff-findings/", findings.staff_inbox, name="staff_findings"),
    path("reveal/", reveal.show, name="reveal"),
    path("people/", people.listing, name="people"),
    path("people/add/", people.add, name="account_add"),
    path("people/roles/", people.holders, name="role_holders"),
    path("people/<str:username>/", people.detail, name="account_of"),
    path("people/<str:username>/<str:what>/", people.change, name="account_change"),
    path("audit/", audit.listing, name="audit"),
    path("audit/verify/", audit.verify, name="audit_verify"),
    path("audit/export/", audit.export, name="audit_export"),
    path("audit/<int:sequence>/", audit.detail, name="audit_record"),
    path("settings/", settings_page.page, name="settings"),
    path("tokens/", tokens.page, name="tokens"),
    path("tokens/<int:number>/revoke/", tokens.revoke, name="token_revoke"),
    path("api/", reference.page, name="api_reference"),
    path("api/v1/", addresses()),
]
if settings.SSO:
    urlpatterns += [
        path("account/sso/", include("allauth.socialaccount.providers.openid_connect.urls")),
        path("account/3rdparty/", include("allauth.socialaccount.urls")),
    ]
handler400 = "wattwarden.web.errors.bad_request"
handler403 = "wattwarden.web.errors.forbidden"
handler404 = "wattwarden.web.errors.not_found"
handler500 = "wattwarden.web.errors.failed"
