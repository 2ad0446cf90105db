"""Days on which some figure of a region changes: a bill over such a day falls into segments.

Source: the price books; no formula of its own.
"""

import pyarrow as pa

from wattwarden.calc.tariff.figures import has_annual_tiers
from wattwarden.domain.prices import NATIONAL, PriceBooks


def price_changes(regions: pa.Table, books: PriceBooks) -> pa.Table:
    """One row per region and day of change: ``region``, ``changed_on``, ``annual_tiers``."""
    rows = [
        {"region": region, "changed_on": day, "annual_tiers": has_annual_tiers(books, region)}
        for region in sorted(regions.column("region").to_pylist())
        for day in sorted(
            {
                day
                for (place, _), book in books.books.items()
                for line in book.lines
                for day in (line.valid_from, line.valid_to)
                if day is not None and place in (region, NATIONAL)
            }
        )
    ]
    schema = pa.schema([("region", pa.string()), ("changed_on", pa.date32()), ("annual_tiers", pa.bool_())])
    return pa.Table.from_pylist(rows, schema)
