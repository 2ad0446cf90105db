"""What was found, and what was expected, on a bill that cannot be checked: one sentence per bill.

Source: the outcomes are those of ``assemble``; no formula of its own.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

SENTENCES: Mapping[str, str] = {
    "period_invalid": "{from_date} to {to_date}, months read at once: {months}; expected 1 to 31 days a month, 12 months at most",
    "no_region": "organisation {org_id} without a price region; expected one",
    "no_tariff": "no assignment on {seg_from}; expected one",
    "overlapping_terms": "several assignments or contracts on {seg_from}; expected one",
    "no_mode": "no billing mode on {seg_from}; expected single-rate or two-part",
    "no_reading": "no reading after {from_date} up to {to_date}; expected one",
    "register_reversed": "{register_fault}; expected an end not below the start, or a marked roll-over",
    "registers_do_not_join": "{register_fault}; expected to start where it ended before",
    "negative_energy": "{kwh} kWh; expected 0 or more",
    "too_large": "{kwh} kWh, {measured_demand} kW measured, {contract_demand} kW agreed; expected at most 200000000 kWh, 5000000 kW",
    "rates_do_not_add_up": "sharp {sharp_kwh}, peak {peak_kwh}, flat {flat_kwh}, valley {valley_kwh} kWh; expected {kwh} in all",
    "no_demand": "no demand read from {from_date} to {to_date}; expected one, for {billing_mode}",
    "no_reactive": "no reactive energy read; expected one, for a standard of {pf_standard}",
    "no_capacity": "{capacity} kVA in operation, {contract_capacity} kVA contracted; expected both, for {billing_mode}",
    "several_splits": "{splits} fixed ratios or quantities; expected one",
    "split_too_large": "{split_kwh} kWh a month split off; expected no more than the {kwh} kWh used",
}  # fmt: skip
"""By outcome; a name in braces is a column of the rows. Other outcomes say themselves what is missing."""
HUNDREDTHS = frozenset({
    "kwh", "sharp_kwh", "peak_kwh", "flat_kwh", "valley_kwh", "measured_demand", "contract_demand", "pf_standard",
    "capacity", "contract_capacity", "split_kwh",
})  # fmt: skip
"""Columns that hold whole numbers of 0.01."""
ABSENT = "–"


def sentences(outcome: str, rows: pa.Table) -> list[str]:
    """The sentence of each of the rows, which all have this outcome; empty where there is none.

    Args:
        rows: The segment at fault of each bill (the columns of ``segments`` in tables/shadow_bill.yaml).
    """
    if outcome not in SENTENCES:
        return [""] * rows.num_rows
    pieces = re.split(r"\{(\w+)\}", SENTENCES[outcome])
    parts = [
        _text(piece, rows) if number % 2 else pa.scalar(piece, pa.string())
        for number, piece in enumerate(pieces)
    ]
    found: list[str] = pc.binary_join_element_wise(*parts, "").to_pylist()
    return found


def _text(name: str, rows: pa.Table) -> pa.ChunkedArray:
    column = rows.column(name)
    if name in HUNDREDTHS:
        column = pc.multiply(column.cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01")))
    return pc.fill_null(column.cast(pa.string()), ABSENT)
