"""Photos that come in parts over a bad connection, each where the one before ended; then checked whole."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from wattwarden.app.casework.photos import FOLDER, keep
from wattwarden.app.casework.settings import planning
from wattwarden.app.casework.visits import Taken, keep_photo_entry
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import fail
from wattwarden.lake.locks import exclusive
from wattwarden.records.guard import load
from wattwarden.records.models import Case

_INCOMING = "incoming"
_BYTES_PER_MB = 1024 * 1024
_WAIT_SECONDS = 20


@dataclass(frozen=True)
class Received:
    """How many bytes are here; digest and kind once it is complete."""

    size: int
    stored: tuple[str, str, int] | None = None


@dataclass(frozen=True)
class Part:
    """A part of a photo.

    Attributes:
        offset: Where it begins.
        total: Bytes of the whole photo.
        digest: SHA-256 of the whole photo, hexadecimal.
        content: Its bytes; none asks how far the photo came.
    """

    offset: int
    total: int
    digest: str
    content: bytes


def take_photo(
    viewer: Viewer, case_id: int, entry_id: UUID, part: Part, sent: Mapping[str, object]
) -> tuple[int, Taken | None]:
    """Append a part of a photo: how many bytes are here, and what became of the photo once it is complete.

    Args:
        viewer: Who took it.
        case_id: Number of the case.
        entry_id: Number that the phone gave the photo.
        part: One that was received before, or comes too early, changes nothing.
        sent: ``noted_at``, ``version``, ``data`` with the position where there is one.

    Raises:
        WattwardenError: no such case for this viewer, too large, or the whole differs from its digest.
    """
    received = _take_part(viewer, case_id, entry_id, part)
    if received.stored is None:
        return received.size, None
    return received.size, keep_photo_entry(viewer, case_id, entry_id, sent, received.stored)


def _take_part(viewer: Viewer, case_id: int, entry_id: UUID, part: Part) -> Received:
    load(Case, case_id, viewer, "see_cases")
    total = part.total
    if not 0 < total <= planning().photo_most_mb * _BYTES_PER_MB:
        raise fail("photo", found=f"{total} bytes", expected=f"at most {planning().photo_most_mb} MB")
    path = home() / FOLDER / _INCOMING / f"{viewer.user_id}-{entry_id}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(path.with_suffix(".lock"), _WAIT_SECONDS, "receiving of this photo"):
        size = _append(path, part)
        if size < total:
            return Received(size)
        whole = path.read_bytes()
        path.unlink()
    path.with_suffix(".lock").unlink(missing_ok=True)
    if hashlib.sha256(whole).hexdigest() != part.digest:
        raise fail("photo", found="bytes that differ from its digest", expected="the photo as it was taken",
                   action="It is sent again from the beginning.")  # fmt: skip
    kept, kind = keep(whole)
    return Received(size, (kept, kind, len(whole)))


def _append(path: Path, part: Part) -> int:
    size = path.stat().st_size if path.exists() else 0
    if not part.content or part.offset != size or size + len(part.content) > part.total:
        return size
    with path.open("ab") as file:
        file.write(part.content)
    return size + len(part.content)
