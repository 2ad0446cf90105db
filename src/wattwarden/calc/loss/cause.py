"""The causes of an abnormal loss, the shapes each can leave, and how likely each is beforehand.

Source: DOMAIN E, diagnosis list of high-loss areas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from wattwarden.calc.loss.shapes import Shape


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
        Shape.EVEN, Shape.BY_HOUR, Shape.BY_DAY, Shape.BY_LEVEL, Shape.CEILING, Shape.FLOOR, Shape.CONSTANT, Shape.REPLACED,
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
class Chances:
    """Probability of each cause; they add up to 1."""

    of: Mapping[Cause, float]

    @property
    def ranked(self) -> list[Cause]:
        """Causes, the most likely first."""
        return sorted(self.of, key=lambda cause: -self.of[cause])

    @property
    def best(self) -> Cause:
        """The most likely cause."""
        return self.ranked[0]
