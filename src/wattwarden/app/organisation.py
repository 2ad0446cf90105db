"""Organisation subtrees."""

from wattwarden.domain.errors import fail
from wattwarden.engines.duckdb_engine import DuckDBEngine


def subtree(engine: DuckDBEngine, org_id: str) -> set[str]:
    """``org_id`` and every unit below it.

    Raises:
        WattwardenError: there is no such unit.
    """
    units = engine.query("SELECT org_id, parent_org_id FROM org_unit").to_pylist()
    if all(unit["org_id"] != org_id for unit in units):
        known = ", ".join(sorted(str(unit["org_id"]) for unit in units)[:10])
        raise fail(f"organisation {org_id}", found="no such unit", expected=f"an org_id, for example {known}")
    below = {org_id}
    while new := {u["org_id"] for u in units if u["parent_org_id"] in below} - below:
        below |= new
    return below
