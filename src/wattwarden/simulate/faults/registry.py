"""The list of planted kinds, and what a planting function works with.

A kind is one function: it picks customers, changes files and plans changes of the computed tables,
and says what is true. Rules never read any of this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from wattwarden.domain.labels import Label
from wattwarden.simulate import sectors
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.world import Truth, World, customer_id

EVASIONS = ("", "small", "", "intermittent", "slowly", "after_visit", "", "before_reading", "in_season", "")
LEAST = 2
"""Cases of each kind in the smallest county."""


@dataclass(frozen=True)
class Kind:
    """One kind of planted fault or honest look-alike.

    Args:
        kind: Its name; where a rule should find it, the name of that rule.
        risk: Risk point of ``content/risks.yaml``.
        per_10k: Cases per 10,000 customers.
        wave: Kinds of a lower wave are planted first, so that those after them take nobody from them.
    """

    kind: str
    risk: str
    label: Label
    per_10k: float
    plant: Callable[["Plot"], None]
    wave: int = 0


KINDS: list[Kind] = []


def kind(
    name: str, risk: str, zh: str, en: str, per_10k: float, *, wave: int = 0
) -> Callable[[Callable[["Plot"], None]], None]:
    """Register the decorated function as the way to plant ``name``."""

    def register(plant: Callable[["Plot"], None]) -> None:
        KINDS.append(Kind(name, risk, Label(zh=zh, en=en), per_10k, plant, wave))
        KINDS.sort(key=lambda item: item.wave)

    return register


kind_late = partial(kind, wave=1)
"""Register a kind that leaves the scarce customers with a transformer to all others."""
kind_on_bills = partial(kind, wave=2)
"""Register a kind that only bills show."""
kind_of_many = partial(kind, wave=3)
"""Register a kind that hits all customers of a place whom nothing else has hit."""


@dataclass
class Plot:
    """One kind at work on one county."""

    world: World
    kind: Kind
    rng: np.random.Generator
    count: int
    tricks: int = 0

    def next_evasion(self) -> str:
        """How the next thief avoids notice; kinds begin at different places, so that all ways occur."""
        self.tricks += 1
        return EVASIONS[(KINDS.index(self.kind) + self.tricks) % len(EVASIONS)]

    def pick(self, candidates: Bools, count: int | None = None) -> list[int]:
        """Reserve customers for this kind: ``count`` of them, else as many as the kind wants."""
        return self.world.pick(self.rng, candidates, self.count if count is None else count)

    def truth(self, customer: int, first: int, last: int, loss: int | None = 0, **more: object) -> None:
        """Something is true of a customer from day ``first`` until day ``last``; see ``Truth``."""
        self.about("customer", customer_id(customer), first, last, loss, customer=int(customer), **more)

    def about(
        self, subject_kind: str, subject_id: str, first: int, last: int, loss: int | None = 0, **more: object
    ) -> None:
        """Something is true of any subject."""
        self.world.truths.append(
            Truth(self.kind.kind, self.kind.risk, subject_kind, subject_id, first=int(first), last=int(last),
                  loss_fen=loss, **more)  # type: ignore[arg-type]  # the fields of Truth, checked there
        )  # fmt: skip

    def misbill(self, customer: int, term: str, start: int, stop: int, value: float) -> None:
        """Let the bills of months ``start`` until ``stop`` have a wrong term; see ``misbilling``."""
        self.world.misbill(self.kind.kind, customer, term, start, stop, value)

    def wrong_bills(self, customer: int, start: int, stop: int, group: str = "") -> None:
        """The bills of months ``start`` until ``stop`` are wrong; their money follows from them."""
        bounds = self.world.plan.month_bounds
        self.truth(customer, int(bounds[start]), int(bounds[stop]), None, group=group)

    def day(self, earliest: int, latest: int) -> int:
        """A random day; days below zero count back from the end of the history."""
        days = self.world.plan.days
        low = max(0, earliest if earliest >= 0 else days + earliest)
        high = latest if latest >= 0 else days + latest
        return int(self.rng.integers(low, max(low + 1, high)))

    def month(self, earliest: int, latest: int) -> int:
        """A random bill month; months below zero count back from the last one."""
        months = self.world.plan.months
        low = max(0, earliest if earliest >= 0 else months + earliest)
        high = latest if latest >= 0 else months + latest
        return int(self.rng.integers(low, max(low + 1, high)))

    def chance(self, share: float) -> bool:
        """True in ``share`` of all calls."""
        return bool(self.rng.random() < share)


def settled(world: World) -> Bools:
    """Customers with a plain history: always there, one meter, no generation, real use."""
    p = world.people
    return np.asarray((p.opened < 0) & (p.exchanged < 0) & (p.solar_kw == 0) & (p.base_kwh > 1.5))


def homes(world: World) -> Bools:
    """Residential customers with a plain history."""
    return np.asarray(settled(world) & (world.people.tariff_class == sectors.RESIDENTIAL))


def of_sector(world: World, *codes: str) -> Bools:
    """Customers of some sectors with a plain history."""
    return np.asarray(settled(world) & np.isin(world.people.sector, [sectors.NUMBER[c] for c in codes]))


def high_voltage(world: World) -> Bools:
    """Customers with their own transformer, except hospitals."""
    return np.asarray(
        settled(world) & world.people.is_high_voltage & (world.people.sector != sectors.NUMBER["hospital"])
    )


def plant(world: World, item: Kind) -> None:
    """Plant one kind in the number that the size of the county asks for."""
    count = max(LEAST, round(item.per_10k * world.plan.customers / 10_000))
    item.plant(Plot(world, item, world.plan.random(f"fault {item.kind}"), count))
