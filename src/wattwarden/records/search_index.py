"""Looking for customers by any part of a name or an address, on SQLite and on PostgreSQL.

Both databases index every three characters in a row (trigrams): SQLite in an FTS5 table beside the customers,
PostgreSQL with ``pg_trgm``. The index is made when a scan is published: it is a copy that can be made again,
and migrations stay the same for both databases. See docs/decisions/0009-reading-room.md for the figures.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.backends.utils import CursorWrapper

SHORTEST = 3
"""Characters from which trigrams find anything; shorter words are looked for as beginnings."""
_TABLE = "records_customer_words"
# The index carries its own texts: rows of a table without a whole-number key may move when SQLite tidies up.
_SQLITE = (
    f"DROP TABLE IF EXISTS {_TABLE}",
    (
        f"CREATE VIRTUAL TABLE {_TABLE} USING fts5(customer_id UNINDEXED, name, address, meter_ids, detail='none', "
        "tokenize='trigram')"
    ),
    (
        f"INSERT INTO {_TABLE}(customer_id, name, address, meter_ids) "
        "SELECT customer_id, name, address, meter_ids FROM records_customer"
    ),
)
_POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    (
        "CREATE INDEX IF NOT EXISTS customer_words ON records_customer "
        "USING gin (name gin_trgm_ops, address gin_trgm_ops, meter_ids gin_trgm_ops)"
    ),
    "ANALYZE records_customer",
)


def rebuild() -> None:
    """Make the index anew for the customers that are stored now."""
    with connection.cursor() as cursor:
        for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRES:
            cursor.execute(statement)


def customers_with(words: str, most: int) -> Sequence[str]:
    """Numbers of customers whose name, address or meter contains ``words``, at most ``most``, in no order.

    The caller passes them through the guard: this knows nothing of who asks.
    """
    if len(words) < SHORTEST:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite" and not _is_made(cursor):
            return []
        cursor.execute(*(_sqlite_query(words, most) if connection.vendor == "sqlite" else _like(words, most)))
        return [row[0] for row in cursor.fetchall()]


def _is_made(cursor: CursorWrapper) -> bool:
    """Whether a scan has been published, which makes the index; before that a search finds nobody."""
    cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [_TABLE])
    return cursor.fetchone() is not None


def _sqlite_query(words: str, most: int) -> tuple[str, list[object]]:
    # Without positions in the index, the trigrams are asked for together and the text itself decides.
    grams = {words[at : at + SHORTEST] for at in range(len(words) - SHORTEST + 1)}
    match = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in sorted(grams))
    sql = (
        f"SELECT customer_id FROM {_TABLE} "
        f"WHERE {_TABLE} MATCH %s AND (instr(name, %s) OR instr(address, %s) OR instr(meter_ids, %s)) LIMIT %s"
    )
    return sql, [match, words, words, words, most]


def _like(words: str, most: int) -> tuple[str, list[str | int]]:
    escaped = words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    sql = "SELECT customer_id FROM records_customer WHERE name LIKE %s OR address LIKE %s OR meter_ids LIKE %s LIMIT %s"
    return sql, [*[f"%{escaped}%"] * 3, most]
