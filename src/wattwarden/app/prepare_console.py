"""Everything that must hold before the console answers its first request."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from django.conf import settings

from wattwarden.app.casework.demo_cases import work_some_cases
from wattwarden.app.console.demo_users import demo_accounts, make_demo_users
from wattwarden.app.follow_scan import follow_new_scan
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.records.connect import migrate
from wattwarden.records.database import SETTING
from wattwarden.records.seals import KEY_SETTING, make_key_file, signing_key
from wattwarden.records.single_sign_on import CLIENT, ISSUER, SECRET

SHORTEST_SECRET = 32
_DEFAULT_PASSWORDS = ("", "postgres", "password", "wattwarden", "admin", "secret", "changeme")


def prepare_console(home: Path, *, demo: bool) -> Collection[str]:
    """Bring store and scan up to date; names of the demo accounts, none outside demo mode.

    Raises:
        WattwardenError: outside demo mode something is unsafe, each fault a problem; or a full scan that
            nobody followed yet cannot be published.
    """
    migrate(home)
    if demo:
        make_key_file()
    elif problems := list(unsafe()):
        raise WattwardenError(*problems)
    follow_new_scan(home)
    if not demo:
        return ()
    accounts = make_demo_users(demo)
    work_some_cases(demo)
    return accounts


def unsafe() -> Iterator[Problem]:
    """What must not be so where real data are."""
    secret = settings.SECRET_KEY
    if secret == settings.UNSAFE_SECRET or len(secret) < SHORTEST_SECRET:
        is_set = bool(os.environ.get("WATTWARDEN_SECRET_KEY"))
        yield Problem(
            "WATTWARDEN_SECRET_KEY", "the default or too short" if is_set else "unset",
            "a secret of your own, 50 random characters or more",
            "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
        )  # fmt: skip
    if signing_key() is None:
        yield Problem(
            KEY_SETTING, "unset", "a key that signs the audit log", "Make one: wattwarden audit key"
        )
    if settings.DEBUG:
        yield Problem("DEBUG", "on", "off: its error pages show settings and data")
    if any("*" in host or host.startswith(".") for host in settings.ALLOWED_HOSTS):
        yield Problem("WATTWARDEN_HOSTS", "a wildcard", "the names under which the console is reached")
    yield from _unsafe_connections()
    if names := demo_accounts():
        yield Problem(
            "demo accounts", ", ".join(names), "none outside demo mode",
            "Close each: wattwarden user disable NAME --reason TEXT; or begin with a data folder of its own.",
        )  # fmt: skip


def _unsafe_connections() -> Iterator[Problem]:
    database = settings.DATABASES["default"]
    is_remote = database.get("HOST") not in ("", None) and not str(database.get("HOST")).startswith("/")
    if is_remote and database.get("PASSWORD") in _DEFAULT_PASSWORDS:
        yield Problem(SETTING, "no password or a common one", "a password of its own for the database")
    if settings.SSO and not (settings.SSO["client_id"] and settings.SSO["secret"]):
        yield Problem(ISSUER, f"no {CLIENT} or {SECRET}", "both, as the provider gave them")
