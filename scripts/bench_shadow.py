"""Every issued bill of the newest lake computed again, and nothing else: ``python -m … HOME``."""

import sys
from pathlib import Path

from wattwarden.app.open_lake import newest_lake
from wattwarden.domain.content import contract
from wattwarden.engines.derive import derivation_order

BILLS = "SELECT outcome, count(*) AS bills FROM shadow_bill WHERE element = 'total' GROUP BY outcome ORDER BY outcome"


def shadow_bills(home: Path) -> dict[str, int]:
    """Derive the shadow bills; how many there are of each outcome."""
    with newest_lake(home) as engine:
        engine.derive(derivation_order(contract(), ["shadow_bill"]))
        return {str(row["outcome"]): int(row["bills"]) for row in engine.query(BILLS).to_pylist()}


if __name__ == "__main__":
    counted = shadow_bills(Path(sys.argv[1]))
    print(", ".join(f"{outcome} {bills:,}" for outcome, bills in counted.items()))
