"""A measured vector diagram, and how it is written.

Source: P = Re(U·conj(I)) by element (IEC 60050-131).
"""

import cmath
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from wattwarden.calc.metering.wiring import System
from wattwarden.domain.errors import fail

ELEMENTS: Mapping[System, int] = {"4w": 3, "3w": 2}
MARK = re.compile(r"([ui])([123])=([0-9.]+)@(-?[0-9.]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Diagram:
    """A measured vector diagram.

    Attributes:
        system: Four wires or three wires.
        volts, amps: Phasor of each element in V and A, all angles against the same reference.
        rated_v: Rated voltage of an element, V: 220 or 57.7 for four wires, 100 or 380 for three.
    """

    system: System
    volts: tuple[complex, ...]
    amps: tuple[complex, ...]
    rated_v: float

    @property
    def watts(self) -> tuple[float, ...]:
        """Power of each element: Re(U·conj(I)), W at the meter."""
        return tuple((u * i.conjugate()).real for u, i in zip(self.volts, self.amps, strict=True))


def parse_diagram(text: str, rated_v: float | None = None) -> Diagram:
    """Read ``u1=220@0 u2=220@-120 u3=220@120 i1=3@-25 …``: magnitude in V or A, angle in degrees.

    A lagging current has a smaller angle than its voltage. Two elements are a three-wire meter.

    Raises:
        WattwardenError: an element lacks its voltage or current, or there are not two or three elements.
    """
    marks = {(kind.lower(), int(n)): cmath.rect(float(size), math.radians(float(angle)))
             for kind, n, size, angle in MARK.findall(text)}  # fmt: skip
    rest = MARK.sub("", text).strip(" ,;")
    count = max((n for _, n in marks), default=0)
    wanted = {(kind, n) for kind in "ui" for n in range(1, count + 1)}
    if rest or count not in ELEMENTS.values() or set(marks) != wanted:
        raise fail("vector diagram", found=rest or ", ".join(f"{k}{n}" for k, n in sorted(marks)) or "nothing",
                   expected="u1=220@0 u2=… u3=… i1=3@-25 i2=… i3=… (two elements for three wires)",
                   action="Give magnitude@angle in degrees of every element, all angles against one reference.")  # fmt: skip
    system: System = "4w" if count == ELEMENTS["4w"] else "3w"
    volts, amps = (tuple(marks[kind, n] for n in range(1, count + 1)) for kind in "ui")
    largest = max(abs(u) for u in volts)
    if largest == 0:
        raise fail("vector diagram", found="no voltage at all", expected="at least one voltage above 0")
    return Diagram(system, volts, amps, rated_v or _rated(system, largest))


def _rated(system: System, volts: float) -> float:
    usual = (57.7, 220.0) if system == "4w" else (100.0, 380.0)
    return min(usual, key=lambda value: abs(math.log(volts / value)))
