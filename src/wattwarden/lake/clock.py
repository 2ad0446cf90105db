"""The time of day, as the lake notes it."""

from datetime import UTC, datetime, timedelta

from wattwarden.domain.errors import fail


def utc_now() -> datetime:
    """The present instant (UTC)."""
    return datetime.now(UTC)


def from_microseconds(count: int) -> datetime:
    """The instant ``count`` microseconds after the start of 1970 (UTC)."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=count)


def check_aware(name: str, moment: datetime) -> None:
    """Refuse an instant without a zone: it would mean different data on different machines.

    Raises:
        WattwardenError: ``moment`` has no zone.
    """
    if moment.tzinfo is None:
        raise fail(
            name,
            found=f"{moment.isoformat()} without a time zone",
            expected="a time with a zone, such as 2025-01-31T08:00:00+08:00",
            action="Add the offset from UTC.",
        )
