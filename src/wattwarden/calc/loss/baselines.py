"""Plain ways to blame a customer for an area's loss: what the attribution must beat.

Source: correlation of loss and readings as used in the field (DOMAIN D.5); non-negative least squares after
Lawson and Hanson, Solving Least Squares Problems, 1974.
"""

import numpy as np
from scipy.optimize import nnls

from wattwarden.calc.loss.area import Area, Floats
from wattwarden.calc.loss.estimate import filled_readings


def loss_correlation(area: Area) -> Floats:
    """Correlation of the interval loss with each customer's readings; gaps count as nothing used."""
    readings = np.nan_to_num(area.readings_kwh)
    return _correlations(readings, np.nan_to_num(area.delivered_kwh) - readings.sum(axis=0))


def daily_correlation(area: Area) -> Floats:
    """Size of the correlation of the daily loss with each customer's daily energy."""
    readings = np.nan_to_num(area.readings_kwh)
    whole = readings.shape[1] // area.slots_per_day * area.slots_per_day
    daily = readings[:, :whole].reshape(len(readings), -1, area.slots_per_day).sum(axis=2)
    supply = np.nan_to_num(area.delivered_kwh)[:whole].reshape(-1, area.slots_per_day).sum(axis=1)
    return np.abs(_correlations(daily, supply - daily.sum(axis=0)))


def non_negative_shares(area: Area) -> Floats:
    """Shares g ≥ 0 of the readings that explain the loss best, beside a constant and the supply squared."""
    readings, _ = filled_readings(area)
    known = ~np.isnan(area.delivered_kwh)
    supply = area.delivered_kwh[known]
    columns = np.vstack([readings[:, known], np.ones_like(supply), supply**2])
    shares, _ = nnls(columns.T, supply - readings[:, known].sum(axis=0))
    return np.asarray(shares[: len(readings)], dtype=np.float64)


def _correlations(rows: Floats, one: Floats) -> Floats:
    """Correlation of each row with one series; 0 where either does not vary."""
    centred, other = rows - rows.mean(axis=1, keepdims=True), one - one.mean()
    size = np.sqrt((centred**2).sum(axis=1) * (other @ other))
    cross = centred @ other
    return np.asarray(np.where(size > 0, cross / np.maximum(size, 1e-300), 0.0), dtype=np.float64)
