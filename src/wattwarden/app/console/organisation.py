"""The organisation as a tree, with customers, findings and cases of each unit and of all below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from wattwarden.app.console.kept_sums import kept
from wattwarden.app.console.sums import Total, newest_scan, totals
from wattwarden.domain.access import Permission, Viewer
from wattwarden.records.guard import units_of, visible
from wattwarden.records.models import Case, ScanPage

_SEES: Sequence[Permission] = ("see_findings", "see_customers", "see_cases", "manage_users", "import_files")


@dataclass(frozen=True)
class Unit:
    """One unit; figures are of itself and all below it.

    Args:
        depth: 0 for the outermost that the viewer sees.
        customers: None where he may not see customers there.
    """

    path: str
    name: str
    kind: str
    depth: int
    customers: int | None
    total: Total
    open_cases: int

    @property
    def per_10k(self) -> int | None:
        """Findings a 10,000 customers; None where there are none or he may not see them."""
        return round(self.total.findings * 10_000 / self.customers) if self.customers else None


def organisation(viewer: Viewer) -> Sequence[Unit]:
    """Units for which the viewer has any permission to look, parents before children."""
    units = {unit.path: unit for name in _SEES for unit in units_of(viewer, name)}
    scan = newest_scan(viewer)
    by_path = {key[0]: total for key, total in totals(viewer, scan, "org_path").items()} if scan else {}
    cases = kept("cases-by-unit", viewer, lambda: _open_cases(viewer))
    page = ScanPage.objects.filter(name="units").first()
    customers: Mapping[str, int] = page.data if page else {}
    least = min((path.count("/") for path in units), default=0)
    return [
        Unit(
            path=path,
            name=unit.name,
            kind=unit.kind,
            depth=path.count("/") - least,
            customers=sum(n for p, n in customers.items() if p.startswith(path))
            if viewer.may_at("see_customers", path)
            else None,
            total=sum((t for p, t in by_path.items() if p.startswith(path)), Total()),
            open_cases=sum(n for p, n in cases.items() if p.startswith(path)),
        )
        for path, unit in sorted(units.items())
    ]


def _open_cases(viewer: Viewer) -> dict[str, int]:
    rows = visible(Case, viewer, "see_cases").filter(is_open=True).order_by()
    return dict(rows.values_list("org_path").annotate(n=Count("pk")))
