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
)  # fmt: skip


def entries_for(viewer: Viewer, path: str) -> Iterator[Shown]:
    """What this viewer may open, with the one that ``path`` belongs to marked."""
    for entry in ENTRIES:
        if any(viewer.may(permission) for permission in entry.needs):
            href = reverse(entry.name)
            yield Shown(entry.label, href, path == href or (href != "/" and path.startswith(href)))
