"""Why the loss of an area is not normal: the probability of each cause.

For each cause the loss is explained by its shapes alone. Their likelihoods are compared at a temperature,
because no shape is exactly true: ln L = −½·n·ln RSS less the cost of the figures, divided by
``TEMPERATURE``, plus the logarithm of a prior.

Source: Bayes' rule; DOMAIN E, the order in which a high-loss area is checked (files, readings, gate meter,
    theft).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from wattwarden.calc.loss.area import Area
from wattwarden.calc.loss.search import AREA, Component, Explanation, explain_loss
from wattwarden.calc.loss.shapes import LEAST_SPREAD, Shape
from wattwarden.calc.loss.sheet import Sheet

TEMPERATURE = 25.0
FIGURES = {Shape.BY_HOUR: 24.0, Shape.BY_DAY: 60.0, Shape.REPLACED: 25.0, Shape.UNMETERED: 24.0}
PLAIN_SHARE = 0.004
"""A part of the supply below which nothing is called abnormal: meters of class 0.5 and 1 err by as much."""
GATE_SHARE = 0.015
"""Smallest error of a gate meter worth a test: three times its class."""
TECHNICAL_PCT = 8.0
"""A technical loss above this is itself abnormal (DOMAIN E: normal 0 to 7 %, high from 10 %)."""
LEFT_OVER = 6.0
"""Variance of what is left, in multiples of the assumed one, from which the loss counts as unexplained."""
MISSING_PCT = 97.0
STEADY_METER_ODDS = 0.25
"""Share of steady bypasses that a faulty meter or wiring explains as well; to be learned from visits."""
STOPPED_METER_ODDS = 0.6


class Cause(Enum):
    """Causes of an abnormal loss."""

    NORMAL = "normal"
    THEFT = "theft"
    MAPPING = "mapping"
    GATE = "gate_error"
    METER = "meter_error"
    UNMETERED = "unmetered"
    CLOCK = "clock"
    MISSING = "missing_data"
    TECHNICAL = "technical"


SHAPES: Mapping[Cause, tuple[Shape, ...]] = {
    Cause.THEFT: (
        Shape.EVEN, Shape.BY_HOUR, Shape.BY_DAY, Shape.CEILING, Shape.FLOOR, Shape.CONSTANT, Shape.REPLACED,
    ),
    Cause.MAPPING: (Shape.ELSEWHERE, Shape.MOVED, Shape.BORROWED),
    Cause.GATE: (Shape.GATE, Shape.GATE_CHANGED),
    Cause.METER: (Shape.FAST,),
    Cause.UNMETERED: (Shape.UNMETERED,),
    Cause.CLOCK: (Shape.CLOCK, Shape.GATE_CLOCK),
}  # fmt: skip
PRIOR: Mapping[Cause, float] = {
    Cause.NORMAL: 0.30,
    Cause.THEFT: 0.25,
    Cause.MAPPING: 0.15,
    Cause.GATE: 0.08,
    Cause.METER: 0.06,
    Cause.UNMETERED: 0.06,
    Cause.CLOCK: 0.03,
    Cause.MISSING: 0.04,
    Cause.TECHNICAL: 0.03,
}
"""Before the data of the area are seen; an assumption, to be replaced by results of visits."""


@dataclass(frozen=True)
class Diagnosis:
    """Causes of one area's loss.

    Attributes:
        probabilities: Probability of each cause; they add up to 1.
        explanation: The search with all shapes.
        is_explained: Whether what is left is meter noise.
    """

    probabilities: Mapping[Cause, float]
    explanation: Explanation
    is_explained: bool

    @property
    def ranked(self) -> list[Cause]:
        """Causes, the most likely first."""
        return sorted(self.probabilities, key=lambda cause: -self.probabilities[cause])

    @property
    def cause(self) -> Cause:
        """The most likely cause."""
        return self.ranked[0]


def diagnose(area: Area, sheet: Sheet) -> Diagnosis:
    """Probability of each cause of an area that can be balanced."""
    full = explain_loss(sheet)
    parts = [part for part in full.components if not _is_small(sheet, full, part)]
    left = full.state.square_sum / sheet.effective
    explained = left <= LEFT_OVER
    if not parts and explained:
        return Diagnosis(_without_parts(area, sheet, full), full, is_explained=True)
    odds = {cause: np.log(PRIOR[cause]) + _likelihood(sheet, cause, parts, full) for cause in SHAPES}
    odds[Cause.NORMAL] = np.log(PRIOR[Cause.NORMAL]) + _score(sheet, full.null_square_sum, 0.0)
    if sheet.loss.sum() < 0:
        odds[Cause.UNMETERED] -= 20.0
    chances = _softmax(odds)
    if not explained:
        # Something is there that no shape describes: the energy balance still says that it is there.
        chances[Cause.THEFT] += 0.5 * chances[Cause.NORMAL]
        chances[Cause.NORMAL] *= 0.5
    return Diagnosis(_split_meter(sheet, parts, chances), full, explained)


def _is_small(sheet: Sheet, found: Explanation, part: Component) -> bool:
    """Whether a component stays within what meters may err by."""
    if part.shape is Shape.GATE:
        return abs(found.technical.gate_share) < GATE_SHARE
    return float(np.abs(part.fit.explained).sum()) < PLAIN_SHARE * float(np.abs(sheet.supply).sum())


def _likelihood(sheet: Sheet, cause: Cause, parts: list[Component], full: Explanation) -> float:
    """Tempered log likelihood of one cause; the full search serves where it used this cause's shapes only."""
    if parts and all(part.shape in SHAPES[cause] for part in full.components):
        found = full
    else:
        found = explain_loss(sheet, SHAPES[cause], most=4 if cause is Cause.THEFT else 2)
    figures = sum(FIGURES.get(part.shape, 1.0) for part in found.components)
    return _score(sheet, found.state.square_sum, figures)


def _score(sheet: Sheet, square_sum: float, figures: float) -> float:
    left = max(square_sum, LEAST_SPREAD * sheet.effective)
    size = max(sheet.effective, 10.0)
    return float(-0.5 * (size * np.log(left / size) + figures * np.log(size)) / TEMPERATURE)


def _softmax(odds: Mapping[Cause, float]) -> dict[Cause, float]:
    top = max(odds.values())
    weights = {cause: float(np.exp(value - top)) for cause, value in odds.items()}
    total = sum(weights.values())
    return {cause: weights.get(cause, 0.0) / total for cause in Cause}


def _without_parts(area: Area, sheet: Sheet, found: Explanation) -> dict[Cause, float]:
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


def _split_meter(sheet: Sheet, parts: list[Component], chances: dict[Cause, float]) -> dict[Cause, float]:
    """What steady bypass and stopped meter have in common with a faulty meter goes to the meter."""
    main = [part for part in parts if part.customer != AREA and part.shape in SHAPES[Cause.THEFT]]
    if main:
        share = 0.0
        if not sheet.readings[main[0].customer].any():
            share = STOPPED_METER_ODDS
        elif main[0].shape is Shape.EVEN:
            share = STEADY_METER_ODDS
        chances[Cause.METER] += share * chances[Cause.THEFT]
        chances[Cause.THEFT] *= 1 - share
    return chances
