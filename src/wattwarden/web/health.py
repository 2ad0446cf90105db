"""Is the server alive, and is it ready to work? For supervisors and balancers."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse

from wattwarden.app.console.state import checks

_OK, _UNAVAILABLE = 200, 503


@login_not_required
def live(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 a view takes its request
    """The process answers; touches nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


@login_not_required
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 a view takes its request
    """Database, schema, lake and scan; status 503 when one of them keeps the console from working."""
    found = checks()
    body = {check.name: {"ok": check.is_well, "says": check.says} for check in found}
    return JsonResponse(body, status=_OK if all(check.is_well for check in found) else _UNAVAILABLE)
