"""Every address of the console; one line a page."""

from allauth.account import views as account
from django.urls import include, path
from django.views.generic import RedirectView

from wattwarden.web.casework import cases, letters, visits, work
from wattwarden.web.console import findings

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="findings"), name="today"),
    path("account/login/", account.login, name="account_login"),
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("findings/", findings.listing, name="findings"),
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
]
