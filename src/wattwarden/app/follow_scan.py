"""What follows a scan: findings into store and cases, remedies judged by data, second reviews drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wattwarden.app.casework.second_review import draw_second_reviews
from wattwarden.app.open_cases import Opened, open_cases
from wattwarden.app.open_scan import chosen_scan
from wattwarden.app.publish_scan import publish_scan_to_store
from wattwarden.app.verify_cases import VerifiedCases, verify_cases
from wattwarden.lake.reading_room import ReadingRoom
from wattwarden.lake.scan_store import ScanStore
from wattwarden.records.connect import connect
from wattwarden.records.models import ScanPage


@dataclass(frozen=True)
class Followed:
    """What became of the newest scan."""

    opened: Opened
    verified: VerifiedCases


_PAGE = "followed"
"""Under this name the store keeps which scan was brought into the cases to its end."""


def follow_new_scan(home: Path) -> Followed | None:
    """Follow the newest scan, once; None where there is none to follow or it was followed before.

    Killed in the middle it was not followed to its end, so the next call does it again; and so where its
    reading room is gone, as after a restore.

    Raises:
        WattwardenError: another run is at it.
    """
    connect(home)
    numbers = ScanStore(home).numbers()
    if not numbers or numbers[-1] == _followed() == ReadingRoom(home).number():
        return None
    if chosen_scan(home).facts["kind"] != "full":
        return None
    return follow_scan(home)


def _followed() -> int | None:
    return ScanPage.objects.filter(name=_PAGE).values_list("scan", flat=True).first()


def follow_scan(home: Path, progress: Callable[[int, int], None] = lambda *_: None) -> Followed:
    """Bring the newest full scan into store and cases; doing it again changes nothing.

    Raises:
        WattwardenError: nothing was scanned, or the newest scan looked at a part or at the past.
    """
    publish_scan_to_store(home)
    done = Followed(open_cases(home, progress), verify_cases(home))
    draw_second_reviews()
    ScanPage.objects.update_or_create(
        name=_PAGE, defaults={"scan": done.opened.scan, "data": {"opened": done.opened.opened}}
    )
    return done
