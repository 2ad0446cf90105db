"""Blind second review: draw concluded cases, hide the first verdict, take the second."""

import math
from decimal import Decimal

from django.utils import timezone

from wattwarden.app.casework.histories import actor_number, history_of, view_of
from wattwarden.app.casework.record_act import record_of_case
from wattwarden.app.casework.settings import RISK_CASE, known_processes, planning
from wattwarden.app.casework.times import now
from wattwarden.cases.draw import seed_of
from wattwarden.cases.second_review import Concluded, draw_reviews
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import Problem, fail
from wattwarden.records.guard import not_found
from wattwarden.records.models import Case, SecondReview, User

_CONCLUSIONS = ("conclude", "conclude_at_desk")
REVIEWERS = "auditor"


def draw_second_reviews() -> tuple[int, tuple[Problem, ...]]:
    """Draw from concluded cases that were never drawn; returns how many, and cases nobody may review.

    Drawn again each night, the share of all concluded cases stays what it is set to.
    """
    judged = Case.objects.filter(process=RISK_CASE, outcome__in=("confirmed", "useful", "false"))
    wanted = math.ceil(judged.count() * planning().second_review_pct / 100)
    count = max(0, wanted - SecondReview.objects.count())
    rows = judged.filter(second_review__isnull=True)
    concluded = []
    for case in rows.order_by("pk")[:2000]:
        state = view_of(case, history_of(case)).state
        judge = next((state.latest_doer[a] for a in _CONCLUSIONS if a in state.latest_doer), "")
        concluded.append(Concluded(str(case.pk), case.outcome, judge, state.subject_staff_ids))
    people = User.objects.filter(role_grants__role=REVIEWERS, is_active=True).distinct()
    reviewers = {actor_number(user.pk, user.staff_id): user for user in people}
    tasks, problems = draw_reviews(
        seed_of(now().date(), "all", "review"), concluded, list(reviewers), min(count, len(concluded))
    )
    for task in tasks:
        chance = round(Decimal(task.probability.numerator) / task.probability.denominator, 8)
        SecondReview.objects.create(
            case_id=int(task.case_id), reviewer=reviewers[task.reviewer_id], probability=chance
        )
    return len(tasks), problems


def my_reviews(viewer: Viewer) -> list[SecondReview]:
    """Cases that the viewer is to judge again."""
    return list(
        SecondReview.objects.filter(reviewer=viewer.user_id, outcome="").select_related("case").order_by("pk")
    )


def judge_again(viewer: Viewer, case_id: int, outcome: str, note: str) -> None:
    """Give the second verdict, once.

    Raises:
        WattwardenError: it is not his to judge, it was judged, or the outcome does not exist.
    """
    review = SecondReview.objects.filter(case=case_id, reviewer=viewer.user_id).select_related("case").first()
    if review is None:
        raise not_found(SecondReview, case_id)
    known = known_processes()[RISK_CASE].outcomes
    if outcome not in known or not note.strip():
        raise fail(
            "second review", found=outcome or "nothing", expected=f"one of {', '.join(known)}, and why"
        )
    changed = SecondReview.objects.filter(pk=review.pk, outcome="").update(
        outcome=outcome, note=note.strip(), judged_at=timezone.now()
    )
    if not changed:
        raise fail("second review", found="a verdict given before", expected="one verdict a case")
    record_of_case(viewer, review.case, "case.second_review", {"outcome": outcome})
