"""The field page for phones, the worker that keeps it without connection, and taking in what it sends."""

import json
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from wattwarden.app.casework.photo_parts import Part, take_photo
from wattwarden.app.casework.photos import read_photo
from wattwarden.app.casework.visits import my_visits, number_of, take_entries, visit_sheet
from wattwarden.domain.errors import WattwardenError
from wattwarden.web.middleware import viewer_of

_WORKER = Path(__file__).resolve().parent.parent / "static" / "visit" / "worker.js"
_REFUSED = 422
_MOST_ENTRIES = 200


@require_GET
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """My visits; the phone keeps the list and each page."""
    return render(request, "visit/mine.html", {"rows": my_visits(viewer_of(request))})


@require_GET
@login_required
def sheet(request: HttpRequest, case_id: int) -> HttpResponse:
    """The page of one visit."""
    return render(request, "visit/sheet.html", {"sheet": visit_sheet(viewer_of(request), case_id)})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 Django's signature
    """The service worker, served from here so that it may answer for the field pages."""
    return HttpResponse(
        _WORKER.read_bytes(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


@require_POST
@login_required
def entries(request: HttpRequest, case_id: int) -> JsonResponse:
    """Take entries; each answer says whether it was stored, known before, or refused, and why."""
    viewer = viewer_of(request)
    try:
        sent = json.loads(request.body)
    except ValueError:
        sent = None
    if not isinstance(sent, list) or len(sent) > _MOST_ENTRIES:
        return JsonResponse({"problem": "a list of entries was expected"}, status=_REFUSED)
    return JsonResponse({"entries": [vars(taken) for taken in take_entries(viewer, case_id, sent)]})


@require_POST
@login_required
def photo_part(request: HttpRequest, case_id: int, entry_id: str) -> JsonResponse:
    """Take a part of a photo, the details of the photo in the header X-Photo."""
    viewer = viewer_of(request)
    try:
        told = json.loads(request.headers.get("X-Photo", "{}"))
        offset, total = int(told["offset"]), int(told["total"])
        digest = str(told["sha256"])
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"problem": "X-Photo: offset, total and sha256 were expected"}, status=_REFUSED)
    try:
        part = Part(offset, total, digest, request.body)
        size, taken = take_photo(viewer, case_id, number_of(entry_id), part, told)
    except WattwardenError as error:
        return JsonResponse({"problem": "; ".join(map(str, error.problems))}, status=_REFUSED)
    return JsonResponse({"size": size, "entry": vars(taken) if taken else None})


@require_GET
@login_required
def photo(request: HttpRequest, case_id: int, digest: str) -> HttpResponse:
    """A photo or paper of a case."""
    content, kind = read_photo(viewer_of(request), case_id, digest)
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": "inline", "Cache-Control": "private"}
    )
