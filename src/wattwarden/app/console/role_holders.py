"""Who holds which role where: the units as a tree."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from wattwarden.app.console.people import may_manage
from wattwarden.domain.access import Viewer
from wattwarden.records.guard import units_of
from wattwarden.records.models import OrgUnit, RoleGrant


@dataclass(frozen=True)
class UnitHolders:
    """A unit in the tree.

    Args:
        depth: Steps below the top.
        grants: Roles held for this very unit, by people whose accounts are open.
    """

    unit: OrgUnit
    depth: int
    grants: Sequence[RoleGrant]


def role_holders(viewer: Viewer) -> Sequence[UnitHolders]:
    """Units that the viewer manages, parents before children; two queries.

    Raises:
        WattwardenError: he manages nobody.
    """
    may_manage(viewer)
    held = (
        RoleGrant.objects.filter(user__is_active=True)
        .select_related("user")
        .order_by("role", "user__username")
    )
    units = units_of(viewer, "manage_users").prefetch_related(Prefetch("rolegrant_set", queryset=held))
    return [
        UnitHolders(u, u.path.count("/") - 2, list(u.rolegrant_set.all())) for u in units.order_by("path")
    ]
