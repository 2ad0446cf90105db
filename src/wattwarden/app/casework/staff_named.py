"""Staff whose own change a finding is about, read from its proof by the data contract."""

import json
from functools import cache

from wattwarden.domain.content import contract

_STAFF = "staff"


@cache
def _staff_columns() -> frozenset[str]:
    """Names of columns that hold a staff number wherever they stand in the contract."""
    return frozenset(
        name
        for table in contract().tables.values()
        for name, column in table.columns.items()
        if column.ref == _STAFF
    )


def authors_named(proof: str) -> tuple[str, ...]:
    """Staff numbers among the proof values of a finding, in order."""
    values = json.loads(proof)
    return tuple(sorted({str(values[n]) for n in values.keys() & _staff_columns() if values[n]}))
