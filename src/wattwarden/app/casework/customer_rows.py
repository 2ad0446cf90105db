"""The newest rows of one customer: from the reading room if nothing was imported since, else from the lake.

A hard step is judged by what is known now, and a page has no second to open the lake in: the room holds the
rows of its scan, which are the newest as long as the lake is still at the version that was scanned.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from wattwarden.app.open_lake import newest_lake
from wattwarden.app.scan_files import read_scan
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.engines.derive import base_tables, derivation_order
from wattwarden.lake.reading_room import ReadingRoom
from wattwarden.lake.scan_store import ScanStore
from wattwarden.lake.store import Lake

CustomerRows = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows by table."""
TABLES = ("customer", "service_ticket", "open_bill", "supply_action", "dunning_contact")


def customer_rows(home: Path, customer_id: str) -> CustomerRows:
    """Rows of the customer in ``TABLES``.

    Raises:
        WattwardenError: nothing was imported yet.
    """
    if _room_is_newest(home):
        try:
            return {name: ReadingRoom(home).read(name, customer_id).to_pylist() for name in TABLES}
        except WattwardenError:
            # A room of an earlier version lacks a table; the lake has them all.
            return _from_lake(home, customer_id)
    return _from_lake(home, customer_id)


def _room_is_newest(home: Path) -> bool:
    number, head = ReadingRoom(home).number(), Lake(home, contract()).head()
    if number is None or head is None:
        return False
    return int(str(read_scan(ScanStore(home).read(number)).facts["lake_version"])) == head.version


def _from_lake(home: Path, customer_id: str) -> CustomerRows:
    wanted = {"who": customer_id}
    with newest_lake(home, customer_id, base_tables(contract(), TABLES)) as engine:
        engine.derive(derivation_order(contract(), TABLES))
        return {
            name: engine.query(f'SELECT * FROM "{name}" WHERE customer_id = $who', wanted).to_pylist()
            for name in TABLES
        }
