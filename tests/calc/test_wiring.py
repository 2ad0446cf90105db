"""Correction factors are exact; a measured diagram leads back to the wiring that made it."""

import cmath
import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattwarden.calc.claims.wiring import FAULTS
from wattwarden.calc.metering.diagram import derivation, propose
from wattwarden.calc.metering.exact import HALF, HALF_ROOT, ONE, ZERO, Power, Root3, unit
from wattwarden.calc.metering.vector import Diagram, parse_diagram
from wattwarden.calc.metering.wiring import Current, System, Wiring, correct
from wattwarden.calc.metering.wirings import candidates
from wattwarden.domain.errors import WattwardenError

THREE = Root3(Fraction(3))
HALF_OF = Root3(Fraction(1, 2))
ANGLES = st.integers(min_value=0, max_value=45)


def test_the_right_wiring_counts_all_of_the_load() -> None:
    assert correct("4w").power() == Power(THREE, ZERO)
    assert correct("3w").power() == Power(THREE, ZERO)


@pytest.mark.parametrize(
    ("fault", "counted"),
    [
        ("4w_one_voltage_lost", Power(Root3(Fraction(2)), ZERO)),  # K = 3 ÷ 2
        ("4w_two_voltages_lost", Power(ONE, ZERO)),  # K = 3
        ("4w_one_ct_reversed", Power(ONE, ZERO)),  # K = 3
        ("4w_two_cts_reversed", Power(-ONE, ZERO)),  # K = −3
        # √3·cos(30° − φ) = 3/2·cos φ + √3/2·sin φ, so K = √3·cos φ ÷ cos(30° − φ)
        ("3w_uab_lost", Power(Root3(Fraction(3, 2)), HALF_ROOT)),
        ("3w_ucb_lost", Power(Root3(Fraction(3, 2)), -HALF_ROOT)),
        ("3w_one_ct_reversed", Power(ZERO, Root3(b=Fraction(1)))),  # √3·sin φ, so K = √3·cot φ
    ],
)
def test_what_a_wrong_wiring_counts_is_exact(fault: str, counted: Power) -> None:
    """DOMAIN A.4 with zero tolerance: numbers a + b·√3 with rational a and b."""
    assert FAULTS[fault].power() == counted


def test_swapped_currents_stop_a_four_wire_meter() -> None:
    swapped = Wiring("4w", "abc", (Current("a"), Current("c"), Current("b")))
    assert swapped.power() == Power(ZERO, ZERO)
    assert swapped.factor(Decimal("0.9")) is None


def test_phasors_go_round() -> None:
    assert unit(0).x == ONE
    assert unit(2).x == HALF
    assert unit(3).x == ZERO
    assert unit(3).y == ONE
    assert [complex(unit(n)) for n in range(12)] == pytest.approx(
        [cmath.rect(1, math.radians(30 * n)) for n in range(12)]
    )
    assert HALF_OF * Root3(Fraction(2)) == ONE
    assert Root3(b=Fraction(1)) * Root3(b=Fraction(1)) == THREE


def test_candidates_are_physically_different() -> None:
    for system in ("4w", "3w"):
        found = list(candidates(system))
        shapes = {(w.voltages(), tuple(i.phasor() for i in w.amps)) for w in found}
        assert len(shapes) == len(found)
        assert found[0] == correct(system)


def _measured(wiring: Wiring, angle: float, amps: float, noise: float = 0.0) -> Diagram:
    """The diagram that a phase meter shows of a wiring, with its own reference."""
    scale = 220.0 if wiring.system == "4w" else 100 / math.sqrt(3)
    reference = cmath.rect(1, 0.7)
    turn = cmath.rect(1, math.radians(noise))
    volts = tuple(complex(u) * scale * reference * (1 + noise / 300) for u in wiring.voltages())
    lag = cmath.rect(1, -math.radians(angle))
    currents = tuple(complex(i.phasor()) * amps * lag * reference * turn for i in wiring.amps)
    return Diagram(wiring.system, volts, currents, 220.0 if wiring.system == "4w" else 100.0)


_FAR_OFF = 0.5
"""Relative error beyond which a diagram says nothing of K."""


@settings(deadline=None, max_examples=25)
@given(
    place=st.integers(min_value=0),
    system=st.sampled_from(["4w", "3w"]),
    angle=ANGLES,
    noise=st.floats(-1.5, 1.5),
)
def test_a_diagram_leads_back_to_its_wiring(place: int, system: System, angle: int, noise: float) -> None:
    """The wiring that made the diagram is among the proposals, and its factor is that of theory."""
    known = list(candidates(system))
    made = known[place % len(known)]
    diagram = _measured(made, angle, 3.0, noise)
    found = {c.wiring: c for c in propose(diagram, least=1e-6)}
    mine = found[made]
    others = [c for c in found.values() if c.wiring != made]
    same_sight = [
        c for c in others if c.probability >= mine.probability and c.wiring.changes > made.changes + 1
    ]
    assert not same_sight, "a more complicated wiring is never likelier than the one that made the diagram"
    cosine = Decimal(str(round(math.cos(math.radians(angle)), 9)))
    theory = made.factor(cosine) if cosine < 1 else made.factor(Decimal(1))
    if mine.factor is None or theory is None:
        return
    # An error of the angle moves the power by its share of the apparent power: where the elements nearly
    # cancel, a degree is worth many per cent. K divides the right power by the wrong one: both errors count.
    watts = abs(sum(diagram.watts))
    apparent = sum(abs(u) * abs(i) for u, i in zip(diagram.volts, diagram.amps, strict=True))
    turned = math.radians(abs(noise))
    allowed = 0.01 + 1.2 * turned * (apparent / watts + abs(math.tan(math.radians(angle)))) if watts else 1.0
    if allowed < _FAR_OFF:
        assert mine.factor == pytest.approx(theory, rel=Decimal(str(allowed)))


@pytest.mark.parametrize(
    ("wiring", "angle"),
    [
        (correct("4w"), 25), (correct("3w"), 25), (FAULTS["4w_one_ct_reversed"], 20), (FAULTS["3w_one_ct_reversed"], 30),
        (FAULTS["4w_one_voltage_lost"], 25), (FAULTS["3w_uab_lost"], 25),
        (Wiring("4w", "abc", (Current("a"), Current("c"), Current("b"))), 25),
    ],
)  # fmt: skip
def test_usual_faults_are_named_first(wiring: Wiring, angle: int) -> None:
    first = propose(_measured(wiring, angle, 3.0))[0]
    assert first.wiring.power() == wiring.power()
    assert first.probability > 0.5
    assert first.angle_deg == pytest.approx(angle, abs=2)


def test_the_derivation_shows_the_factor() -> None:
    diagram = parse_diagram("u1=220@0 u2=220@-120 u3=220@120 i1=3@-25 i2=3@35 i3=3@95")
    found = propose(diagram)[0]
    assert found.wiring.label().en == "element of Ib has −Ib"
    assert found.factor == pytest.approx(Decimal(3), rel=Decimal("0.001"))
    assert derivation(diagram, found).steps[-1].value == found.factor


@pytest.mark.parametrize(
    "text",
    ["", "u1=220@0", "u1=220@0 i1=3@0", "u1=220@0 u2=220@0 i1=1@0 i2=1@0 x", "u1=0@0 u2=0@0 i1=1@0 i2=1@0"],
)
def test_an_incomplete_diagram_is_refused(text: str) -> None:
    with pytest.raises(WattwardenError, match="vector diagram"):
        parse_diagram(text)
