"""What every page shows around its content."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from wattwarden.domain.access import roles
from wattwarden.web.jinja import language
from wattwarden.web.navigation import entries_for


def page(request: HttpRequest) -> Mapping[str, object]:
    """The navigation that the viewer may use, the language, and where one is."""
    viewer = getattr(request, "viewer", None)
    return {
        "viewer": viewer,
        "lang": language(),
        "here": request.get_full_path(),
        "shown_at": timezone.now(),
        "navigation": list(entries_for(viewer, request.path)) if viewer else [],
        "sso": _sso() if viewer is None else None,
        "demo_roles": roles() if viewer is None and settings.DEMO else None,
    }


def _sso() -> Mapping[str, object] | None:
    """Where single sign-on begins; None where there is no provider."""
    if settings.SSO is None:
        return None
    href = reverse("openid_connect_login", args=[settings.SSO["provider_id"]])
    return {"name": settings.SSO["name"], "href": href}
