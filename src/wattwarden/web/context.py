"""What every page shows around its content."""

from collections.abc import Mapping

from django.http import HttpRequest

from wattwarden.web.jinja import language
from wattwarden.web.navigation import entries_for


def page(request: HttpRequest) -> Mapping[str, object]:
    """The navigation that the viewer may use, the language, and where one is."""
    viewer = getattr(request, "viewer", None)
    return {
        "viewer": viewer,
        "lang": language(),
        "here": request.get_full_path(),
        "navigation": list(entries_for(viewer, request.path)) if viewer else [],
    }
