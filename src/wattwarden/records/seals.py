"""Sign the audit log: the key, and the file of seals that stands outside the database."""

import base64
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import timezone

from wattwarden.domain.audit_chain import NO_HASH, Seal, SealKind, public_text, read_seal, signed
from wattwarden.domain.errors import fail
from wattwarden.records.models.audit import AuditHead

KEY_SETTING = "WATTWARDEN_AUDIT_KEY"
TRUST_SETTING = "WATTWARDEN_AUDIT_TRUSTED"
KEY_FILE = "audit-key"
SEALS_FILE = "audit-seals.jsonl"
"""Beside the database, not in it: who can rewrite the one should not rewrite the other. Copy it away."""
_KEY_BYTES = 32
_RECORDS_PER_SEAL = 500
_LONGEST_UNSEALED = timedelta(hours=1)


def signing_key() -> Ed25519PrivateKey | None:
    """The key of the environment, else of the data folder; None where there is none.

    Raises:
        WattwardenError: it is no key.
    """
    text = os.environ.get(KEY_SETTING)
    path = key_path()
    if not text and path.is_file():
        text = path.read_text(encoding="ascii")
    if not text:
        return None
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=False))
    except ValueError as error:
        raise fail(
            KEY_SETTING,
            found="text that is no key",
            expected=f"{_KEY_BYTES} bytes in base64",
            action="Make one: wattwarden audit key",
        ) from error


def new_key() -> tuple[str, str]:
    """A new key as the environment takes it, and the public key that others verify with."""
    key = Ed25519PrivateKey.generate()
    return base64.b64encode(key.private_bytes_raw()).decode(), public_text(key.public_key())


def key_path() -> Path:
    """Where the key lies when the environment names none."""
    return Path(settings.HOME) / KEY_FILE


def make_key_file() -> None:
    """Write a new key into the data folder, for its owner's eyes only; an existing one stays."""
    if not key_path().exists():
        draft = os.open(key_path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(draft, "w", encoding="ascii") as file:
            file.write(new_key()[0])


def trusted_keys() -> frozenset[str] | None:
    """Public keys whose seals count: that of the signing key, and earlier ones that the environment names."""
    earlier = [text for text in os.environ.get(TRUST_SETTING, "").split(",") if text]
    key = signing_key()
    own = [public_text(key.public_key())] if key else []
    return frozenset([*own, *earlier]) or None


def is_seal_due(head: AuditHead) -> bool:
    """Whether enough was appended, or enough time has passed, since the last seal, and there is a key."""
    is_late = head.sealed_at is None or timezone.now() - head.sealed_at > _LONGEST_UNSEALED
    return (is_late or head.sequence - head.sealed >= _RECORDS_PER_SEAL) and signing_key() is not None


def seal_now(kind: SealKind, last: tuple[int, str], first: int = 1) -> Seal | None:
    """A seal of this installation; None where it has no key."""
    key = signing_key()
    return signed(key, kind, first, last) if key and last[1] != NO_HASH else None


def keep_seal(seal: Seal) -> None:
    """Append a seal to the file of seals, for good."""
    with (Path(settings.HOME) / SEALS_FILE).open("ab") as file:
        file.write(seal.line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def kept_seals() -> Sequence[Seal]:
    """Every seal of the file.

    Raises:
        WattwardenError: a line of it is no seal.
    """
    path = Path(settings.HOME) / SEALS_FILE
    lines = path.read_bytes().splitlines() if path.exists() else []
    found = [read_seal(line) for line in lines]
    seals = [seal for seal in found if seal is not None]
    if len(seals) < len(found):
        raise fail(
            f"{SEALS_FILE}, line {found.index(None) + 1}", found="no seal", expected="a signed seal a line",
            action="Restore the file from a backup; without it the log cannot be proven.",
        )  # fmt: skip
    return seals
