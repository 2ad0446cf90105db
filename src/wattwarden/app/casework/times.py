"""Histories tell local wall-clock time; the store keeps instants."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The local wall-clock time, whole seconds, as histories have it."""
    return timezone.localtime().replace(tzinfo=None, microsecond=0)


def stored(local: datetime) -> datetime:
    """The instant of a local wall-clock time."""
    return timezone.make_aware(local)


def local(instant: datetime) -> datetime:
    """The local wall-clock time of an instant of the store."""
    return timezone.localtime(instant).replace(tzinfo=None)
