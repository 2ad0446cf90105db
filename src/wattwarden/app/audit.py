"""A line in ``audit.jsonl`` for every list that leaves with personal data in it."""

import getpass
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.masking import Masker

AUDIT_FILE = "audit.jsonl"


def masker_for(
    home: Path, action: str, unmasked: bool, reason: str | None, facts: Mapping[str, object]
) -> Masker:
    """The masker a list is made with; files that leave, and everything unmasked, are recorded first.

    Args:
        home: The data folder.
        action: What is done, for the record.
        unmasked: Show personal data as they are.
        reason: Why that is needed.
        facts: What else to record; ``files`` are the files written.

    Raises:
        WattwardenError: unmasked without a reason, or a reason without unmasked.
    """
    if not unmasked and reason is None:
        if facts.get("files"):
            record(home, action, {"masked": True, **facts})
        return Masker.of(contract())
    if not unmasked or not (reason or "").strip():
        raise fail(
            "personal data",
            found="a reason without --unmasked" if not unmasked else "no reason",
            expected="--unmasked together with --reason TEXT",
            action="Say why the data are needed in full; it is recorded in audit.jsonl.",
        )
    record(home, action, {"masked": False, "reason": reason, **facts})
    return Masker({}, {})


def record(home: Path, action: str, facts: Mapping[str, object]) -> None:
    """Append one line: when (UTC), which account of the machine, what, and ``facts``."""
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "user": getpass.getuser(),
        "action": action,
        **facts,
    }
    home.mkdir(parents=True, exist_ok=True)
    with (home / AUDIT_FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
