"""Organisation units by path, as lists and filters name them."""

from collections.abc import Mapping, Sequence

from wattwarden.domain.access import Permission, Viewer
from wattwarden.records.guard import units_of
from wattwarden.records.models import OrgUnit


def unit_names() -> Mapping[str, str]:
    """Names of all units by path; one query, as a province has a few thousand."""
    return dict(OrgUnit.objects.values_list("path", "name"))


def choosable_units(viewer: Viewer, permission: Permission) -> Sequence[tuple[str, str]]:
    """Path and name, indented by depth, of the units for which ``viewer`` has ``permission``."""
    units = list(units_of(viewer, permission).order_by("path").values_list("path", "name"))
    least = min((path.count("/") for path, _ in units), default=0)
    return [(path, "　" * (path.count("/") - least) + name) for path, name in units]
