"""Technical loss of an area: no-load loss and a part that grows with the square of the load.

ΔE(t) = a + k·S(t)²·(1 + α(θ(t) − 20 °C)): iron loss of the transformer, and copper loss of transformer and
lines; α = 0.0039 /K is the temperature coefficient of copper (IEC 60228). ``a`` and ``k`` are not negative
and ``a`` stays below a share of the supply, because a larger constant is an unmetered load, not iron.

Source: DOMAIN A.9 (P0·t + Pk·K·t·(S/Se)²); GB/T 1094.1 no-load and load loss.
"""

from typing import NamedTuple

import numpy as np

from wattwarden.calc.loss.area import Floats

COPPER_PER_K = 0.0039
REFERENCE_C = 20.0
MOST_NO_LOAD_SHARE = 0.012
"""Largest no-load loss as a share of the mean supply: iron loss of 0.2 % of the rating at one sixth load."""


class Technical(NamedTuple):
    """A fitted technical loss.

    Attributes:
        no_load_kwh: Loss of an interval without load.
        per_kwh: Loss per kWh² of supply in an interval.
        gate_share: Loss in proportion to the supply: what a gate meter reads too much (signed), when fitted.
        per_kwh_error: Standard error of ``per_kwh``.
    """

    no_load_kwh: float
    per_kwh: float
    gate_share: float
    per_kwh_error: float


def load_square(supply_kwh: Floats, temperature_c: Floats | None) -> Floats:
    """The load column of the technical loss, kWh²: supply squared, corrected for temperature when known."""
    square = supply_kwh**2
    if temperature_c is None:
        return square
    return square * (1.0 + COPPER_PER_K * (temperature_c - REFERENCE_C))


def fit_technical(loss: Floats, supply: Floats, square: Floats, weight: Floats, *, gate: bool) -> Technical:
    """Weighted least squares with bounds.

    Args:
        loss: Loss left to explain, kWh per interval.
        supply: Gate supply, kWh per interval.
        square: ``load_square`` of it.
        weight: One over the variance of the loss, 1/kWh².
        gate: Fit the share of the supply as well.
    """
    columns = np.stack([np.ones_like(loss), square] + ([supply] if gate else []))
    gram = (columns * weight) @ columns.T
    target = (columns * weight) @ loss
    top = MOST_NO_LOAD_SHARE * float(np.abs(supply).mean())
    found = _bounded(gram, target, top)
    return Technical(
        float(found[0]),
        float(found[1]),
        float(found[2]) if gate else 0.0,
        float(np.sqrt(1.0 / max(gram[1, 1] - gram[0, 1] ** 2 / gram[0, 0], 1e-300))),
    )


def technical_loss(fit: Technical, supply: Floats, square: Floats) -> Floats:
    """What a fit explains, kWh per interval, the gate's share included."""
    return fit.no_load_kwh + fit.per_kwh * square + fit.gate_share * supply


def _bounded(gram: Floats, target: Floats, top: float) -> Floats:
    """Solution with the first coefficient in [0, top] and the second not negative; bounds one at a time."""
    size = len(target)
    found = _with_fixed(gram, target, {})
    fixed: dict[int, float] = {}
    for _ in range(2):
        if 0 not in fixed and not 0.0 <= found[0] <= top:
            fixed[0] = min(max(float(found[0]), 0.0), top)
        elif size > 1 and 1 not in fixed and found[1] < 0:
            fixed[1] = 0.0
        found = _with_fixed(gram, target, fixed)
    return found


def _with_fixed(gram: Floats, target: Floats, fixed: dict[int, float]) -> Floats:
    free = [place for place in range(len(target)) if place not in fixed]
    found = np.zeros(len(target))
    for place, value in fixed.items():
        found[place] = value
    if free:
        rest = target[free] - gram[np.ix_(free, list(fixed))] @ np.array(list(fixed.values()))
        scale = np.sqrt(np.maximum(np.diag(gram)[free], 1e-300))
        solved = np.linalg.lstsq(gram[np.ix_(free, free)] / np.outer(scale, scale), rest / scale, rcond=1e-12)
        found[free] = solved[0] / scale
    return found
