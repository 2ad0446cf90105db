"""Illustrative prices.

They are at the level of the sources named here, but they are NOT a price book: a real bill is checked
against ``content/prices``, never against this module.

Levels: residential ladder DOMAIN B.5 (Hunan); purchase, loss, transmission, system and funds DOMAIN B.2, B.3
and the full-bill example B.7; time-of-use ratios and periods DOMAIN B.4; power factor table DOMAIN B.1.
Prices are whole numbers of 10^-8 yuan per kWh.
"""

import numpy as np

from wattwarden.simulate.plan import Ints

E8 = 10**8

RESIDENTIAL = (58_800_000, 63_800_000, 88_800_000)
"""Prices of the three tiers."""
AGRICULTURAL = 51_300_000
PURCHASE = 45_000_000
GRID_LOSS = 1_900_000
SYSTEM = 3_000_000
FUNDS = 4_625_000
TRANSMISSION_SINGLE = {"v220": 21_030_000, "v380": 21_030_000, "kv10": 19_030_000, "kv35": 17_030_000}
TRANSMISSION_TWO_PART = {"v220": 12_630_000, "v380": 12_630_000, "kv10": 12_630_000, "kv35": 10_650_000}
CAPACITY_FEN = 2_630
"""Fen per kVA and month."""
DEMAND_FEN = 4_200
"""Fen per kW and month."""
DEMAND_DISCOUNT_PERCENT = 90
"""At 260 kWh per kVA and month the demand price is 90 % (DOMAIN B.2)."""
DISCOUNT_KWH_PER_KVA = 260

SHARP, PEAK, FLAT, VALLEY = range(4)
TOU_PERCENT = (192, 160, 100, 40)
"""Float of the energy price in sharp-peak, peak, flat and valley hours."""
SHARP_MONTHS = {1: range(18, 22), 12: range(18, 22), 7: range(20, 24), 8: range(20, 24)}
PEAK_MONTHS = {1: (16, 17, 22, 23), 12: (16, 17, 22, 23), 7: range(16, 20), 8: range(16, 20)}
VALLEY_HOURS = (*range(6), 12, 13)

PF_STANDARDS = (80, 85, 90)


def tier_limits(month: int) -> tuple[int, int]:
    """Upper limits of tiers 1 and 2 in kWh of one month (DOMAIN B.5)."""
    return 200, 450 if month in (1, 2, 6, 7, 8, 12) else 350


def hour_rates(month: int) -> Ints:
    """Rate of each hour of the day: ``SHARP``, ``PEAK``, ``FLAT`` or ``VALLEY`` (DOMAIN B.4)."""
    rates = np.full(24, FLAT)
    rates[list(PEAK_MONTHS.get(month, range(16, 24)))] = PEAK
    rates[list(SHARP_MONTHS.get(month, ()))] = SHARP
    rates[list(VALLEY_HOURS)] = VALLEY
    return rates


def pf_rates(standard: int) -> Ints:
    """Adjustment for each power factor 0.00 … 1.00 in 0.01 %, for a standard of 80, 85 or 90 (DOMAIN B.1)."""
    return np.array([_pf_rate(factor, standard) for factor in range(101)])


def _pf_rate(factor: int, standard: int) -> int:
    if factor >= standard:
        return -_reward(factor, standard)
    short = standard - factor
    first, second = 20, 5
    if short <= first:
        return 50 * short
    if short <= first + second:
        return 50 * first + 100 * (short - first)
    return 50 * first + 100 * second + 200 * (short - first - second)


def _reward(factor: int, standard: int) -> int:
    if standard == 90:
        return min(15 * (factor - 90), 75)
    small, large = min(factor, 90) - standard, max(factor - 90, 0)
    return min(10 * small + 15 * large, {80: 130, 85: 110}[standard])
