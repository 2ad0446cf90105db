"""Gates before hard steps, one by one, and the ladder below them."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cases.practice import at, calendar
from wattwarden.cases.dunning import softest_step
from wattwarden.cases.gate_content import gates, load_gates
from wattwarden.cases.gates import check_gates
from wattwarden.cases.situation import GateResult, Light, Situation
from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.errors import WattwardenError

NOON = at("11-25 10:00")
GOOD = Situation(
    open_complaints=0, disputed_bills=0, is_protected=False, importance="ordinary", authority_informed=None,
    due_on=date(2026, 10, 10), dunning_contacts=((date(2026, 10, 20), "sms"),),
    notice_served_at=datetime(2026, 11, 16, 10), notice_evidence=True, is_approved=True,
    last_notice_at=datetime(2026, 11, 25, 9, 30), penalty_times=Decimal(2), penalty_times_max=Decimal(2),
    penalty_reason="second time", evidence_count=3,
)  # fmt: skip
ALL = tuple(gates().gates)


def lights(situation: Situation, now: datetime = NOON) -> Mapping[str, GateResult]:
    return {gate.name: gate for gate in check_gates(ALL, situation, calendar(), now)}


def test_everything_in_order_is_green() -> None:
    assert {gate.light for gate in lights(GOOD).values()} == {Light.GREEN}


def test_what_is_not_known_is_not_green() -> None:
    unknown = {name for name, gate in lights(Situation()).items() if gate.light is Light.UNKNOWN}
    assert unknown == set(ALL) - {"working_daytime"}
    why = lights(Situation())["no_open_complaint"].why
    assert (why.zh, why.en) == ("未知：在途投诉数", "not known: open complaints")


def test_every_fact_that_a_gate_needs_has_a_name(tmp_path: Path) -> None:
    shutil.copytree(BUILT_IN / "clauses", tmp_path / "clauses")
    content = (BUILT_IN / "gates.yaml").read_text(encoding="utf-8")
    (tmp_path / "gates.yaml").write_text(content.replace("  due_on: {", "  paid_on: {"), encoding="utf-8")
    with pytest.raises(WattwardenError) as refused:
        load_gates(tmp_path)
    assert [problem.found for problem in refused.value.problems] == ["due_on", "paid_on"]


@pytest.mark.parametrize(
    ("gate", "change"),
    [
        ("no_open_complaint", {"open_complaints": 1}),
        ("no_disputed_bill", {"disputed_bills": 2}),
        ("not_protected", {"is_protected": True}),
        ("not_important", {"importance": "level1", "authority_informed": False}),
        (
            "overdue_30_days",
            {"due_on": date(2026, 10, 26), "dunning_contacts": ((date(2026, 10, 28), "sms"),)},
        ),
        ("dunning_on_record", {"dunning_contacts": ()}),
        ("dunning_on_record", {"dunning_contacts": ((date(2026, 10, 1), "sms"),)}),
        ("notice_evidence", {"notice_evidence": False}),
        ("notice_interval", {"notice_served_at": datetime(2026, 11, 19, 8)}),
        ("approved", {"is_approved": False}),
        ("last_notice", {"last_notice_at": datetime(2026, 11, 25, 9, 31)}),
        ("last_notice", {"last_notice_at": datetime(2026, 11, 24, 9, 59)}),
        ("ceiling_kept", {"penalty_times": Decimal("2.1")}),
        ("ceiling_kept", {"penalty_reason": " "}),
        ("proof_complete", {"evidence_count": 1}),
    ],
)
def test_each_gate_turns_red_for_its_reason_alone(gate: str, change: dict[str, object]) -> None:
    red = {name for name, result in lights(replace(GOOD, **change)).items() if not result.is_green}  # type: ignore[arg-type]  # the fields vary
    assert red == {gate}


def test_an_important_customer_is_cut_only_when_the_authority_knows() -> None:
    told = replace(GOOD, importance="level1", authority_informed=True)
    assert lights(told)["not_important"].is_green
    assert lights(replace(told, authority_informed=None))["not_important"].light is Light.UNKNOWN


def test_the_notice_has_run_on_the_seventh_day_after_it() -> None:
    served = replace(GOOD, notice_served_at=datetime(2026, 11, 18, 23, 59))
    assert lights(served)["notice_interval"].is_green
    assert not lights(served, at("11-24 16:00"))["notice_interval"].is_green


def test_thirty_days_are_not_more_than_thirty_days() -> None:
    assert not lights(replace(GOOD, due_on=date(2026, 10, 26)))["overdue_30_days"].is_green
    assert lights(replace(GOOD, due_on=date(2026, 10, 25)))["overdue_30_days"].is_green


@pytest.mark.parametrize("when", ["11-28 10:00", "10-01 10:00", "11-25 07:59", "11-25 17:00"])
def test_no_cut_on_a_day_off_or_at_night(when: str) -> None:
    assert not lights(GOOD, at(when))["working_daytime"].is_green


def test_a_worked_sunday_is_a_working_day() -> None:
    assert lights(GOOD, at("09-20 10:00"))["working_daytime"].is_green


def proposed(now: str, **change: object) -> tuple[str, str]:
    plain = Situation(due_on=date(2026, 10, 10), dunning_contacts=())
    found = softest_step(replace(plain, **change), calendar(), at(now))  # type: ignore[arg-type]  # the fields vary
    assert found is not None
    return found.step, found.instead_of


def test_the_ladder_is_climbed_from_the_softest_step() -> None:
    assert proposed("09-05 09:00") == ("issue_reminder", "")
    first = softest_step(Situation(due_on=date(2026, 10, 10)), calendar(), at("09-05 09:00"))
    assert first is not None
    assert first.from_on == date(2026, 9, 10)
    done = [(date(2026, 9, 12), "sms"), (date(2026, 10, 8), "sms")]
    assert proposed("10-08 09:00", dunning_contacts=tuple(done)) == ("after_due", "")
    done += [(date(2026, 10, 12), "sms"), (date(2026, 10, 18), "wechat")]
    assert proposed("10-20 09:00", dunning_contacts=tuple(done)) == ("call", "")


SOFT_DONE = tuple(
    (date(2026, month, day), channel)
    for month, day, channel in ((9, 12, "sms"), (10, 8, "sms"), (10, 12, "sms"), (10, 18, "call"), (10, 26, "call"),
                                (11, 5, "letter"))
)  # fmt: skip


def test_a_hard_step_is_proposed_only_with_green_gates() -> None:
    calm = {"open_complaints": 0, "disputed_bills": 0, "is_protected": False, "dunning_contacts": SOFT_DONE}
    assert proposed("11-16 09:00", **calm) == ("cut_notice", "")
    assert proposed("11-16 09:00", **{**calm, "open_complaints": 1}) == ("written", "cut_notice")
    assert proposed("11-16 09:00", **{**calm, "is_protected": True}) == ("written", "cut_notice")


def test_a_cut_is_never_proposed_while_anything_is_unknown() -> None:
    served = replace(GOOD, dunning_contacts=SOFT_DONE)
    found = softest_step(served, calendar(), NOON)
    assert found is not None
    assert found.step == "cut"
    again = softest_step(replace(served, last_notice_at=None), calendar(), NOON)
    assert again is not None
    assert (again.step, again.instead_of, [g.name for g in again.blocked_by]) == (
        "written",
        "cut",
        ["last_notice"],
    )


def test_without_a_due_date_nothing_is_proposed() -> None:
    assert softest_step(Situation(), calendar(), NOON) is None
