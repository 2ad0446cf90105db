"""The price books as tables: days on which a figure changes, where bills fall into segments, and the figures.

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


def price_figures(regions: pa.Table, books: PriceBooks) -> pa.Table:
    """One row per figure that applies in a region: ``region``, ``name``, ``level``, its days, ``value``."""
    rows = [
        {"region": region, "name": book.name, "level": level, "valid_from": line.valid_from,
         "valid_to": line.valid_to, "value": value}
        for region in sorted(regions.column("region").to_pylist())
        if region in {place for place, _ in books.books}
        for book in books.of(region)
        for line in book.lines
        for level, value in line.values.items()
    ]  # fmt: skip
    names = [("region", pa.string()), ("name", pa.string()), ("level", pa.string())]
    days = [("valid_from", pa.date32()), ("valid_to", pa.date32())]
    return pa.Table.from_pylist(rows, pa.schema([*names, *days, ("value", pa.decimal128(18, 8))]))
