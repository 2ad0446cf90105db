"""Write organisation, customers and findings of a scan into the store, in one transaction, in batches."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import Max

from wattwarden.records import search_index
from wattwarden.records.models import Customer, Finding, FindingSum, OrgUnit, RuleFigure, ScanPage

BATCH = 1000
Row = Mapping[str, object]
Stored = TypeVar("Stored", Customer, Finding, FindingSum, RuleFigure)
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Publication:
    """What the store is told about a scan.

    Args:
        number: Number of the scan.
        units: ``org_id, name, kind, parent_id, path``, parents before children.
        customers: The columns of ``Customer``.
        findings: The columns of ``Finding``, every finding ever seen.
        sums: The columns of ``FindingSum`` of every full scan that the store does not have yet.
        figures: The columns of ``RuleFigure`` of this scan.
        pages: Data of ``ScanPage`` by name.
    """

    number: int
    units: Collection[Row]
    customers: Iterable[Row]
    findings: Iterable[Row]
    sums: Collection[Row]
    figures: Collection[Row]
    pages: Mapping[str, Row]


def published_scan() -> int | None:
    """Number of the scan that the store holds; None before the first."""
    number: int | None = RuleFigure.objects.aggregate(number=Max("scan"))["number"]
    return number


def summed_scans() -> set[int]:
    """Numbers of the scans whose sums the store holds."""
    return set(FindingSum.objects.values_list("scan", flat=True).distinct())


def publish(made: Publication, progress: Progress) -> None:
    """Replace what the store knows of the last scan; readers see all of it or nothing.

    Args:
        progress: Called with the name of the table and the rows written so far.
    """
    with transaction.atomic():
        _upsert_units(made.units)
        Customer.objects.all().delete()
        _insert(Customer, made.customers, progress)
        Finding.objects.all().delete()
        _insert(Finding, made.findings, progress)
        _insert(FindingSum, made.sums, progress)
        RuleFigure.objects.filter(scan=made.number).delete()
        _insert(RuleFigure, made.figures, progress)
        for name, data in made.pages.items():
            ScanPage.objects.update_or_create(name=name, defaults={"scan": made.number, "data": data})
    search_index.rebuild()


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
