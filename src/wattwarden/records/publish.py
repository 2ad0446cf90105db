"""Write organisation, customers and findings of a scan into the store, in one transaction, in batches."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from django.db import transaction

from wattwarden.records.models import Customer, Finding, OrgUnit

BATCH = 1000
Row = Mapping[str, object]
Stored = TypeVar("Stored", Customer, Finding)
Progress = Callable[[str, int], None]


def publish(
    units: Collection[Row], customers: Iterable[Row], findings: Iterable[Row], progress: Progress
) -> None:
    """Replace what the store knows of the last scan; readers see all of it or nothing.

    Args:
        units: ``org_id, name, kind, parent_id, path``, parents before children.
        customers: The columns of ``Customer``.
        findings: The columns of ``Finding``, every finding ever seen.
        progress: Called with the name of the table and the rows written so far.
    """
    with transaction.atomic():
        _upsert_units(units)
        Customer.objects.all().delete()
        _insert(Customer, customers, progress)
        Finding.objects.all().delete()
        _insert(Finding, findings, progress)


def _insert(model: type[Stored], rows: Iterable[Row], progress: Progress) -> None:
    done = 0
    for batch in _batches(rows):
        model.objects.bulk_create([model(**row) for row in batch])
        progress(model.__name__, done := done + len(batch))


def _upsert_units(rows: Iterable[Row]) -> None:
    """Roles and cases refer to units, so they are changed in place, never removed."""
    OrgUnit.objects.bulk_create(
        [OrgUnit(**row) for row in rows],
        update_conflicts=True,
        update_fields=["name", "kind", "parent", "path"],
        unique_fields=["org_id"],
    )


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch
