"""Blind second review: a sample of verdicts is judged again by somebody who does not see the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from wattwarden.calc.agreement import Agreement, agreement
from wattwarden.cases.draw import draw
from wattwarden.domain.errors import Problem


@dataclass(frozen=True)
class Concluded:
    """A case with its outcome, and who concluded it."""

    case_id: str
    outcome: str
    judge_id: str
    subject_staff_ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ReviewTask:
    """A case to judge again; the outcome is left out on purpose."""

    case_id: str
    reviewer_id: str
    probability: Fraction


def draw_reviews(
    seed: str, concluded: Sequence[Concluded], reviewers: Sequence[str], count: int
) -> tuple[tuple[ReviewTask, ...], tuple[Problem, ...]]:
    """Draw cases and give each to a reviewer who neither concluded it nor is its subject, in turn.

    Returns:
        Tasks, and a problem for every drawn case that nobody may review.
    """
    by_id = {case.case_id: case for case in concluded}
    load = dict.fromkeys(sorted(reviewers), 0)
    tasks: list[ReviewTask] = []
    problems: list[Problem] = []
    for drawn in draw(seed, by_id, count, "second review"):
        case = by_id[drawn.id]
        able = [who for who in load if who != case.judge_id and who not in case.subject_staff_ids]
        if not able:
            problems.append(Problem(f"case {case.case_id}", found="no reviewer", expected="somebody who had no part in it",
                                    action="Name another reviewer."))  # fmt: skip
            continue
        reviewer = min(able, key=lambda who: (load[who], who))
        load[reviewer] += 1
        tasks.append(ReviewTask(case.case_id, reviewer, drawn.probability))
    return tuple(tasks), tuple(problems)


def compare_reviews(concluded: Sequence[Concluded], second: Mapping[str, str]) -> Agreement | None:
    """Agreement of first and second outcomes by case; None while nothing was judged twice."""
    pairs = [(case.outcome, second[case.case_id]) for case in concluded if case.case_id in second]
    return agreement(pairs) if pairs else None
