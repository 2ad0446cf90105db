"""Sums over all cases, kept for a moment: counting two hundred thousand rows takes longer than a page may.

What is kept is that of one scope: the same permissions for the same organisations, and nobody's own rows left
out that belong to somebody else. It is as old as ``settings.SUMS_KEPT_SECONDS`` at most.
"""

import hashlib
import json
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

from wattwarden.domain.access import Viewer

Sums = TypeVar("Sums")


def kept(name: str, viewer: Viewer, work: Callable[[], Sums]) -> Sums:
    """The result of ``work`` for this viewer, worked out now or a moment ago.

    Args:
        name: Of the sums; their form must be the same at every call.
        work: Returns plain values; never rows of the store.
    """
    seconds: int = settings.SUMS_KEPT_SECONDS
    if not seconds:
        return work()
    key = f"sums-{name}-{_scope(viewer)}"
    held: tuple[Sums] | None = cache.get(key)
    if held is None:
        held = (work(),)
        cache.set(key, held, seconds)
    return held[0]


def _scope(viewer: Viewer) -> str:
    grants = sorted([grant.role, grant.org_path] for grant in viewer.grants)
    own = [viewer.staff_id, sorted(viewer.customer_ids), viewer.language]
    return hashlib.sha256(json.dumps([grants, own]).encode()).hexdigest()
