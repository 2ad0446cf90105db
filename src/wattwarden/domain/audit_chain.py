"""The audit log as a chain: each record carries the hash of the one before, and some hashes are signed.

A log is a text of lines. A record is one JSON object that ends in its own hash, the SHA-256 of everything
before it in the line (closed by a brace)::

    {"sequence":2,"previous":"<hash of 1>","at":…,"actor":…,…,"new":…,"hash":"<of this line>"}

A seal is a line ``{"seal":{…},"signature":…}``: the Ed25519 signature of "record N has hash H". To change,
drop or move a record unseen, one must write all later records anew, and for that every later seal.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NO_HASH = "0" * 64
"""What the first record carries in place of the hash of the one before."""
_RECORD, _SEAL, _HASH = b'{"sequence":', b'{"seal":', b',"hash":"'
_PREVIOUS = b',"previous":"'
_HASH_LENGTH = 64
SealKind = Literal["checkpoint", "end"]


@dataclass(frozen=True)
class AuditEvent:
    """What somebody did, or read.

    Args:
        actor_id: Number of his account; None for a command run on the server.
        actor: His name at that time.
        action: What was done, in one word or two with dots: ``case.assign``, ``customer.reveal``.
        subject_kind, subject_id: What it was done to.
        org_path: Path of the organisation that the subject belongs to.
        old, new: What changed, as values of JSON; facts of a read or an export stand in ``new``.
        reason: Why, in the words of the actor.
        staff_side: It is about the utility's own people; the department does not read it.
    """

    actor_id: int | None
    actor: str
    action: str
    subject_kind: str = ""
    subject_id: str = ""
    org_path: str = ""
    old: object = None
    new: object = None
    reason: str = ""
    staff_side: bool = False


@dataclass(frozen=True)
class Seal:
    """A signed statement that record ``sequence`` has hash ``hash``.

    Args:
        first: Number of the first record of the log that is sealed.
        kind: ``end`` closes an export: nothing may follow, and nothing may be missing before.
        at: When it was signed.
        key: Public key, base64.
    """

    kind: SealKind
    first: int
    sequence: int
    hash: str
    at: str
    key: str
    signature: str = field(default="", compare=False)

    @property
    def statement(self) -> bytes:
        """What is signed."""
        return json.dumps([self.kind, self.first, self.sequence, self.hash, self.at, self.key]).encode()

    @property
    def line(self) -> str:
        """The seal as a line of a log."""
        names = ("kind", "first", "sequence", "hash", "at", "key")
        said = json.dumps({name: getattr(self, name) for name in names}, separators=(",", ":"))
        return f'{{"seal":{said},"signature":"{self.signature}"}}'


@dataclass(frozen=True)
class Verdict:
    """What was found of a log.

    Args:
        records: Number of records that are sound.
        sealed: Number of the last record that a valid seal covers; 0 for none.
        last: Number and hash of the last sound record.
        fault: What is wrong, and at which record; empty when all is well.
    """

    records: int
    sealed: int
    last: tuple[int, str]
    fault: str = ""


def plain(value: object) -> str:
    """A value as canonical JSON, as the chain stores it; text that no database can hold is replaced."""
    tidy = _tidy(value)
    return json.dumps(tidy, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def clean(text: str) -> str:
    """``text`` without what PostgreSQL or UTF-8 cannot hold."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _tidy(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(name)): _tidy(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_tidy(inner) for inner in value]
    return value


def body(sequence: int, previous: str, at: str, words: Mapping[str, object], old: str, new: str) -> str:
    """Everything a record says, without its own hash and the closing brace.

    Args:
        at: Instant in UTC, ISO 8601 with microseconds.
        words: The other fields of the event, always in the same order.
        old, new: Canonical JSON.
    """
    said = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return f'{{"sequence":{sequence},"previous":"{previous}","at":"{at}",{said[1:-1]},"old":{old},"new":{new}'


def hash_of(said: str) -> str:
    """The hash of what a record says."""
    return hashlib.sha256(f"{said}}}".encode()).hexdigest()


def line_of(said: str, own_hash: str) -> str:
    """A record as a line of a log."""
    return f'{said},"hash":"{own_hash}"}}'


def signed(key: Ed25519PrivateKey, kind: SealKind, first: int, last: tuple[int, str]) -> Seal:
    """A seal over the records from ``first`` to ``last``, made now."""
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    seal = Seal(kind, first, *last, at, public_text(key.public_key()))
    signature = base64.b64encode(key.sign(seal.statement)).decode()
    return Seal(kind, first, *last, at, seal.key, signature)


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as text."""
    return base64.b64encode(key.public_bytes_raw()).decode()


class Chain:
    """Checks a log line by line; remembers only where it stands.

    Args:
        keys: Public keys whose seals count; None takes the key of the first seal met.
        is_whole: Whether an ``end`` seal must close the log.
        first: Number and ``previous`` of the first record; 1 and no hash for the whole history.
    """

    def __init__(
        self, keys: Iterable[str] | None, *, is_whole: bool, first: tuple[int, str] = (1, NO_HASH)
    ) -> None:
        self._keys = None if keys is None else frozenset(keys)
        self._is_whole = is_whole
        self._first = first[0]
        self._next, self._previous = first
        self._sealed = 0
        self._ended = False

    def check(self, lines: Iterable[bytes]) -> Verdict:
        """Read all lines up to the first that is wrong."""
        for line in lines:
            if fault := self._one(line.rstrip(b"\r\n")):
                return self._verdict(fault)
        if self._is_whole and not self._ended:
            return self._verdict(
                f"record {self._next}: missing, the log breaks off without its closing seal after record {self._next - 1}"
            )
        return self._verdict("")

    def _verdict(self, fault: str) -> Verdict:
        last = self._next - 1
        return Verdict(last - self._first + 1, self._sealed, (last, self._previous), fault)

    def _one(self, line: bytes) -> str:
        if self._ended:
            return f"record {self._next}: stands after the seal that closes the log"
        if line.startswith(_RECORD):
            return self._record(line)
        return self._seal(line)

    def _record(self, line: bytes) -> str:
        cut = line.rfind(_HASH)
        own = line[cut + len(_HASH) : -2]
        comma = line.find(b",", len(_RECORD))
        number = line[len(_RECORD) : comma]
        if cut < 0 or not line.endswith(b'"}') or len(own) != _HASH_LENGTH or not number.isdigit():
            return f"record {self._next}: the line is damaged"
        if int(number) != self._next:
            return f"record {self._next}: missing or moved, record {int(number)} stands in its place"
        start = comma + len(_PREVIOUS)
        if line[comma:start] != _PREVIOUS or line[start : start + _HASH_LENGTH] != self._previous.encode():
            return f"record {self._next}: does not follow the record before it, one of the two was replaced"
        if hashlib.sha256(line[:cut] + b"}").hexdigest().encode() != own:
            return f"record {self._next}: was changed, its hash does not fit"
        self._previous = own.decode()
        self._next += 1
        return ""

    def _seal(self, line: bytes) -> str:
        seal = read_seal(line)
        if seal is None:
            return f"record {self._next}: what stands in its place is neither a record nor a seal"
        if self._keys is None:
            self._keys = frozenset([seal.key])
        if seal.key not in self._keys or not _is_genuine(seal):
            return f"record {seal.sequence}: its seal is not signed by a key that is trusted"
        if seal.first != self._first:
            return f"record {self._first}: the seal was made for a log from record {seal.first}"
        if seal.sequence >= self._next:
            return f"record {self._next}: missing, record {seal.sequence} was sealed"
        if seal.sequence != self._next - 1 or seal.hash != self._previous:
            return f"record {self._sealed + 1}: this or a record up to {seal.sequence} was written anew; the seal of record {seal.sequence} does not fit"
        self._sealed = seal.sequence
        self._ended = seal.kind == "end"
        return ""


def read_seal(line: bytes) -> Seal | None:
    """The seal on a line; None where it is none."""
    if not line.startswith(_SEAL):
        return None
    try:
        said = json.loads(line)
        words = said["seal"]
        is_sound = all(type(words[name]) is int for name in ("first", "sequence"))
        texts = [said["signature"], *(words[name] for name in ("kind", "hash", "at", "key"))]
        if not is_sound or not all(isinstance(text, str) for text in texts):
            return None
        return Seal(**words, signature=said["signature"])
    except (ValueError, TypeError, KeyError):
        return None


def _is_genuine(seal: Seal) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(seal.key))
        key.verify(base64.b64decode(seal.signature), seal.statement)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
