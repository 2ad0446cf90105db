"""Everything that must hold before the console answers its first request."""

import os
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

from wattwarden.app.console.demo_cases import work_some_cases
from wattwarden.app.console.demo_users import make_demo_users
from wattwarden.app.open_cases import open_cases
from wattwarden.app.publish_scan import publish_scan_to_store
from wattwarden.domain.errors import fail
from wattwarden.lake.scan_store import ScanStore
from wattwarden.records.connect import migrate


def prepare_console(home: Path, *, demo: bool) -> Collection[str]:
    """Bring store and scan up to date; names of the demo accounts, none outside demo mode.

    Raises:
        WattwardenError: secrets are missing or defaults outside demo mode, or the folder was never scanned.
    """
    migrate(home)
    if not demo and settings.SECRET_KEY == settings.UNSAFE_SECRET:
        raise fail(
            "WATTWARDEN_SECRET_KEY",
            found="unset" if not os.environ.get("WATTWARDEN_SECRET_KEY") else "the default",
            expected="a secret of your own, 50 random characters or more",
            action="Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
        )
    if ScanStore(home).numbers():
        publish_scan_to_store(home)
        open_cases(home)
    if not demo:
        return ()
    accounts = make_demo_users(demo)
    work_some_cases(demo)
    return accounts
