"""Chances as they come true: what the balance says, corrected by what came of it on planted areas.

For each way in which a verdict is reached, q(c) ∝ (p(c) + doubt)^sharpness: a sharpness below 1 flattens what
was too sure, the doubt leaves something for causes that were thought out of the question. The figures are
content (``content/area_chances.yaml``) with their source.

Source: temperature scaling (Guo et al., ICML 2017) with a floor; fitted by ``scripts/fit_area_chances.py``.
"""

from collections.abc import Mapping
from enum import Enum
from functools import cache

from pydantic import Field

from wattwarden.calc.loss.cause import Cause, Chances
from wattwarden.domain.content import BUILT_IN, read_yaml, validate
from wattwarden.domain.labels import Label, Strict

CONTENT = "area_chances.yaml"


class Route(Enum):
    """How a verdict was reached."""

    NOISE = "noise"
    SHAPES = "shapes"
    LEFT_OVER = "left_over"
    NOISE_GAPS = "noise_gaps"
    SHAPES_GAPS = "shapes_gaps"
    LEFT_OVER_GAPS = "left_over_gaps"


class Correction(Strict):
    """How chances of one route are corrected; 1 and 0 leave them as they are."""

    sharpness: float = Field(gt=0)
    doubt: float = Field(ge=0)


class AreaChances(Strict):
    """All figures, and how they were come by."""

    source: Label
    causes: Mapping[Route, Correction]


@cache
def area_chances() -> AreaChances:
    """The figures that come with the product.

    Raises:
        WattwardenError: the file cannot be read.
    """
    path = BUILT_IN / CONTENT
    return validate(AreaChances, read_yaml(path), str(path))


def corrected(said: Chances, correction: Correction) -> Chances:
    """Chances after correction; they add up to 1 and keep their order."""
    raised = {cause: (chance + correction.doubt) ** correction.sharpness for cause, chance in said.of.items()}
    total = sum(raised.values())
    return Chances({cause: raised[cause] / total for cause in Cause})
