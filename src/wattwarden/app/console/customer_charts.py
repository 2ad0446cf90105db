"""Charts of one customer: daily energy of his meters, bills by month."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

import pyarrow as pa

from wattwarden.app.console.charts import Chart, Lines, bar_chart, line_chart
from wattwarden.app.console.customer_bills import Bills
from wattwarden.domain.labels import Language
from wattwarden.domain.money import yuan_text

MOST_METERS = 6
"""Lines that can still be told apart."""


def reading_charts(daily: pa.Table, meters: pa.Table, language: Language) -> Sequence[Chart]:
    """Energy by day of each meter: the register's advance times the multiplier, in kWh.

    A day without a reading on it and the day before has none; a register that runs backwards shows as it is.
    """
    if not daily.num_rows:
        return []
    factor = {row["meter_id"]: row["multiplier"] or Decimal(1) for row in meters.to_pylist()}
    registers: Mapping[str, dict[object, Decimal]] = defaultdict(dict)
    for row in daily.to_pylist():
        if row["register_kwh"] is not None:
            registers[str(row["meter_id"])][row["read_date"]] = row["register_kwh"]
    days = sorted({day for readings in registers.values() for day in readings}, key=str)
    values = {}
    for meter, readings in list(registers.items())[:MOST_METERS]:
        pairs = pairwise(days)
        values[meter] = [
            round(float((readings[b] - readings[a]) * factor.get(meter, Decimal(1))), 2)
            if a in readings and b in readings
            else None
            for a, b in pairs
        ]
    zh = language == "zh"
    title = "日电量" if zh else "Energy by day"
    return [
        line_chart(title, Lines([str(d) for d in days[:-1]], values, "kWh", None, "日期" if zh else "Day"))
    ]


def bill_charts(made: Bills, language: Language) -> Sequence[Chart]:
    """Billed beside due, by month, in yuan."""
    zh = language == "zh"
    oldest_first = [bill for bill in made.rows[::-1] if bill.expected_fen is not None]
    if not oldest_first:
        return []
    values = {
        ("已计" if zh else "Billed"): [_drawn(bill.amount_fen) for bill in oldest_first],
        ("应收" if zh else "Due"): [_drawn(bill.expected_fen or 0) for bill in oldest_first],
    }
    x = [f"{bill.month:%Y-%m}" for bill in oldest_first]
    title = "账单与影子账单" if zh else "Bill and shadow bill"
    return [bar_chart(title, Lines(x, values, "元" if zh else "yuan", None, "电费年月" if zh else "Month"))]


def _drawn(fen: int) -> float:
    """Yuan as a number of pixels needs it; the figures themselves stay whole fen."""
    return float(yuan_text(fen).replace(",", ""))
