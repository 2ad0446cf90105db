"""What is in force: settings of the server, roles, files of the site, and the state of the installation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wattwarden.app.console.in_force import roles_in_force, settings_in_force, site_content
from wattwarden.app.console.state import checks
from wattwarden.domain.errors import absent
from wattwarden.web.middleware import viewer_of


def page(request: HttpRequest) -> HttpResponse:
    """Everything that can be seen of the settings; the environment and files are where they change."""
    if not viewer_of(request).may("manage_settings"):
        raise absent("settings", expected="an administrator")
    return render(
        request,
        "settings.html",
        {
            "settings": settings_in_force(),
            "roles": roles_in_force(),
            "files": site_content(),
            "checks": checks(),
        },
    )
