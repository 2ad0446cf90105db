"""The shadow bill: every issued bill computed again and compared, element by element.

Source: the rules are in ``bill``, the paths in ``figures``, the causes in ``compare``.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.calc.tariff import compare
from wattwarden.calc.tariff.assemble import OUTCOMES, Assembled, assemble
from wattwarden.calc.tariff.compare import CAUSES, ITEMS, NAMES, Bools, Facts, Issued, Side
from wattwarden.calc.tariff.compiled import THREADS
from wattwarden.calc.tariff.engine import Charges, charge
from wattwarden.calc.tariff.rates import Meters, energy_by_rate
from wattwarden.calc.tariff.records import NULL, Ints
from wattwarden.domain.prices import PriceBooks

BATCH = 50_000
"""Bills computed at once: small enough for the processor's cache and for memory."""
WHO = ("bill_id", "customer_id", "org_id", "area_id", "bill_month")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in WHO[:4]]
    + [("bill_month", pa.date32()), ("element", pa.string()), ("outcome", pa.string())]
    + [(name, pa.decimal128(18, 4)) for name in ("expected_kwh", "billed_kwh")]
    + [(name, pa.decimal128(18, 8)) for name in ("expected_price", "billed_price")]
    + [(name, pa.int64()) for name in ("expected_fen", "billed_fen", "difference_fen")]
    + [("cause", pa.string()), ("detail", pa.string())]
)


def shadow_bill(
    segments: pa.Table, lines: pa.Table, spans: pa.Table, daily: pa.Table, curve: pa.Table, books: PriceBooks
) -> pa.Table:
    """Compare issued bills with what was due.

    Args:
        segments: Facts of the bills, a row per part of a bill (``segments`` in tables/shadow_bill.yaml).
        lines: Issued lines by bill and item, energy in 0.01 kWh, prices in 10⁻⁸ yuan, money in fen.
        spans, daily, curve: What the meters of bills without rates tell, as in ``Meters``.

    Returns:
        A row per bill and element that was billed or due, and one for the whole bill. A bill that cannot be
        checked has only the latter, which says why.
    """
    if not segments.num_rows:
        return SCHEMA.empty_table()
    return compared(energy_by_rate(segments, Meters(spans, daily, curve)), lines, books)


def compared(segments: pa.Table, lines: pa.Table, books: PriceBooks) -> pa.Table:
    """The same from facts that have their rates, as ``energy_by_rate`` gives them."""
    facts = assemble(segments, books)
    first = facts.bills["first"]
    of_bill = facts.table.column("bill_id").take(pa.array(first))
    owner = pc.fill_null(pc.index_in(lines.column("bill_id"), of_bill), -1).to_numpy().astype(np.int64)
    order = np.argsort(owner, kind="stable")
    lines, owner = lines.take(pa.array(order)).combine_chunks(), owner[order]

    def batch(start: int) -> pa.Table:
        stop = min(start + BATCH, len(first))
        low, high = np.searchsorted(owner, [start, stop])
        return _batch(facts, start, stop, lines.slice(low, high - low), owner[low:high] - start)

    with ThreadPoolExecutor(THREADS) as pool:
        return pa.concat_tables(pool.map(batch, range(0, len(first), BATCH)))


def _batch(facts: Assembled, start: int, stop: int, lines: pa.Table, owner: Ints) -> pa.Table:
    bills = facts.bills[start:stop].copy()
    begin = int(bills["first"][0])
    end = int(bills["first"][-1] + bills["count"][-1])
    bills["first"] -= begin
    segments = facts.segments[begin:end].copy()
    good = facts.outcome[start:stop] == 0
    # A bill that cannot be checked is not computed: its facts may be absent.
    segments[np.repeat(~good, bills["count"])] = np.zeros(1, segments.dtype)
    bills["pf_standard"][~good] = bills["measured_demand"][~good] = NULL
    charges = charge(bills, segments, facts.figures, facts.pf_tables)
    due = compare.due_side(charges, bills)
    billed, twice, wrong = compare.billed_side(owner, lines, bills["count"])
    firsts = facts.table.slice(begin, end - begin).take(pa.array(bills["first"]))
    issued = compare.issued_bill(firsts)
    said = _facts(facts, start, stop, begin, charges)
    if not good.all():
        kept = good[:, None]
        due = Side(due.kwh * kept, due.price * kept, due.fen * kept, due.present & kept)
    by_element, whole = compare.causes(due, billed, twice, wrong, issued, said)
    return _rows(facts, start, firsts, _Comparison(good, due, billed, issued, by_element, whole))


def _facts(facts: Assembled, start: int, stop: int, begin: int, charges: Charges) -> Facts:
    bills = facts.bills[start:stop]
    first = bills["first"]
    segments, totals = facts.segments, charges.totals
    last = first + bills["count"] - 1

    def constant(name: str) -> Ints:
        values = segments[name]
        return np.where(values[first] == values[last], values[first], NULL)

    table = facts.table
    multiplier, least = (
        np.asarray(pc.fill_null(table.column(name), NULL).to_numpy(), dtype=np.int64)[first]
        for name in ("multiplier", "least_multiplier")
    )
    days = np.add.reduceat(segments["days"][begin : int(last[-1]) + 1], first - begin)
    share = facts.figures["discount_share"][segments["price"][first]]
    least_kwh = facts.figures["discount_kwh_per_kva"][segments["price"][first]]
    reached = totals["kwh"] * 100 >= bills["discount_capacity"].astype(float) * least_kwh
    return Facts(
        kwh=totals["kwh"],
        tariff_class=constant("tariff_class"),
        mode=constant("mode"),
        timed=segments["timed"][first] == 1,
        multiplier=np.where(multiplier == least, multiplier, NULL),
        capacity=constant("capacity"),
        demand=totals["billed_demand"],
        power_factor=totals["power_factor"],
        pf_standard=bills["pf_standard"],
        discounted=(share != NULL) & reached,
        whole_month=(days % bills["days_in_month"] == 0) & (bills["count"] == 1),
    )


@dataclass(frozen=True)
class _Comparison:
    """Both sides of some bills, with the causes by element and of the whole; ``good`` could be checked."""

    good: Bools
    due: Side
    billed: Side
    issued: Issued
    by_element: Ints
    whole: Ints


def _rows(facts: Assembled, start: int, firsts: pa.Table, found: _Comparison) -> pa.Table:
    good, due, billed, issued = found.good, found.due, found.billed, found.issued
    bill, element = np.nonzero((due.present | billed.present) & good[:, None])
    every = np.arange(len(good))
    outcome = facts.outcome[start : start + len(good)]
    nothing = np.where(good, due.fen.sum(axis=1), NULL)
    energy = np.where(good, _energy(due), NULL)
    columns = {
        "expected_kwh": np.concatenate([due.kwh[bill, element], energy]),
        "billed_kwh": np.concatenate([billed.kwh[bill, element], issued.kwh]),
        "expected_price": np.concatenate([due.price[bill, element], np.full(len(every), NULL)]),
        "billed_price": np.concatenate([billed.price[bill, element], np.full(len(every), NULL)]),
        "expected_fen": np.concatenate([due.fen[bill, element], nothing]),
        "billed_fen": np.concatenate([billed.fen[bill, element], issued.fen]),
    }
    who = np.concatenate([bill, every])
    named = np.concatenate([element, np.full(len(every), len(ITEMS))])
    cause = np.concatenate([found.by_element[bill, element], np.where(good, found.whole, 0)])
    details = pa.array([text or None for text in facts.detail[start : start + len(good)]], pa.string())
    no_detail = pa.nulls(len(bill), pa.string())
    expected, given = columns["expected_fen"], columns["billed_fen"]
    arrays = [
        *(firsts.column(name).take(pa.array(who)).combine_chunks() for name in WHO),
        _named(NAMES, named),
        _named(OUTCOMES, outcome[who]),
        *(_decimal(columns[name], 2, SCHEMA.field(name).type) for name in ("expected_kwh", "billed_kwh")),
        *(_decimal(columns[name], 8, SCHEMA.field(name).type) for name in ("expected_price", "billed_price")),
        _whole(expected), _whole(given),
        _whole(np.where((expected == NULL) | (given == NULL), NULL, given - expected)),
        _named(CAUSES, cause), pa.concat_arrays([no_detail, details]),
    ]  # fmt: skip
    return pa.table(arrays, schema=SCHEMA)


def _energy(due: Side) -> Ints:
    """Energy of a bill that its lines add up to: losses, system and funds count it again."""
    kinds = compare.ENERGY_ITEMS | (np.array(ITEMS) == "split")
    return np.asarray((due.kwh * kinds).sum(axis=1))


def _named(names: tuple[str, ...], positions: Ints) -> pa.Array:
    codes = pa.DictionaryArray.from_arrays(pa.array(positions.astype(np.int32)), pa.array(names))
    return codes.cast(pa.string())


def _whole(values: Ints) -> pa.Array:
    return pa.array(values, mask=values == NULL)


def _decimal(values: Ints, digits: int, kind: pa.DataType) -> pa.Array:
    """Exact decimals from whole numbers of the last digit."""
    absent = values == NULL
    low = np.where(absent, 0, values) * 10 ** (kind.scale - digits)
    words = np.stack([low, low >> 63], axis=1)
    data = pa.py_buffer(np.ascontiguousarray(words))
    valid = pa.array(~absent).buffers()[1]
    return pa.Array.from_buffers(kind, len(values), [valid, data])
