"""Errors as pages that say what was found, what was expected and what to do."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wattwarden.domain.errors import Problem


def problem_page(request: HttpRequest, problems: Sequence[Problem], status: int) -> HttpResponse:
    """The page of these problems."""
    return render(request, "problem.html", {"problems": problems}, status=status)
