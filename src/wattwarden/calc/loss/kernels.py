"""Sums over intervals that the shapes of theft need, compiled.

Source: no formula of its own; each sum is named where a shape uses it.
"""

import numpy as np

from wattwarden.calc.loss.area import HOURS, Bools, Floats, Ints
from wattwarden.calc.tariff.compiled import compiled


@compiled
def moments(
    readings: Floats, weight: Floats, residual: Floats, hour: Ints, day: Ints, days: int
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Weighted sums per customer: Σwry, Σwyy and Σwy by hour of day, Σwry and Σwyy by day."""
    count, length = readings.shape
    hour_ry = np.zeros((count, HOURS))
    hour_yy = np.zeros((count, HOURS))
    hour_y = np.zeros((count, HOURS))
    day_ry = np.zeros((count, days))
    day_yy = np.zeros((count, days))
    for customer in range(count):
        for t in range(length):
            reading = readings[customer, t]
            weighted = weight[t] * reading
            cross, square = weighted * residual[t], weighted * reading
            hour_ry[customer, hour[t]] += cross
            hour_yy[customer, hour[t]] += square
            hour_y[customer, hour[t]] += weighted
            day_ry[customer, day[t]] += cross
            day_yy[customer, day[t]] += square
    return hour_ry, hour_yy, hour_y, day_ry, day_yy


@compiled
def level_moments(
    readings: Floats, weight: Floats, residual: Floats, level: Ints, levels: int
) -> tuple[Floats, Floats]:
    """Weighted sums per customer by level of the reading: Σwry and Σwyy."""
    count, length = readings.shape
    level_ry = np.zeros((count, levels))
    level_yy = np.zeros((count, levels))
    for customer in range(count):
        for t in range(length):
            weighted = weight[t] * readings[customer, t]
            level_ry[customer, level[customer, t]] += weighted * residual[t]
            level_yy[customer, level[customer, t]] += weighted * readings[customer, t]
    return level_ry, level_yy


@compiled
def shifted_gains(readings: Floats, weight: Floats, residual: Floats, shifts: Ints) -> Floats:
    """Fall of Σwr² when a customer's curve is moved by each shift: customers × shifts."""
    count, length = readings.shape
    gains = np.zeros((count, len(shifts)))
    for customer in range(count):
        for place in range(len(shifts)):
            shift = shifts[place]
            for t in range(max(0, -shift), min(length, length - shift)):
                change = readings[customer, t + shift] - readings[customer, t]
                gains[customer, place] += weight[t] * change * (2 * residual[t] - change)
    return gains


@compiled
def resting_sums(
    resting: Bools, weight: Floats, residual: Floats, hour: Ints
) -> tuple[Floats, Floats, Floats, Floats]:
    """Of the intervals marked per customer: Σw and Σwr by hour, Σwrr and their number."""
    count, length = resting.shape
    hour_w = np.zeros((count, HOURS))
    hour_r = np.zeros((count, HOURS))
    square = np.zeros(count)
    number = np.zeros(count)
    for customer in range(count):
        for t in range(length):
            if resting[customer, t]:
                weighted = weight[t] * residual[t]
                hour_w[customer, hour[t]] += weight[t]
                hour_r[customer, hour[t]] += weighted
                square[customer] += weighted * residual[t]
                number[customer] += 1
    return hour_w, hour_r, square, number


@compiled
def normal_sums(loss: Floats, supply: Floats, square: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Weighted normal equations of the loss on a constant, the load squared and the supply."""
    gram = np.zeros((3, 3))
    target = np.zeros(3)
    for t in range(len(loss)):
        row = (1.0, square[t], supply[t])
        for one in range(3):
            target[one] += weight[t] * row[one] * loss[t]
            for other in range(3):
                gram[one, other] += weight[t] * row[one] * row[other]
    return gram, target


@compiled
def solved(gram: Floats, target: Floats, fixed: Floats) -> Floats:
    """Solution of normal equations where ``fixed`` is NaN, by Gauss-Jordan; elsewhere ``fixed`` itself."""
    size = len(target)
    left = gram.copy()
    right = target.copy()
    for place in range(size):
        if not np.isnan(fixed[place]):
            left[place, :] = 0.0
            left[place, place] = 1.0
            right[place] = fixed[place]
    for pivot in range(size):
        if abs(left[pivot, pivot]) < 1e-12 * abs(gram[pivot, pivot]) or left[pivot, pivot] == 0.0:
            right[pivot] = 0.0
            left[pivot, :] = 0.0
            left[pivot, pivot] = 1.0
        for row in range(size):
            if row != pivot:
                factor = left[row, pivot] / left[pivot, pivot]
                left[row, :] -= factor * left[pivot, :]
                right[row] -= factor * right[pivot]
    return right / np.diag(left)


@compiled
def bounded_solution(gram: Floats, target: Floats, top: float) -> Floats:
    """Solution with the first figure in [0, top] and the second not negative, one bound at a time."""
    fixed = np.full(len(target), np.nan)
    found = solved(gram, target, fixed)
    for _ in range(2):
        if np.isnan(fixed[0]) and not 0.0 <= found[0] <= top:
            fixed[0] = min(max(found[0], 0.0), top)
        elif np.isnan(fixed[1]) and found[1] < 0.0:
            fixed[1] = 0.0
        found = solved(gram, target, fixed)
    return found
