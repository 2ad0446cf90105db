"""Explain one bill line by line: what was due, how it comes about, what was billed."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from wattwarden.app.open_lake import newest_lake
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.calc.tariff.assemble import OUTCOMES, assemble
from wattwarden.calc.tariff.derivation import derive_bill
from wattwarden.calc.tariff.rates import Meters, energy_by_rate
from wattwarden.calc.tariff.readable import readable_bill
from wattwarden.calc.tariff.shadow import shadow_bill
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.domain.prices import price_books
from wattwarden.domain.worked import Worked
from wattwarden.engines.derive import derivation_order

Row = dict[str, object]


@dataclass(frozen=True)
class ExplainedBill:
    """One issued bill.

    Attributes:
        facts: Facts that chose the path, one row per part of the month.
        readings: Registers of the period: meter, from, to, multiplier, energy.
        worked: The derivation; None for a bill that cannot be checked.
        elements: Due and billed by element, the whole bill last.
    """

    bill_id: str
    outcome: str
    detail: str
    facts: list[Row]
    readings: list[Row]
    worked: Worked | None
    elements: list[Row]


def explain_bill(home: Path, customer: str, month: date) -> list[ExplainedBill]:
    """The bills of ``customer`` of ``month``, each explained.

    Raises:
        WattwardenError: the lake is empty, or there is no such bill.
    """
    derivation = contract()["shadow_bill"].derived
    if derivation is None:
        raise fail("table shadow_bill", found="a source table", expected="a derived table")
    with newest_lake(home, customer) as engine:
        engine.derive(derivation_order(contract(), ["price_change"]))
        inputs = engine.inputs(derivation, month)
        readings = engine.query(_READINGS, {"customer": customer, "month": month}).to_pylist()
    segments = inputs["segments"]
    if not segments.num_rows:
        raise fail("bill explain", found=f"no bill of {customer} of {month:%Y-%m}", expected="an issued bill",
                   action="Look for its months with 'wattwarden bill check --customer'.")  # fmt: skip
    books = price_books(home / SITE_CONTENT)
    elements = shadow_bill(**inputs, books=books).to_pylist()
    meters = Meters(inputs["spans"], inputs["daily"], inputs["curve"])
    facts = assemble(energy_by_rate(segments, meters), books)
    rows = facts.table.to_pylist()
    explained = []
    for position, record in enumerate(facts.bills):
        part = rows[int(record["first"]) : int(record["first"] + record["count"])]
        bill_id = str(part[0]["bill_id"])
        outcome = OUTCOMES[int(facts.outcome[position])]
        title = Label(
            zh=f"户号 {customer} {month:%Y年%m月} 应收电费", en=f"Bill of customer {customer}, {month:%Y-%m}"
        )
        worked = derive_bill(readable_bill(facts, position), title) if outcome == "checked" else None
        mine = [row for row in elements if row["bill_id"] == bill_id]
        explained.append(
            ExplainedBill(bill_id, outcome, facts.detail[position], part, readings, worked, mine)
        )
    return explained


_READINGS = """
SELECT r.meter_id, r.read_date, r.start_register, r.end_register, COALESCE(m.multiplier, r.multiplier) AS multiplier, r.kwh
FROM reading_cycle AS r JOIN meter AS m ON m.meter_id = r.meter_id AND m.role = 'billing'
WHERE m.customer_id = $customer AND r.cycle_month = $month
ORDER BY r.meter_id, r.read_date
"""
