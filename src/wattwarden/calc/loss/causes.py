"""Why the loss of an area is not normal: the probability of each cause.

For each cause the loss is explained by its shapes alone. Their likelihoods are compared at a temperature,
because no shape is exactly true: ln L = −½·n·ln RSS less the cost of the figures, divided by
``TEMPERATURE``, plus the logarithm of a prior.

Source: Bayes' rule; DOMAIN E, the order in which a high-loss area is checked (files, readings, gate meter,
    theft).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wattwarden.calc.loss.area import Area
from wattwarden.calc.loss.calibration import Route, area_chances, corrected
from wattwarden.calc.loss.cause import PRIOR, SHAPES, Cause, Chances
from wattwarden.calc.loss.remainder import MISSING_PCT, chances_unexplained, chances_without_parts, is_noise
from wattwarden.calc.loss.search import AREA, FIGURES, Beginning, Component, Explanation, begin, explain_loss
from wattwarden.calc.loss.shapes import LEAST_SPREAD, Shape
from wattwarden.calc.loss.sheet import Sheet

TEMPERATURE = 25.0
COST = {**FIGURES, Shape.REPLACED: 25.0, Shape.UNMETERED: 24.0}
PLAIN_SHARE = 0.002
"""A part of the supply below which nothing is called abnormal, however plain it is: not worth a visit."""
GATE_SHARE = 0.015
"""Smallest error of a gate meter worth a test: three times its class."""
PLAIN_EVIDENCE = 100.0
"""Log odds from which a smaller part counts as well."""
TECHNICAL_FORM = 0.25
"""Share of the technical loss by which its assumed form (load at the gate, squared) may be off."""
STEADY_METER_ODDS = 0.25
"""Share of steady bypasses that a faulty meter or wiring explains as well; to be learned from visits."""


@dataclass(frozen=True)
class Diagnosis:
    """Causes of one area's loss.

    Attributes:
        chances: Probability of each cause.
        said: The same before it was corrected by what came of such verdicts.
        route: How the verdict was reached.
        explanation: The search with all shapes.
        parts: Components worth a visit.
        is_explained: Whether what is left is meter noise.
    """

    chances: Chances
    said: Chances
    route: Route
    explanation: Explanation
    parts: tuple[Component, ...]
    is_explained: bool


def diagnose(area: Area, sheet: Sheet) -> Diagnosis:
    """Probability of each cause of an area that can be balanced."""
    beginning = begin(sheet)
    full = explain_loss(beginning)
    # Where many readings are estimates, faint shapes come from the estimates.
    least = PLAIN_EVIDENCE if area.read_pct < MISSING_PCT else 0.0
    parts = tuple(
        part for part in full.components if part.evidence >= least and not _is_small(sheet, full, part)
    )
    explained = is_noise(sheet, full)
    if explained and not parts:
        route, chances = Route.NOISE, chances_without_parts(area, sheet, full)
    elif explained:
        route = Route.SHAPES
        odds = {cause: np.log(PRIOR[cause]) + _likelihood(beginning, cause, full) for cause in SHAPES}
        odds[Cause.NORMAL] = np.log(PRIOR[Cause.NORMAL]) + _score(sheet, full.null_square_sum, 0.0)
        chances = _split_meter(parts, _softmax(odds))
    else:
        route, chances = Route.LEFT_OVER, chances_unexplained(sheet, full, parts)
    said = Chances(chances)
    correction = area_chances().of(route, area.read_pct)
    return Diagnosis(corrected(said, correction), said, route, full, parts, explained)


def _is_small(sheet: Sheet, found: Explanation, part: Component) -> bool:
    """Whether a component is within what meters may err by, or only mends the form of the technical loss."""
    if part.shape is Shape.GATE:
        supply = float(np.abs(sheet.supply).sum())
        technical = float(found.technical_kwh.sum()) / supply - found.technical.gate_share if supply else 0.0
        return abs(found.technical.gate_share) < max(GATE_SHARE, TECHNICAL_FORM * technical)
    size = sum(
        float(np.abs(each.fit.explained).sum()) for each in found.components if each.customer == part.customer
    )
    return size < PLAIN_SHARE * float(np.abs(sheet.supply).sum()) and part.evidence < PLAIN_EVIDENCE


def _likelihood(beginning: Beginning, cause: Cause, full: Explanation) -> float:
    """Tempered log likelihood of one cause; the full search serves where it used this cause's shapes only."""
    if full.components and all(part.shape in SHAPES[cause] for part in full.components):
        found = full
    else:
        found = explain_loss(beginning, SHAPES[cause], most=4 if cause is Cause.THEFT else 2)
    figures = sum(COST.get(part.shape, 1.0) for part in found.components)
    return _score(beginning[0].sheet, found.state.square_sum, figures)


def _score(sheet: Sheet, square_sum: float, figures: float) -> float:
    left = max(square_sum, LEAST_SPREAD * sheet.effective)
    size = max(sheet.effective, 10.0)
    return float(-0.5 * (size * np.log(left / size) + figures * np.log(size)) / TEMPERATURE)


def _softmax(odds: Mapping[Cause, float]) -> dict[Cause, float]:
    top = max(odds.values())
    weights = {cause: float(np.exp(value - top)) for cause, value in odds.items()}
    total = sum(weights.values())
    return {cause: weights.get(cause, 0.0) / total for cause in Cause}


def _split_meter(parts: Sequence[Component], chances: dict[Cause, float]) -> dict[Cause, float]:
    """What a steady bypass has in common with a faulty meter goes to the meter."""
    main = [part for part in parts if part.customer != AREA and part.shape in SHAPES[Cause.THEFT]]
    if main and main[0].shape is Shape.EVEN:
        chances[Cause.METER] += STEADY_METER_ODDS * chances[Cause.THEFT]
        chances[Cause.THEFT] *= 1 - STEADY_METER_ODDS
    return chances
