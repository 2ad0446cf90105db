"""What is in force: settings of the server, roles, files of the site, and the state of the installation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wattwarden.app.console.in_force import installation
from wattwarden.web.middleware import viewer_of


def page(request: HttpRequest) -> HttpResponse:
    """Everything that can be seen of the settings; the environment and files are where they change."""
    return render(request, "settings.html", vars(installation(viewer_of(request))))
