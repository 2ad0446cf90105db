"""One area from readings to suspects, and many areas on all threads.

Source: no formula of its own.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from wattwarden.calc.loss.area import Area, Outcome, outcome_of
from wattwarden.calc.loss.causes import Diagnosis, diagnose
from wattwarden.calc.loss.sheet import Sheet, make_sheet
from wattwarden.calc.loss.suspects import Suspect, find_suspects
from wattwarden.calc.tariff.compiled import THREADS


@dataclass(frozen=True)
class Analysis:
    """What the balance of one area says.

    Attributes:
        area: The area.
        outcome: Whether it could be balanced; if not, the rest is None or empty.
        sheet: The arrays worked on.
        diagnosis: Causes and the explanation.
        suspects: Every customer, the most suspected first.
    """

    area: Area
    outcome: Outcome
    sheet: Sheet | None = None
    diagnosis: Diagnosis | None = None
    suspects: tuple[Suspect, ...] = ()


def analyse(area: Area) -> Analysis:
    """Balance one area, tell the cause of its loss, and rank its customers."""
    outcome = outcome_of(area)
    if outcome is not Outcome.BALANCED:
        return Analysis(area, outcome)
    sheet = make_sheet(area)
    diagnosis = diagnose(area, sheet)
    return Analysis(area, outcome, sheet, diagnosis, tuple(find_suspects(sheet, diagnosis)))


def analyse_all(areas: Sequence[Area], done: Callable[[], object] = lambda: None) -> list[Analysis]:
    """``analyse`` for many areas, in their order.

    Args:
        done: Called after each area, for progress.
    """

    def one(area: Area) -> Analysis:
        found = analyse(area)
        done()
        return found

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, areas))
