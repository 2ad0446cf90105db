"""Explain the loss of an area step by step: the strongest shape first, then all refitted together.

Forward selection with backfitting (matching pursuit: Mallat and Zhang, IEEE Trans. Signal Process. 41,
1993), each step paid for by the information criterion of ``shapes``.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from wattwarden.calc.loss.area import HOURS, Floats
from wattwarden.calc.loss.shapes import (
    LEAST_SPREAD,
    OF_CUSTOMERS,
    SCANS,
    Fit,
    Shape,
    View,
    fit_shape,
    look,
)
from wattwarden.calc.loss.sheet import Sheet, State
from wattwarden.calc.loss.technical import Technical, fit_technical, technical_loss

MOST_COMPONENTS = 6
MOST_PASSES = 12
LEAST_EVIDENCE = 8.0
"""Natural logarithm of the odds from which a shape is believed."""
LEAST_CLOCK_EVIDENCE = 40.0
"""A curve and its shifted self differ like noise, so a clock must be plain."""
FIGURES = {Shape.BY_HOUR: 24.0, Shape.BY_DAY: 60.0, Shape.BY_LEVEL: 12.0}
"""About how many figures each of these shapes is fitted with."""
CLOCKS = (Shape.CLOCK, Shape.GATE_CLOCK)
SETTLED = 1e-3
LEAST_FALL = 1e-12
AREA = -1
SCANNED = (*SCANS, Shape.GATE)


@dataclass
class Component:
    """One shape that is part of the explanation.

    Attributes:
        shape: Its form.
        customer: Row of the readings; of the borrowed ones for ``BORROWED``; ``AREA`` where it is nobody's.
        evidence: Log odds when it was taken in.
        fit: What it explains now.
    """

    shape: Shape
    customer: int
    evidence: float
    fit: Fit


@dataclass
class Explanation:
    """How the loss of an area is explained.

    Attributes:
        technical: Technical loss (and the gate's share when that is part of it).
        technical_kwh: What it explains, kWh per interval.
        components: The rest, strongest first.
        state: Residual and weights at the end.
        evidence: Sum of the log odds of all components.
        standing: Best evidence per customer at the end, of those not taken in.
        null_square_sum: Σ weight·residual² with technical loss alone.
    """

    technical: Technical
    technical_kwh: Floats
    components: list[Component]
    state: State
    evidence: float
    standing: Floats
    null_square_sum: float

    def apart(self) -> Self:
        """The same to go on from, so that this one stays as it is; fits are replaced, never changed."""
        state = replace(self.state, residual=self.state.residual.copy(), weight=self.state.weight.copy())
        return replace(self, components=[replace(each) for each in self.components], state=state)


Beginning = tuple[View, Explanation]
"""The first view of a sheet, and technical loss alone as its explanation."""


def begin(sheet: Sheet) -> Beginning:
    """Where every search on a sheet begins: technical loss alone explains the loss.

    The state is never changed, so that what one search asked of it serves the next.
    """
    state = State(sheet.loss.copy(), sheet.weight.copy())
    technical = fit_technical(sheet.loss, sheet.supply, sheet.square, state.weight, gate=False)
    explained = technical_loss(technical, sheet.supply, sheet.square)
    state.residual -= explained
    state.summed()
    nothing = np.zeros(sheet.customers)
    null = max(state.square_sum, LEAST_FALL)
    return look(sheet, state), Explanation(technical, explained, [], state, 0.0, nothing, null)


def explain_loss(
    beginning: Beginning,
    allowed: Collection[Shape] = tuple(Shape),
    most: int = MOST_COMPONENTS,
) -> Explanation:
    """Search for the causes of an area's loss among the shapes ``allowed``, from where ``begin`` stands."""
    view, found = beginning[0], beginning[1].apart()
    sheet = view.sheet
    while True:
        best, standing = _best(view, found, allowed)
        found.standing = standing
        if best is None or len(found.components) == most:
            return _simplified(sheet, found) if Shape.EVEN in allowed else found
        if best.shape is Shape.REPLACED:
            found = _replaced_or_elsewhere(sheet, found, best, allowed)
        else:
            _take(sheet, found, best)
        view = look(sheet, found.state)


def _take(sheet: Sheet, found: Explanation, component: Component) -> None:
    found.components.append(component)
    found.evidence += component.evidence
    _refit(sheet, found)


def _replaced_or_elsewhere(
    sheet: Sheet, found: Explanation, best: Component, allowed: Collection[Shape]
) -> Explanation:
    """Readings taken back may have been fed elsewhere: the plainer shape stands if it leaves as little."""
    trials: list[tuple[float, int, Explanation]] = []
    for shape, figures in ((best.shape, HOURS), (Shape.ELSEWHERE, 0), (Shape.MOVED, 2)):
        if shape in allowed and (shape, best.customer) not in {
            (c.shape, c.customer) for c in found.components
        }:
            trial = found.apart()
            _take(sheet, trial, Component(shape, best.customer, best.evidence, best.fit))
            trials.append((_criterion(sheet, trial, figures), len(trials), trial))
    return min(trials)[2]


def _criterion(sheet: Sheet, found: Explanation, figures: float) -> float:
    """Schwarz criterion of an explanation, up to a constant: the smaller, the better."""
    left = max(found.state.square_sum, LEAST_SPREAD * sheet.effective)
    return float(sheet.effective * np.log(left) + figures * np.log(sheet.effective))


def _simplified(sheet: Sheet, found: Explanation) -> Explanation:
    """Put one constant share in place of shares by hour, day or level wherever it explains as well."""
    for place, part in enumerate(found.components):
        if part.shape not in FIGURES:
            continue
        trial = found.apart()
        trial.components[place].shape = Shape.EVEN
        _refit(sheet, trial)
        if _criterion(sheet, trial, 1.0) < _criterion(sheet, found, FIGURES[part.shape]):
            found = trial
    return found


def _best(view: View, found: Explanation, allowed: Collection[Shape]) -> tuple[Component | None, Floats]:
    """The strongest shape not yet taken in, and the best evidence per customer."""
    taken = {(each.shape, each.customer) for each in found.components}
    standing = np.full(view.sheet.customers, -np.inf)
    rivals: list[tuple[float, Shape, int]] = []
    for shape in SCANNED:
        if shape not in allowed or (shape is Shape.BORROWED and not len(view.sheet.borrowed)):
            continue
        evidence = _evidence(view, found, shape)
        of_customer = shape in OF_CUSTOMERS
        if of_customer:
            np.maximum(standing, evidence, out=standing)
        for place in np.argsort(-evidence)[:2]:
            who = int(place) if of_customer or shape is Shape.BORROWED else AREA
            if (shape, who) not in taken:
                rivals.append((float(evidence[place]), shape, who))
                break
    if not rivals:
        return None, standing
    evidence_best, shape, who = max(rivals, key=lambda rival: rival[0])
    if evidence_best < (LEAST_CLOCK_EVIDENCE if shape in CLOCKS else LEAST_EVIDENCE):
        return None, standing
    return Component(shape, who, evidence_best, Fit(np.zeros_like(view.state.residual))), standing


def _evidence(view: View, found: Explanation, shape: Shape) -> Floats:
    """Evidence of one shape per candidate, asked once of each state."""
    if shape not in view.told:
        scanned = _scan_gate(view, found) if shape is Shape.GATE else SCANS[shape](view)
        view.told[shape] = scanned - _candidates(view.sheet)
    return view.told[shape]


def _candidates(sheet: Sheet) -> float:
    return float(np.log((sheet.customers + len(sheet.borrowed)) * len(Shape)))


def _scan_gate(view: View, found: Explanation) -> Floats:
    """Evidence of a share of the supply, fitted together with the technical loss."""
    sheet, state = view.sheet, view.state
    left = state.residual + found.technical_kwh
    technical = fit_technical(left, sheet.supply, sheet.square, state.weight, gate=True)
    after = left - technical_loss(technical, sheet.supply, sheet.square)
    gain = state.square_sum - float(state.weight @ after**2)
    return view.by_gain(np.array([gain]), 1.0)


def _refit(sheet: Sheet, found: Explanation) -> None:
    """Fit every component to what the others leave, round after round, until nothing moves."""
    state = found.state
    gate = any(each.shape is Shape.GATE for each in found.components)
    before = np.inf
    for _ in range(MOST_PASSES):
        for component in found.components:
            if component.shape is not Shape.GATE:
                _refit_one(sheet, state, component)
        state.residual += found.technical_kwh
        found.technical = fit_technical(state.residual, sheet.supply, sheet.square, state.weight, gate=gate)
        found.technical_kwh = technical_loss(found.technical, sheet.supply, sheet.square)
        state.residual -= found.technical_kwh
        state.summed()
        if before - state.square_sum < SETTLED * state.square_sum:
            break
        before = state.square_sum


def _refit_one(sheet: Sheet, state: State, component: Component) -> None:
    old = component.fit
    state.residual += old.explained
    if old.open_at is not None:
        resting, ratio = old.open_at
        state.weight[resting] *= ratio
    component.fit = fit_shape(component.shape, sheet, state, component.customer)
    state.residual -= component.fit.explained
    if component.fit.open_at is not None:
        resting, ratio = component.fit.open_at
        state.weight[resting] /= ratio
