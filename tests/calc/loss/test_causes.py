"""Planted areas: who did it, why the area loses, and what bad input does to both."""

from dataclasses import replace

import numpy as np
import pytest

from tests.calc.loss.kit import ground, rng
from wattwarden.calc.loss.analyse import Verdict, analyse, analyse_all, home_areas
from wattwarden.calc.loss.area import Area
from wattwarden.calc.loss.cause import Cause
from wattwarden.calc.loss.shapes import Shape
from wattwarden.calc.loss.words import CAUSES as CAUSE_WORDS
from wattwarden.calc.loss.words import CHECKS, SHAPES, separating_check, why_suspect
from wattwarden.simulate.area_tricks import TRICKS
from wattwarden.simulate.planted_areas import CAUSES, pair, plant_theft, with_gaps

SEEN_AS_LOAD = {"separate_line"}
"""An appliance on a line of its own leaves no trace in the readings: only the area's loss shows it."""
FAINT = {"other_day", "random_mean", "flat", "flat_by_day", "low_day_copied", "reversed_day"}
"""Readings that are not the use at all: only what they cannot be tells."""
WORDS = {"gate_scale": Cause.GATE, "mapping_in": Cause.MAPPING} | {cause.value: cause for cause in Cause}


def judged(area: Area) -> Verdict:
    found = analyse(area)
    assert found.verdict is not None
    return found.verdict


@pytest.mark.parametrize("trick", sorted(set(TRICKS) - SEEN_AS_LOAD))
def test_the_thief_stands_first(trick: str) -> None:
    area, planted = plant_theft(ground(3), (trick,), rng(3))
    verdict = judged(area)
    (thief,) = planted.kinds
    assert area.customers[verdict.suspects[0].customer] == thief
    if trick not in FAINT:
        assert verdict.suspects[0].evidence > 8
        assert verdict.suspects[0].evidence > 3 * max(verdict.suspects[1].evidence, 0)


@pytest.mark.parametrize(
    "trick", ["scale", "night_bypass", "clip", "intermittent", "peak_bypass", "weekends"]
)
def test_energy_lies_in_a_narrow_interval(trick: str) -> None:
    area, planted = plant_theft(ground(5), (trick,), rng(5))
    first = judged(area).suspects[0]
    (stolen,) = planted.stolen_kwh.values()
    assert first.low_kwh <= first.bypassed_kwh <= first.high_kwh
    assert first.bypassed_kwh == pytest.approx(stolen, rel=0.15)
    assert first.probability > 0.6


def test_two_thieves_are_both_found() -> None:
    area, planted = plant_theft(ground(2), ("scale", "peak_bypass"), rng(2))
    verdict = judged(area)
    first = {area.customers[suspect.customer] for suspect in verdict.suspects[:2]}
    assert first == set(planted.kinds)
    assert verdict.chances.best is Cause.THEFT


def test_hours_of_a_night_bypass() -> None:
    area, _ = plant_theft(ground(4), ("night_bypass",), rng(4))
    first = judged(area).suspects[0]
    assert set(first.hours) <= {21, 22, 23, 0, 1, 2, 3, 4, 5}
    assert len(first.hours) >= 7
    assert "kWh" in why_suspect(first).en


@pytest.mark.parametrize("cause", sorted(set(CAUSES)))
def test_the_right_cause_stands_first(cause: str) -> None:
    area, planted = CAUSES[cause](ground(6), rng(6))
    verdict = judged(area)
    assert verdict.chances.best is WORDS[planted.cause], verdict.chances.of
    assert sum(verdict.chances.of.values()) == pytest.approx(1.0)


def test_a_customer_filed_elsewhere_is_found_in_both_areas() -> None:
    (first, planted), (second, _) = pair(ground(7, "A"), ground(8, "B"), rng(7))
    found = analyse_all([first, second])
    (customer,) = planted.kinds
    verdict = found[0].verdict
    assert verdict is not None
    assert [first.customers[row] for row in verdict.elsewhere] == [customer]
    assert home_areas(found) == {("A", customer): "B"}


def test_who_moved_in_mid_month_is_filed_wrong_for_the_rest() -> None:
    area, planted = CAUSES["moved"](ground(9), rng(9))
    verdict = judged(area)
    assert {area.customers[row] for row in verdict.elsewhere} == set(planted.kinds)


def test_negative_loss_is_no_theft() -> None:
    area, _ = CAUSES["normal"](ground(1), rng(1))
    verdict = judged(replace(area, supply_kwh=area.supply_kwh * 0.9))
    assert verdict.daily.loss_kwh.sum() < 0
    assert verdict.chances.best is Cause.GATE


def test_a_fifth_of_the_readings_missing() -> None:
    area, planted = plant_theft(ground(3), ("scale",), rng(3))
    verdict = judged(with_gaps(area, 0.2, rng(1)))
    (thief,) = planted.kinds
    assert thief in {area.customers[suspect.customer] for suspect in verdict.suspects[:3]}
    whole = judged(area)
    assert verdict.daily.error_kwh.sum() > 3 * whole.daily.error_kwh.sum()


def test_missing_readings_alone_are_no_loss() -> None:
    area, _ = CAUSES["normal"](ground(1), rng(1))
    verdict = judged(with_gaps(area, 0.05, rng(1)))
    assert verdict.chances.best in {Cause.NORMAL, Cause.MISSING}
    assert all(suspect.probability < 0.5 for suspect in verdict.suspects)


def test_a_meter_of_zeros_is_no_crash_and_no_thief() -> None:
    area, _ = CAUSES["normal"](ground(1), rng(1))
    readings = np.vstack([area.readings_kwh, np.zeros(area.supply_kwh.size)])
    verdict = judged(replace(area, readings_kwh=readings, customers=(*area.customers, "empty")))
    assert verdict.chances.best is Cause.NORMAL
    assert all(suspect.evidence <= 0 for suspect in verdict.suspects)


def test_solar_with_net_flow_balances() -> None:
    area, _ = CAUSES["normal"](ground(1), rng(1))
    sun = np.maximum(np.sin((area.place % 48 - 12) / 24 * np.pi), 0.0) * 0.8
    net = ground(1).use_kwh.copy()
    net[:6] -= sun
    sunny, _ = CAUSES["normal"](replace(ground(1), use_kwh=net), rng(1))
    assert (sunny.supply_kwh < 0).any(), "the area feeds upward at noon"
    assert judged(sunny).chances.best is Cause.NORMAL
    fed_in = replace(sunny, readings_kwh=ground(1).use_kwh, fed_in_kwh=6 * sun)
    assert judged(fed_in).chances.best is Cause.NORMAL


def test_unit_and_order_do_not_matter() -> None:
    area, _ = plant_theft(ground(3), ("night_bypass",), rng(3))
    order = np.argsort(rng(5).random(len(area.customers)))
    mixed = replace(
        area,
        customers=tuple(area.customers[row] for row in order),
        readings_kwh=area.readings_kwh[order] * 40,
        supply_kwh=area.supply_kwh * 40,
    )
    one, other = judged(area), judged(mixed)
    assert area.customers[one.suspects[0].customer] == mixed.customers[other.suspects[0].customer]
    assert other.suspects[0].bypassed_kwh == pytest.approx(40 * one.suspects[0].bypassed_kwh, rel=0.02)
    assert one.chances.best is other.chances.best


def test_every_cause_and_shape_has_words_and_a_check() -> None:
    assert set(CAUSE_WORDS) == set(CHECKS) == set(Cause)
    assert set(SHAPES) == set(Shape)
    area, _ = plant_theft(ground(3), ("scale",), rng(3))
    assert separating_check(judged(area).chances) == CHECKS[Cause.METER], "a steady share may be a fault"
