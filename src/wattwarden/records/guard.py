"""The one loader of guarded rows: role, organisation and self-interest on every query.

Nothing outside this package builds a query over findings, cases or customers by itself. What a viewer may
not see does not exist for him: a single row that is hidden is "not found", never "forbidden", so that an
answer tells nothing about rows of others.
"""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from wattwarden.domain.access import Permission, Viewer
from wattwarden.domain.errors import fail
from wattwarden.domain.staff_side import mark
from wattwarden.records.models import Case, Customer, Finding, FindingSum, OrgUnit

Guarded = TypeVar("Guarded", Case, Customer, Finding, FindingSum)


def visible(model: type[Guarded], viewer: Viewer, permission: Permission) -> QuerySet[Guarded]:
    """Rows of ``model`` for which ``viewer`` has ``permission``; none where he has it nowhere."""
    condition = _below(viewer.paths(permission))
    if not issubclass(model, FindingSum):
        condition &= _not_his_own(viewer)
    if not issubclass(model, FindingSum | Customer):
        condition &= _no_staff_side(viewer)
    return model.objects.filter(condition)


def load(model: type[Guarded], key: str | int, viewer: Viewer, permission: Permission) -> Guarded:
    """The row of that key.

    Raises:
        WattwardenError: it does not exist for this viewer.
    """
    row = visible(model, viewer, permission).filter(pk=key).first()
    if row is None:
        raise not_found(model, key)
    return row


def may_handle(model: type[Guarded], key: str | int, viewer: Viewer, permission: Permission) -> bool:
    """Whether the row may be given to this person: what he may not see, he may not own or close either."""
    return visible(model, viewer, permission).filter(pk=key).exists()


def units_of(viewer: Viewer, permission: Permission) -> QuerySet[OrgUnit]:
    """Organisation units for which ``viewer`` has ``permission``."""
    condition = Q(pk__in=[])
    for path in viewer.paths(permission):
        condition |= Q(path__startswith=path)
    return OrgUnit.objects.filter(condition)


def not_found(model: type[Model], key: object) -> Exception:
    """The error for a row that is not there, or is there for others only."""
    name = model._meta.model_name  # noqa: SLF001 Django's public name
    return fail(f"{name} {key}", found="nothing that you may see", expected=f"a {name} of your organisations")


def _below(paths: Sequence[str]) -> Q:
    """Rows of these organisations and of those below them; no path, no row."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(org_path__startswith=path)
    return condition


def _not_his_own(viewer: Viewer) -> Q:
    """Nothing about the contracts of his own home or business."""
    if not viewer.customer_ids:
        return Q()
    # Written so that a row without a customer stays: NULL is in no list, and not outside one either.
    return Q(customer_id__isnull=True) | ~Q(customer_id__in=viewer.customer_ids)


def _no_staff_side(viewer: Viewer) -> Q:
    """Rows about staff are for those who audit staff, and never for the one they are about."""
    condition = Q(staff_side=False) | (Q(staff_side=True) & _below(viewer.paths("see_staff_findings")))
    if viewer.staff_id is not None:
        condition &= ~Q(staff_ids__contains=mark(viewer.staff_id))
    return condition
