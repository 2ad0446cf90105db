"""How much each customer of an area is suspected, how much bypasses the meter, and when.

The interval of the bypassed energy follows from the variance of the fitted shares: var(g) = σ²/Σwy² in each
cell, with σ² what is left over (weighted least squares).
"""

from dataclasses import dataclass

import numpy as np

from wattwarden.calc.loss.area import HOURS, Bools, Floats
from wattwarden.calc.loss.cause import SHAPES, Cause
from wattwarden.calc.loss.causes import Diagnosis
from wattwarden.calc.loss.remainder import doubt_evidence
from wattwarden.calc.loss.search import AREA, Component, Explanation
from wattwarden.calc.loss.shapes import LEAST_SPREAD, Shape
from wattwarden.calc.loss.sheet import Sheet
from wattwarden.calc.statistics import Z_95

FULL_SHARE = 0.003
"""Share of the supply from which on a suspect's energy no longer adds to the suspicion."""
TWIN_OVERLAP = 0.6
HOUR_SHARE = 0.5
STANDING_SCALE = 1000.0
HALF_EVIDENCE = 18.0
SLOPE = 1.6


@dataclass(frozen=True)
class Suspect:
    """What the balance says of one customer.

    Attributes:
        customer: Row of the area's readings.
        evidence: Log odds that the loss follows this customer, for ranking.
        probability: The same as a probability, 0 to 1.
        shape: Main form of the loss at this customer; None when only the readings themselves are odd, or
            nothing is.
        bypassed_kwh, low_kwh, high_kwh: Energy that the meter missed over the period, with its 95 % interval.
        share: Of what the customer used, the part that bypassed the meter, 0 to 1.
        hours: Hours of the day in which it happens.
        days: Days on which it happens, of all days.
    """

    customer: int
    evidence: float
    probability: float
    shape: Shape | None
    bypassed_kwh: float
    low_kwh: float
    high_kwh: float
    share: float
    hours: tuple[int, ...]
    days: int


def find_suspects(sheet: Sheet, diagnosis: Diagnosis) -> list[Suspect]:
    """Every customer of the area, the most suspected first; those filed in the wrong area are no suspects."""
    found = diagnosis.explanation
    evidence = customer_evidence(sheet, found)
    # The curve from evidence to probability was fitted on the chances as said, and holds with them.
    chance = diagnosis.said.of[Cause.THEFT] + diagnosis.said.of[Cause.METER]
    told = found.state.independent_share * sheet.informed
    suspects = [
        _suspect(
            sheet,
            found,
            customer,
            (float(evidence[customer]), chance * probability_of(told * float(evidence[customer]))),
        )
        for customer in range(sheet.customers)
    ]
    return sorted(suspects, key=lambda suspect: -suspect.evidence)


def customer_evidence(sheet: Sheet, found: Explanation) -> Floats:
    """Log odds per customer; below zero for those that no shape took in, ordered by their best shape."""
    evidence = np.zeros(sheet.customers)
    supply = float(np.abs(sheet.supply).sum())
    for part in found.components:
        if part.customer != AREA and part.shape is not Shape.BORROWED:
            size = min(1.0, float(np.abs(part.fit.explained).sum()) / (FULL_SHARE * supply))
            value = max(part.evidence, evidence_without(sheet, found, part)) * size
            evidence[part.customer] += value
            if part.shape is Shape.FLOOR:
                _add_twins(sheet.at_floor, part.customer, value, evidence)
    evidence += doubt_evidence(sheet, found)
    standing = np.nan_to_num(found.standing, neginf=-1e6)
    return np.where(evidence > 0, evidence, -1 + 0.9 * np.tanh(standing / STANDING_SCALE))


def _add_twins(resting: Bools, customer: int, value: float, evidence: Floats) -> None:
    """Who rests at the same times as a suspect is suspected with him: the balance cannot tell them apart."""
    both = (resting & resting[customer]).sum(axis=1)
    either = np.maximum((resting | resting[customer]).sum(axis=1), 1)
    overlap = both / either
    overlap[customer] = 0.0
    evidence += np.where(overlap >= TWIN_OVERLAP, overlap * value / 2, 0.0)


def evidence_without(sheet: Sheet, found: Explanation, part: Component) -> float:
    """Rise of what is left when one component is taken out again, as log odds."""
    if part.shape is Shape.GATE:
        return part.evidence
    weight = found.state.weight.copy()
    if part.fit.open_at is not None:
        resting, ratio = part.fit.open_at
        weight[resting] *= ratio
    residual = found.state.residual + part.fit.explained
    least = max(found.state.square_sum, LEAST_SPREAD * sheet.effective)
    return float(0.5 * sheet.effective * np.log(max(float(weight @ residual**2), 1e-300) / least))


def _suspect(sheet: Sheet, found: Explanation, customer: int, said: tuple[float, float]) -> Suspect:
    """One customer; ``said``: evidence and probability."""
    evidence, probability = said
    parts = [
        part for part in found.components if part.customer == customer and part.shape in SHAPES[Cause.THEFT]
    ]
    if not parts:
        return Suspect(customer, evidence, probability, None, 0.0, 0.0, 0.0, 0.0, (), 0)
    bypassed = np.sum([_amount(found, part) for part in parts], axis=0)
    total = float(bypassed.sum())
    error = Z_95 * float(np.sqrt(sum(_variance(sheet, found, part) for part in parts)))
    used = float(sheet.readings[customer].sum()) + max(total, 0.0)
    return Suspect(
        customer,
        evidence,
        probability,
        parts[0].shape,
        max(total, 0.0),
        max(total - error, 0.0),
        max(total + error, 0.0),
        max(total, 0.0) / used if used > 0 else 0.0,
        *_when(sheet, customer, bypassed),
    )


def _amount(found: Explanation, part: Component) -> Floats:
    """Energy of one component per interval; an amount left open is all that the others leave there."""
    if part.fit.open_at is None:
        return part.fit.explained
    resting = part.fit.open_at[0]
    sharing = np.sum([other.fit.open_at[0] for other in found.components if other.fit.open_at], axis=0)
    return part.fit.explained + np.where(resting, found.state.residual / np.maximum(sharing, 1), 0.0)


def probability_of(evidence: float) -> float:
    """Probability of theft from the evidence: logistic in its logarithm, fitted on planted areas.

    Source: ``scripts/measure_area_loss.py`` prints the reliability of this curve.
    """
    if evidence <= 0:
        return 0.01
    return float(1.0 / (1.0 + (HALF_EVIDENCE / evidence) ** SLOPE))


def _variance(sheet: Sheet, found: Explanation, part: Component) -> float:
    """Variance of the energy of one component, kWh²."""
    spread = max(found.state.square_sum / sheet.effective, 1.0)
    reading, weight = sheet.readings[part.customer], found.state.weight
    if part.fit.open_at is not None:
        resting, ratio = part.fit.open_at
        return float(spread * (1.0 / np.maximum(weight[resting] * ratio, 1e-12)).sum())
    cell = {
        Shape.BY_HOUR: sheet.hour,
        Shape.BY_DAY: sheet.day,
        Shape.BY_LEVEL: sheet.level[part.customer],
    }.get(part.shape, np.zeros_like(sheet.hour))
    active = part.fit.explained > 0
    total = np.bincount(cell, reading * active)
    square = np.bincount(cell, weight * reading**2 * active)
    return float(spread * (total**2 / np.maximum(square, 1e-300))[total > 0].sum())


def _when(sheet: Sheet, customer: int, bypassed: Floats) -> tuple[tuple[int, ...], int]:
    """Hours of the day with at least half of the largest bypassed share, and days with any."""
    if not bypassed.any():
        return (), 0
    used = np.bincount(sheet.hour, sheet.readings[customer] + np.maximum(bypassed, 0.0), HOURS)
    missed = np.bincount(sheet.hour, np.maximum(bypassed, 0.0), HOURS)
    share = missed / np.maximum(used, 1e-9)
    hours = tuple(int(hour) for hour in np.flatnonzero(share >= HOUR_SHARE * share.max()))
    by_day = np.bincount(sheet.day, bypassed)
    return hours, int((by_day > 0.1 * by_day.max()).sum())
