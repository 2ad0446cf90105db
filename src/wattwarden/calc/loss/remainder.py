"""What the loss says where shapes do not: nothing found, or something left over that no shape describes.

Source: energy balance; the chances are assumptions, to be replaced by results of visits.
"""

from collections.abc import Sequence

import numpy as np

from wattwarden.calc.loss.area import Area, Floats
from wattwarden.calc.loss.calibration import WHOLE_PCT
from wattwarden.calc.loss.cause import SHAPES, Cause
from wattwarden.calc.loss.doubt import covering_evidence, resting_evidence, sameness_evidence
from wattwarden.calc.loss.search import AREA, Component, Explanation
from wattwarden.calc.loss.sheet import Sheet

LEFT_OVER = 6.0
"""Variance left over, in multiples of the assumed one, up to which only noise is left."""
LEFT_WHITE = 45.0
WHITE_ECHO = 0.15
"""More is noise too if it has no memory: a coarse gate meter, 2 % in each interval."""
GATE_SHARE = 0.015
TECHNICAL_PCT = 8.0
"""A technical loss above this is itself abnormal (DOMAIN E: normal 0 to 7 %, high from 10 %)."""
MISSING_PCT = WHOLE_PCT
PLAIN_DOUBT = 20.0
OFTEN_NEGATIVE = 0.02
SPREADS = 5.0
MOSTLY = 0.5


def is_noise(sheet: Sheet, found: Explanation) -> bool:
    """Whether what is left is meter noise."""
    left = found.state.square_sum / sheet.effective
    return left <= LEFT_OVER or (left <= LEFT_WHITE and abs(found.state.echo) <= WHITE_ECHO)


def unexplained_kwh(sheet: Sheet, found: Explanation) -> Floats:
    """Loss less what customers explain, kWh per interval; technical loss and the like are still in it."""
    theirs = [part.fit.explained for part in found.components if part.customer != AREA]
    return np.asarray(sheet.loss - np.sum(theirs, axis=0) if theirs else sheet.loss, dtype=np.float64)


def doubt_evidence(sheet: Sheet, found: Explanation) -> Floats:
    """Log odds per customer from the readings themselves; 0 where only noise is left to explain."""
    if is_noise(sheet, found):
        return np.zeros(sheet.customers)
    covering = covering_evidence(sheet, unexplained_kwh(sheet, found))
    return covering + sameness_evidence(sheet) + resting_evidence(sheet)


def chances_without_parts(area: Area, sheet: Sheet, found: Explanation) -> dict[Cause, float]:
    """Nothing but technical loss: normal, or too large, or only seemingly large because readings lack."""
    supply = float(sheet.supply.sum())
    technical_pct = 100.0 * float(found.technical_kwh.sum()) / supply if supply else 0.0
    raw_pct = 100.0 * (supply - float(np.nansum(area.readings_kwh))) / supply if supply else 0.0
    chances = dict.fromkeys(Cause, 0.0)
    if technical_pct > TECHNICAL_PCT:
        chances |= {Cause.TECHNICAL: 0.7, Cause.UNMETERED: 0.1, Cause.GATE: 0.1, Cause.THEFT: 0.1}
    elif area.read_pct < MISSING_PCT and raw_pct > technical_pct + 100.0 * GATE_SHARE:
        chances |= {Cause.MISSING: 0.85, Cause.NORMAL: 0.1, Cause.THEFT: 0.05}
    else:
        chances |= {Cause.NORMAL: 0.97, Cause.THEFT: 0.02, Cause.TECHNICAL: 0.01}
    return chances


def chances_unexplained(sheet: Sheet, found: Explanation, parts: Sequence[Component]) -> dict[Cause, float]:
    """Something is there that no shape describes.

    Readings that are not the use make the loss negative at times, and doubt falls on a customer. A meter that
    does not turn and a stranger's load make it positive only; so do several thefts of mixed forms.
    """
    loss = found.state.residual
    spread = 1.0 / np.sqrt(np.maximum(sheet.weight, 1e-12))
    negative = float(np.mean((unexplained_kwh(sheet, found) < -SPREADS * spread) & (sheet.weight > 0)))
    doubt = doubt_evidence(sheet, found)
    resting = resting_evidence(sheet)
    explained = {cause: _explained(parts, cause) for cause in SHAPES}
    main = max(explained, key=lambda cause: explained[cause])
    chances = dict.fromkeys(Cause, 0.0)
    if doubt.max() >= PLAIN_DOUBT and resting.max() < doubt.max():
        chances |= {Cause.THEFT: 0.8, Cause.METER: 0.15, Cause.GATE: 0.05}
    elif explained[main] > MOSTLY * float(np.abs(loss).sum()):
        # A customer fed elsewhere explains all; if much is left, the readings are not the use.
        main = Cause.THEFT if main is Cause.MAPPING else main
        chances |= {main: 0.7}
        chances[Cause.THEFT] += 0.15
        chances[Cause.MAPPING] += 0.15
    elif negative > OFTEN_NEGATIVE:
        chances |= {Cause.THEFT: 0.6, Cause.METER: 0.2, Cause.GATE: 0.1, Cause.MAPPING: 0.1}
    elif resting.max() > 0:
        chances |= {Cause.METER: 0.5, Cause.MAPPING: 0.2, Cause.THEFT: 0.3}
    else:
        chances |= {Cause.MAPPING: 0.5, Cause.THEFT: 0.3, Cause.UNMETERED: 0.2}
    return chances


def _explained(parts: Sequence[Component], cause: Cause) -> float:
    return sum(float(np.abs(part.fit.explained).sum()) for part in parts if part.shape in SHAPES[cause])
