"""The figures of the county's price region by bill month, read from the price books.

Fixed point: figures per kWh in 10⁻⁸ yuan, per kVA or kW and month in 10⁻⁴ yuan, times and shares in 10⁻⁶,
other per cent in 0.01 %, energy and capacity in 0.01 kWh or kVA, iron losses in watts.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property

import numpy as np

from wattwarden.domain.errors import fail
from wattwarden.domain.period import month_start
from wattwarden.domain.prices import PriceLine, price_books
from wattwarden.domain.timetable import LETTERS, timetable_of
from wattwarden.simulate.columns import NULL
from wattwarden.simulate.county import REGION
from wattwarden.simulate.plan import Ints, Plan

E8 = 10**8
ENERGY_DIGITS, PRICE_DIGITS, CHARGE_DIGITS, SHARE_DIGITS, HUNDREDTH = 2, 8, 4, 6, 2
WATT_DIGITS = 3
SHARP, PEAK, FLAT, VALLEY = range(4)
PF_STANDARDS = (80, 85, 90)
RETAIL_AVERAGE = 0.975
"""Average retail price of a month as part of its agency price."""
VOLTAGE_LEVELS = ("lv", "lv", "kv10", "kv35")
"""Level of the books for each of ``sectors.VOLTAGES``."""
SPRING_AUTUMN = (3, 4, 5, 9, 10, 11)
"""Months whose second tier is the smaller one (DOMAIN B.5)."""


def whole(value: Decimal, digits: int) -> int:
    """The figure as a whole number of 10^-``digits``.

    Raises:
        WattwardenError: it has more digits than that.
    """
    scaled = value.scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise fail("price book figure", found=value, expected=f"at most {digits} decimals")
    return int(scaled)


@dataclass(frozen=True)
class Tariff:
    """Figures of months that follow each other; the first axis of every array is the month."""

    months: tuple[date, ...]

    @cached_property
    def tiers(self) -> Ints:
        """Prices of the three tiers."""
        return self._levels("residential_ladder", ("tier1", "tier2", "tier3"), PRICE_DIGITS)

    @cached_property
    def shared_meter(self) -> Ints:
        """Price of shared meters at home."""
        return self._figure("residential_ladder", "shared_meter", PRICE_DIGITS)

    @cached_property
    def tier_limits(self) -> Ints:
        """Upper limits of tiers 1 and 2 of one month."""
        names = ("tier1", "tier2_spring_autumn", "tier2_summer_winter")
        table = self._levels("residential_limit", names, ENERGY_DIGITS)
        mild = np.array([month.month in SPRING_AUTUMN for month in self.months])
        return np.stack([table[:, 0], np.where(mild, table[:, 1], table[:, 2])], axis=1)

    @cached_property
    def agricultural(self) -> Ints:
        """Whole price of agriculture by voltage."""
        return self._levels("agricultural", VOLTAGE_LEVELS, PRICE_DIGITS)

    @cached_property
    def single_rate(self) -> Ints:
        """Transmission price of single-rate customers by voltage."""
        return self._levels("transmission_single_rate", VOLTAGE_LEVELS, PRICE_DIGITS)

    @cached_property
    def two_part(self) -> Ints:
        """Transmission price per kWh of two-part customers by voltage."""
        return self._levels("transmission_two_part", VOLTAGE_LEVELS, PRICE_DIGITS)

    @cached_property
    def capacity(self) -> Ints:
        """Capacity price by voltage."""
        return self._levels("capacity_charge", VOLTAGE_LEVELS, CHARGE_DIGITS)

    @cached_property
    def demand(self) -> Ints:
        """Demand price by voltage."""
        return self._levels("demand_charge", VOLTAGE_LEVELS, CHARGE_DIGITS)

    @cached_property
    def purchase(self) -> Ints:
        """Agency purchase price."""
        return self._figure("agency_purchase", "all", PRICE_DIGITS)

    @cached_property
    def surcharge(self) -> Ints:
        """What customers pay beyond the agency price who left the market (DOMAIN B.3)."""
        times = self._figure("agency_surcharge", "times", SHARE_DIGITS)
        return half_up(self.purchase * (times - 10**SHARE_DIGITS), 10**SHARE_DIGITS)

    @cached_property
    def grid_loss(self) -> Ints:
        """Price of the losses of the grid."""
        return self._figure("grid_loss", "all", PRICE_DIGITS)

    @cached_property
    def system(self) -> Ints:
        """System operation."""
        return self._figure("system_operation", "all", PRICE_DIGITS)

    @cached_property
    def funds(self) -> Ints:
        """Government funds."""
        return self._figure("funds", "all", PRICE_DIGITS)

    @cached_property
    def feed_in(self) -> Ints:
        """Price of solar energy fed into the grid."""
        return self._figure("feed_in", "all", PRICE_DIGITS)

    @cached_property
    def ratios(self) -> Ints:
        """Float of the energy price in sharp-peak, peak, flat and valley hours."""
        return self._levels("tou_ratio", ("sharp", "peak", "flat", "valley"), SHARE_DIGITS)

    @cached_property
    def quarter_rates(self) -> Ints:
        """Rate of each quarter of an hour of a day: ``SHARP``, ``PEAK``, ``FLAT`` or ``VALLEY``."""
        position = {letter: rate for rate, letter in enumerate(LETTERS)}
        days = [timetable_of(REGION).letters_on(month) for month in self.months]
        return np.array([[position[letter] for letter in day] for day in days])

    @cached_property
    def discount_share(self) -> Ints:
        """Part of the demand price that heavy use pays; ``NULL`` where no discount is in force."""
        return self._figure("demand_discount", "share", SHARE_DIGITS, optional=True)

    @cached_property
    def discount_floor(self) -> Ints:
        """Energy per kVA from which the discount holds, 0.01 kWh."""
        return self._figure("demand_discount_floor", "all", ENERGY_DIGITS, optional=True)

    @cached_property
    def demand_rule(self) -> Ints:
        """Limit of the contract demand, weight of what is above, floor in capacity; whole per cent."""
        return self._levels("demand_rule", ("limit", "excess", "floor"), 0)

    @cached_property
    def copper(self) -> Ints:
        """Copper loss: light and heavy share, load rate that parts them, factor of the load rate; 0.01 %."""
        names = ("light", "heavy", "heavy_above", "load_factor")
        return self._levels("transformer_copper_loss", names, HUNDREDTH)

    @cached_property
    def hours(self) -> Ints:
        """Hours of a full month in the loss formula."""
        return self._figure("billing_policy", "full_month_hours", 0)

    @cached_property
    def system_adjusted(self) -> Ints:
        """1 where system operation is in the base of the power factor adjustment."""
        return self._figure("billing_policy", "system_in_power_factor_base", 0)

    @cached_property
    def pf_rates(self) -> Ints:
        """Adjustment in 0.01 % by month, standard of ``PF_STANDARDS``, and power factor 0.00 … 1.00."""
        steps = tuple(f"{factor / 100:.2f}" for factor in range(101))
        tables = [self._levels(f"power_factor_{s:03d}", steps, HUNDREDTH) for s in PF_STANDARDS]
        return np.stack(tables, axis=1)

    @cached_property
    def transformers(self) -> dict[str, int]:
        """Iron loss by model and capacity, such as ``S11-200``, in watts.

        Raises:
            WattwardenError: it changes within the months, as no transformer does.
        """
        book = price_books().book(REGION, "transformer_no_load_loss")
        table = self._levels(book.name, tuple(book.levels), WATT_DIGITS)
        if (table != table[0]).any():
            raise fail(book.subject, found="a change", expected=f"one figure since {self.months[0]}")
        return {level: int(watts) for level, watts in zip(book.levels, table[0], strict=True)}

    def _figure(self, name: str, level: str, digits: int, *, optional: bool = False) -> Ints:
        return self._levels(name, (level,), digits, optional=optional)[:, 0]

    def _levels(self, name: str, levels: tuple[str, ...], digits: int, *, optional: bool = False) -> Ints:
        lines = [_line(name, month, optional=optional) for month in self.months]
        return np.array([[_value(name, line, level, digits) for level in levels] for line in lines])


def _line(name: str, month: date, *, optional: bool) -> PriceLine | None:
    """The line that holds all through a month; None where an ``optional`` book has none.

    Raises:
        WattwardenError: the figure changes within the month, which no bill of the county does.
    """
    book = price_books().book(REGION, name)
    last = month_start(month, 1) - timedelta(days=1)
    if optional and not any(month in line.period for line in book.lines):
        return None
    first, then = book.line_on(month), book.line_on(last)
    if first is not then:
        raise fail(
            book.subject, found=f"a change within {month:%Y-%m}", expected="changes on the first of a month"
        )
    return first


def _value(name: str, line: PriceLine | None, level: str, digits: int) -> int:
    if line is None:
        return NULL
    if level not in line.values:
        raise fail(f"price book {REGION}/{name}, line from {line.valid_from}", found=f"no figure for {level}",
                   expected="a figure per level")  # fmt: skip
    return whole(line.values[level], digits)


def half_up(value: Ints, divisor: Ints | int) -> Ints:
    """``value ÷ divisor`` rounded half up, away from zero (DOMAIN B.6)."""
    return np.asarray(np.sign(value) * ((np.abs(value) * 2 + divisor) // (2 * divisor)))


@cache
def tariff_of(plan: Plan) -> Tariff:
    """Figures of the bill months of a plan and of the running month after them."""
    return Tariff(tuple(month_start(plan.start, offset) for offset in range(plan.months + 1)))
