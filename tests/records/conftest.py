"""A store of its own for each test, with a small organisation."""

import pytest

from wattwarden.domain.access import Grant, Viewer
from wattwarden.records.models import OrgUnit

TOP, NORTH, SOUTH = "/43/", "/43/01/", "/43/02/"


@pytest.fixture
def units(db: None) -> None:
    """A county, 43, with two stations, 01 and 02."""
    top = OrgUnit.objects.create(org_id="43", name="County", kind="county", path=TOP)
    OrgUnit.objects.create(org_id="01", name="North", kind="station", parent=top, path=NORTH)
    OrgUnit.objects.create(org_id="02", name="South", kind="station", parent=top, path=SOUTH)


def viewer(role: str, path: str = TOP, staff_id: str | None = None) -> Viewer:
    """Somebody with one role for one unit."""
    return Viewer(1, role, staff_id, (Grant(role, path),))
