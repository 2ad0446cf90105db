"""Looking for the beginning of a text so that the index of its column is used on both databases."""

from django.db import connection
from django.db.models import Q

_AFTER_ALL = "\U0010ffff"


def begins(column: str, text: str) -> Q:
    """Rows whose ``column`` begins with ``text``.

    SQLite uses no index for LIKE, but does for a range; PostgreSQL has its own index for beginnings, and
    orders text by language, where a range would mean something else.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + _AFTER_ALL})
    return Q(**{f"{column}__startswith": text})
