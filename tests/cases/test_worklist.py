"""Choosing visits, and drawing some at random."""

import random
from collections import Counter
from datetime import date
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattwarden.cases.draw import draw, random_visits, seed_of
from wattwarden.cases.worklist import Crew, Travel, Visit, Waiting, plan, take_next, visits

CREW = Crew("k1", 300, frozenset({"o1"}), frozenset({"hv"}))
ROADS = Travel(within_area=10, to_area=40)


def waiting(name: str, value: int, **more: object) -> Waiting:
    base = {"case_id": name, "premise_id": f"p{name}", "org_id": "o1", "area_id": "a1", "net_value_fen": value,
            "minutes": 50}  # fmt: skip
    return Waiting(**{**base, **more})  # type: ignore[arg-type]  # the fields vary


def test_one_visit_settles_all_cases_of_a_premise() -> None:
    (visit,) = visits([waiting("1", 500, premise_id="p"), waiting("2", 300, premise_id="p", minutes=30)])
    assert (visit.case_ids, visit.net_value_fen, visit.minutes) == (("1", "2"), 800, 65)


def test_the_best_come_first_within_the_hours() -> None:
    (day,) = plan([waiting(str(n), n * 100) for n in range(1, 10)], [CREW], ROADS)
    assert [v.case_ids[0] for v in day.visits] == ["9", "8", "7", "6"]
    assert day.used == 90 + 3 * 60 <= CREW.minutes


def test_travel_can_make_a_better_case_the_worse_choice() -> None:
    roads = Travel(within_area=10, to_area=40, pairs={("", "a9"): 120, ("a1", "a9"): 120})
    near = [waiting(f"n{i}", 1000) for i in range(4)]
    far = [waiting("far", 1500, area_id="a9")]
    (day,) = plan(near + far, [Crew("k", 270, frozenset({"o1"}))], roads)
    assert [v.area_id for v in day.visits] == ["a1"] * 4
    (day,) = plan(near + far, [Crew("k", 270, frozenset({"o1"}))], ROADS)
    assert day.visits[0].area_id == "a9"


def test_what_does_not_pay_is_not_visited_unless_drawn() -> None:
    poor = waiting("poor", -50)
    drawn = waiting("drawn", -50, probability=Fraction(1, 40))
    (day,) = plan([poor, drawn], [CREW], ROADS)
    assert [(v.case_ids, v.probability) for v in day.visits] == [(("drawn",), Fraction(1, 40))]


def test_skill_organisation_and_area_are_respected() -> None:
    crews = [
        Crew("k1", 300, frozenset({"o1"})),
        Crew("k2", 300, frozenset({"o2"}), frozenset({"hv"}), frozenset({"a2"})),
    ]
    jobs = [waiting("hv", 900, skill="hv"), waiting("o2", 800, org_id="o2"), waiting("ok", 700, org_id="o2", area_id="a2"),
            waiting("o1", 100)]  # fmt: skip
    one, two = plan(jobs, crews, ROADS)
    assert [v.case_ids[0] for v in one.visits] == ["o1"]
    assert [v.case_ids[0] for v in two.visits] == ["ok"]


def test_a_locked_case_is_nobodys_next() -> None:
    jobs = [waiting("1", 900, locked_by="w2"), waiting("2", 500)]
    found = take_next(jobs, CREW, None, ROADS, 300)
    assert found is not None
    assert found.case_ids == ("2",)
    assert take_next(jobs[:1], CREW, None, ROADS, 300) is None
    assert take_next(jobs, CREW, None, ROADS, 89) is None


def _best_value(todo: list[Visit], crew: Crew) -> int:
    best = 0
    for order in permutations(todo):
        used, area, value = 0, None, 0
        for visit in order:
            cost = visit.minutes + ROADS.minutes(area, visit.area_id)
            if used + cost > crew.minutes:
                break
            used, area, value = used + cost, visit.area_id, value + visit.net_value_fen
            best = max(best, value)
    return best


def test_the_plan_is_close_to_the_best_that_trying_all_finds() -> None:
    rng = random.Random(3)
    shares = []
    for _ in range(40):
        jobs = [waiting(str(n), rng.randrange(100, 3000), area_id=rng.choice("ab"), minutes=rng.randrange(20, 120))
                for n in range(6)]  # fmt: skip
        (day,) = plan(jobs, [CREW], ROADS)
        shares.append(sum(v.net_value_fen for v in day.visits) / _best_value(visits(jobs), CREW))
    assert min(shares) > 0.6
    assert sum(shares) / len(shares) > 0.93


jobs = st.lists(
    st.builds(
        waiting, st.integers(0, 99).map(str), st.integers(-500, 5000), area_id=st.sampled_from(["a1", "a2"]),
        minutes=st.integers(5, 200), premise_id=st.integers(0, 9).map(str), skill=st.sampled_from(["", "hv", "x"]),
    ),
    max_size=12, unique_by=lambda w: w.case_id,
)  # fmt: skip


@settings(max_examples=60)
@given(jobs, st.integers(0, 600))
def test_no_crew_works_longer_and_nothing_is_done_twice(todo: list[Waiting], minutes: int) -> None:
    crews = [Crew("k1", minutes, frozenset({"o1"})), Crew("k2", 200, frozenset({"o1"}), frozenset({"hv"}))]
    days = plan(todo, crews, ROADS)
    assert all(day.used <= day.crew.minutes for day in days)
    done = Counter(case for day in days for visit in day.visits for case in visit.case_ids)
    assert not done or max(done.values()) == 1
    assert all(visit.skills <= day.crew.skills for day in days for visit in day.visits)


def test_a_draw_repeats_itself_whatever_the_order() -> None:
    names = [f"p{n}" for n in range(200)]
    seed = seed_of(date(2026, 11, 25), "o1")
    first = draw(seed, names, 10)
    assert first == draw(seed, names[::-1], 10)
    assert {d.probability for d in first} == {Fraction(1, 20)}
    assert draw(seed_of(date(2026, 11, 26), "o1"), names, 10) != first
    assert draw(seed_of(date(2026, 11, 25), "o2"), names, 10) != first


def test_everybody_is_drawn_equally_often() -> None:
    names = [f"p{n}" for n in range(20)]
    drawn = Counter(d.id for n in range(4000) for d in draw(f"seed {n}", names, 5))
    assert set(drawn) == set(names)
    assert all(abs(count - 1000) < 5 * (4000 * 0.25 * 0.75) ** 0.5 for count in drawn.values())


def test_a_twentieth_to_a_tenth_of_the_visits_is_drawn_from_each_stratum() -> None:
    strata = {"flagged": [f"f{n}" for n in range(100)], "others": [f"o{n}" for n in range(900)], "none": []}
    found = random_visits("s", strata, 200)
    assert Counter(d.stratum for d in found) == {"flagged": 1, "others": 9}
    assert {d.probability for d in found} == {Fraction(1, 100)}
    with pytest.raises(ValueError, match="share"):
        random_visits("s", strata, 200, Fraction(1, 2))
    assert random_visits("s", {}, 200) == ()
