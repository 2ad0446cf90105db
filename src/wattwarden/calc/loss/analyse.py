"""One area from readings to suspects, and many areas in all processes, neighbours compared.

Source: no formula of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from tempfile import gettempdir

import numpy as np
from joblib import Parallel, delayed

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
IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- the library makes a folder of its own there, for this user
LEAST_MAPPED = "64K"
"""Arrays from this size on are mapped by the workers, not sent."""
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
Task = tuple[Area, Sequence[tuple[Area, int]]]
"""What ``analyse`` takes: an area, and neighbours with the row of a customer of theirs."""
Judged = tuple[Outcome, Verdict | None]
"""What it gives besides the area."""


def analyse(area: Area, lent: Sequence[tuple[Area, int]] = ()) -> Analysis:
    """Balance one area, tell the cause of its loss, and rank its customers.

    Args:
        lent: Neighbouring areas, read on the same intervals, and the row of a customer of theirs that this
            area may feed.
    """
    outcome = outcome_of(area)
    if outcome is not Outcome.BALANCED:
        return Analysis(area, outcome)
    sheet = make_sheet(area, _rows_of(lent))
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
        borrowed=tuple(
            _name_of(*lent[part.customer]) for part in found.parts if part.shape is Shape.BORROWED
        ),
    )
    return Analysis(area, outcome, verdict)


def _rows_of(lent: Sequence[tuple[Area, int]]) -> Floats | None:
    """Readings of these customers, kWh, a row for each; None where there is none."""
    if not lent:
        return None
    each = {id(area): area for area, _ in lent}
    filled = {place: filled_readings(area)[0] for place, area in each.items()}
    return np.stack([filled[id(area)][row] for area, row in lent])


def _name_of(area: Area, row: int) -> Lender:
    return area.area_id, area.customers[row]


def analyse_all(areas: Sequence[Area], done: Callable[[], object] = lambda: None) -> list[Analysis]:
    """``analyse`` for many areas, in their order; those left unexplained once more beside their neighbours.

    Many areas are shared out to processes, which map one copy of the readings. (Threads gain
    nothing: between the compiled sums they wait for the interpreter's lock; two took longer than one.)

    Args:
        done: Called after each area, for progress.
    """
    with Parallel(
        n_jobs=THREADS if len(areas) >= FEWEST_TO_SHARE else 1,
        return_as="generator",
        batch_size=AREAS_TOGETHER,
        max_nbytes=LEAST_MAPPED,
        temp_folder=_shelf(areas),
    ) as pool:
        alone = []
        for area, judged in zip(areas, pool(delayed(_judge)((area, ())) for area in areas), strict=True):
            alone.append(Analysis(area, *judged))
            done()
        groups: dict[object, list[Analysis]] = defaultdict(list)
        for found in alone:
            groups[_neighbourhood(found.area)].append(found)
        again = {
            place: task
            for place, found in enumerate(alone)
            if (task := _beside_neighbours(found, groups[_neighbourhood(found.area)]))
        }
        for place, (outcome, verdict) in zip(
            again, pool(delayed(_judge)(task) for task in again.values()), strict=True
        ):
            if verdict and verdict.borrowed:
                alone[place] = Analysis(alone[place].area, outcome, verdict)
    return alone


def _shelf(areas: Sequence[Area]) -> str:
    """Folder for the one copy of the readings: in memory where it takes no more than half of what is free."""
    size = sum(area.readings_kwh.nbytes for area in areas)
    in_memory = IN_MEMORY.is_dir() and disk_usage(IN_MEMORY).free > 2 * size
    return str(IN_MEMORY) if in_memory else gettempdir()


def _judge(task: Task) -> Judged:
    """What is found about an area, without its readings: they are at hand where the task came from."""
    found = analyse(*task)
    return found.outcome, found.verdict


def _beside_neighbours(found: Analysis, group: Sequence[Analysis]) -> Task | None:
    """Where something is left to explain: the area again, beside customers of neighbours that it may feed."""
    verdict = found.verdict
    if verdict is None or verdict.chances.best is Cause.NORMAL:
        return None
    near = [each for each in group if each is not found]
    lenders = [(each.area, row) for each in near if each.verdict for row in each.verdict.elsewhere]
    if not verdict.is_explained and sum(len(each.area.customers) for each in near) <= MOST_BORROWED:
        lenders = [(each.area, row) for each in near for row in range(len(each.area.customers))]
    return (found.area, lenders) if lenders else None


def _neighbourhood(area: Area) -> tuple[object, ...]:
    """Equal for areas that hang on one line, as far as known, and were read on the same intervals."""
    return area.feeder_id, area.starts_at, area.supply_kwh.size, area.slots_per_day


def home_areas(found: Sequence[Analysis]) -> dict[Lender, str]:
    """Area that feeds each customer filed elsewhere, by area and customer on file."""
    return {lender: each.area.area_id for each in found if each.verdict for lender in each.verdict.borrowed}
