"""Sums over all cases, kept for a moment: counting two hundred thousand rows takes longer than a page may.

What is kept is that of one scope: the same permissions for the same organisations, and nobody's own rows left
out that belong to somebody else. After ``settings.SUMS_KEPT_SECONDS`` the next page still shows it, while a
thread counts anew; after twice that time the page counts itself.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import connections

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
    held: tuple[float, Sums] | None = cache.get(key)
    if held is None:
        return _counted(key, work, seconds)
    made_at, sums = held
    if time.time() - made_at > seconds and cache.add(f"{key}-counting", True, seconds):
        threading.Thread(target=_renew, args=(key, work, seconds), name=key, daemon=True).start()
    return sums


def _counted(key: str, work: Callable[[], Sums], seconds: int) -> Sums:
    sums = work()
    cache.set(key, (time.time(), sums), 2 * seconds)
    return sums


def _renew(key: str, work: Callable[[], object], seconds: int) -> None:
    try:
        _counted(key, work, seconds)
    finally:
        cache.delete(f"{key}-counting")
        connections.close_all()


def _scope(viewer: Viewer) -> str:
    grants = sorted([grant.role, grant.org_path] for grant in viewer.grants)
    own = [viewer.staff_id, sorted(viewer.customer_ids), viewer.language]
    return hashlib.sha256(json.dumps([grants, own]).encode()).hexdigest()
