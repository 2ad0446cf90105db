"""Sums over intervals that the shapes of theft need, compiled.

Source: no formula of its own; each sum is named where a shape uses it.
"""

import numpy as np

from wattwarden.calc.loss.area import HOURS, Bools, Floats, Ints
from wattwarden.calc.tariff.compiled import compiled, compiled_sums


@compiled_sums
def moments(
    readings: Floats, weight: Floats, residual: Floats, first_slot: int, slots: int
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Weighted sums per customer: Σwry, Σwyy and Σwy by hour of day, Σwry and Σwyy by day.

    Args:
        first_slot: Place of the first interval in its day.
        slots: Intervals in a day.
    """
    count, length = readings.shape
    days = (first_slot + length - 1) // slots + 1
    hour_ry, hour_yy, hour_y = np.zeros((count, HOURS)), np.zeros((count, HOURS)), np.zeros((count, HOURS))
    day_ry, day_yy = np.zeros((count, days)), np.zeros((count, days))
    cross_weight = weight * residual
    for customer in range(count):
        # A day at a time, so that what stands side by side is added side by side.
        slot_ry, slot_yy, slot_y = np.zeros(slots), np.zeros(slots), np.zeros(slots)
        for day in range(days):
            start, stop = max(day * slots - first_slot, 0), min((day + 1) * slots - first_slot, length)
            slot = start + first_slot - day * slots
            read, heavy, left = readings[customer, start:stop], weight[start:stop], cross_weight[start:stop]
            to_ry, to_yy, to_y = slot_ry[slot:], slot_yy[slot:], slot_y[slot:]
            of_day_ry, of_day_yy = 0.0, 0.0
            for place in range(stop - start):
                weighted = heavy[place] * read[place]
                cross, square = left[place] * read[place], weighted * read[place]
                to_ry[place] += cross
                to_yy[place] += square
                to_y[place] += weighted
                of_day_ry += cross
                of_day_yy += square
            day_ry[customer, day], day_yy[customer, day] = of_day_ry, of_day_yy
        for slot in range(slots):
            hour = slot * HOURS // slots
            hour_ry[customer, hour] += slot_ry[slot]
            hour_yy[customer, hour] += slot_yy[slot]
            hour_y[customer, hour] += slot_y[slot]
    return hour_ry, hour_yy, hour_y, day_ry, day_yy


@compiled
def levels_of(readings: Floats, edges: Floats) -> Ints:
    """How many of a customer's ``edges`` (ascending) each of the customer's readings lies above."""
    count, length = readings.shape
    level = np.zeros((count, length), dtype=np.int64)
    for customer in range(count):
        for edge in edges[customer]:
            for t in range(length):
                level[customer, t] += readings[customer, t] > edge
    return level


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
def cell_gains(cross: Floats, square: Floats, pays_from: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Fall of Σwr² by non-negative shares per candidate, and in how many cells: in all, in those that pay.

    Args:
        cross, square: Σwry and Σwyy, candidates × cells.
        pays_from: Fall from which a cell pays for its figure.
    """
    count, cells = cross.shape
    gain, number = np.zeros(count), np.zeros(count)
    paying_gain, paying_number = np.zeros(count), np.zeros(count)
    for candidate in range(count):
        for cell in range(cells):
            if cross[candidate, cell] > 0.0:
                fall = cross[candidate, cell] ** 2 / max(square[candidate, cell], 1e-300)
                gain[candidate] += fall
                number[candidate] += fall > 0.0
                if fall > pays_from:
                    paying_gain[candidate] += fall
                    paying_number[candidate] += 1.0
    return gain, number, paying_gain, paying_number


@compiled_sums
def cells_explain(reading: Floats, weight: Floats, residual: Floats, cell: Ints, cells: int) -> Floats:
    """Residual explained by a non-negative share of one customer's readings in each cell."""
    cross, square = np.zeros(cells), np.zeros(cells)
    for t in range(len(reading)):
        weighted = weight[t] * reading[t]
        cross[cell[t]] += weighted * residual[t]
        square[cell[t]] += weighted * reading[t]
    share = np.maximum(cross, 0.0) / np.maximum(square, 1e-300)
    explained = np.empty(len(reading))
    for t in range(len(reading)):
        explained[t] = share[cell[t]] * reading[t]
    return explained


@compiled_sums
def whole_gains(curves: Floats, weight: Floats, residual: Floats) -> Floats:
    """Fall of Σwr² when the whole of each curve is taken from the residual."""
    count, length = curves.shape
    gains = np.empty(count)
    for curve in range(count):
        gain = 0.0
        for t in range(length):
            figure = curves[curve, t]
            gain += weight[t] * figure * (2 * residual[t] - figure)
        gains[curve] = gain
    return gains


@compiled_sums
def shifted_gains(readings: Floats, weight: Floats, residual: Floats, shifts: Ints) -> Floats:
    """Fall of Σwr² when a customer's curve is moved by each shift: customers × shifts."""
    count, length = readings.shape
    gains = np.zeros((count, len(shifts)))
    for customer in range(count):
        for place in range(len(shifts)):
            shift = shifts[place]
            start, stop = max(0, -shift), min(length, length - shift)
            then, now = readings[customer, start + shift : stop + shift], readings[customer, start:stop]
            heavy, left = weight[start:stop], residual[start:stop]
            gain = 0.0
            for t in range(stop - start):
                change = then[t] - now[t]
                gain += heavy[t] * change * (2 * left[t] - change)
            gains[customer, place] = gain
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


@compiled_sums
def normal_sums(loss: Floats, supply: Floats, square: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Weighted normal equations of the loss on a constant, the load squared and the supply."""
    ones, squares, supplies, quads, mixed, twos = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    plain, by_square, by_supply = 0.0, 0.0, 0.0
    for t in range(len(loss)):
        weighted = weight[t]
        of_square, of_supply = weighted * square[t], weighted * supply[t]
        ones += weighted
        squares += of_square
        supplies += of_supply
        quads += of_square * square[t]
        mixed += of_square * supply[t]
        twos += of_supply * supply[t]
        plain += weighted * loss[t]
        by_square += of_square * loss[t]
        by_supply += of_supply * loss[t]
    gram = np.array([[ones, squares, supplies], [squares, quads, mixed], [supplies, mixed, twos]])
    return gram, np.array([plain, by_square, by_supply])


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


@compiled
def bounded_fit(
    loss: Floats, supply: Floats, square: Floats, weight: Floats, count: int, top_share: float
) -> tuple[Floats, Floats]:
    """Bounded solution of the first ``count`` normal equations of the loss, and all these equations.

    Args:
        top_share: Largest constant, as a share of the mean supply.
    """
    gram, target = normal_sums(loss, supply, square, weight)
    top = top_share * np.abs(supply).mean()
    return bounded_solution(gram[:count, :count].copy(), target[:count].copy(), top), gram
