"""Photos and papers: kept under their digest, their kind checked by their bytes, their size limited."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from wattwarden.app.casework.record_act import record_of_case
from wattwarden.app.casework.settings import planning
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import fail
from wattwarden.records.guard import load, not_found
from wattwarden.records.models import Case, CaseEvent, Photo

FOLDER = "photos"
_BYTES_PER_MB = 1024 * 1024
_SHA256_LENGTH = 64
# The first bytes of a file decide what it is; its name is never believed. PDF is for papers.
_KINDS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}
_WEBP_MARK = slice(8, 12)


def media_type(content: bytes) -> str:
    """What a file is, by its first bytes.

    Raises:
        WattwardenError: it is neither JPEG, PNG, WebP nor PDF.
    """
    for start, kind in _KINDS.items():
        if content.startswith(start):
            return kind
    if content.startswith(b"RIFF") and content[_WEBP_MARK] == b"WEBP":
        return "image/webp"
    raise fail("photo", found="a file of another kind", expected="JPEG, PNG, WebP or PDF",
               action="Take the photo with the camera of the phone.")  # fmt: skip


def keep(content: bytes) -> tuple[str, str]:
    """Store a file once; its digest and kind. A file that is there already is not written again.

    Raises:
        WattwardenError: it is empty, too large, or of another kind.
    """
    most = planning().photo_most_mb * _BYTES_PER_MB
    if not 0 < len(content) <= most:
        raise fail("photo", found=f"{len(content)} bytes", expected=f"1 to {most} bytes",
                   action="Take it with a lower resolution.")  # fmt: skip
    kind, digest = media_type(content), hashlib.sha256(content).hexdigest()
    path = place_of(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.part")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    return digest, kind


def place_of(digest: str) -> Path:
    """Where the file of this digest lies."""
    return home() / FOLDER / digest[:2] / digest


def keep_uploads(viewer: Viewer, case_id: int, uploads: Sequence[tuple[str, bytes]]) -> tuple[str, ...]:
    """Store files that came with a form; their digests.

    Raises:
        WattwardenError: the case does not exist for this viewer, or a file is refused.
    """
    case = load(Case, case_id, viewer, "see_cases")
    digests = tuple(keep(content)[0] for _, content in uploads)
    record_of_case(viewer, case, "case.evidence", {"sha256": list(digests)})
    return digests


def read_photo(viewer: Viewer, case_id: int, digest: str) -> tuple[bytes, str]:
    """A file of a case, and its kind; the digest is checked again.

    Raises:
        WattwardenError: the case does not have it, or the file was changed.
    """
    case = load(Case, case_id, viewer, "see_cases")
    known = Photo.objects.filter(entry__case=case, sha256=digest).exists() or any(
        digest in row.data.get("evidence", ()) for row in CaseEvent.objects.filter(case=case)
    )
    path = place_of(digest)
    if not known or len(digest) != _SHA256_LENGTH or not path.exists():
        raise not_found(Photo, digest)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise fail(f"photo {digest[:12]}", found="changed content", expected="what its digest says",
                   action="Restore it from the backup; the audit log tells when it came in.")  # fmt: skip
    return content, media_type(content)
