"""What follows a scan: findings into the store and into cases, remedies judged by the new data."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wattwarden.app.open_cases import Opened, open_cases
from wattwarden.app.publish_scan import publish_scan_to_store
from wattwarden.app.verify_cases import VerifiedCases, verify_cases


@dataclass(frozen=True)
class Followed:
    """What became of the newest scan."""

    opened: Opened
    verified: VerifiedCases


def follow_scan(home: Path, progress: Callable[[int, int], None] = lambda *_: None) -> Followed:
    """Bring the newest full scan into store and cases; doing it again changes nothing.

    Raises:
        WattwardenError: nothing was scanned, or the newest scan looked at a part or at the past.
    """
    publish_scan_to_store(home)
    return Followed(open_cases(home, progress), verify_cases(home))
