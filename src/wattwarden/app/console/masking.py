"""Personal data as one viewer may see them."""

import functools

from wattwarden.domain.access import Viewer
from wattwarden.domain.content import contract
from wattwarden.domain.masking import Masker
from wattwarden.domain.tables import Mask


def masker_for(viewer: Viewer, org_path: str) -> Masker:
    """Hides what ``viewer`` may not see of what belongs to ``org_path``."""
    return _showing(viewer.sees(org_path))


@functools.cache
def _showing(kinds: frozenset[Mask]) -> Masker:
    masker = Masker.of(contract())
    for kind in sorted(kinds):
        masker = masker.showing(kind)
    return masker
