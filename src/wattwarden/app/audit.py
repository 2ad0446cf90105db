"""A record in the audit log for every list that a command writes, and for all personal data it shows."""

import getpass
from collections.abc import Mapping
from pathlib import Path

from wattwarden.domain.audit_chain import AuditEvent
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.masking import Masker
from wattwarden.records.connect import migrate


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
            action="Say why the data are needed in full; it is recorded in the audit log.",
        )
    record(home, action, {"masked": False, "reason": reason, **facts})
    return Masker({}, {})


def record(home: Path, action: str, facts: Mapping[str, object]) -> None:
    """Append to the audit log: which account of the machine did what, with ``facts``; ``reason`` is why."""
    migrate(home)
    # Models can be imported only once Django knows its settings.
    from wattwarden.records.audit import append  # noqa: PLC0415 see the line above

    reason = str(facts.get("reason", ""))
    told = {name: value for name, value in facts.items() if name != "reason"}
    append(AuditEvent(None, operator(), f"command.{action}", new=told, reason=reason))


def operator() -> str:
    """The account of the machine that runs a command, as the audit log names it."""
    return f"{getpass.getuser()} (command line)"
