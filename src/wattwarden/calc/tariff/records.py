"""The same facts as ``bill`` as integers, one record per segment, bill and set of figures.

Fixed point: energy, power and capacity in 0.01; figures per kWh in 10⁻⁸ yuan; figures per kVA or kW in 10⁻⁴
yuan; shares in 10⁻⁶; the demand rule in whole per cent; iron losses in 0.001 kW; money in fen. ``NULL`` is
an absent figure.

Source: DOMAIN B.6.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from wattwarden.calc.tariff.bill import RATES, BillingMode, Element, TariffClass

NULL = int(np.iinfo(np.int64).min)
"""Absent."""
ELEMENTS: tuple[Element, ...] = (
    "energy", "sharp", "peak", "flat", "valley", "tier1", "tier2", "tier3", "split", "loss", "agency_surcharge",
    "green", "system", "funds", "standby", "capacity", "demand", "feed_in",
)  # fmt: skip
"""Columns of the matrix of lines: every element that belongs to a segment."""
COLUMN = {element: position for position, element in enumerate(ELEMENTS)}
CLASSES: tuple[TariffClass, ...] = ("residential", "agricultural", "commercial_industrial")
MODES: tuple[BillingMode, ...] = ("single_rate", "two_part_capacity", "two_part_demand")

ENERGY_DIGITS = 2
PRICE_DIGITS = 8
CHARGE_DIGITS = 4
SHARE_DIGITS = 6
LOSS_DIGITS = 3

Record = Any
"""One record; its fields exist only at run time, so the type checker cannot know them."""
Records = npt.NDArray[np.void]
Ints = npt.NDArray[np.int64]


def integers(names: Sequence[str]) -> np.dtype[np.void]:
    """A record of whole numbers with these names."""
    return np.dtype([(name, np.int64) for name in names])


PRICE = integers(
    ("energy", *RATES, "tier1", "tier2", "tier3", "surcharge", "green", "system", "funds", "standby", "split",
     "feed_in", "capacity", "demand", "discount_share", "discount_kwh_per_kva", "limit", "excess", "floor",
     "light", "heavy", "heavy_above", "load_factor", "copper_reactive", "line")
)  # fmt: skip
"""One set of figures; ``discount_share`` is ``NULL`` where no discount is in force."""
SEGMENT = integers(
    ("price", "days", "tariff_class", "mode", "timed", "kwh", *RATES, "capacity", "contract_demand",
     "has_losses", "no_load_w", "no_load_var", "rated", "split_share", "split_kwh", "export_kwh")
)  # fmt: skip
"""One part of a month; ``price`` is a position in the array of ``PRICE``."""
BILL = integers(
    ("first", "count", "days_in_month", "tier1_limit", "tier2_limit", "kwh_before", "reactive",
     "measured_demand", "pf_standard", "pf_table", "discount_capacity", "system_in_pf_base",
     "full_month_hours")
)  # fmt: skip
"""One bill; its segments are ``count`` records from ``first``; ``pf_table`` is a row of the table array."""
TOTAL = integers(
    ("amount_fen", "energy_fen", "basic_fen", "pf_adjust_fen", "power_factor", "pf_rate", "kwh", "loss_kwh",
     "billed_demand")
)  # fmt: skip
"""Totals of one bill: power factor in 0.01, ``pf_rate`` in 10⁻⁶ (``NULL``: not assessed), demand in 0.01."""
LINE = integers(("kwh", "price", "fen"))
"""One line of a segment; ``price`` of capacity and demand is in 10⁻⁴ yuan."""


def scaled(value: Decimal | int | None, digits: int) -> int:
    """The figure as a whole number of its last digit.

    Raises:
        ValueError: it has more digits than the fixed point holds.
    """
    if value is None:
        return NULL
    whole = Decimal(value).scaleb(digits)
    if whole != whole.to_integral_value():
        raise ValueError(f"{value} has more than {digits} decimals")
    return int(whole)


def unscaled(value: int, digits: int) -> Decimal | None:
    """The figure that ``scaled`` came from."""
    return None if value == NULL else Decimal(int(value)).scaleb(-digits)
