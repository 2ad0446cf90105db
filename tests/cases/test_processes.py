"""Every process file, and every way in which one can be wrong."""

from pathlib import Path

import pytest

from wattwarden.cases.gate_content import gates
from wattwarden.cases.gate_tests import TESTS
from wattwarden.cases.load import load_process, load_processes, processes, what_is_known
from wattwarden.cases.parties import parties
from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.errors import WattwardenError

COMPLAINT = (BUILT_IN / "processes" / "complaint.yaml").read_text(encoding="utf-8")


def test_the_kinds_of_work_are_there() -> None:
    assert set(processes()) >= {"risk_case", "connection_request", "service_ticket", "complaint"}


def test_every_gate_has_its_test_and_every_test_its_gate() -> None:
    assert set(gates().gates) == set(TESTS)


def test_the_ladder_goes_from_soft_to_hard() -> None:
    rungs = list(gates().ladder.values())
    assert [r.from_days for r in rungs] == sorted(r.from_days for r in rungs)
    assert [r.hard for r in rungs] == sorted(r.hard for r in rungs)


def test_remedies_of_the_risk_case_need_a_second_person() -> None:
    risk = processes()["risk_case"]
    approve = risk.actions["approve_remedy"]
    assert {"propose_remedy", "conclude"} <= set(approve.not_by)
    assert "approve_remedy" in risk.actions["execute"].not_by
    assert risk.actions["cut_supply"].gates == gates().cut


def test_limits_of_the_connection_request_are_those_of_the_law() -> None:
    """DOMAIN A.1: regulator 3, 8, 20, 45; promise 5, 6, 22, 32 working days."""
    clocks = processes()["connection_request"].clocks
    scheme = [rule.limit.amount for rule in clocks["scheme_regulator"].limits if rule.limit]
    total = [rule.limit.amount for rule in clocks["utility_steps"].limits if rule.limit]
    assert (scheme, total) == ([3, 8, 20, 45], [5, 6, 22, 32])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: {zh: 客户投诉, en: Complaint}", "title: {zh: 客户投诉}", "title.en"),
        ("starts_in: received", "starts_in: recieved", "found recieved; expected a step"),
        ("subject: service_ticket", "subject: ticket", "found ticket; expected a table"),
        ('serves: ["1.4.1", "2.2.1"]', 'serves: ["9.9"]', "found 9.9; expected a number of risks.yaml"),
        ("kind: open, owner: service}\n  contacted", "kind: open, owner: clerk}\n  contacted", "found clerk"),
        ("clause: hotline-95598.follow-up", "clause: hotline-95598.follow", "clause hotline-95598.follow"),
        ("runs_in: [received], limits", "runs_in: [waiting], limits", "found waiting; expected a step"),
        ("who: [owner], requires: [note]}", "who: [owner], requires: [notes]}", "actions.contact.requires.0"),
        ("when: {source: regulator}", "when: {channel: regulator}", "no such fact"),
        ("when: {source: regulator}", "when: {source: regulators}", "expected a value of the fact"),
        ("from: [contacted], to: answered", "from: [contacted], to: contacted", "no way to it"),
        ("clock: promise", "clock: promises", "expected a clock"),
        ("returns_to: [answer]", "returns_to: [reply]", "found reply; expected an action"),
        ("not_by: [answer]", "not_by: [reply]", "found reply; expected an action"),
        (
            "      - {limit: {amount: 4, unit: working_days}, clause: hotline-95598.limits}\n",
            "",
            "has no 'when'",
        ),
        ("amount: 24, unit: clock_hours", "amount: 0, unit: clock_hours", "greater than 0"),
        ("amount: 24, unit: clock_hours", "amount: 24, unit: hours", "clocks.contact.limits.0.limit.unit"),
        ("warn_at_pct: [50, 80]", "warn_at_pct: [50, 180]", "between 0 and 100"),
        ("escalation:", "owner: me\nescalation:", "owner: found 'me'"),
    ],
)
def test_a_faulty_process_is_refused_with_the_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in COMPLAINT
    path = tmp_path / "complaint.yaml"
    path.write_text(COMPLAINT.replace(old, new), encoding="utf-8")
    with pytest.raises(WattwardenError) as caught:
        load_process(path, what_is_known())
    assert message in str(caught.value)
    assert "complaint.yaml" in str(caught.value)


def test_a_site_replaces_a_process(tmp_path: Path) -> None:
    (tmp_path / "processes").mkdir()
    changed = COMPLAINT.replace("amount: 4, unit: working_days", "amount: 3, unit: working_days")
    (tmp_path / "processes" / "complaint.yaml").write_text(changed, encoding="utf-8")
    own = load_processes(site=tmp_path)
    assert own["complaint"].hash != processes()["complaint"].hash
    assert own["risk_case"].hash == processes()["risk_case"].hash


def test_roles_are_told_in_both_languages() -> None:
    known = parties()
    assert {"controller", "station_worker", "approver", "auditor", "leader", "customer", "system"} <= set(
        known
    )
    assert known["system"].zh == "系统"
