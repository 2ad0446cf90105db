"""Data quality of the last scan, as it was looked at when the scan was published."""

from collections.abc import Mapping, Sequence
from typing import Any

from wattwarden.records.models import ScanPage

Quality = Mapping[str, Sequence[Mapping[str, Any]]]
"""``tables``, ``reasons`` and ``coverage``, each row as JSON keeps it."""


def data_quality() -> tuple[int, Quality] | None:
    """Number of the scan, and tables, refused reasons and coverage as ``app.report.quality.Quality``.

    None before the first scan. There is no personal data in it: figures, and places in files.
    """
    page = ScanPage.objects.filter(name="quality").first()
    return (page.scan, page.data) if page else None
