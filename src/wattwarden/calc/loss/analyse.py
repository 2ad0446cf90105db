"""One area from readings to suspects, and many areas in all processes, neighbours compared.

Source: no formula of its own.
"""

import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np

from wattwarden.calc.loss.area import Area, Floats, Outcome, outcome_of
from wattwarden.calc.loss.balance import Balance, balance_by, technical_error_pct
from wattwarden.calc.loss.calibration import Route
from wattwarden.calc.loss.cause import Cause, Chances
from wattwarden.calc.loss.causes import diagnose
from wattwarden.calc.loss.estimate import filled_readings
from wattwarden.calc.loss.shapes import Shape
from wattwarden.calc.loss.sheet import make_sheet
from wattwarden.calc.loss.suspects import Suspect, find_suspects
from wattwarden.calc.tariff.compiled import THREADS

FEWEST_TO_SHARE, AREAS_TOGETHER = 200, 16
MOST_BORROWED = 600
"""Neighbouring customers that one area is compared with; among more, only those who seem fed elsewhere."""


@dataclass(frozen=True)
class Verdict:
    """What the balance of one area says; it holds no interval data.

    Attributes:
        chances: Probability of each cause.
        said: The same before correction.
        route: How the verdict was reached.
        is_explained: Whether what is left is meter noise.
        daily: Balance by day of the area.
        technical_error_pct: Half of the 95 % interval of the technical loss, per cent of the supply.
        suspects: Every customer, the most suspected first.
        elsewhere: Rows of customers filed here and fed elsewhere, at least part of the time.
        borrowed: Neighbouring area and customer of those fed here and filed there.
    """

    chances: Chances
    said: Chances
    route: Route
    is_explained: bool
    daily: Balance
    technical_error_pct: float
    suspects: tuple[Suspect, ...]
    elsewhere: tuple[int, ...]
    borrowed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Analysis:
    """One area, whether it could be balanced, and if so what the balance says."""

    area: Area
    outcome: Outcome
    verdict: Verdict | None = None


Lender = tuple[str, str]
"""Area and customer of a neighbour."""
Task = tuple[Area, Floats | None, Sequence[Lender]]
"""What ``analyse`` takes."""
Judged = tuple[Outcome, Verdict | None]
"""What it gives besides the area."""


def analyse(area: Area, lent: Floats | None = None, lenders: Sequence[Lender] = ()) -> Analysis:
    """Balance one area, tell the cause of its loss, and rank its customers.

    Args:
        lent: Readings of neighbours' customers on the same intervals, kWh.
        lenders: Who they are, one per row.
    """
    outcome = outcome_of(area)
    if outcome is not Outcome.BALANCED:
        return Analysis(area, outcome)
    sheet = make_sheet(area, lent)
    found = diagnose(area, sheet)
    verdict = Verdict(
        chances=found.chances,
        said=found.said,
        route=found.route,
        is_explained=found.is_explained,
        daily=balance_by(sheet, found.explanation, sheet.day),
        technical_error_pct=technical_error_pct(sheet, found.explanation),
        suspects=tuple(find_suspects(sheet, found)),
        elsewhere=tuple(
            part.customer for part in found.parts if part.shape in {Shape.ELSEWHERE, Shape.MOVED}
        ),
        borrowed=tuple(lenders[part.customer] for part in found.parts if part.shape is Shape.BORROWED),
    )
    return Analysis(area, outcome, verdict)


def analyse_all(areas: Sequence[Area], done: Callable[[], object] = lambda: None) -> list[Analysis]:
    """``analyse`` for many areas, in their order; those left unexplained once more beside their neighbours.

    Args:
        done: Called after each area, for progress.
    """
    with _workers(len(areas)) as each_of:
        alone = []
        for area, judged in zip(areas, each_of(_judge, ((area, None, ()) for area in areas)), strict=True):
            alone.append(Analysis(area, *judged))
            done()
        groups: dict[object, list[Analysis]] = defaultdict(list)
        for found in alone:
            groups[_neighbourhood(found.area)].append(found)
        places, tasks = [], []
        for place, found in enumerate(alone):
            task = _beside_neighbours(found, groups[_neighbourhood(found.area)])
            if task is not None:
                places.append(place)
                tasks.append(task)
        for place, (outcome, verdict) in zip(places, each_of(_judge, tasks), strict=True):
            if verdict and verdict.borrowed:
                alone[place] = Analysis(alone[place].area, outcome, verdict)
    return alone


def _judge(task: Task) -> Judged:
    """What is found about an area, without its readings: they are at hand where the task came from."""
    found = analyse(*task)
    return found.outcome, found.verdict


@contextmanager
def _workers(
    count: int,
) -> Iterator[Callable[[Callable[[Task], Judged], Iterable[Task]], Iterator[Judged]]]:
    """How many areas are worked through: in processes of their own where there are many.

    Threads gain nothing here: between the compiled sums they wait for the interpreter's lock (measured: two
    threads took longer than one). Processes are started anew, not forked, as the caller may have threads. A
    process that may have no children of its own works through the areas by itself.
    """
    if count < FEWEST_TO_SHARE or multiprocessing.current_process().daemon:
        yield map
        return
    with ProcessPoolExecutor(THREADS, multiprocessing.get_context("spawn")) as pool:
        yield partial(pool.map, chunksize=AREAS_TOGETHER)


def _beside_neighbours(found: Analysis, group: Sequence[Analysis]) -> Task | None:
    """Where something is left to explain: the area again, beside customers of neighbours that it may feed."""
    verdict = found.verdict
    if verdict is None or verdict.chances.best is Cause.NORMAL:
        return None
    near = [each for each in group if each is not found]
    lenders = [(each.area, row) for each in near if each.verdict for row in each.verdict.elsewhere]
    if not verdict.is_explained and sum(len(each.area.customers) for each in near) <= MOST_BORROWED:
        lenders = [(each.area, row) for each in near for row in range(len(each.area.customers))]
    if not lenders:
        return None
    rows = {id(area): filled_readings(area)[0] for area, _ in lenders}
    lent = np.stack([rows[id(area)][row] for area, row in lenders])
    return found.area, lent, [(area.area_id, area.customers[row]) for area, row in lenders]


def _neighbourhood(area: Area) -> tuple[object, ...]:
    """Equal for areas that hang on one line, as far as known, and were read on the same intervals."""
    return area.feeder_id, area.starts_at, area.supply_kwh.size, area.slots_per_day


def home_areas(found: Sequence[Analysis]) -> dict[Lender, str]:
    """Area that feeds each customer filed elsewhere, by area and customer on file."""
    return {lender: each.area.area_id for each in found if each.verdict for lender in each.verdict.borrowed}
