"""Open a published scan, and the lake as that scan saw it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from wattwarden.app.model_files import promoted_models
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.app.scan_files import ScanFiles, latest_scan, read_scan
from wattwarden.app.scan_settings import load_scan_settings
from wattwarden.domain.content import contract
from wattwarden.domain.snapshot import Snapshot
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.lake.scan_store import ScanStore
from wattwarden.lake.store import Lake


def chosen_scan(home: Path, number: int | None = None) -> ScanFiles:
    """The scan of that number, the newest when None.

    Raises:
        WattwardenError: there is no such scan.
    """
    return latest_scan(home) if number is None else read_scan(ScanStore(home).read(number))


def scan_number(scan: ScanFiles) -> int:
    """The number under which the scan was published."""
    return int(scan.folder.name)


def scan_snapshot(home: Path, scan: ScanFiles) -> Snapshot:
    """The lake version that the scan read, as known then."""
    known_at = datetime.fromisoformat(str(scan.facts["known_at"]))
    version = int(str(scan.facts["lake_version"]))
    return Lake(home, contract()).snapshot(known_at, version)


@contextmanager
def scanned_lake(home: Path, scan: ScanFiles) -> Iterator[DuckDBEngine]:
    """An engine over the lake as the scan saw it."""
    scratch = home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    limits, models = load_scan_settings(home).limits, promoted_models(home)
    with DuckDBEngine(contract(), limits, scratch, home / SITE_CONTENT, models) as engine:
        engine.open_snapshot(scan_snapshot(home, scan))
        yield engine
