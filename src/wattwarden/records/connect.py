"""Open the application store from any program: point Django at the data folder, migrate its schema."""

import os
from importlib import import_module
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from wattwarden.domain.errors import fail
from wattwarden.records.database import SETTING, SQLITE_FILE

SETTINGS = "wattwarden.records.settings"


def connect(home: Path) -> None:
    """Make the store of ``home`` usable in this process; repeating it does nothing more.

    Raises:
        WattwardenError: this process already works with the store of another data folder.
    """
    wanted = str(home.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if not settings.configured:
        os.environ["WATTWARDEN_HOME"] = wanted
        home.mkdir(parents=True, exist_ok=True)
        django.setup()
    if str(settings.HOME) != wanted:
        raise fail("application store", found=f"open for {settings.HOME}", expected=f"one folder, {wanted}")


def has_store(home: Path) -> bool:
    """Whether a store was ever made for ``home``; looking makes none, and needs no connection."""
    if settings.configured and str(settings.HOME) == str(home.resolve()):
        return True
    return bool(os.environ.get(SETTING)) or (home / SQLITE_FILE).exists()


def migrate(home: Path) -> None:
    """Connect, and bring the schema up to date."""
    connect(home)
    if is_behind():
        call_command("migrate", interactive=False, verbosity=0)
        # The words to search by stand beside the schema; before the first scan there are none.
        import_module("wattwarden.records.search_index").rebuild()


def is_behind() -> bool:
    """Whether some migration has not been applied to the store."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
