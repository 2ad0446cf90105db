"""How often one person may take personal data out; counted in the audit log, so no restart forgets it."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import fail
from wattwarden.records.models import AuditRecord

MOST_AN_HOUR: Mapping[str, int] = {"reveal": 60, "export": 20}
_HOUR = timedelta(hours=1)


def within_limit(viewer: Viewer, verb: str) -> None:
    """Do nothing while the viewer is within the limit of ``verb``.

    Raises:
        WattwardenError: he has done it too often within the last hour.
    """
    most = MOST_AN_HOUR[verb]
    recent = AuditRecord.objects.filter(
        actor_id=viewer.user_id, action__endswith=f".{verb}", at__gt=timezone.now() - _HOUR
    )
    if recent.count() >= most:
        raise fail(
            verb, found=f"{most} within the last hour", expected="fewer",
            action="Wait, or ask for a list to be exported by somebody who is entitled to it.",
        )  # fmt: skip
