"""Compare the shadow bills of a simulated utility with the billing errors that were planted there.

A planted difference of one yuan or more is found when the shadow bill differs by one yuan or more, and exact
when it differs by the same fen. A difference on any other bill is false.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from wattwarden.app.open_lake import newest_lake
from wattwarden.domain.content import contract
from wattwarden.engines.derive import derivation_order

BILLING_TRUTH = "billing_truth.csv"
LEAST_FEN = 100


@dataclass(frozen=True)
class BillingKind:
    """How one kind of planted billing error fared, in bills."""

    kind: str
    planted: int
    found: int
    exact: int

    @property
    def missed(self) -> int:
        """Planted but not found."""
        return self.planted - self.found


@dataclass(frozen=True)
class BillingScore:
    """All kinds, and the bills that differ though nothing is planted on them."""

    kinds: list[BillingKind]
    false: int


def score_bills(home: Path, truth_folder: Path) -> BillingScore | None:
    """Score the shadow bills of the newest lake; None where the truth says nothing of bills.

    Raises:
        WattwardenError: the lake is empty.
    """
    path = truth_folder / BILLING_TRUTH
    if not path.exists():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        planted = {row["bill_id"]: row for row in csv.DictReader(file)}
    with newest_lake(home) as engine:
        engine.derive(derivation_order(contract(), ["shadow_bill"]))
        rows = engine.query(_DIFFERENCES).to_pylist()
    differs = {str(row["bill_id"]): int(row["difference_fen"]) for row in rows}
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for bill, row in planted.items():
        wanted = int(row["billed_fen"]) - int(row["expected_fen"])
        if abs(wanted) < LEAST_FEN:
            continue
        seen = differs.get(bill, 0)
        for place, hit in enumerate((True, abs(seen) >= LEAST_FEN, seen == wanted)):
            counts[row["kind"]][place] += hit
    kinds = [BillingKind(kind, *figures) for kind, figures in sorted(counts.items())]
    return BillingScore(kinds, sum(bill not in planted for bill in differs))


_DIFFERENCES = (
    "SELECT bill_id, difference_fen FROM shadow_bill WHERE element = 'total' AND difference_fen <> 0"
)
