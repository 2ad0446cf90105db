"""Clocks: one test per mistake that ticket systems make, and agreement with the oracle."""

from datetime import date, datetime
from functools import cache

import pytest

from tests.cases.clock_check import differences
from tests.cases.practice import (
    PRACTICE,
    assigned,
    at,
    calendar,
    changed,
    history,
    moved,
    opened,
    paused,
    reopened,
    resumed,
    seen,
)
from tests.cases.random_histories import random_histories
from wattwarden.calc.work_time.build import work_calendar
from wattwarden.cases.clock_rows import ClockRow, due_of_rows, open_rows
from wattwarden.cases.clocks import ClockState, ClockView
from wattwarden.cases.view import CaseView, view
from wattwarden.cases.why_due import why_due
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.labels import Label
from wattwarden.domain.office_calendar import OfficeCalendar, OrderedYear, load_office_calendar

HISTORIES = 300


def clock(case: CaseView, name: str, number: int = 1) -> ClockView:
    (found,) = [c for c in case.clocks if (c.clock, c.number) == (name, number)]
    return found


def test_the_oracle_agrees() -> None:
    """More of them by ``python -m scripts.check_clocks --histories 100000``."""
    compared, found = 0, list[str]()
    for events, now in random_histories(20_261_125, HISTORIES):
        runs, wrong = differences(events, now)
        compared += runs
        found += wrong
    assert found[:1] == []
    assert compared > 3 * HISTORIES


def test_a_pause_gives_back_working_time_and_nothing_else() -> None:
    """A night and a holiday in a pause are no working time: only 30 minutes were lost."""
    case = seen("10-09 09:00", opened("09-28 10:00"), paused("09-30 17:00"), resumed("10-08 08:00"))
    assert clock(case, "days").due_at == at("10-12 08:30")


def test_a_pause_of_whole_days_moves_the_end_by_whole_days() -> None:
    case = seen("11-27 09:00", opened("11-23 10:00"), paused("11-24 10:00"), resumed("11-26 10:00"))
    assert clock(case, "days").due_at == at("12-02 17:30")


def test_two_pauses_are_not_counted_twice() -> None:
    """A pause within a pause, or the same pause reported twice, gives back once."""
    one = seen("11-27 09:00", opened("11-23 10:00"), paused("11-24 10:00"), resumed("11-26 10:00"))
    two = seen(
        "11-27 09:00",
        opened("11-23 10:00"),
        paused("11-24 10:00"),
        paused("11-25 09:00"),
        resumed("11-26 10:00"),
    )
    assert clock(two, "days").due_at == clock(one, "days").due_at


def test_resuming_what_is_not_paused_changes_nothing() -> None:
    plain = seen("11-27 09:00", opened("11-23 10:00"))
    case = seen("11-27 09:00", opened("11-23 10:00"), resumed("11-24 10:00"))
    assert clock(case, "days").due_at == clock(plain, "days").due_at


def test_a_pause_stops_only_the_clocks_it_names() -> None:
    case = seen("11-24 12:00", opened("11-23 10:00"), paused("11-23 11:00", "brief"))
    assert clock(case, "days").state is ClockState.PAUSED
    assert clock(case, "hours").state is ClockState.RUNNING


def test_a_pause_after_a_breach_does_not_undo_it() -> None:
    case = seen("12-08 09:00", opened("11-23 10:00"), paused("12-01 09:00"), resumed("12-07 09:00"))
    late = clock(case, "days")
    assert (late.state, late.due_at, late.breached_at) == (
        ClockState.BREACHED,
        at("11-30 17:30"),
        at("11-30 17:30"),
    )


def test_a_paused_clock_is_not_overrun() -> None:
    case = seen("2026-12-30 09:00", opened("11-23 10:00"), paused("11-30 17:29"))
    waiting = clock(case, "days")
    assert (waiting.state, waiting.is_provisional) == (ClockState.PAUSED, True)
    assert waiting.due_at == at("12-30 09:01")
    assert waiting.left_minutes == 1


def test_a_pause_with_an_end_of_its_own_ends() -> None:
    case = seen("11-30 09:00", opened("11-23 10:00"), paused("11-24 10:00", "brief"))
    assert clock(case, "days").stands[0].end == at("11-26 17:30")
    assert clock(case, "days").state is not ClockState.PAUSED


def test_a_holiday_at_the_beginning_and_at_the_end() -> None:
    case = seen("10-01 09:00", opened("10-01 09:00"))
    assert clock(case, "days").due_at == at("10-13 17:30")
    assert clock(case, "hours").due_at == at("10-10 16:30")
    assert clock(case, "nights").due_at == at("10-08 17:30")


def test_a_worked_weekend_counts() -> None:
    with_sunday = seen("09-18 10:00", opened("09-18 10:00", priority="critical"))
    assert date(2026, 9, 20).weekday() == 6
    assert clock(with_sunday, "days").due_at == at("09-20 17:30")


def test_taking_over_starts_the_receivers_own_clock() -> None:
    case = seen(
        "11-27 12:00", opened("11-23 10:00"), assigned("11-23 11:00", "w1"), assigned("11-25 16:00", "w2")
    )
    first, second = clock(case, "mine", 1), clock(case, "mine", 2)
    assert (first.owner_id, first.state, first.ended_at) == ("w1", ClockState.MET, at("11-25 16:00"))
    assert (second.owner_id, second.started_at, second.due_at) == ("w2", at("11-25 16:00"), at("11-27 17:30"))
    assert clock(case, "days").started_at == at("11-23 10:00"), "the case's own clock goes on"


def test_who_hands_over_too_late_stays_late() -> None:
    case = seen(
        "11-30 12:00", opened("11-23 10:00"), assigned("11-23 11:00", "w1"), assigned("11-27 09:00", "w2")
    )
    assert clock(case, "mine", 1).state is ClockState.LATE
    assert clock(case, "mine", 2).state is ClockState.RUNNING


def test_handing_to_oneself_does_not_start_anew() -> None:
    case = seen(
        "11-27 12:00", opened("11-23 10:00"), assigned("11-23 11:00", "w1"), assigned("11-25 16:00", "w1")
    )
    assert [c.number for c in case.clocks if c.clock == "mine"] == [1]


def test_no_limit_is_never_a_breach() -> None:
    case = seen("2027-06-30 12:00", opened("2024-03-01 10:00"))
    free = clock(case, "free")
    assert (free.state, free.due_at, free.left_minutes, free.breached_at) == (
        ClockState.NO_LIMIT,
        None,
        None,
        None,
    )


def test_reopening_starts_a_new_round_and_keeps_the_old_result() -> None:
    case = seen("12-03 12:00", opened("11-23 10:00"), moved("12-01 09:00", "closed"), reopened("12-03 09:00"))
    assert clock(case, "days", 1).state is ClockState.LATE
    assert clock(case, "days", 2).due_at == at("12-10 17:30")


def test_reopening_may_go_on_where_it_stopped() -> None:
    case = seen("12-03 12:00", opened("11-23 10:00"), moved("11-24 10:00", "closed"), reopened("12-03 10:00"))
    assert [c.number for c in case.clocks if c.clock == "nights"] == [1]
    assert clock(case, "nights").due_at == at("2026-12-09 17:30")
    assert case.state.round == 2


def test_coming_back_goes_on_or_starts_anew_as_the_process_says() -> None:
    case = seen(
        "11-27 12:00", opened("11-23 10:00"), moved("11-23 16:00", "away"), moved("11-26 10:00", "second")
    )
    assert clock(case, "hours").used_minutes == 3 * 60 + 30 + 5 * 60 + 4 * 60
    assert clock(case, "wall", 1).state is ClockState.MET
    assert clock(case, "wall", 2).due_at == at("11-28 10:00")


def test_done_exactly_at_closing_time_is_in_time() -> None:
    limit_end = "11-30 17:30"
    assert (
        clock(seen("12-01 09:00", opened("11-23 10:00"), moved(limit_end, "closed")), "days").state
        is ClockState.MET
    )
    assert clock(
        seen("12-01 09:00", opened("11-23 10:00"), moved("11-30 17:31", "closed")), "days"
    ).state is (ClockState.LATE)
    assert clock(seen(limit_end, opened("11-23 10:00")), "days").state is ClockState.WARNED
    assert clock(seen("11-30 17:31", opened("11-23 10:00")), "days").state is ClockState.BREACHED


def test_events_at_the_same_instant_keep_their_order() -> None:
    there = seen(
        "11-24 12:00", opened("11-23 10:00"), moved("11-23 11:00", "closed"), reopened("11-23 11:00")
    )
    assert (there.state.step, there.state.round) == ("first", 2)
    assert clock(there, "days", 1).state is ClockState.MET
    assert clock(there, "days", 2).started_at == at("11-23 11:00")
    blink = seen("11-24 12:00", opened("11-23 10:00"), paused("11-23 11:00"), resumed("11-23 11:00"))
    assert clock(blink, "days").stands == ()


def test_a_day_has_1440_minutes_on_every_day() -> None:
    """Neither end of March nor end of October changes the clock in China."""
    for start, due in (("2026-03-28 23:30", "2026-03-30 05:30"), ("2026-10-24 23:30", "2026-10-26 05:30")):
        assert clock(seen(start, opened(start, priority="high")), "wall").due_at == at(due)


def test_a_shorter_limit_counts_from_when_it_was_ordered() -> None:
    """Raised on the fourth day to one day: it does not become overdue at a stroke."""
    case = seen("11-27 11:00", opened("11-23 10:00"), changed("11-27 10:00", priority="critical"))
    raised = clock(case, "days")
    assert (raised.state, raised.due_at) == (ClockState.WARNED, at("11-30 17:30"))
    hours = clock(case, "hours")
    assert (hours.breached_at, hours.due_at) == (at("11-26 09:00"), at("11-26 09:00")), (
        "late before it was raised"
    )


def test_a_shorter_limit_never_ends_later() -> None:
    case = seen("11-30 11:00", opened("11-23 10:00"), changed("11-30 10:00", priority="high"))
    assert clock(case, "days").due_at == at("11-30 17:30")


def test_a_longer_limit_counts_from_the_beginning() -> None:
    case = seen(
        "11-24 11:00", opened("11-23 10:00", priority="critical"), changed("11-24 10:00", priority="low")
    )
    assert clock(case, "days").due_at == at("11-30 17:30")


def test_a_longer_limit_does_not_undo_a_breach() -> None:
    case = seen(
        "11-26 11:00", opened("11-23 10:00", priority="critical"), changed("11-25 10:00", priority="low")
    )
    late = clock(case, "days")
    assert (late.state, late.breached_at, late.due_at) == (
        ClockState.BREACHED,
        at("11-24 17:30"),
        at("11-30 17:30"),
    )


def test_warnings_come_at_their_share_of_the_limit() -> None:
    case = seen("11-26 12:00", opened("11-23 10:00"))
    assert clock(case, "days").warnings == ((50, at("11-26 11:30")), (80, at("11-27 17:30")))
    assert clock(case, "days").state is ClockState.WARNED
    assert clock(seen("11-26 11:29", opened("11-23 10:00")), "days").state is ClockState.RUNNING


@cache
def _edited() -> OfficeCalendar:
    content = load_office_calendar()
    extra = OrderedYear.model_validate(
        {"standing": "ordered", "document": "d", "source": {"zh": "s", "en": "s"},
         "holidays": [date(2026, 11, 26), date(2026, 1, 1)], "workdays": []}
    )  # fmt: skip
    return content.model_copy(update={"years": {**content.years, 2026: extra}})


def test_an_edited_calendar_replays_every_history_alike() -> None:
    """The same history under the same calendar gives the same, byte for byte; under another one its own."""
    events = history(opened("11-23 10:00"), paused("11-24 10:00"), resumed("11-26 10:00"))
    before = view(PRACTICE, events, calendar(), at("11-27 09:00"))
    edited = work_calendar(_edited())
    after = view(PRACTICE, events, edited, at("11-27 09:00"))
    again = view(PRACTICE, events, work_calendar(load_office_calendar()), at("11-27 09:00"))
    assert before.clocks == again.clocks
    assert clock(before, "days").due_at == at("12-02 17:30")
    assert clock(after, "days").due_at == at("12-03 15:30")
    assert edited.version != calendar().version


def test_a_history_with_a_hole_or_a_step_back_is_refused() -> None:
    events = history(opened("11-23 10:00"), moved("11-24 10:00", "second"), moved("11-25 10:00", "away"))
    with pytest.raises(WattwardenError, match="event 2: found number 3; expected number 2"):
        view(PRACTICE, [events[0], events[2]], calendar(), at("11-27 09:00"))
    backwards = [events[0], events[1].model_copy(update={"at": datetime(2026, 11, 22)})]
    with pytest.raises(WattwardenError, match="event 2: found 2026-11-22 00:00:00; expected not before"):
        view(PRACTICE, backwards, calendar(), at("11-27 09:00"))
    with pytest.raises(WattwardenError, match="expected a first event 'opened'"):
        view(PRACTICE, events[1:], calendar(), at("11-27 09:00"))


def test_why_it_is_due_then_is_told_step_by_step() -> None:
    entries = [
        opened("09-29 10:00"),
        paused("09-30 09:00"),
        resumed("10-09 10:00"),
        changed("10-09 11:00", priority="high"),
    ]
    case = seen("10-10 10:00", *entries)
    lines = why_due(PRACTICE, clock(case, "days"), calendar())
    told = "\n".join(line.text.en for line in lines)
    for part in (
        "starts 2026-09-29 10:00",
        "limit: 5 working days",
        "from 2026-10-09 11:00 limit: 3 working days",
        "the day of the start, 2026-09-29, is not counted",
        "without the holidays 2026-10-01…10-07",
        "with the moved weekends 2026-10-10",
        "stood from 2026-09-30 09:00 to 2026-10-09 10:00 (title): 15 h 0 min of office time given back",
        "due 2026-10-13 17:30",
    ):
        assert part in told
    assert {line.clause for line in lines} >= {"civil-code.art-201-start", "civil-code.art-203-end"}
    assert all(isinstance(line.text, Label) for line in lines)


def test_every_state_is_explained_without_a_fault() -> None:
    for events, now in random_histories(4, 40):
        for run in view(PRACTICE, events, calendar(), now).clocks:
            lines = why_due(PRACTICE, run, calendar())
            assert len(lines) >= 3
            if run.due_at is not None:
                assert f"{run.due_at:%Y-%m-%d %H:%M}" in lines[-1].text.zh


def test_rows_of_open_clocks_tell_the_same_as_the_histories() -> None:
    rows, wanted, whole = list[ClockRow](), list[datetime | None](), 0
    now = at("2027-03-20 10:00")
    for events, _ in random_histories(9, 150):
        case = view(PRACTICE, events, calendar(), now)
        found, is_whole = open_rows(case)
        whole += is_whole
        rows += found
        wanted += [clock(case, row.clock, row.number).due_at for row in found]
    assert due_of_rows(rows, calendar(), now) == wanted
    assert len(rows) > 200
    assert 20 < whole < 150
