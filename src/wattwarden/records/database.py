"""Which database holds the application store: SQLite in the data folder, or PostgreSQL by one setting."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from wattwarden.domain.errors import fail

SETTING = "WATTWARDEN_DATABASE"
SQLITE_FILE = "console.sqlite3"
_BUSY_SECONDS = 20
_CONNECTION_SECONDS = 600
# WAL lets readers go on while one writes; FULL keeps what was committed through a loss of power.
_SQLITE_START = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
)


def database(home: Path, address: str | None) -> dict[str, object]:
    """Django's description of the store.

    Args:
        home: The data folder, where SQLite keeps its file.
        address: ``postgresql://user:password@host:port/name``; SQLite when None or empty.

    Raises:
        WattwardenError: the address is of no known kind.
    """
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / SQLITE_FILE),
            "OPTIONS": {
                # Writers queue at the start of a transaction, so none fails half-way for a lock.
                "transaction_mode": "IMMEDIATE",
                "timeout": _BUSY_SECONDS,
                "init_command": _SQLITE_START,
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise fail(
            SETTING,
            found=f"{parts.scheme or 'no scheme'}://…",
            expected="postgresql://user:password@host:port/name",
            action=f"Correct {SETTING}, or unset it to use SQLite in the data folder.",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": _CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        # Compiling a query pays for reports of seconds, not for pages of milliseconds.
        "OPTIONS": {"options": "-c jit=off"},
    }
