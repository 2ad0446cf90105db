"""The entries of the console's menu; the only place where a page enters it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from wattwarden.domain.access import Permission, Viewer
from wattwarden.domain.labels import Label


@dataclass(frozen=True)
class Entry:
    """One entry of the menu.

    Args:
        name: Name of the page in ``web/urls.py``.
        needs: Who sees it: those with any of these permissions anywhere.
    """

    name: str
    label: Label
    needs: tuple[Permission, ...]


@dataclass(frozen=True)
class Shown:
    """An entry as one viewer sees it."""

    label: Label
    href: str
    is_here: bool


ENTRIES = (
    Entry("findings", Label(zh="疑点", en="Findings"), ("see_findings",)),
    Entry("staff_findings", Label(zh="内部疑点", en="Staff inbox"), ("see_staff_findings",)),
    Entry("people", Label(zh="用户", en="People"), ("manage_users",)),
    Entry("organisation", Label(zh="组织", en="Organisation"), ("manage_users",)),
    Entry("audit", Label(zh="审计", en="Audit log"), ("see_audit",)),
    Entry("settings", Label(zh="设置", en="Settings"), ("manage_settings",)),
)  # fmt: skip


def entries_for(viewer: Viewer, path: str) -> Iterator[Shown]:
    """What this viewer may open, with the one that ``path`` belongs to marked."""
    for entry in ENTRIES:
        if any(viewer.may(permission) for permission in entry.needs):
            href = reverse(entry.name)
            yield Shown(entry.label, href, path == href or (href != "/" and path.startswith(href)))
