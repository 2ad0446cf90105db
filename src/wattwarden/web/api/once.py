"""Requests that carry a key are taken once: sent again they get the same answer, and nothing happens."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from wattwarden.records.models import KeptAnswer
from wattwarden.web.api.access import viewer
from wattwarden.web.api.problems import BAD_REQUEST, REFUSED, refuse

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
MULTIPART = "multipart/form-data"
KEPT_FOR = timedelta(hours=24)
_LONGEST = 100
_SUCCESS = range(200, 300)


def once(request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the work of a request and keep its answer in one transaction; or give the kept answer.

    What was refused changed nothing, so it is not kept: the key may be used again.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return work()
    if len(key) > _LONGEST or not (key.isascii() and key.isprintable()):
        return refuse(
            BAD_REQUEST,
            HEADER,
            "too long, or other characters",
            f"up to {_LONGEST} printable ASCII characters",
        )
    owner, digest = viewer(request).user_id, _digest(request)
    assert owner is not None  # noqa: S101 for the type checker: the door admits accounts only
    KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            # A second request of the same key waits here until the first has ended.
            kept = KeptAnswer.objects.create(owner_id=owner, key=key, digest=digest)
            response = work()
            if response.status_code in _SUCCESS:
                kept.status, kept.body = response.status_code, response.content
                kept.kind = response.get("Content-Type", "")
                kept.save(update_fields=["status", "body", "kind"])
            else:
                kept.delete()
            return response
    except IntegrityError:
        known = KeptAnswer.objects.filter(owner_id=owner, key=key).first()
        if known is None:
            raise
    if known.digest != digest:
        return refuse(REFUSED, HEADER, "a key used for another request", "a key of its own for each request")
    response = HttpResponse(bytes(known.body), status=known.status, content_type=known.kind)
    response[REPLAYED] = "true"
    return response


def _digest(request: HttpRequest) -> str:
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != MULTIPART:
        found.update(request.body)
        return found.hexdigest()
    found.update(repr(sorted(request.POST.items())).encode())
    for name, files in request.FILES.lists():
        for file in files:
            found.update(f"{name} {file.name}\n".encode())
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    return found.hexdigest()
