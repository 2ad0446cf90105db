"""Photos that come in parts over a bad connection, each where the one before ended; then checked whole."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from wattwarden.app.casework.photos import FOLDER, keep
from wattwarden.app.casework.settings import planning
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


def take_part(
    viewer: Viewer, case_id: int, entry_id: UUID, offset: int, total: int, digest: str, content: bytes
) -> Received:
    """Append a part; one that was received before, or comes too early, changes nothing.

    Args:
        viewer: Who sends.
        case_id: Number of the case.
        entry_id: Number that the phone gave the photo.
        offset: Where the part begins.
        total: Bytes of the whole photo.
        digest: SHA-256 of the whole photo, hexadecimal.
        content: The part; empty asks how far it came.

    Raises:
        WattwardenError: no such case for this viewer, too large, or the whole differs from its digest.
    """
    load(Case, case_id, viewer, "see_cases")
    if not 0 < total <= planning().photo_most_mb * _BYTES_PER_MB:
        raise fail("photo", found=f"{total} bytes", expected=f"at most {planning().photo_most_mb} MB")
    path = home() / FOLDER / _INCOMING / f"{viewer.user_id}-{entry_id}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(path.with_suffix(".lock"), _WAIT_SECONDS, "receiving of this photo"):
        size = _append(path, offset, content, total)
        if size < total:
            return Received(size)
        whole = path.read_bytes()
        path.unlink()
    path.with_suffix(".lock").unlink(missing_ok=True)
    if hashlib.sha256(whole).hexdigest() != digest:
        raise fail("photo", found="bytes that differ from its digest", expected="the photo as it was taken",
                   action="It is sent again from the beginning.")  # fmt: skip
    kept, kind = keep(whole)
    return Received(size, (kept, kind, len(whole)))


def _append(path: Path, offset: int, content: bytes, total: int) -> int:
    size = path.stat().st_size if path.exists() else 0
    if not content or offset != size or size + len(content) > total:
        return size
    with path.open("ab") as file:
        file.write(content)
    return size + len(content)
