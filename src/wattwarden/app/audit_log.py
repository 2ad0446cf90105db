"""The audit log as a whole: checked, signed, written out so that it can be checked without the database."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings

from wattwarden.app.check_audit_file import HEADER, VERSION
from wattwarden.domain.audit_chain import Verdict, public_text
from wattwarden.domain.errors import fail
from wattwarden.records import seals
from wattwarden.records.audit import end_of_log, hash_before, seal, stored_lines, verify_store


def export_log(path: Path, first: int = 1) -> int:
    """Write the records from number ``first`` as JSON lines that prove themselves; how many were written.

    Raises:
        WattwardenError: there is no key to sign with, no such record, or the file cannot be written.
    """
    if seals.signing_key() is None:
        raise fail(
            "audit export", found="no signing key", expected=f"a key in {seals.KEY_SETTING}",
            action="Make one: wattwarden audit key. Without a key nobody can tell a log cut short from a whole one.",
        )  # fmt: skip
    seal()
    last = end_of_log()
    if not 1 <= first <= last[0]:
        raise fail("audit export", found=f"record {first}", expected=f"a record from 1 to {last[0]}")
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in _lines(first, last))
        draft.replace(path)
    except OSError as error:
        raise fail(str(path), found=str(error), expected="a file that can be written") from error
    finally:
        draft.unlink(missing_ok=True)
    return last[0] - first + 1


def check_store(keys: Sequence[str] = ()) -> Verdict:
    """Check the log in the database against its hashes, and against the seals in the data folder."""
    return verify_store(keys or None)


def seal_log() -> int | None:
    """Sign the end of the log now; number of the record signed, None where nothing was new."""
    made = seal()
    return made.sequence if made else None


def make_key() -> tuple[str, str]:
    """A new signing key for the environment, and the public key that others verify with."""
    return seals.new_key()


def public_key() -> str | None:
    """The public key of this installation; None where it has no signing key."""
    key = seals.signing_key()
    return public_text(key.public_key()) if key else None


def seals_file() -> Path:
    """Where the seals are kept, to be copied away."""
    return Path(settings.HOME) / seals.SEALS_FILE


def _lines(first: int, last: tuple[int, str]) -> Iterator[str]:
    key = public_key()
    header = {HEADER: VERSION, "first": first, "previous": hash_before(first), "key": key}
    yield json.dumps(header)
    # Only seals over the whole history fit a log that starts at its beginning.
    kept = [s for s in seals.kept_seals() if first == 1 and s.sequence <= last[0]]
    yield from stored_lines(kept, first, last[0])
    end = seals.seal_now("end", last, first)
    if end is not None:
        yield end.line
