"""Tricks of theft: enough of them, each with its trace, each evasion where it should be, and inspectors."""

import numpy as np
import pytest

from wattwarden.simulate.faults import KINDS
from wattwarden.simulate.faults.theft_kit import SEASON, TRICKS, Theft
from wattwarden.simulate.plan import Plan
from wattwarden.simulate.run import build
from wattwarden.simulate.world import World

FEWEST_TRICKS = 15


@pytest.fixture(scope="module")
def world() -> World:
    return build(Plan(2_000, faults=True, dirt=False))


def theft(world: World, evasion: str = "", customer: int = 7, start: int = 100, stop: int = 300) -> Theft:
    return Theft(world, np.random.default_rng(0), customer, start, stop, evasion)


def test_there_are_tricks_enough() -> None:
    assert len({kind.kind for kind in KINDS if kind.kind.startswith("theft.")}) >= FEWEST_TRICKS
    assert len({trick.name for trick in TRICKS}) == len(TRICKS) >= FEWEST_TRICKS


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.name)
def test_each_trick_changes_what_the_register_sees_within_its_days(world: World, trick: object) -> None:
    before = {name: len(changes) for name, changes in world.changes.items()}
    trick.do(theft(world))  # type: ignore[attr-defined]  # one of TRICKS
    added = {name: changes[before.get(name, 0) :] for name, changes in world.changes.items()}
    seen = [change for name in ("seen", "night") for change in added.get(name, [])]
    assert seen
    assert all(change.customer == 7 and 100 <= change.start < change.stop <= 300 for change in seen)
    assert any(change.value < 1 for change in seen)


def test_evasions_leave_days_untouched(world: World) -> None:
    whole = set(range(100, 300))
    for evasion, spared in (
        ("before_reading", {d for d in whole if world.plan.dates[d + 1].month != world.plan.dates[d].month}),
        ("in_season", {d for d in whole if world.plan.dates[d].month not in SEASON}),
    ):
        stolen = {day for first, last in theft(world, evasion).spells() for day in range(first, last)}
        assert spared
        assert not stolen & spared
        assert stolen <= whole
    assert len(theft(world, "intermittent").spells()) > 10


def test_a_slow_thief_goes_down_step_by_step(world: World) -> None:
    before = len(world.changes["seen"])
    theft(world, "slowly").keep(0.3, 0.3)
    values = [change.value for change in world.changes["seen"][before:]]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.7
    assert values[-1] == pytest.approx(0.3)


def test_inspectors_leave_labels_of_both_kinds_and_a_chance_where_they_drew(world: World) -> None:
    visits = world.rows["inspection_result"]
    assert sum(row["outcome"] == "theft" for row in visits) >= 10
    drawn = [row for row in visits if row.get("is_random")]
    assert len(drawn) >= 20
    assert all(0 < float(str(row["draw_probability"])) < 1 for row in drawn)
    assert all(row["draw_probability"] is None for row in visits if not row.get("is_random"))


def test_who_was_caught_steals_no_more(world: World) -> None:
    caught = [t for t in world.truths if t.kind == "lookalike.caught_and_stopped"]
    assert caught
    for truth in caught:
        seen = [c for c in world.changes["seen"] if c.customer == truth.customer]
        assert all(change.stop <= truth.last for change in seen)
