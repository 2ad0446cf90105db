"""Looking for the beginning of a text so that the index of its column is used on both databases."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import F, Index, Q
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce

LONGEST_NUMBER = 15
"""Digits; more than any key has, and fewer than a database refuses."""
SPECIFIC = 8
"""Characters from which a beginning names few rows."""
_AFTER_ALL = "\U0010ffff"


def begins(column: str, text: str) -> Q:
    """Rows whose ``column`` begins with ``text``.

    SQLite uses no index for LIKE, but does for a range; PostgreSQL has its own index for beginnings, and
    orders text by language, where a range would mean something else.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + _AFTER_ALL})
    return Q(**{f"{column}__startswith": text})


def beginnings(column: str, name: str) -> Index:
    """The index of a text column that ``begins`` uses; it finds whole texts as well.

    PostgreSQL takes it for beginnings only if it orders by character; SQLite has no other order.
    """
    return Index(fields=(column,), name=name, opclasses=("varchar_pattern_ops",))


def begins_any(text: str, *columns: str) -> Q:
    """Rows of which one of the ``columns`` begins with ``text``."""
    wanted = Q()
    for column in columns:
        wanted |= begins(column, text)
    return wanted


def in_order(order: Sequence[str], words: str) -> list[str | OrderBy]:
    """An order for rows that begin with ``words``; the same, whatever it is made of.

    PostgreSQL would rather walk the index of the order through a million rows than sort the few that match:
    the first column is told so that its index does not serve.
    """
    if connection.vendor == "sqlite" or len(words) < SPECIFIC:
        return list(order)
    column = Coalesce(F(order[0].lstrip("-")), F(order[0].lstrip("-")))
    return [column.desc() if order[0].startswith("-") else column.asc(), *order[1:]]


def numbered(text: str) -> Q:
    """The row whose key is the number that ``text`` says; none where it says none."""
    is_number = text.isdecimal() and len(text) <= LONGEST_NUMBER
    return Q(pk=int(text)) if is_number else Q(pk__in=[])
