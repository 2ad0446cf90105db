"""Sums that are kept for a moment belong to one scope, and end."""

import threading
import time
from functools import partial

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from tests.web.conftest import make_user
from wattwarden.app.casework.lists import CaseFilter, case_page
from wattwarden.app.console.kept_sums import kept
from wattwarden.app.console.today import today
from wattwarden.records.models import Case

pytestmark = pytest.mark.usefixtures("utility")


def test_sums_are_worked_out_once_and_again_when_their_time_is_over(settings: Settings) -> None:
    settings.SUMS_KEPT_SECONDS = 60
    viewer = make_user("controller").viewer()
    assert [kept("x", viewer, partial(int, number)) for number in (1, 2)] == [1, 1]
    assert kept("y", viewer, lambda: 3) == 3
    cache.clear()
    assert kept("x", viewer, lambda: 4) == 4
    settings.SUMS_KEPT_SECONDS = 0
    assert kept("x", viewer, lambda: 5) == 5


@pytest.mark.django_db(transaction=True)
def test_old_sums_are_shown_while_they_are_counted_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SUMS_KEPT_SECONDS = 60
    viewer = make_user("controller").viewer()
    assert kept("x", viewer, lambda: 1) == 1
    now = time.time()
    monkeypatch.setattr("wattwarden.app.console.kept_sums.time.time", lambda: now + 61)
    assert kept("x", viewer, lambda: 2) == 1
    for thread in threading.enumerate():
        if thread.name.startswith("sums-x"):
            thread.join(timeout=30)
    assert kept("x", viewer, lambda: 3) == 2


def test_nobody_gets_the_sums_of_another_scope(settings: Settings) -> None:
    settings.SUMS_KEPT_SECONDS = 60
    scopes = [
        make_user("controller").viewer(),
        make_user("leader").viewer(),
        make_user("auditor", org="frgn1").viewer(),
        make_user("approver", staff_id="sown").viewer(),
    ]
    assert [kept("x", viewer, partial(int, number)) for number, viewer in enumerate(scopes)] == [0, 1, 2, 3]


def test_what_is_mine_is_never_old(settings: Settings) -> None:
    settings.SUMS_KEPT_SECONDS = 60
    user = make_user("controller")
    first = today(user.viewer()).work
    Case.objects.filter(org_path="/43/own1/").update(owner=user)
    second = today(user.viewer()).work
    assert first is not None
    assert second is not None
    assert (first.mine, second.mine) == (0, 1)
    assert first.unowned == second.unowned


def test_late_cases_come_with_the_longest_overdue_first_page_after_page() -> None:
    (case,) = Case.objects.filter(org_path="/43/own1/", staff_side=False)
    for day in range(1, 6):
        case.pk, case.case_key = None, f"late{day}"
        case.due_at = case.opened_at.replace(day=7 - day)
        case.save(force_insert=True)
    viewer = make_user("controller").viewer()
    seen, after = [], None
    while True:
        page = case_page(viewer, CaseFilter(due="late"), after, rows=2)
        seen += [row.row.case_key for row in page.rows]
        if (after := page.after) is None:
            break
    assert seen == [f"late{day}" for day in range(5, 0, -1)]
