"""Choose a day's visits: highest expected net value first, within the crews' hours, skills and areas.

One visit settles all cases of a premise. Each choice takes the crew and premise with the most net value
per minute, travel counted, the rule of thumb of the knapsack problem (G. B. Dantzig, Operations Research 5,
1957, 266-288); the tests compare it with the best plan where that can be found by trying all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class Waiting:
    """A case that waits for a visit.

    Attributes:
        net_value_fen: Expected net value, as scoring gives it.
        minutes: Time on site.
        skill: What a crew must be able to do.
        probability: Chance with which it was drawn at random; None where it was chosen by value.
    """

    case_id: str
    premise_id: str
    org_id: str
    area_id: str
    net_value_fen: int
    minutes: int
    skill: str = ""
    probability: Fraction | None = None
    locked_by: str = ""


@dataclass(frozen=True)
class Crew:
    """Who can go, for how long, where and for what."""

    id: str
    minutes: int
    org_ids: frozenset[str]
    skills: frozenset[str] = frozenset()
    area_ids: frozenset[str] | None = None


@dataclass(frozen=True)
class Travel:
    """Minutes on the road: between areas, and within one from one premise to the next."""

    within_area: int = 10
    to_area: int = 40
    pairs: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def minutes(self, before: str | None, area: str) -> int:
        """From the last stop, None for the base, to a premise of ``area``."""
        if before == area:
            return self.within_area
        return self.pairs.get((before or "", area), self.to_area)


@dataclass(frozen=True)
class Visit:
    """One stop: a premise with all its waiting cases."""

    premise_id: str
    area_id: str
    org_id: str
    case_ids: tuple[str, ...]
    net_value_fen: int
    minutes: int
    skills: frozenset[str]
    probability: Fraction | None


@dataclass
class Day:
    """A crew's day in the making: its stops in order, and the minutes used."""

    crew: Crew
    visits: list[Visit] = field(default_factory=list)
    used: int = 0

    @property
    def area(self) -> str | None:
        """Where the crew is."""
        return self.visits[-1].area_id if self.visits else None


def visits(waiting: Sequence[Waiting]) -> list[Visit]:
    """One visit for all waiting cases of a premise: the longest in full, the others at half their time."""
    groups: dict[str, list[Waiting]] = {}
    for case in sorted(waiting, key=lambda c: c.case_id):
        if not case.locked_by:
            groups.setdefault(case.premise_id, []).append(case)
    found = []
    for premise, cases in sorted(groups.items()):
        longest = max(c.minutes for c in cases)
        rest = sum(c.minutes for c in cases) - longest
        chances = [c.probability for c in cases if c.probability is not None]
        found.append(
            Visit(
                premise, cases[0].area_id, cases[0].org_id,
                case_ids=tuple(c.case_id for c in cases),
                net_value_fen=sum(c.net_value_fen for c in cases),
                minutes=longest + rest // 2,
                skills=frozenset(c.skill for c in cases if c.skill),
                probability=max(chances, default=None),
            )
        )  # fmt: skip
    return found


def plan(waiting: Sequence[Waiting], crews: Sequence[Crew], travel: Travel) -> list[Day]:
    """Give each crew its stops: visits drawn at random first, whatever their value; others only if they pay.

    Every visit goes to one crew at most, and no crew works longer than its minutes.
    """
    days = [Day(crew) for crew in sorted(crews, key=lambda c: c.id)]
    todo = visits(waiting)
    for visit in [v for v in todo if v.probability is not None]:
        if day := _cheapest(visit, days, travel):
            _add(day, visit, travel)
    left = [v for v in todo if v.probability is None and v.net_value_fen > 0]
    while best := _best(left, days, travel):
        day, visit = best
        _add(day, visit, travel)
        left.remove(visit)
    return days


def take_next(
    waiting: Sequence[Waiting], crew: Crew, area: str | None, travel: Travel, minutes: int
) -> Visit | None:
    """The stop that a crew should take next; the store locks it, and asks again if somebody was faster.

    Args:
        waiting: Cases that nobody has; locked ones are passed over.
        crew: Who asks.
        area: Where it is, None at the base.
        travel: Minutes on the road.
        minutes: What is left of the day.
    """
    here = Day(crew, used=crew.minutes - minutes)
    fitting = [(v, v.minutes + travel.minutes(area, v.area_id)) for v in visits(waiting) if _can(here, v)]
    fitting = [(v, cost) for v, cost in fitting if cost <= minutes]
    drawn = [pair for pair in fitting if pair[0].probability is not None]
    paying = [pair for pair in fitting if pair[0].net_value_fen > 0]
    if drawn:
        return min(drawn, key=lambda pair: (pair[1], pair[0].premise_id))[0]
    return max(paying, key=lambda pair: (Fraction(pair[0].net_value_fen, pair[1]), pair[0].premise_id),
               default=(None, 0))[0]  # fmt: skip


def _best(left: Sequence[Visit], days: Sequence[Day], travel: Travel) -> tuple[Day, Visit] | None:
    fitting = [
        (Fraction(visit.net_value_fen, cost), day.crew.id, visit.premise_id, day, visit)
        for day in days
        for visit in left
        if _can(day, visit) and day.used + (cost := _cost(day, visit, travel)) <= day.crew.minutes
    ]
    best = max(fitting, key=lambda entry: entry[:3], default=None)
    return best and (best[3], best[4])


def _cheapest(visit: Visit, days: Sequence[Day], travel: Travel) -> Day | None:
    fitting = [d for d in days if _can(d, visit) and d.used + _cost(d, visit, travel) <= d.crew.minutes]
    return min(fitting, key=lambda d: (_cost(d, visit, travel), d.used, d.crew.id), default=None)


def _cost(day: Day, visit: Visit, travel: Travel) -> int:
    return max(1, visit.minutes + travel.minutes(day.area, visit.area_id))


def _can(day: Day, visit: Visit) -> bool:
    crew = day.crew
    there = crew.area_ids is None or visit.area_id in crew.area_ids
    return visit.org_id in crew.org_ids and there and visit.skills <= crew.skills


def _add(day: Day, visit: Visit, travel: Travel) -> None:
    day.used += _cost(day, visit, travel)
    day.visits.append(visit)
