"""What happened to a case since somebody looked at it, in one line each."""

from collections.abc import Iterator, Sequence

from wattwarden.cases.history import Event


def changed_since(events: Sequence[Event], version: int) -> Iterator[str]:
    """Events after the version that was seen: when, who, what."""
    for event in events:
        if event.seq > version:
            yield f"{event.at:%m-%d %H:%M} {event.actor_id} {event.action or event.kind}"
