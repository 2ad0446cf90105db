"""Scans become cases: once, joined, raised, gone, reopened; staff apart; visits drawn at random."""

from pathlib import Path

import pytest

from tests.casework.world import Doing, found, open_from, scan_of
from wattwarden.records.models import Case, CaseEvent, CaseFinding, LedgerEntry, RandomDraw


def kinds(case: Case) -> list[str]:
    return list(CaseEvent.objects.filter(case=case).order_by("number").values_list("kind", flat=True))


def test_the_same_scan_again_changes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = scan_of(home / "scan", [found(n) for n in range(12)])
    first = open_from(monkeypatch, home, scan)
    events = CaseEvent.objects.count()
    again = open_from(monkeypatch, home, scan)
    assert (first.opened, again.opened, again.changed, again.drawn) == (12, 0, 0, 0)
    assert CaseEvent.objects.count() == events
    assert set(Case.objects.filter(lead_rule__gt="").values_list("found_fen", flat=True)) == {100_000 + n for n in range(12)}


def test_two_findings_of_a_premise_make_one_case(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_from(monkeypatch, home, scan_of(home / "scan", [found(0), found(0, "g0", cause="wiring")]))
    case = Case.objects.get(customer_id="c0")
    assert CaseFinding.objects.filter(case=case).count() == 2
    assert case.found_fen == 200_000


def test_a_later_finding_joins_and_a_worse_one_raises(home: Path, one_case: int, monkeypatch: pytest.MonkeyPatch) -> None:
    open_from(monkeypatch, home, scan_of(home / "scan", [found(0), found(0, "g0", severity="critical", cause="wiring")]))
    case = Case.objects.get(pk=one_case)
    assert kinds(case) == ["opened", "finding_joined", "booked", "finding_joined", "facts_changed", "booked"]
    assert (case.severity, case.found_fen, case.version) == ("critical", 200_000, 6)
    assert list(LedgerEntry.objects.values_list("amount_fen", flat=True)) == [100_000, 200_000]


def test_what_is_gone_is_noted_and_what_is_back_reopens(home: Path, one_case: int, monkeypatch: pytest.MonkeyPatch) -> None:
    Doing("controller").act(one_case, "dismiss", note="known", reason="known_cause")
    open_from(monkeypatch, home, scan_of(home / "scan", [], {"f0": "gone"}))
    assert CaseFinding.objects.get(case=one_case).is_gone
    open_from(monkeypatch, home, scan_of(home / "scan", [found(0)], {"f0": "back"}))
    case = Case.objects.get(pk=one_case)
    assert (case.step, case.round, case.is_open) == ("found", 2, True)


def test_a_closed_case_swallows_what_it_has_named(home: Path, one_case: int, monkeypatch: pytest.MonkeyPatch) -> None:
    Doing("controller").act(one_case, "dismiss", note="known", reason="known_cause")
    open_from(monkeypatch, home, scan_of(home / "scan", [found(0)]))
    assert Case.objects.get().step == "false_alarm"


def test_findings_that_name_staff_are_a_case_of_their_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = [found(0), found(0, "g0", proof='{"approved_by": "s-billing"}', cause="wiring", loss_likely_fen=50_000)]
    open_from(monkeypatch, home, scan_of(home / "scan", mixed))
    open_case, apart = Case.objects.filter(customer_id="c0").order_by("case_key")
    assert [c.found_fen for c in (open_case, apart)] == [100_000, 50_000]
    assert (open_case.staff_side, apart.staff_side, apart.staff_ids) == (False, True, "|s-billing|")


def test_visits_are_drawn_at_random_with_their_chance(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_from(monkeypatch, home, scan_of(home / "scan", [found(n) for n in range(20)]))
    draws = {d.stratum: d for d in RandomDraw.objects.all()}
    assert (draws["flagged"].population, draws["not_flagged"].population) == (20, 40)
    assert [round(1 / d.probability) for d in draws.values()] == [20, 40]
    assert draws["not_flagged"].case.drawn_at_random
    assert not CaseFinding.objects.filter(case=draws["not_flagged"].case).exists()
