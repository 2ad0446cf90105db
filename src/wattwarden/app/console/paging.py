"""Pages of long lists by key: the next page starts after the last row, however deep."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from wattwarden.domain.errors import fail

ROWS_PER_PAGE = 50
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list.

    Args:
        after: Where the next page starts, None at the end of the list.
    """

    rows: Sequence[Row]
    after: str | None


def cursor(*keys: object) -> str:
    """The place in a list after the row with these sort keys, as text for an address."""
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def place(cursor: str, kinds: Sequence[type]) -> list[object]:
    """The sort keys that ``cursor`` holds.

    Raises:
        WattwardenError: it is not one of ours.
    """
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, UnicodeDecodeError) as error:
        raise _bad(cursor) from error
    if not isinstance(keys, list) or [type(key) for key in keys] != list(kinds):
        raise _bad(cursor)
    return keys


def _bad(cursor: str) -> Exception:
    return fail("page", found=cursor[:40], expected="the address of a page", action="Open the list anew.")
