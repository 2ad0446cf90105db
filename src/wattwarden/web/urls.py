"""Every address of the console; one line a page."""

from allauth.account import views as account
from django.urls import include, path
from django.views.generic import RedirectView

from wattwarden.web.console import findings

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="findings"), name="today"),
    path("account/login/", account.login, name="account_login"),
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("findings/", findings.listing, name="findings"),
    path("findings/<str:key>/", findings.detail, name="finding"),
]
