"""From the vector diagram an inspector measured to wirings with their likelihood and their correction factor.

The measured phasors of an element are compared with those of every candidate wiring and every angle of the
load; a Gaussian error of the phase meter and a prior (few mistakes, a usual load angle) give each candidate a
probability. Candidates that cannot be told apart stay side by side: the software proposes, the inspector decides
by looking at the wires. K comes from what was measured: the currents that are there, given back to their phases.

Source: DOMAIN A.4 (K by the vector diagram, never from an event alone); Bayes' theorem.
"""

import cmath
import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from wattwarden.calc.metering.wiring import System, Wiring, candidates, correct
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.domain.money import round_to
from wattwarden.domain.worked import Basis, Step, Worked

ELEMENTS: Mapping[System, int] = {"4w": 3, "3w": 2}
VOLTAGE_ERROR = 0.05
"""Standard error of a voltage, of the rated one: meter error and the usual spread of the supply."""
ANGLE_ERROR_DEG = 4.0
"""Standard error of an angle, degrees: phase meter, and loads whose phases differ."""
LOST_SHARE = 0.1
"""A current below this part of the largest counts as none."""
USUAL_ANGLE_DEG, ANGLE_SPREAD_DEG = 25.0, 15.0
"""Prior of the load angle: most loads lag by 0° to 45°."""
ANGLES_DEG = np.arange(-60.0, 90.0, 1.0)
PER_MISTAKE = 0.2
"""Prior of each further mistake in a wiring."""
FACTOR_DIGITS = 6
MARK = re.compile(r"([ui])([123])=([0-9.]+)@(-?[0-9.]+)", re.IGNORECASE)
Complexes = npt.NDArray[np.complex128]


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


@dataclass(frozen=True)
class Candidate:
    """A wiring that may explain the diagram.

    Attributes:
        probability: Among the candidates.
        angle_deg: Angle of the load that fits best, degrees; positive lags.
        factor: K from the measured currents, None where the meter counts nothing.
        theory: K of a balanced load at that angle, None where the meter counts nothing.
    """

    wiring: Wiring
    probability: float
    angle_deg: float
    factor: Decimal | None
    theory: Decimal | None


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


@dataclass(frozen=True)
class _Known:
    """The candidate wirings of a system with their phasors as numbers, by candidate and element."""

    wirings: tuple[Wiring, ...]
    volts: Complexes
    amps: Complexes
    changes: npt.NDArray[np.int64]


@functools.cache
def _known(system: System) -> _Known:
    wirings = tuple(candidates(system))
    scale = 1 if system == "4w" else math.sqrt(3)
    volts = np.array([[complex(u) / scale for u in w.voltages()] for w in wirings])
    amps = np.array([[complex(i.phasor()) for i in w.amps] for w in wirings])
    return _Known(wirings, volts, amps, np.array([w.changes for w in wirings]))


def propose(diagram: Diagram, least: float = 0.001) -> list[Candidate]:
    """Candidates with a probability of at least ``least``, the likeliest first."""
    known = _known(diagram.system)
    prior = -0.5 * ((ANGLES_DEG - USUAL_ANGLE_DEG) / ANGLE_SPREAD_DEG) ** 2
    fits = _log_likelihood(diagram, known) + prior
    scores = np.logaddexp.reduce(fits, axis=1) + known.changes * math.log(PER_MISTAKE)
    shares = np.exp(scores - np.logaddexp.reduce(scores))
    best = np.radians(ANGLES_DEG[fits.argmax(axis=1)])
    found = [
        Candidate(w, float(shares[n]), round(math.degrees(best[n])), measured_factor(diagram, w),
                  _theory(w, float(best[n])))
        for n, w in enumerate(known.wirings) if shares[n] >= least
    ]  # fmt: skip
    return sorted(found, key=lambda c: -c.probability)


def _theory(wiring: Wiring, angle: float) -> Decimal | None:
    cosine = Decimal(str(round(math.cos(angle), FACTOR_DIGITS)))
    k = wiring.factor(cosine) if 0 < cosine <= 1 else None
    return None if k is None else round_to(k, FACTOR_DIGITS)


def _log_likelihood(diagram: Diagram, known: _Known) -> npt.NDArray[np.float64]:
    """Log likelihood by candidate and load angle; magnitudes of the currents are free, their angles are not."""
    measured_u, measured_i = np.array(diagram.volts), np.array(diagram.amps)
    inner = known.volts.conj() @ measured_u
    turn = np.where(np.abs(inner) > 0, inner / np.maximum(np.abs(inner), np.finfo(float).tiny), 1)[:, None]
    misfit = np.abs(measured_u - known.volts * diagram.rated_v * turn) ** 2
    score = -0.5 * misfit.sum(axis=1) / (VOLTAGE_ERROR * diagram.rated_v) ** 2
    is_there = np.abs(measured_i) > LOST_SHARE * np.abs(measured_i).max()
    expected = known.amps != 0
    score -= 0.5 / LOST_SHARE**2 * (expected != is_there).sum(axis=1)
    off = np.angle(measured_i * (known.amps * turn).conj())[:, :, None] + np.radians(ANGLES_DEG)
    off = np.degrees(np.angle(np.exp(1j * off)))
    both = (expected & is_there)[:, :, None]
    return np.asarray(score[:, None] - 0.5 * np.where(both, (off / ANGLE_ERROR_DEG) ** 2, 0.0).sum(axis=1))


def _turn(measured: Complexes, expected: Complexes) -> complex:
    """The common rotation that lays the expected voltages on the measured ones: their angles have no zero."""
    inner = complex(np.vdot(expected, measured))
    return inner / abs(inner) if abs(inner) > 0 else 1 + 0j


def measured_factor(diagram: Diagram, wiring: Wiring) -> Decimal | None:
    """K = P_correct ÷ P_wrong from the measured currents; None where the meter counts nothing.

    Each current that is there is given back to its phase, with its polarity; a phase whose current is not at
    the meter has the mean of the others. Each voltage is the rated one where it was lost, else as measured on
    average. P_correct is the power of that load.
    """
    phases = _currents(diagram, wiring)
    turn = _turn(np.array(diagram.volts), np.array([complex(u) for u in wiring.voltages()]))
    live = [
        abs(u) / abs(complex(e))
        for u, e in zip(diagram.volts, wiring.voltages(), strict=True)
        if e and abs(u) > 0
    ]
    volt = sum(live) / len(live) if live else diagram.rated_v
    right = correct(diagram.system)
    due = sum(
        (complex(u) * turn * volt * phases[i.phase].conjugate()).real
        for u, i in zip(right.voltages(), right.amps, strict=True)
    )
    counted = sum(diagram.watts)
    if abs(counted) < abs(due) * 10.0**-FACTOR_DIGITS or not counted:
        return None
    return round_to(Decimal(repr(due / counted)), FACTOR_DIGITS)


def _currents(diagram: Diagram, wiring: Wiring) -> dict[str, complex]:
    """Current of each phase, by what the elements have; those that no element has are the turned mean."""
    known = {
        c.phase: -i if c.is_reversed else i for c, i in zip(wiring.amps, diagram.amps, strict=True) if c.phase
    }
    turn = {p: cmath.exp(-2j * math.pi * n / 3) for n, p in enumerate("abc")}
    mean = sum(i / turn[p] for p, i in known.items()) / len(known) if known else 0j
    return {p: known.get(p, mean * turn[p]) for p in "abc"}


def _same(words: str) -> Label:
    return Label(zh=words, en=words)


def derivation(diagram: Diagram, candidate: Candidate) -> Worked:
    """The factor of one candidate step by step."""
    watt = Label(zh="瓦", en="W")
    steps = [
        Step(Label(zh=f"元件{n}功率", en=f"Power of element {n}"), _rounded(w, 2), watt,
             _same(f"{abs(u):.1f} V × {abs(i):.3f} A × cos {_between(u, i):.1f}°"))
        for n, (u, i, w) in enumerate(zip(diagram.volts, diagram.amps, diagram.watts, strict=True), start=1)
    ]  # fmt: skip
    counted = _rounded(sum(diagram.watts), 2)
    steps.append(Step(Label(zh="错误接线计量功率", en="Power that the wrong wiring counts"), counted, watt))
    basis = (Basis("供电营业规则(1996) 第81条", "verified_by_copy"),)
    if candidate.factor is not None:
        due = round_to(candidate.factor * counted, 2)
        steps += [
            Step(Label(zh="正确接线应计功率", en="Power that the right wiring would count"), due, watt),
            Step(Label(zh="更正系数 K", en="Correction factor K"), candidate.factor, None,
                 _same(f"{due:,f} ÷ {counted:,f}"), basis),
        ]  # fmt: skip
    return Worked(candidate.wiring.label(), tuple(steps))


def _between(voltage: complex, current: complex) -> float:
    return math.degrees(cmath.phase(voltage / current)) if current and voltage else 0.0


def _rounded(value: float, digits: int) -> Decimal:
    return round_to(Decimal(repr(value)), digits)
