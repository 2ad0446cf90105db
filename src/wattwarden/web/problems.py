"""Errors as pages that say what was found, what was expected and what to do."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wattwarden.domain.errors import Problem

_FORBIDDEN = 403


def problem_page(request: HttpRequest, problems: Sequence[Problem], status: int) -> HttpResponse:
    """The page of these problems."""
    return render(request, "problem.html", {"problems": problems}, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of ours, or from one that is too old."""
    problem = Problem(
        "form", reason or "no token of this session", "a form opened in this session",
        "Go back, reload the page and send it again.",
    )  # fmt: skip
    return problem_page(request, [problem], _FORBIDDEN)
