"""Claims of a confirmed case: worked out, taken into the remedy, approved by another; ceilings."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.casework.test_acting import to_step
from tests.casework.test_pages import client_of
from tests.casework.world import Doing
from wattwarden.app.casework.claim_kinds import KINDS
from wattwarden.app.casework.claims import FACT, calculate, claim_page, propose_claim
from wattwarden.app.casework.histories import history_of, view_of
from wattwarden.app.casework.penalty import penalty_ceiling
from wattwarden.app.make_claim import class_change_claim, late_fee_claim
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.models import Case, CaseEvent

# DOMAIN A.7: 6 kW tapped, 180 days of 12 hours by assumption; 0.6 yuan/kWh.
THEFT = {"kind": "theft", "on": "2026-09-01", "tapped_kw": "6", "use": "power", "wiring": "single_phase", "price": "0.6",
         "policy": "average"}  # fmt: skip
SPLIT = {"kind": "meter_error", "kwh": "10000", "error_pct": "-5", "price": "0.5"}


def proposed(case_id: int, sent: dict[str, str]) -> Case:
    version = Case.objects.values_list("version", flat=True).get(pk=case_id)
    propose_claim(Doing("billing").viewer, case_id, {**sent, "version": str(version), "once": "one"})
    return Case.objects.get(pk=case_id)


def test_every_calculator_has_its_clause_in_the_derivation() -> None:
    worked = class_change_claim(date(2026, 9, 1), 10_000, Decimal(3))
    assert worked.rows("zh")[-2]["basis"] or worked.rows("zh")[-1]["basis"]
    assert {"theft", "late_fee", "outage", "multiplier", "sealed", "own_source"} <= set(KINDS)


def test_an_amount_is_the_same_as_on_the_command_line(one_case: int) -> None:
    to_step(one_case, "concluded")
    viewer = Doing("billing").viewer
    sent = {"kind": "late_fee", "arrears": "1000.00", "due": "2026-01-10", "paid": "2026-03-01"}
    expected = late_fee_claim(
        100_000, date(2026, 1, 10), date(2026, 3, 1), residential=False, contract_permille=None
    )
    assert calculate(viewer, "late_fee", sent).amount_fen == expected.steps[-1].value


def test_theft_asks_for_the_charge_and_names_the_penalty_only_as_a_ceiling(one_case: int) -> None:
    to_step(one_case, "concluded")
    found = calculate(Doing("billing").viewer, "theft", THEFT)
    kwh = 6 * 180 * 12
    assert found.amount_fen == kwh * 60
    assert found.worked.steps[-1].value == 3 * kwh * 60
    decided = calculate(
        Doing("billing").viewer, "theft", {**THEFT, "times": "2", "justification": "first time"}
    )
    assert decided.amount_fen == 3 * kwh * 60


def test_a_breach_asks_for_the_charge_before_a_penalty_was_decided(one_case: int) -> None:
    to_step(one_case, "concluded")
    sent = {"kind": "sealed", "on": "2026-09-01", "kva": "100", "monthly": "30", "months": "3"}
    found = calculate(Doing("billing").viewer, "sealed", sent)
    assert found.amount_fen == 900_000
    assert [found.worked.steps[int(n)].value for n, _ in found.amounts] == [900_000, 1_800_000, 2_700_000]


def test_several_methods_need_a_choice_which_stays_on_record(one_case: int) -> None:
    to_step(one_case, "concluded")
    two = {**THEFT, "normal_kwh_day": "80"}
    page = claim_page(Doing("billing").viewer, one_case, two)
    assert page.calculated is None
    assert "2 methods" in page.problems[0].found
    case = proposed(one_case, {**two, "chosen": "normal_use", "reason": "bills of two years"})
    fact = view_of(case, history_of(case)).state.facts[FACT]
    assert "chosen=normal_use" in str(fact)
    assert "decided_by=billing" in str(fact)
    again = claim_page(Doing("approver").viewer, one_case, {}).calculated
    assert again is not None
    rows = " ".join(row["what"] for row in again.worked.rows("en"))
    assert "Least of the methods" in rows
    assert "Chosen: By the customer's own normal use (bills of two years; decided by billing)" in rows


def test_the_proposal_carries_the_amount_and_somebody_else_approves(one_case: int) -> None:
    to_step(one_case, "concluded")
    case = proposed(one_case, SPLIT)
    event = CaseEvent.objects.filter(case=case).order_by("-number").first()
    assert event is not None
    page = claim_page(Doing("approver").viewer, one_case, {})
    assert (case.step, page.calculated is not None and page.calculated.amount_fen) == (
        "remedy_proposed",
        page.proposed_fen,
    )
    assert page.proposed_fen
    with pytest.raises(WattwardenError):
        Doing("billing").act(one_case, "approve_remedy", note="mine")
    Doing("approver").act(one_case, "approve_remedy", note="checked")
    assert Case.objects.get(pk=one_case).step == "remedy_approved"


def test_below_zero_it_is_a_refund(one_case: int) -> None:
    to_step(one_case, "concluded")
    case = proposed(one_case, {**SPLIT, "error_pct": "5"})
    assert view_of(case, history_of(case)).state.facts["remedy"] == "refund"


def test_money_is_not_worked_out_from_a_suspicion(one_case: int) -> None:
    with pytest.raises(WattwardenError, match="no confirmed outcome"):
        claim_page(Doing("billing").viewer, one_case, SPLIT)


def test_a_wrong_figure_is_told_and_changes_nothing(one_case: int) -> None:
    to_step(one_case, "concluded")
    client = client_of("billing")
    answer = client.get(f"/cases/{one_case}/claim/", {**SPLIT, "kwh": "many"})
    assert answer.status_code == 200
    assert b"many" in answer.content
    refused = client.post(
        f"/cases/{one_case}/claim/propose/", {**SPLIT, "kwh": "0", "version": "1", "once": "k"}
    )
    assert refused.status_code == 409
    assert Case.objects.get(pk=one_case).step == "concluded"


def test_the_pages_show_steps_and_the_workbook_needs_a_reason(one_case: int) -> None:
    to_step(one_case, "concluded")
    client = client_of("billing")
    assert f"/cases/{one_case}/claim/".encode() in client.get(f"/cases/{one_case}/").content
    for code in KINDS:
        assert client.get(f"/cases/{one_case}/claim/?kind={code}&switch=1").status_code == 200
    shown = client.get(f"/cases/{one_case}/claim/", SPLIT).content.decode()
    assert "0.5" in shown
    query = "&".join(f"{name}={value}" for name, value in SPLIT.items())
    assert b"reason" in client.get(f"/cases/{one_case}/claim/excel/?{query}").content
    book = client.post(f"/cases/{one_case}/claim/excel/?{query}", {"reason": "annex of the case"})
    assert book.content.startswith(b"PK")


@pytest.mark.parametrize(
    ("cause", "claim", "most"),
    [
        ("meter_fault", "", 0),
        ("theft", "", 3),
        ("breach", "", 2),
        ("breach", "kind=over_capacity&on=2026-09-01", 3),
        ("breach", "kind=sealed&on=2026-09-01", 2),
        ("breach", "kind=theft&on=2026-09-01", 2),
    ],
)
def test_the_ceiling_of_a_penalty_comes_from_the_price_book(
    one_case: int, cause: str, claim: str, most: int
) -> None:
    case = Case.objects.get(pk=one_case)
    seen = view_of(case, history_of(case))
    state = replace(seen.state, cause=cause, facts={**seen.state.facts, **({FACT: claim} if claim else {})})
    assert penalty_ceiling(replace(seen, state=state), one_case) == most


_JUNK = st.sampled_from(
    ["", "-1", "-100", "1e14", "1e15", "1e-13", "1E+999999", "NaN", "-Infinity", "x", "1,000"]
)
_TYPED = {
    "number": st.decimals(0, 10**6, places=2).map(str), "whole": st.integers(0, 400).map(str), "flag": st.sampled_from(["", "1"]),
    "date": st.dates(date(2025, 1, 1), date(2027, 1, 1)).map(date.isoformat), "text": st.just("because"),
}  # fmt: skip


@pytest.mark.parametrize("code", KINDS)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_a_calculator_answers_in_fen_or_refuses(code: str, data: st.DataObject) -> None:
    typed = {}
    for field in KINDS[code].fields:
        choices = [value for value, _ in field.choices]
        fit = st.sampled_from(choices) if choices else _TYPED[field.kind]
        typed[field.name] = data.draw(fit if data.draw(st.integers(0, 9)) else _JUNK, label=field.name)
    try:
        found = calculate(Viewer(1, "clerk", None, ()), code, typed)
    except WattwardenError:
        event("refused")
        return
    event("worked out")
    assert isinstance(found.amount_fen, int)
    assert found.worked.rows("zh")
