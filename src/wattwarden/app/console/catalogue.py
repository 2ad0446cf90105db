"""The rule catalogue as pages use it: read once, and again only when a content file has changed."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

from wattwarden.app.rule_catalogue import SITE_CONTENT, sound_rules
from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.labels import Label
from wattwarden.rulekit.model import Rule

_LOOK_AGAIN_SECONDS = 2.0
"""Looking at two hundred file dates takes milliseconds; a page needs not do it each time."""
Stamp = tuple[int, int]


class _Catalogue:
    """The rules of one data folder with the stamp of the files that they were read from."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._stamp: Stamp | None = None
        self._rules: Mapping[str, Rule] = {}

    def rules(self) -> Mapping[str, Rule]:
        """Every rule that loads; a faulty one of the site is left out, the scan reports it."""
        with self._lock:
            now = time.monotonic()
            if self._stamp is None or now - self._looked_at > _LOOK_AGAIN_SECONDS:
                self._looked_at = now
                stamp = _stamp(BUILT_IN / "rules", self._home / SITE_CONTENT)
                if stamp != self._stamp:
                    self._rules, self._stamp = sound_rules(self._home)[0], stamp
            return self._rules


_CATALOGUES: dict[Path, _Catalogue] = {}


def rules_of(home: Path) -> Mapping[str, Rule]:
    """Rules by id, with the site's settings, as they stand on disk."""
    return _CATALOGUES.setdefault(home, _Catalogue(home)).rules()


def rule_title(home: Path, rule_id: str) -> Label:
    """Title of a rule; its id where the catalogue no longer has it."""
    rule = rules_of(home).get(rule_id)
    return rule.title if rule else Label(zh=rule_id, en=rule_id)


def _stamp(*folders: Path) -> Stamp:
    """Number of content files and the newest change among them; a folder's own date tells of removals."""
    changed = [path.stat().st_mtime_ns for folder in folders for path in (folder, *folder.rglob("*"))
               if path.exists()]  # fmt: skip
    return len(changed), max(changed, default=0)
