"""The loss of the area after the visit closes or reopens a case, and the comparison is drawn on its page."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.casework import world
from tests.casework.test_acting import PHOTO
from tests.casework.test_pages import client_of
from tests.casework.world import Doing
from wattwarden.app import verify_cases
from wattwarden.app.casework.area_effect import expected_kwh_day
from wattwarden.app.casework.claims import propose_claim
from wattwarden.app.casework.times import now
from wattwarden.app.casework.watched_data import RuleData
from wattwarden.app.visit_effect import Losses
from wattwarden.records.models import Case, CaseVerification

CLAIM = {"kind": "theft", "on": "2026-09-01", "days": "30", "hours": "24", "normal_kwh_day": "50", "metered_kwh_day": "10",
         "price": "0.5", "policy": "average", "wiring": "single_phase"}  # fmt: skip
Judge = Callable[..., Case]


def losses(fall: float) -> Losses:
    """Sixty days before today at about 100 kWh, forty from tomorrow on, lower by ``fall``."""
    today = now().date()
    wave = (0.0, 2.0, -1.0, 1.0, -2.0)
    days = [(today + timedelta(days=n), 100 - (fall if n > 0 else 0) + wave[n % 5]) for n in range(-60, 41)]
    return Losses(tuple(days), 2000)


@pytest.fixture
def judge(home: Path, one_case: int, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Bring the case to verification, and let data decide: how far the loss fell, what the rule says."""
    Case.objects.filter(pk=one_case).update(area_id="a1")
    Doing("controller").act(one_case, "triage")
    Doing("station_worker").act(one_case, "take")
    Doing("station_worker").act(one_case, "arrive")
    Doing("station_worker").act(
        one_case, "conclude", outcome="confirmed", cause="theft", note="bypass", checked=("0", "1"),
        materials=("site_photo",), evidence=PHOTO,
    )  # fmt: skip

    def decide(fall: float, state: str, *, claim: bool = True) -> Case:
        if claim:
            version = str(Case.objects.get(pk=one_case).version)
            propose_claim(Doing("station_worker").viewer, one_case, {**CLAIM, "version": version})
        else:
            Doing("station_worker").act(one_case, "propose_without_money", note="none")
        Doing("approver").act(one_case, "approve_remedy", note="yes")
        Doing("meter").act(one_case, "execute", note="bypass removed")
        later = now() + timedelta(days=41)
        rows = [] if state == "gone" else [world.found(0, period_to=None)]
        scan = world.scan_of(home / "later", rows, {"f0": state})
        for place in ("wattwarden.app.verify_cases", "wattwarden.app.casework.histories"):
            monkeypatch.setattr(f"{place}.now", lambda: later)
        patched: dict[str, Any] = {
            "chosen_scan": lambda _: scan, "scan_number": lambda _: 2, "scanned_lake": world.no_lake, "connect": lambda _: None,
            "data_of_rules": lambda *_: RuleData({world.RULE: later.date()}, {}),
            "area_losses": lambda _, areas: {"a1": losses(fall)} if areas == {"a1"} else {},
        }  # fmt: skip
        for name, value in patched.items():
            monkeypatch.setattr(verify_cases, name, value)
        verify_cases.verify_cases(home)
        return Case.objects.get(pk=one_case)

    return decide


def test_a_loss_that_fell_as_claimed_closes(judge: Judge) -> None:
    assert judge(40, "gone").step == "closed"
    kept = CaseVerification.objects.get()
    assert kept.verdict == "mended"
    (series,) = kept.series
    assert series["key"] == "area_loss"
    assert 99 < series["before"] < 101
    assert 59 < series["after"] < 61


def test_a_loss_that_did_not_fall_reopens_although_the_rule_is_silent(judge: Judge) -> None:
    case = judge(0, "gone")
    assert (case.step, case.round, str(case.owner)) == ("assigned", 2, "station_worker")
    page = client_of("controller").get(f"/cases/{case.pk}/").content.decode()
    assert "daily loss of the area" in page
    assert "data-chart" in page


def test_the_rule_still_there_reopens_although_the_loss_fell(judge: Judge) -> None:
    assert judge(40, "open").step == "assigned"


def test_without_a_claim_a_steady_loss_leaves_it_to_the_rule(judge: Judge) -> None:
    assert judge(0, "gone", claim=False).step == "closed"
    assert "area a1" in str(CaseVerification.objects.get().why)


def test_the_expected_fall_is_the_claim_by_day() -> None:
    query = "&".join(f"{name}={value}" for name, value in CLAIM.items())
    assert expected_kwh_day(query) == 40
    assert expected_kwh_day("kind=late_fee&arrears=10") is None
    assert expected_kwh_day("") is None
