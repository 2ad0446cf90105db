"""Technical loss of an area: no-load loss and a part that grows with the square of the load.

ΔE(t) = a + k·S(t)²·(1 + α(θ(t) − 20 °C)): iron loss of the transformer, and copper loss of transformer and
lines; α = 0.0039 /K is the temperature coefficient of copper (IEC 60228). ``a`` and ``k`` are not negative
and ``a`` stays below a share of the supply, because a larger constant is an unmetered load, not iron.

Source: DOMAIN A.9 (P0·t + Pk·K·t·(S/Se)²); GB/T 1094.1 no-load and load loss.
"""

from typing import NamedTuple

import numpy as np

from wattwarden.calc.loss.area import Floats
from wattwarden.calc.loss.kernels import bounded_fit

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
    found, gram = bounded_fit(loss, supply, square, weight, 3 if gate else 2, MOST_NO_LOAD_SHARE)
    spread = gram[1, 1] - gram[0, 1] ** 2 / gram[0, 0] if gram[0, 0] > 0 else 0.0
    return Technical(
        float(found[0]),
        float(found[1]),
        float(found[2]) if gate else 0.0,
        float(np.sqrt(1.0 / max(spread, 1e-300))),
    )


def technical_loss(fit: Technical, supply: Floats, square: Floats) -> Floats:
    """What a fit explains, kWh per interval, the gate's share included."""
    return fit.no_load_kwh + fit.per_kwh * square + fit.gate_share * supply
