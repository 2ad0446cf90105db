"""Every wiring of a meter that is worth considering, each physically different one once.

Source: combinatorics of the terminals; wirings that no meter and no inspector can tell apart are one.
"""

from collections.abc import Iterator
from itertools import permutations, product

from wattwarden.calc.metering.exact import Phasor
from wattwarden.calc.metering.wiring import PHASES, Current, System, Wiring

MOST_CHANGES = 3
"""Wirings with more mistakes than this are not proposed."""


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
