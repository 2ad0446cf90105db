"""What every trick of theft shares: how long it lasts, how notice is avoided, what the register still sees.

A trick is one function over a ``Theft``. It is planted twice: as a theft that goes on, for scans to find, and
as one that inspectors ended earlier, which leaves a labelled visit behind (``inspections``).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wattwarden.simulate.devices import add_visit, event, work_order
from wattwarden.simulate.faults.registry import Plot, kind
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.world import World

RISK = "1.2.2"
BLOCK_DAYS = 7
SMALL = 0.4
"""A careful thief takes this part of what others take."""
STEPS = 3
STEP_DAYS = 30
"""A slow thief lowers the register in steps a month apart."""
QUIET_DAYS = 3
"""Days before the end of a month, when meters are read and visited."""
SEASON = (12, 1, 2, 6, 7, 8, 9)
"""Months in which use swings anyway."""


@dataclass(frozen=True)
class Theft:
    """One customer stealing from day ``start`` until day ``stop``.

    Attributes:
        evasion: How notice is avoided; see ``registry.EVASIONS``.
    """

    world: World
    rng: np.random.Generator
    customer: int
    start: int
    stop: int
    evasion: str = ""

    def keep(self, low: float, high: float, array: str = "seen") -> None:
        """Let the register see a part of the use, between ``low`` and ``high``, in the thief's own manner."""
        part = float(self.rng.uniform(low, high))
        if self.evasion == "small":
            part = 1 - (1 - part) * SMALL
        for number, (first, last) in enumerate(self.spells()):
            depth = min(number + 1, STEPS) / STEPS if self.evasion == "slowly" else 1.0
            self.world.change(array, self.customer, first, last, 1 - (1 - part) * depth)

    def spells(self) -> list[tuple[int, int]]:
        """Days from which and until which (exclusive) the trick is at work."""
        days = range(self.start, self.stop)
        if self.evasion == "intermittent":
            return [(d, min(d + BLOCK_DAYS, self.stop)) for d in days[:: 2 * BLOCK_DAYS]]
        if self.evasion == "slowly":
            return [(d, min(d + STEP_DAYS, self.stop)) for d in days[::STEP_DAYS]]
        dates = self.world.plan.dates
        if self.evasion == "before_reading":
            quiet = [dates[min(d + QUIET_DAYS, len(dates) - 1)].month != dates[d].month for d in days]
            return _runs(self.start, [not q for q in quiet])
        if self.evasion == "in_season":
            return _runs(self.start, [dates[d].month in SEASON for d in days])
        return [(self.start, self.stop)]

    def event(
        self, name: str, day: int, hours: tuple[float, float], lasting_h: float, phase: str | None = None
    ) -> None:
        """A meter event on ``day`` between two hours."""
        at = day + float(self.rng.uniform(*hours)) / 24
        event(self.world, name, self.customer, at, lasting_h, phase)

    def chance(self, share: float) -> bool:
        """True in ``share`` of all calls."""
        return bool(self.rng.random() < share)

    def days(self, count: int) -> list[int]:
        """Some days of the theft, the first among them."""
        return sorted({self.start, *(int(d) for d in self.rng.integers(self.start, self.stop, count))})


Do = Callable[[Theft], None]


@dataclass(frozen=True)
class Trick:
    """A way of stealing: who can do it, and what it leaves in the data."""

    name: str
    candidates: Callable[[World], Bools]
    do: Do


TRICKS: list[Trick] = []
"""Every trick that lasts from one day to another."""


def trick(
    name: str, zh: str, en: str, per_10k: float, candidates: Callable[[World], Bools],
    since: tuple[int, int] = (-240, -80),
) -> Callable[[Do], Do]:  # fmt: skip
    """Register the decorated function as a trick and as the kind that plants it.

    Args:
        since: Earliest and latest first day, counted back from the end.
    """

    def register(do: Do) -> Do:
        TRICKS.append(Trick(name, candidates, do))

        @kind(name, RISK, zh, en, per_10k)
        def plant(plot: Plot) -> None:
            for customer in plot.pick(candidates(plot.world)):
                lasting(plot, customer, plot.day(*since), do)

        return do

    return register


def lasting(plot: Plot, customer: int, start: int, do: Do) -> None:
    """A theft that goes on until the end, or until its thief hears of a visit."""
    world, evasion = plot.world, plot.next_evasion()
    stop = world.plan.days
    if evasion == "after_visit":
        stop = max(start + BLOCK_DAYS, stop - plot.day(12, 30))
        add_visit(world, customer, min(stop, world.plan.days - 1), "normal")
        work_order(world, "inspect", customer, min(stop, world.plan.days - 1))
    do(Theft(world, plot.rng, customer, start, stop, evasion))
    plot.truth(customer, start, stop, None, evasion=evasion)


def _runs(start: int, wanted: list[bool]) -> list[tuple[int, int]]:
    """Stretches of days that are wanted."""
    edges = np.flatnonzero(np.diff(np.r_[False, wanted, False].astype(np.int8)))
    return [(start + int(a), start + int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
