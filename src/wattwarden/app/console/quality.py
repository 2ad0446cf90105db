"""Data quality of the last scan, as it was looked at when the scan was published."""

from collections.abc import Mapping, Sequence
from typing import Any

from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import forbidden
from wattwarden.records.models import ScanPage

Quality = Mapping[str, Sequence[Mapping[str, Any]]]
"""``tables``, ``reasons`` and ``coverage``, each row as JSON keeps it."""


def data_quality(viewer: Viewer) -> tuple[int, Quality] | None:
    """Number of the scan, and tables, refused reasons and coverage as ``app.report.quality.Quality``.

    None before the first scan. There is no personal data in it: figures, and places in files.

    Raises:
        NotAllowedError: he neither imports data nor sees what is found in them.
    """
    if not (viewer.may("import_files") or viewer.may("see_findings")):
        raise forbidden("data quality", found="a role that may not see it", expected="a role that may")
    page = ScanPage.objects.filter(name="quality").first()
    return (page.scan, page.data) if page else None
