"""Mended, not mended, cannot tell; and the second look of somebody who did not see the first."""

from datetime import date, timedelta

from tests.cases.practice import at, calendar
from tests.cases.test_act import BILLING, Story, approved
from wattwarden.cases.history import EventKind
from wattwarden.cases.second_review import Concluded, compare_reviews, draw_reviews
from wattwarden.cases.verification import Verdict, Watched, is_due, verdict_events, verify
from wattwarden.cases.view import view
from wattwarden.domain.finding import LifeState, OutcomeKind

REMEDIED = at("11-26 09:00")
SERIES = tuple((date(2026, 11, 1) + timedelta(days=n), 0.0 if n < 25 else 8.0) for n in range(60))


def watched(
    life: str, until: date | None = None, ran: str = "found", data: str = "2026-12-28", key: str = "a"
) -> Watched:
    return Watched(key, LifeState(life), until, OutcomeKind(ran), date.fromisoformat(data), SERIES)


def verdict(*found: Watched) -> Verdict:
    return verify(found, REMEDIED, 30).verdict


def test_gone_by_data_of_all_the_days_is_mended() -> None:
    result = verify([watched("gone", ran="none")], REMEDIED, 30)
    assert result.verdict is Verdict.MENDED
    (compared,) = result.comparisons
    assert (compared.before, compared.after, compared.days_before, compared.days_after) == (0.0, 8.0, 25, 34)


def test_still_there_by_later_data_is_not_mended() -> None:
    assert verdict(watched("open", date(2026, 12, 20))) is Verdict.NOT_MENDED
    assert verdict(watched("back")) is Verdict.NOT_MENDED
    assert (
        verdict(watched("gone", key="a"), watched("open", date(2026, 12, 20), key="b")) is Verdict.NOT_MENDED
    )


def test_a_finding_that_speaks_of_before_proves_nothing() -> None:
    assert verdict(watched("open", date(2026, 11, 26))) is Verdict.CANNOT_TELL


def test_without_data_or_without_the_rule_nothing_is_told() -> None:
    assert verdict(watched("gone", ran="no_data")) is Verdict.CANNOT_TELL
    assert verdict(watched("gone", ran="failed")) is Verdict.CANNOT_TELL
    assert verdict(watched("gone", ran="out_of_band")) is Verdict.CANNOT_TELL
    assert verdict(watched("gone", data="2026-12-25")) is Verdict.CANNOT_TELL
    assert verdict() is Verdict.CANNOT_TELL
    assert verdict(watched("gone"), watched("gone", ran="no_data", key="b")) is Verdict.CANNOT_TELL


def executed() -> Story:
    return approved().does("execute", BILLING, "11-26 09:00", note="meter exchanged")


def test_it_is_due_on_the_thirtieth_day() -> None:
    story = executed()
    assert not is_due(story.case(at("12-25 23:59")))
    assert is_due(story.case(at("12-26 00:00")))


def test_not_mended_goes_back_to_who_was_there() -> None:
    story = executed()
    case = story.case(at("12-28 09:00"))
    story.events += verdict_events(case, verify([watched("open", date(2026, 12, 20))], REMEDIED, 30))
    after = view(case.process, story.events, calendar(), at("12-28 09:00")).state
    assert (after.step, after.owner_id, after.round) == ("assigned", "w1", 2)
    assert story.events[-2].kind is EventKind.VERIFIED
    assert "2026-12-20" in story.events[-1].note


def test_mended_closes_and_cannot_tell_waits() -> None:
    story = executed()
    case = story.case(at("12-28 09:00"))
    assert len(verdict_events(case, verify([], REMEDIED, 30))) == 1
    story.events += verdict_events(case, verify([watched("gone")], REMEDIED, 30))
    assert story.case(at("12-28 09:00")).is_closed


def concluded(count: int) -> list[Concluded]:
    return [
        Concluded(f"c{n}", "confirmed" if n % 3 else "false", f"w{n % 3}", frozenset({"w9"}))
        for n in range(count)
    ]


def test_nobody_reviews_what_he_concluded_or_what_is_about_him() -> None:
    cases = concluded(60)
    tasks, problems = draw_reviews("s", cases, ["w0", "w1", "w9", "w8"], 30)
    judges = {case.case_id: case.judge_id for case in cases}
    assert problems == ()
    assert len(tasks) == 30
    assert all(task.reviewer_id not in (judges[task.case_id], "w9") for task in tasks)
    assert not any(hasattr(task, "outcome") for task in tasks)


def test_a_case_without_a_reviewer_is_told() -> None:
    tasks, problems = draw_reviews("s", concluded(3), ["w9"], 3)
    assert tasks == ()
    assert len(problems) == 3


def test_agreement_is_of_the_cases_judged_twice() -> None:
    cases = concluded(6)
    assert compare_reviews(cases, {}) is None
    found = compare_reviews(cases, {"c0": "false", "c1": "confirmed", "c2": "false"})
    assert found is not None
    assert (found.pairs, round(found.share, 4)) == (3, 0.6667)
