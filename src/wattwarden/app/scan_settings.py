"""How a scan behaves: ``content/scan.yaml``, with the site's file laid over it."""

from pathlib import Path

from pydantic import Field

from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.domain.content import BUILT_IN, overlaid
from wattwarden.domain.labels import Strict
from wattwarden.engines.duckdb_engine import Limits

SCAN_SETTINGS = "scan.yaml"


class ScanSettings(Strict):
    """Limits of a scan.

    Attributes:
        memory: Memory of the engine, for example ``4GB``; it spills to disk beyond.
        seconds_per_rule: Time after which one rule is stopped and fails.
        findings_always_allowed: A rule is withheld for being outside its band only above this number.
    """

    memory: str = Field(pattern=r"^\d+(MB|GB)$")
    threads: int = Field(ge=1)
    seconds_per_rule: float = Field(gt=0)
    findings_always_allowed: int = Field(ge=0)

    @property
    def limits(self) -> Limits:
        """The limits in the engine's terms."""
        return Limits(self.memory, self.seconds_per_rule, self.threads)


def load_scan_settings(home: Path) -> ScanSettings:
    """Built-in settings, overridden key by key by ``<home>/content/scan.yaml`` where it exists."""
    return overlaid(ScanSettings, SCAN_SETTINGS, BUILT_IN, home / SITE_CONTENT)
