"""Compute the issued bills again and list what differs."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from wattwarden.app.open_lake import newest_lake
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.engines.derive import derivation_order

SHADOW = "shadow_bill"
COLUMNS = (
    "customer_id", "bill_id", "bill_month", "element", "outcome", "cause", "expected_kwh", "billed_kwh",
    "expected_price", "billed_price", "expected_fen", "billed_fen", "difference_fen", "detail",
)  # fmt: skip
"""Columns of the list, in order."""

Row = dict[str, object]


@dataclass(frozen=True)
class Wanted:
    """Which bills are asked for.

    Attributes:
        least_fen: Smallest difference of a whole bill that is listed.
        limit: Rows listed at most; None for all.
    """

    month: date | None = None
    customer: str | None = None
    least_fen: int = 100
    limit: int | None = 50


@dataclass(frozen=True)
class BillCheck:
    """What a check of bills found.

    Attributes:
        outcomes: Bills by outcome: ``outcome``, ``bills``.
        causes: Differing bills by cause, with bills, customers and the money to refund and to bill.
        rows: Elements that differ, of the bills with the largest differences first.
    """

    bills: int
    outcomes: list[Row]
    causes: list[Row]
    rows: list[Row]

    @property
    def agrees(self) -> bool:
        """Every bill was checked, and none differs."""
        return not self.causes and all(row["outcome"] == "checked" for row in self.outcomes)


def check_bills(home: Path, wanted: Wanted) -> BillCheck:
    """Compare the bills of the lake below ``home`` with what was due.

    Raises:
        WattwardenError: the lake is empty, or no bill fits.
    """
    with newest_lake(home, wanted.customer) as engine:
        engine.derive(derivation_order(contract(), [SHADOW]))
        values: dict[str, object] = {
            "month": wanted.month,
            "customer": wanted.customer,
            "least": wanted.least_fen,
        }
        outcomes = engine.query(_OUTCOMES, _only(values, "month", "customer")).to_pylist()
        bills = sum(int(row["bills"]) for row in outcomes)
        if not bills:
            named = wanted.customer or (wanted.month.isoformat() if wanted.month else "the lake")
            raise fail("bill check", found=f"no bill of {named}", expected="at least one issued bill",
                       action="Import bills first, or ask for another customer or month.")  # fmt: skip
        causes = engine.query(_CAUSES, values).to_pylist()
        rows = engine.query(_ROWS, values | {"limit": wanted.limit or -1}).to_pylist()
    return BillCheck(bills, outcomes, causes, rows)


def _only(values: dict[str, object], *names: str) -> dict[str, object]:
    return {name: values[name] for name in names}


_CHOSEN = """
  element = 'total' AND (CAST($month AS DATE) IS NULL OR bill_month = CAST($month AS DATE))
  AND (CAST($customer AS VARCHAR) IS NULL OR customer_id = $customer)
"""
_OUTCOMES = f"SELECT outcome, count(*) AS bills FROM shadow_bill WHERE {_CHOSEN} GROUP BY outcome ORDER BY bills DESC, outcome"
_CAUSES = f"""
SELECT cause, count(*) AS bills, count(DISTINCT customer_id) AS customers,
       CAST(sum(greatest(difference_fen, 0)) AS BIGINT) AS to_refund_fen,
       CAST(sum(greatest(-difference_fen, 0)) AS BIGINT) AS to_bill_fen
FROM shadow_bill WHERE {_CHOSEN} AND abs(difference_fen) >= $least
GROUP BY cause ORDER BY sum(abs(difference_fen)) DESC, cause
"""
_ROWS = f"""
WITH chosen AS (
  SELECT bill_id, outcome, COALESCE(abs(difference_fen), 0) AS size FROM shadow_bill
  WHERE {_CHOSEN} AND (abs(difference_fen) >= $least OR outcome <> 'checked')
)
SELECT {", ".join(f"s.{name}" for name in COLUMNS)}
FROM shadow_bill AS s JOIN chosen AS c ON c.bill_id = s.bill_id
WHERE s.difference_fen <> 0 OR s.outcome <> 'checked'
ORDER BY c.size DESC, s.bill_id, s.element = 'total', s.element
LIMIT CASE WHEN $limit < 0 THEN 9223372036854775807 ELSE $limit END
"""
