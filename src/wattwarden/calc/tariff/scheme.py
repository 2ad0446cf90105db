"""What bills would have been by the approved supply scheme, where the file says otherwise.

Source: DOMAIN seed 1.1.1 (a wrong source, price or metering mode); the rules of a bill are in ``bill``.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from wattwarden.calc.tariff.rates import Meters, energy_by_rate
from wattwarden.calc.tariff.what_if import due_by_bill
from wattwarden.domain.prices import PriceBooks

AS_APPROVED = (
    "tariff_class", "billing_mode", "is_tou", "pf_standard", "voltage_level", "metering_mode", "contract_capacity",
)  # fmt: skip
"""Terms that a scheme states in the form of ``segments``; an absent one leaves that of the file."""
ENERGIES = ("kwh", "sharp_kwh", "peak_kwh", "flat_kwh", "valley_kwh")
SCHEMA = pa.schema([
    ("bill_id", pa.string()), ("customer_id", pa.string()), ("bill_month", pa.date32()), ("outcome", pa.string()),
    ("file_fen", pa.int64()), ("scheme_fen", pa.int64()), ("difference_fen", pa.int64()),
])  # fmt: skip


def scheme_bill(
    segments: pa.Table,
    lines: pa.Table,  # noqa: ARG001 - one of the inputs that are taken over from the shadow bill
    spans: pa.Table, daily: pa.Table, curve: pa.Table, schemes: pa.Table, books: PriceBooks,
) -> pa.Table:  # fmt: skip
    """Bills since the connection, charged by the file and by the scheme.

    Args:
        segments, lines, spans, daily, curve: As in ``shadow_bill``, of customers with a scheme. What was
            billed, in ``lines``, does not matter here.
        schemes: The terms of each customer's scheme: capacity in 0.01 kVA, standard in per cent, multiplier
            in 10⁻⁶, ``connected_on``.

    Returns:
        A row per bill whose period begins on or after the connection.
    """
    by_customer = {row["customer_id"]: row for row in schemes.to_pylist()}
    filed = [
        row
        for row in segments.to_pylist()
        if row["from_date"] >= by_customer[row["customer_id"]]["connected_on"]
    ]
    if not filed:
        return SCHEMA.empty_table()
    approved = [as_approved(row, by_customer[row["customer_id"]]) for row in filed]
    meters = Meters(spans, daily, curve)
    tables = (pa.Table.from_pylist(rows, segments.schema) for rows in (filed, approved))
    by_file, by_scheme = (due_by_bill(energy_by_rate(table, meters), books) for table in tables)
    owner = {row["bill_id"]: row["customer_id"] for row in filed}
    rows = []
    for bill, due in by_file.items():
        other = by_scheme[bill]
        known = due.fen is not None and other.fen is not None
        rows.append({
            "bill_id": bill, "customer_id": owner[bill], "bill_month": due.month,
            "outcome": due.outcome if due.fen is None else other.outcome,
            "file_fen": due.fen, "scheme_fen": other.fen,
            "difference_fen": (other.fen or 0) - (due.fen or 0) if known else None,
        })  # fmt: skip
    return pa.Table.from_pylist(rows, SCHEMA)


def as_approved(row: Mapping[str, Any], scheme: Mapping[str, Any]) -> dict[str, Any]:
    """A row of ``segments`` with the terms of the scheme in place of the file's.

    Capacity that was in operation as a whole is that of the scheme; a paused part stays paused. Another
    multiplier makes the energy another one: registers × the scheme's multiplier, half up to 0.01 kWh.
    """
    changed = {**row, **{name: scheme[name] for name in AS_APPROVED if scheme[name] is not None}}
    if scheme["contract_capacity"] is not None and row["capacity"] == row["contract_capacity"]:
        changed["capacity"] = scheme["contract_capacity"]
    filed, wanted = row["multiplier"], scheme["multiplier"]
    if wanted is not None and filed and filed == row["least_multiplier"] and wanted != filed:
        for name in ENERGIES:
            if row[name] is not None:
                changed[name] = (2 * row[name] * wanted + filed) // (2 * filed)
        changed["multiplier"] = changed["least_multiplier"] = wanted
    return changed
