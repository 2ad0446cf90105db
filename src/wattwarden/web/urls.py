"""Every address of the console; one line a page."""

from allauth.account import views as account
from django.urls import include, path

from wattwarden.web.casework import cases, letters, visits, work
from wattwarden.web.console import customers, data, findings, language, risks, rules, search, today

urlpatterns = [
    path("", today.page, name="today"),
    path("account/login/", account.login, name="account_login"),
    path("account/", include("allauth.urls")),
    path("language/", language.switch, name="language"),
    path("search/", search.page, name="search"),
    path("risks/", risks.overview, name="risk_map"),
    path("risks/<str:number>/", risks.point, name="risk_point"),
    path("findings/", findings.listing, name="findings"),
    path("findings/export/", findings.export, name="findings_export"),
    path("findings/<str:key>/", findings.detail, name="finding"),
    path("queue/", work.queue, name="queue"),
    path("queue/next/", work.take_next, name="take_next"),
    path("cases/", cases.listing, name="cases"),
    path("cases/board/", cases.columns, name="board"),
    path("cases/assign/", cases.bulk_assign, name="cases_assign"),
    path("cases/excel/", cases.excel, name="cases_excel"),
    path("cases/<int:case_id>/", cases.detail, name="case"),
    path("cases/<int:case_id>/gates/", cases.gates, name="case_gates"),
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
    path("customers/<str:customer_id>/bills/<int:year>-<int:month>/", customers.bill, name="customer_bill"),
    path("rules/", rules.listing, name="rules"),
    path("rules/export/", rules.export, name="rules_export"),
    path("rules/<str:rule_id>/", rules.detail, name="rule"),
    path("imports/", data.imports, name="imports"),
    path("imports/<int:number>/", data.import_job, name="import_job"),
    path("imports/<int:number>/keep/", data.import_keep, name="import_keep"),
    path("quarantine/", data.quarantine, name="quarantine"),
    path("quarantine/export/", data.quarantine_export, name="quarantine_export"),
    path("quality/", data.quality, name="quality"),
    path("organisation/", data.units, name="organisation"),
]
handler400 = "wattwarden.web.errors.bad_request"
handler403 = "wattwarden.web.errors.forbidden"
handler404 = "wattwarden.web.errors.not_found"
handler500 = "wattwarden.web.errors.failed"
