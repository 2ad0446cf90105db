"""Open the newest lake for questions, whole or for one customer."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from wattwarden.app.model_files import promoted_models
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.app.scan_settings import load_scan_settings
from wattwarden.domain.content import contract
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.lake.store import Lake


@contextmanager
def newest_lake(
    home: Path, customer: str | None = None, only: Collection[str] | None = None
) -> Iterator[DuckDBEngine]:
    """An engine over the lake as it is now.

    Args:
        home: The data folder.
        customer: Show the rows of this customer only, and those of nobody.
        only: Imported tables that will be read; all when None.

    Raises:
        WattwardenError: the lake is empty.
    """
    scratch = home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    limits, models = load_scan_settings(home).limits, promoted_models(home)
    with DuckDBEngine(contract(), limits, scratch, home / SITE_CONTENT, models) as engine:
        engine.open_snapshot(Lake(home, contract()).snapshot(), customer, only)
        yield engine
