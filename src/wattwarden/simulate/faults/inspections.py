"""Inspectors at work: thefts that they ended, visits that found nothing, visits drawn by lot.

Without these there is nothing to learn from. Who was caught steals no more: he is an honest look-alike now.
"""

import numpy as np

from wattwarden.simulate.devices import add_visit, work_order
from wattwarden.simulate.faults.registry import Plot, kind_of_many
from wattwarden.simulate.faults.theft_kit import RISK, TRICKS, Theft
from wattwarden.simulate.world import World

CAUGHT, IN_VAIN, DRAWN = 70.0, 60.0, 20.0
"""Per 10,000 customers: thefts ended, visits on suspicion that found nothing, draws of one month."""
SPARED = ("theft.line_neutral_difference", "theft.one_line_one_earth", "theft.current_loss_under_load",
          "theft.current_shunted", "theft.current_reversed")  # fmt: skip
"""Tricks of customers of whom there are too few to have been caught as well."""
NEWEST_SHARE = 0.6
"""Part of the visits that lies in the last hundred days: the programme has grown."""
NEWEST_DAYS = 100
FEN_PER_KWH = 60


@kind_of_many("lookalike.caught_and_stopped", RISK, "查处后守法", "Caught earlier, honest since", CAUGHT)
def _caught(plot: Plot) -> None:
    """Thieves of every kind, each until inspectors came; one in twenty was drawn by lot."""
    world = plot.world
    tricks = [trick for trick in TRICKS if trick.name not in SPARED]
    for number in range(plot.count):
        trick = tricks[number % len(tricks)]
        for customer in plot.pick(trick.candidates(world), 1):
            visit = _visit_day(plot)
            start = max(2, visit - int(plot.rng.integers(40, 160)))
            evasion = plot.next_evasion()
            evasion = "" if evasion == "after_visit" else evasion
            trick.do(Theft(world, plot.rng, customer, start, visit, evasion))
            chance = _draw_chance() if number % 20 == 0 else None
            add_visit(world, customer, visit, "theft", draw_probability=chance)
            kwh = float(world.people.base_kwh[customer]) * (visit - start) / 2
            world.rows["inspection_result"][-1].update(
                recovered_kwh=kwh, claimed_fen=round(kwh * FEN_PER_KWH)
            )
            work_order(world, "inspect", customer, visit)
            plot.truth(customer, start, visit, is_lookalike=True)


@kind_of_many("lookalike.visited_in_vain", RISK, "检查未见异常", "Visited, and nothing was found", IN_VAIN)
def _in_vain(plot: Plot) -> None:
    """Inspectors go where use fell, and are mostly mistaken; and by lot, to learn how many steal."""
    world = plot.world
    guilty = _guilty(world)
    suspects = [t for t in world.truths if t.is_lookalike and t.customer is not None and t.risk == RISK]
    for truth in suspects:
        if (
            plot.chance(0.35)
            and truth.customer not in guilty
            and truth.kind != "lookalike.caught_and_stopped"
        ):
            day = min(world.plan.days - 1, max(truth.first + 10, _visit_day(plot)))
            add_visit(world, int(truth.customer or 0), day, "normal")
    for customer in plot.pick(np.ones(world.plan.customers, dtype=np.bool_)):
        day = _visit_day(plot)
        add_visit(world, customer, max(day, int(world.people.opened[customer]) + 1), "normal")
        plot.truth(customer, day, day + 1, is_lookalike=True)
    honest = np.setdiff1d(np.arange(world.plan.customers), sorted(guilty))
    for _ in range(world.plan.months):
        count = max(1, round(DRAWN * world.plan.customers / 10_000))
        for customer in plot.rng.choice(honest, count, replace=False):
            day = max(_visit_day(plot), int(world.people.opened[customer]) + 1)
            if day < world.plan.days:
                add_visit(world, int(customer), day, "normal", draw_probability=_draw_chance())


def _guilty(world: World) -> set[int]:
    """Customers about whom anything is wrong now: a visit would not have found nothing."""
    return {t.customer for t in world.truths if t.customer is not None and not t.is_lookalike}


def _draw_chance() -> float:
    """Chance of one customer to be drawn in a month."""
    return DRAWN / 10_000


def _visit_day(plot: Plot) -> int:
    """More visits lately than long ago."""
    if plot.chance(NEWEST_SHARE):
        return plot.day(-NEWEST_DAYS, -3)
    return plot.day(60, -NEWEST_DAYS)
