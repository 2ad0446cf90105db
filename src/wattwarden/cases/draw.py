"""Draw visits and reviews at random: the same seed draws the same, whatever the order of the list."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

LEAST_SHARE, MOST_SHARE = Fraction(5, 100), Fraction(10, 100)
"""Share of visits that are drawn at random, so that hit rate and recall can be estimated."""


@dataclass(frozen=True)
class Drawn:
    """Something drawn at random.

    Attributes:
        stratum: Where it was drawn from.
        probability: Its chance to be drawn: recorded with the visit, for weighting by its inverse.
    """

    id: str
    stratum: str
    probability: Fraction


def seed_of(day: date, org_id: str, salt: str = "") -> str:
    """The seed of a day and an organisation; ``salt`` keeps draws for other purposes apart."""
    return f"{day}|{org_id}|{salt}"


def draw(seed: str, ids: Iterable[str], count: int, stratum: str = "") -> tuple[Drawn, ...]:
    """Draw ``count`` of ``ids`` without return, each with the same chance.

    The order is that of a keyed digest, so it can be checked by anybody who knows the seed.
    """
    distinct = sorted(set(ids))
    count = min(count, len(distinct))
    if not count:
        return ()
    chosen = sorted(distinct, key=lambda name: hashlib.sha256(f"{seed}|{stratum}|{name}".encode()).digest())[
        :count
    ]
    return tuple(Drawn(name, stratum, Fraction(count, len(distinct))) for name in sorted(chosen))


def random_visits(
    seed: str, strata: Mapping[str, Sequence[str]], visits: int, share: Fraction = LEAST_SHARE
) -> tuple[Drawn, ...]:
    """Draw the share of a day's visits from strata, each stratum by its size, at least one from each.

    Args:
        seed: From ``seed_of``.
        strata: Premises by stratum, for example flagged and not flagged.
        visits: How many visits the day has in all.
        share: Between LEAST_SHARE and MOST_SHARE.

    Raises:
        ValueError: the share is outside its bounds.
    """
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise ValueError(f"share {share} of random visits; expected {LEAST_SHARE} to {MOST_SHARE}")
    filled = {name: ids for name, ids in sorted(strata.items()) if ids}
    wanted = math.ceil(visits * share)
    if not filled or not wanted:
        return ()
    total = sum(len(ids) for ids in filled.values())
    counts = {name: max(1, wanted * len(ids) // total) for name, ids in filled.items()}
    while sum(counts.values()) > wanted and max(counts.values()) > 1:
        counts[max(counts, key=lambda name: (counts[name], name))] -= 1
    largest = max(filled, key=lambda name: (len(filled[name]), name))
    counts[largest] += max(0, wanted - sum(counts.values()))
    return tuple(drawn for name, ids in filled.items() for drawn in draw(seed, ids, counts[name], name))
