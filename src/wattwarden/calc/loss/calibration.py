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
WHOLE_PCT, MANY_GAPS_PCT = 97.0, 90.0
"""Share of readings there from which an area counts as whole, and below which it has many gaps."""


class Route(Enum):
    """How a verdict was reached."""

    NOISE = "noise"
    SHAPES = "shapes"
    LEFT_OVER = "left_over"


class Correction(Strict):
    """How chances of one route are corrected; 1 and 0 leave them as they are."""

    sharpness: float = Field(gt=0)
    doubt: float = Field(ge=0)


class AreaChances(Strict):
    """All figures, and how they were come by.

    Attributes:
        whole: For areas nearly all of whose readings are there.
        few_gaps, many_gaps: For areas that lack some, and many.
    """

    source: Label
    whole: Mapping[Route, Correction]
    few_gaps: Mapping[Route, Correction]
    many_gaps: Mapping[Route, Correction]

    def of(self, route: Route, read_pct: float) -> Correction:
        """The correction of a verdict on an area of whose readings ``read_pct`` per cent are there."""
        by_gaps = {"whole": self.whole, "few_gaps": self.few_gaps, "many_gaps": self.many_gaps}
        return by_gaps[gaps_of(read_pct)][route]


def gaps_of(read_pct: float) -> str:
    """Name of the corrections for an area of whose readings ``read_pct`` per cent are there."""
    if read_pct >= WHOLE_PCT:
        return "whole"
    return "few_gaps" if read_pct >= MANY_GAPS_PCT else "many_gaps"


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
