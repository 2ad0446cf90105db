"""Wirings of a three-phase meter: what each element sees, what it counts, and the correction factor.

A wiring says for each element which voltage and which current it has: the right ones, those of another phase,
reversed ones, or none. Its power for a balanced load follows exactly; K = P_correct ÷ P_wrong.

Source: DOMAIN A.4; P = Σ Re(U·conj(I)) over the elements (Blondel's theorem: n − 1 elements for n wires).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations, product
from typing import Literal

from wattwarden.calc.metering.exact import Phasor, Power, element_power, unit
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label

System = Literal["4w", "3w"]
PHASES = "abc"
STEPS_PER_PHASE = 4
"""Phase b lags a by 120°, which is four steps of 30°."""
VOLTAGE = {phase: unit(-STEPS_PER_PHASE * n) for n, phase in enumerate(PHASES)}
"""Phase voltages of the positive sequence, length 1."""
NOTHING = Decimal("1e-9")
"""A meter that counts a smaller share of the true power counts nothing."""
MOST_CHANGES = 3
"""Wirings with more mistakes than this are not proposed."""


@dataclass(frozen=True)
class Current:
    """The current of an element: a phase (``abc``), reversed or not; no phase is no current."""

    phase: str
    is_reversed: bool = False

    def phasor(self) -> Phasor:
        """For φ = 0, length 1."""
        if not self.phase:
            return Phasor()
        return -VOLTAGE[self.phase] if self.is_reversed else VOLTAGE[self.phase]

    def text(self) -> str:
        """As it is written beside a vector diagram."""
        return f"{'−' if self.is_reversed else ''}I{self.phase}" if self.phase else "0"


@dataclass(frozen=True)
class Wiring:
    """How the elements of a meter are wired.

    Attributes:
        system: Four wires (three elements) or three wires (two elements).
        volts: Phases at the voltage terminals of the meter, in their order; ``-`` is a lost wire.
        amps: Current of each element.
    """

    system: System
    volts: str
    amps: tuple[Current, ...]

    def voltages(self) -> tuple[Phasor, ...]:
        """Voltage of each element, in units of the phase voltage.

        A three-wire meter measures Uab and Ucb. Where its middle wire is lost the two elements lie in series
        across the outer ones, and each has half of their voltage.
        """
        if self.system == "4w":
            return tuple(Phasor() if p == "-" else VOLTAGE[p] for p in self.volts)
        first, middle, last = self.volts
        if middle == "-":
            across = VOLTAGE[first] - VOLTAGE[last]
            return across.halved(), -across.halved()
        return tuple(Phasor() if p == "-" else VOLTAGE[p] - VOLTAGE[middle] for p in (first, last))

    def powers(self) -> tuple[Power, ...]:
        """Power of each element for a balanced load, in units of U_phase · I."""
        pairs = zip(self.voltages(), self.amps, strict=True)
        return tuple(element_power(u, i.phasor()) for u, i in pairs)

    def power(self) -> Power:
        """Power that the meter counts for a balanced load, in units of U_phase · I."""
        total = Power()
        for power in self.powers():
            total += power
        return total

    def factor(self, cos_phi: Decimal) -> Decimal | None:
        """K = P_correct ÷ P_wrong for a balanced load that lags; None where the meter counts nothing.

        Raises:
            WattwardenError: cos φ is not above 0 and at most 1.
        """
        if not 0 < cos_phi <= 1:
            raise fail("power factor", found=str(cos_phi), expected="more than 0, at most 1")
        wrong = self.power()
        if not wrong.cosine and not wrong.sine:
            return None
        sin_phi = (1 - cos_phi * cos_phi).sqrt()
        counted = wrong.at(cos_phi, sin_phi)
        due = correct(self.system).power().at(cos_phi, sin_phi)
        return due / counted if abs(counted) > due * NOTHING else None

    @property
    def changes(self) -> int:
        """Single mistakes that lead from the right wiring to this one: wires swapped, reversed or lost."""
        right = correct(self.system)
        volts = sum(a != b for a, b in zip(self.volts, right.volts, strict=True))
        lost = self.volts.count("-")
        moved = sum(i.phase != r.phase for i, r in zip(self.amps, right.amps, strict=True) if i.phase)
        wrong = sum(1 for i in self.amps if i.is_reversed or not i.phase)
        return lost + -(-(volts - lost) // 2) + -(-moved // 2) + wrong

    def label(self) -> Label:
        """The wiring in words, with what is wrong."""
        right = correct(self.system)
        if self == right:
            return Label(zh="接线正确", en="Wired correctly")
        zh, en = [], []
        lost = [PHASES[n] for n, p in enumerate(self.volts) if p == "-"]
        if lost:
            zh.append(f"{''.join(lost)}相失压")
            en.append(f"voltage {', '.join(lost)} lost")
        elif self.volts != right.volts:
            zh.append(f"电压接为{self.volts}")
            en.append(f"voltages wired as {self.volts}")
        for current, good in zip(self.amps, right.amps, strict=True):
            if current != good:
                zh.append(f"{good.text()}元件接{current.text()}")
                en.append(f"element of {good.text()} has {current.text()}")
        return Label(zh="，".join(zh), en=", ".join(en))


def correct(system: System) -> Wiring:
    """The right wiring."""
    phases = PHASES if system == "4w" else "ac"
    return Wiring(system, PHASES, tuple(Current(p) for p in phases))


def candidates(system: System) -> Iterator[Wiring]:
    """Wirings worth considering, each physically different one once, the simplest form of it.

    All orders of the voltages and of the currents with every polarity, and one voltage or current lost from
    wirings with at most one further mistake. A cyclic change of all phases alike changes nothing that a meter
    or an inspector can see, so it is no wiring of its own.
    """
    seen: set[tuple[tuple[Phasor, ...], tuple[Phasor, ...]]] = set()
    for wiring in sorted(_all(system), key=lambda w: w.changes):
        if wiring.changes <= MOST_CHANGES and not seen & (shapes := set(_shapes(wiring))):
            seen |= shapes
            yield wiring


def _all(system: System) -> Iterator[Wiring]:
    phases = PHASES if system == "4w" else "ac"
    orders = ["".join(p) for p in permutations(PHASES)]
    for volts, amps in product(orders, permutations(phases)):
        for signs in product((False, True), repeat=len(phases)):
            yield Wiring(system, volts, tuple(Current(p, r) for p, r in zip(amps, signs, strict=True)))
    lost = [PHASES[:n] + "-" + PHASES[n + 1 :] for n in range(len(PHASES))]
    for volts in lost:
        for signs in product((False, True), repeat=len(phases)):
            yield Wiring(system, volts, tuple(Current(p, r) for p, r in zip(phases, signs, strict=True)))
    for gone in phases:
        for signs in product((False, True), repeat=len(phases)):
            currents = (
                Current("" if p == gone else p, r and p != gone) for p, r in zip(phases, signs, strict=True)
            )
            yield Wiring(system, PHASES, tuple(currents))


def _shapes(wiring: Wiring) -> Iterator[tuple[tuple[Phasor, ...], tuple[Phasor, ...]]]:
    """What can be seen of a wiring: its phasors turned by every third of a turn."""
    turned = wiring
    for _ in range(len(PHASES)):
        yield turned.voltages(), tuple(i.phasor() for i in turned.amps)
        step = {p: PHASES[(n + 1) % len(PHASES)] for n, p in enumerate(PHASES)} | {"-": "-", "": ""}
        turned = Wiring(wiring.system, "".join(step[p] for p in turned.volts),
                        tuple(Current(step[i.phase], i.is_reversed) for i in turned.amps))  # fmt: skip
