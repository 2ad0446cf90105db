"""Errors as pages that say what was found, what was expected and what to do."""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wattwarden.domain.errors import NotFoundError, Problem, WattwardenError


def problem_page(request: HttpRequest, problems: Sequence[Problem], status: int) -> HttpResponse:
    """The page of these problems."""
    return render(request, "problem.html", {"problems": problems}, status=status)


def in_place(name: str, read: Callable[[], object]) -> dict[str, object]:
    """What a part of a page shows: its data as ``name``, or the ``problems`` that keep them from being read.

    Raises:
        NotFoundError: what the whole page is about does not exist for this viewer.
    """
    try:
        return {name: read()}
    except NotFoundError:
        raise
    except WattwardenError as error:
        return {"problems": error.problems}
