"""Commands of these tests work on many data folders, an audit log belongs to one: records are noted here.

That ``record`` appends to the real log is tested in ``tests/records/test_audit.py``.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from wattwarden.app import audit

Noted = list[tuple[str, Mapping[str, object]]]


@pytest.fixture(scope="session", autouse=True)
def noted() -> Iterator[Noted]:
    """What commands recorded: action and facts."""
    found: Noted = []

    def note(_home: Path, action: str, facts: Mapping[str, object]) -> None:
        found.append((action, facts))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "record", note)
        yield found
