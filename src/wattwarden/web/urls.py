"""Every address of the console; one line a page."""

from allauth.account import views as account
from django.urls import include, path

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
