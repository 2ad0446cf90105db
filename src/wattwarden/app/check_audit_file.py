"""Check an exported audit log: needs the file and nothing else."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wattwarden.domain.audit_chain import NO_HASH, Chain, Verdict, read_seal
from wattwarden.domain.errors import fail

HEADER = "wattwarden_audit"
VERSION = 1
"""The first line of the file names them."""
_LONGEST_HEADER = 4096


@dataclass(frozen=True)
class CheckedFile:
    """What was found of an exported log.

    Args:
        key: Public key of its seals; whose it is, only its owner can tell.
    """

    verdict: Verdict
    key: str


def check_file(path: Path, keys: Sequence[str] = ()) -> CheckedFile:
    """Check an exported log; needs nothing but the file.

    Args:
        keys: Public keys to trust; the file's own where none is given, which proves that nobody changed it
            who does not hold that key, not whose key it is.

    Raises:
        WattwardenError: this is no exported log.
    """
    try:
        with path.open("rb") as file:
            header = _header(path, file.readline(_LONGEST_HEADER))
            chain = Chain(
                keys or [str(header["key"])], is_whole=True,
                first=(int(str(header["first"])), str(header["previous"])),
            )  # fmt: skip
            return CheckedFile(chain.check(file), str(header["key"]))
    except OSError as error:
        raise fail(str(path), found=str(error), expected="an exported audit log") from error


def _header(path: Path, line: bytes) -> dict[str, object]:
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    is_ours = isinstance(header, dict) and header.get(HEADER) == VERSION and read_seal(line) is None
    if (
        not is_ours
        or not isinstance(header.get("first"), int)
        or len(str(header.get("previous"))) != len(NO_HASH)
    ):
        raise fail(
            str(path), found="another kind of file", expected="a log written by 'wattwarden audit export'"
        )
    return {str(name): value for name, value in header.items()}
