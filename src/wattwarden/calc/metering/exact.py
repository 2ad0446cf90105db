"""Numbers a + b·√3 and phasors at multiples of 30°, exact: the wiring factors need no rounding.

Source: cos and sin of multiples of 30° lie in ½·Z[√3].
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

ROOT_3 = Decimal(3).sqrt()
QUARTER_TURN, FULL_TURN = 3, 12
"""In steps of 30°."""


@dataclass(frozen=True)
class Root3:
    """a + b·√3 with rational a and b."""

    a: Fraction = Fraction(0)
    b: Fraction = Fraction(0)

    def __add__(self, other: "Root3") -> "Root3":
        return Root3(self.a + other.a, self.b + other.b)

    def __sub__(self, other: "Root3") -> "Root3":
        return Root3(self.a - other.a, self.b - other.b)

    def __mul__(self, other: "Root3") -> "Root3":
        return Root3(self.a * other.a + 3 * self.b * other.b, self.a * other.b + self.b * other.a)

    def __neg__(self) -> "Root3":
        return Root3(-self.a, -self.b)

    def __bool__(self) -> bool:
        return bool(self.a or self.b)

    def __float__(self) -> float:
        return float(self.a) + float(self.b) * float(ROOT_3)

    def decimal(self) -> Decimal:
        """The number to the precision of the decimal context."""
        a, b = (Decimal(x.numerator) / Decimal(x.denominator) for x in (self.a, self.b))
        return a + b * ROOT_3


ZERO = Root3()
HALF = Root3(Fraction(1, 2))
HALF_ROOT = Root3(b=Fraction(1, 2))
ONE = Root3(Fraction(1))
COSINES = (ONE, HALF_ROOT, HALF, ZERO, -HALF, -HALF_ROOT, -ONE, -HALF_ROOT, -HALF, ZERO, HALF, HALF_ROOT)
"""cos 0°, cos 30°, … cos 330°."""


@dataclass(frozen=True)
class Phasor:
    """A phasor x + iy."""

    x: Root3 = ZERO
    y: Root3 = ZERO

    def __add__(self, other: "Phasor") -> "Phasor":
        return Phasor(self.x + other.x, self.y + other.y)

    def __sub__(self, other: "Phasor") -> "Phasor":
        return Phasor(self.x - other.x, self.y - other.y)

    def __neg__(self) -> "Phasor":
        return Phasor(-self.x, -self.y)

    def __bool__(self) -> bool:
        return bool(self.x or self.y)

    def __complex__(self) -> complex:
        return complex(float(self.x), float(self.y))

    def halved(self) -> "Phasor":
        """Half of it."""
        return Phasor(self.x * HALF, self.y * HALF)


def unit(steps: int) -> Phasor:
    """Phasor of length 1 at ``steps`` times 30°."""
    return Phasor(COSINES[steps % FULL_TURN], COSINES[(steps - QUARTER_TURN) % FULL_TURN])


@dataclass(frozen=True)
class Power:
    """Active power of a load that lags by φ: cosine · cos φ + sine · sin φ, in units of U_phase · I."""

    cosine: Root3 = ZERO
    sine: Root3 = ZERO

    def __add__(self, other: "Power") -> "Power":
        return Power(self.cosine + other.cosine, self.sine + other.sine)

    def at(self, cos_phi: Decimal, sin_phi: Decimal) -> Decimal:
        """Its value for one angle."""
        return self.cosine.decimal() * cos_phi + self.sine.decimal() * sin_phi


def element_power(voltage: Phasor, current: Phasor) -> Power:
    """P = Re(U · conj(I · e^(−iφ))) for a current phasor I given for φ = 0.

    With U · conj(I) = p + iq this is p·cos φ − q·sin φ.
    """
    real = voltage.x * current.x + voltage.y * current.y
    imaginary = voltage.y * current.x - voltage.x * current.y
    return Power(real, -imaginary)
