"""What every request carries: the viewer, and errors turned into pages that say what to do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import NotAllowedError, NotFoundError, WattwardenError
from wattwarden.records.models import User
from wattwarden.web.problems import problem_page

_NOT_FOUND, _FORBIDDEN, _REFUSED = 404, 403, 400
Answer = Callable[[HttpRequest], HttpResponse]


class ViewerMiddleware:
    """Puts ``request.viewer`` on requests of signed-in people, in the language of their account."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the name and language of who is signed in."""
        if isinstance(request.user, User):
            request.viewer = request.user.viewer()  # type: ignore[attr-defined]  # read through viewer_of()
            translation.activate(request.user.language)
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A problem of ours becomes a page with what was found, what was expected and what to do."""
        if not isinstance(error, WattwardenError):
            return None
        kinds = {NotFoundError: _NOT_FOUND, NotAllowedError: _FORBIDDEN}
        status = kinds.get(type(error), _REFUSED)
        return problem_page(request, error.problems, status)


def viewer_of(request: HttpRequest) -> Viewer:
    """The signed-in person; views behind ``login_required`` have one."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by ViewerMiddleware
    return viewer
