"""What readings themselves tell when no shape explains the loss: who alone could have caused it.

Source: energy balance. Where more was recorded than delivered, some meter recorded what was not used; only
a meter that recorded at least as much can have done so. A meter whose figure stays the same hour after hour
is not measuring a household.
"""

import numpy as np

from wattwarden.calc.loss.area import Floats
from wattwarden.calc.loss.sheet import Sheet

SPREADS = 5.0
MOST_MISSES = 0.03
ROW = 8.0
"""Intervals in a row that tell as much as one: use changes slowly."""
MOST_TOLD = 300.0
SAME_SHARE = 0.6
SAME_EVIDENCE = 40.0
ALWAYS = 0.97
RESTING_EVIDENCE = 30.0


def covering_evidence(sheet: Sheet, unexplained: Floats) -> Floats:
    """Log odds per customer that negative loss comes from these readings, since no others were large enough.

    Args:
        unexplained: Loss less what causes explain, technical loss still in it, kWh per interval.
    """
    spread = 1.0 / np.sqrt(np.maximum(sheet.weight, 1e-12))
    below = (sheet.weight > 0) & (unexplained < -SPREADS * spread)
    if not below.any():
        return np.zeros(sheet.customers)
    need = -unexplained[below] - SPREADS * spread[below]
    able = sheet.readings[:, below] >= need
    told = np.log(sheet.customers / np.maximum(able.sum(axis=0), 1))
    evidence = np.minimum((able * told).sum(axis=1) / ROW, MOST_TOLD)
    return np.where((~able).mean(axis=1) <= MOST_MISSES, evidence, 0.0)


def sameness_evidence(sheet: Sheet) -> Floats:
    """Log odds per customer that the meter does not follow a use: its figure repeats while others move."""
    same = (np.diff(sheet.readings, axis=1) == 0) & ~sheet.at_floor[:, 1:]
    share = same.mean(axis=1)
    odd = (share >= SAME_SHARE) & (np.median(share) < SAME_SHARE / 2)
    return np.where(odd, SAME_EVIDENCE * share, 0.0)


def resting_evidence(sheet: Sheet) -> Floats:
    """Log odds per customer that the meter does not turn: at rest nearly always while energy goes astray."""
    return np.where(sheet.at_floor.mean(axis=1) >= ALWAYS, RESTING_EVIDENCE, 0.0)
