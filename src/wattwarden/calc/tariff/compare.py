"""Set the bill that was issued against the bill that was due, element by element, and name the cause.

Source: the rules are in ``bill``; the order of causes is from the general (the class) to the particular.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.calc.tariff.bill import Element
from wattwarden.calc.tariff.engine import Charges
from wattwarden.calc.tariff.records import CLASSES, COLUMN, ELEMENTS, MODES, NULL, Ints, Records

Bools = npt.NDArray[np.bool_]
Cause = Literal[
    "none", "wrong_class", "wrong_mode", "wrong_tou", "billed_twice", "wrong_arithmetic", "wrong_multiplier",
    "not_billed", "not_due", "wrong_energy", "wrong_rates", "wrong_tiers", "wrong_loss", "wrong_ratio",
    "wrong_price", "wrong_capacity", "wrong_demand", "wrong_discount", "wrong_days", "wrong_pf_standard",
    "wrong_power_factor", "wrong_sum", "follows",
]  # fmt: skip
"""Why an element differs; where several hold, the first one is named."""
CAUSES: tuple[Cause, ...] = get_args(Cause)
ITEMS: tuple[Element | str, ...] = (*ELEMENTS, "pf_adjust", "tier4", "correction")
"""Elements that are compared, in the order of the columns; the last two are never due on a normal bill."""
TOTAL = "total"
NAMES = (*ITEMS, TOTAL)
PF = ITEMS.index("pf_adjust")
ENERGY_ITEMS = np.isin(
    ITEMS, ["energy", "sharp", "peak", "flat", "valley", "tier1", "tier2", "tier3", "tier4"]
)
RATE_ITEMS = np.isin(ITEMS, ["sharp", "peak", "valley"])
TIER_ITEMS = np.isin(ITEMS, ["tier1", "tier2", "tier3", "tier4"])
BASIC_ITEMS = np.isin(ITEMS, ["capacity", "demand"])
ON_ALL_ENERGY = np.isin(ITEMS, ["system", "funds", "standby", "green", "agency_surcharge", "split"])
FEN_OF_KWH = 10**8


@dataclass(frozen=True)
class Side:
    """One side of the comparison: a row per bill, a column per ``ITEMS``; absent figures are ``NULL``."""

    kwh: Ints
    price: Ints
    fen: Ints
    present: Bools


@dataclass(frozen=True)
class Issued:
    """What the issued bill says of itself, by bill; absent figures are ``NULL``."""

    kwh: Ints
    fen: Ints
    tariff_class: Ints
    mode: Ints
    is_tou: Ints
    multiplier: Ints
    capacity: Ints
    demand: Ints
    power_factor: Ints
    pf_standard: Ints
    discount: Ints


def due_side(charges: Charges, bills: Records) -> Side:
    """What was due: the lines of the engine, summed over the segments of each bill."""
    first = bills["first"]
    kwh, price, fen = (charges.lines[name] for name in ("kwh", "price", "fen"))
    if len(charges.lines) > len(bills):
        kwh, fen = (np.add.reduceat(values, first, axis=0) for values in (kwh, fen))
        lowest, highest = (f.reduceat(price, first, axis=0) for f in (np.minimum, np.maximum))
        price = np.where(lowest == highest, highest, NULL)
    # Charges per kVA and kW have 4 decimals in the engine; here every price has 8.
    basic = BASIC_ITEMS[: len(ELEMENTS)] & (price != NULL)
    price = np.where(basic, price * 10_000, price)
    kwh, price, fen = (_widened(m, len(ITEMS)) for m in (kwh, price, fen))
    assessed = charges.totals["pf_rate"] != NULL
    fen[:, PF] = np.where(assessed, charges.totals["pf_adjust_fen"], 0)
    present = (fen != 0) | ((kwh != 0) & (price != 0))
    present[:, PF] = assessed
    return Side(kwh, price, fen, present)


def _widened(matrix: Ints, width: int) -> Ints:
    wide = np.zeros((len(matrix), width), dtype=np.int64)
    wide[:, : matrix.shape[1]] = matrix
    return wide


def billed_side(bill: Ints, lines: pa.Table, parts: Ints) -> tuple[Side, Bools, Bools]:
    """What was billed, from the issued lines; with it, which elements came twice, and which sums are wrong.

    Args:
        bill: Position of the bill of each line.
        lines: Lines added up by bill and item.
        parts: Number of parts of each bill; so many lines of an item are due at most.
    """
    item = pc.index_in(lines.column("item"), pa.array(ITEMS, pa.string())).to_numpy()
    at = (bill, item)
    kwh, price, fen = (np.zeros((len(parts), len(ITEMS)), dtype=np.int64) for _ in range(3))
    present, twice, wrong = (np.zeros((len(parts), len(ITEMS)), dtype=np.bool_) for _ in range(3))
    values = {
        name: np.asarray(pc.fill_null(lines.column(name).cast(pa.int64()), NULL).to_numpy())
        for name in ("kwh", "price", "least_price", "fen", "lines")
    }
    kwh[at], fen[at], present[at] = values["kwh"], values["fen"], True
    price[at] = np.where(values["price"] == values["least_price"], values["price"], NULL)
    twice[at] = values["lines"] > parts[bill]
    exact = (values["lines"] == 1) & (values["kwh"] != NULL) & (values["price"] != NULL)
    product = np.where(exact, values["kwh"], 0) * np.where(exact, values["price"], 0)
    wrong[at] = exact & (_half_up(product) != values["fen"]) & ~np.append(BASIC_ITEMS, False)[item]
    return Side(kwh, price, fen, present), twice, wrong


def _half_up(value: Ints) -> Ints:
    size = np.abs(value)
    whole = size // FEN_OF_KWH
    whole += (size - whole * FEN_OF_KWH) * 2 >= FEN_OF_KWH
    return np.asarray(np.where(value < 0, -whole, whole))


def causes(
    due: Side, billed: Side, twice: Bools, wrong: Bools, issued: Issued, facts: "Facts"
) -> tuple[Ints, Ints]:
    """Position in ``CAUSES`` by bill and element, and of the whole bill."""
    differs = due.fen != billed.fen
    lines = _line_causes(due, billed, twice, wrong, issued, facts)
    order = np.array([CAUSES.index(name) for name, _ in lines])
    chosen = np.select([np.broadcast_to(mask, differs.shape) for _, mask in lines], list(order),
                       CAUSES.index("follows"))  # fmt: skip
    by_element = np.where(differs, chosen, 0)
    first = np.where(by_element == 0, len(CAUSES), by_element).min(axis=1)
    total_due, total_billed = due.fen.sum(axis=1), billed.fen.sum(axis=1)
    whole = np.where(first < len(CAUSES), first, 0)
    whole = np.where(issued.fen != total_billed, CAUSES.index("wrong_sum"), whole)
    return by_element, np.where(total_due == issued.fen, 0, whole)


@dataclass(frozen=True)
class Facts:
    """What the files say, by bill, for comparison with what the bill says of itself; ``NULL`` is unknown.

    Attributes:
        timed: Time of use is due.
        whole_month: The bill covers all days of its month.
    """

    kwh: Ints
    tariff_class: Ints
    mode: Ints
    timed: Bools
    multiplier: Ints
    capacity: Ints
    demand: Ints
    power_factor: Ints
    pf_standard: Ints
    discounted: Bools
    whole_month: Bools


def _line_causes(
    due: Side, billed: Side, twice: Bools, wrong: Bools, issued: Issued, facts: Facts
) -> list[tuple[Cause, Bools]]:
    def by_bill(mask: Bools) -> Bools:
        return mask[:, None]

    def unlike(said: Ints, filed: Ints) -> Bools:
        return by_bill((said != NULL) & (filed != NULL) & (said != filed))

    other_price = (due.price != NULL) & (billed.price != NULL) & (due.price != billed.price)
    other_kwh = due.kwh != billed.kwh
    flat = COLUMN["flat"]
    same_flat = by_bill(~other_price[:, flat] & billed.present[:, flat])
    wrong_tou = by_bill((issued.is_tou != NULL) & (issued.is_tou != facts.timed))
    energy_like = ENERGY_ITEMS | ON_ALL_ENERGY
    power_factor = np.arange(len(ITEMS)) == PF
    return [
        ("wrong_class", unlike(issued.tariff_class, facts.tariff_class) & ~BASIC_ITEMS),
        ("wrong_mode", unlike(issued.mode, facts.mode) & (ENERGY_ITEMS | BASIC_ITEMS)),
        ("wrong_tou", wrong_tou & ENERGY_ITEMS),
        ("billed_twice", twice),
        ("wrong_arithmetic", wrong & ~power_factor),
        ("wrong_multiplier", unlike(issued.multiplier, facts.multiplier) & energy_like),
        ("wrong_energy", unlike(issued.kwh, facts.kwh) & energy_like & other_kwh),
        ("wrong_pf_standard", _unlike_or_absent(issued.pf_standard, facts.pf_standard)[:, None] & power_factor),
        ("not_billed", due.present & ~billed.present & ~TIER_ITEMS),
        ("not_due", billed.present & ~due.present & ~TIER_ITEMS),
        ("wrong_tiers", TIER_ITEMS & other_kwh),
        ("wrong_loss", (np.array(ITEMS) == "loss") & other_kwh),
        ("wrong_rates", ENERGY_ITEMS & other_kwh),
        ("wrong_ratio", RATE_ITEMS & other_price & same_flat),
        ("wrong_capacity", unlike(issued.capacity, facts.capacity) & (np.array(ITEMS) == "capacity")),
        ("wrong_demand", unlike(issued.demand, facts.demand) & (np.array(ITEMS) == "demand")),
        ("wrong_discount", unlike(issued.discount, facts.discounted.astype(np.int64)) & (np.array(ITEMS) == "demand")),
        ("wrong_days", by_bill(~facts.whole_month) & BASIC_ITEMS & ~other_price),
        ("wrong_price", other_price),
        ("wrong_power_factor", unlike(issued.power_factor, facts.power_factor) & power_factor),
    ]  # fmt: skip


def _unlike_or_absent(said: Ints, filed: Ints) -> Bools:
    """Differs, or one of them is absent: a standard that is not applied is a wrong standard too."""
    return np.asarray(said != filed)


def issued_bill(rows: pa.Table) -> Issued:
    """What issued bills say of themselves; ``rows`` has one row per bill."""

    def ints(name: str) -> Ints:
        return np.asarray(pc.fill_null(rows.column(name).cast(pa.int64()), NULL).to_numpy(), dtype=np.int64)

    def codes(name: str, known: tuple[str, ...]) -> Ints:
        found = pc.index_in(rows.column(name), pa.array(known, pa.string())).cast(pa.int64())
        return np.asarray(pc.fill_null(found, NULL).to_numpy(), dtype=np.int64)

    return Issued(
        ints("billed_kwh"), ints("billed_fen"), codes("billed_class", CLASSES), codes("billed_mode", MODES),
        ints("billed_tou"), ints("billed_multiplier"), ints("billed_capacity"), ints("billed_demand"),
        ints("billed_power_factor"), ints("billed_pf_standard"), ints("billed_discount"),
    )  # fmt: skip
