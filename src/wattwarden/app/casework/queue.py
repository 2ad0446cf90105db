"""The queue: my team's work under its capacity, and the next case for whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from django.db.models import Count, QuerySet

from wattwarden.app.casework.act_on_case import act_on_case
from wattwarden.app.casework.lists import ListedCase, listed
from wattwarden.app.casework.settings import known_processes, planning
from wattwarden.app.casework.times import now, stored
from wattwarden.cases.given import Given
from wattwarden.cases.worklist import Crew, Travel, Waiting, plan, take_next
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.records.case_store import free, lease, release
from wattwarden.records.guard import visible
from wattwarden.records.models import Case

CONSIDERED = 200
"""Waiting cases looked at for one plan: the drawn ones and the most valuable."""
IN_HAND = 30
"""Cases in hand that the page shows, those due first."""
_WEIGHED = ("premise_id", "subject_kind", "subject_id", "org_id", "area_id", "net_value_fen", "place", "drawn_at_random",
            "draw_probability")  # fmt: skip
_TRIES = 30


@dataclass(frozen=True)
class Queue:
    """What a person has in hand, and what his team would do next.

    Attributes:
        mine: Cases he owns that are in work, at most ``IN_HAND``.
        in_hand: How many there are.
        planned: The stops of a day, in order.
        waiting: How many cases wait.
        minutes_left: Of his day, after what he has in hand.
    """

    mine: Sequence[ListedCase]
    in_hand: int
    planned: Sequence[ListedCase]
    waiting: int
    minutes_left: int


def my_queue(viewer: Viewer) -> Queue:
    """My cases in work, and the stops that fit into the rest of the day."""
    in_hand = _in_hand(viewer)
    mine = _mine(viewer).select_related("owner").order_by("due_at", "pk")[:IN_HAND]
    left = _minutes_left(in_hand)
    rows = _free(viewer)
    considered = _considered(rows)
    (day,) = plan(_waiting(considered), [_crew(viewer, considered, left)], Travel())
    stops = [int(case) for stop in day.visits for case in stop.case_ids]
    found = rows.select_related("owner").in_bulk(stops)
    planned = [found[case] for case in stops if case in found]
    return Queue(listed(viewer, mine), sum(in_hand.values()), listed(viewer, planned), rows.count(), left)


def take_next_case(viewer: Viewer) -> Case:
    """Give the viewer the next case; two people who ask at once get different ones.

    Raises:
        WattwardenError: his day is full, or nothing waits for him.
    """
    user_id = viewer.user_id or 0
    left = _minutes_left(_in_hand(viewer))
    area = _mine(viewer).order_by("-pk").values_list("area_id", flat=True).first()
    lost: set[int] = set()
    for _ in range(_TRIES):
        considered = [row for row in _considered(_free(viewer)) if row.pk not in lost]
        stop = take_next(_waiting(considered), _crew(viewer, considered, left), area, Travel(), left)
        if stop is None:
            break
        until = stored(now() + timedelta(minutes=planning().lease_minutes))
        wanted = _free(viewer).filter(pk__in=[int(c) for c in stop.case_ids])
        case = lease(wanted, user_id, stored(now()), until)
        if case is None:
            lost |= {int(c) for c in stop.case_ids}
            continue
        try:
            return act_on_case(viewer, case.pk, _taking(case), Given(version=case.version)).case
        except WattwardenError:
            # Somebody dispatched it in between, or it concerns the viewer: the next one, then.
            release(case.pk)
            lost.add(case.pk)
    raise fail("queue", found=f"nothing that fits into {left} minutes", expected="a case that waits for your roles",
               action="Finish what you have in hand, or ask the risk controller to send more to the crews.")  # fmt: skip


def _taking(case: Case) -> str:
    actions = known_processes()[case.process].actions
    return next(name for name, action in actions.items() if action.takes and case.step in action.origin)


def _free(viewer: Viewer) -> QuerySet[Case]:
    """Cases that one of the viewer's roles may take."""
    roles = {grant.role for grant in viewer.grants}
    steps = {
        step
        for process in known_processes().values()
        for action in process.actions.values()
        if action.takes and roles & set(action.who)
        for step in action.origin
    }
    rows = visible(Case, viewer, "work_cases").filter(is_open=True, step__in=steps)
    return free(rows, viewer.user_id or 0, stored(now()))


def _mine(viewer: Viewer) -> QuerySet[Case]:
    return visible(Case, viewer, "see_cases").filter(is_open=True, owner=viewer.user_id)


def _in_hand(viewer: Viewer) -> Mapping[tuple[str, str], int]:
    """How many cases he has in hand, by place and step: counted there, for a list may be long."""
    found = _mine(viewer).values_list("place", "step").annotate(count=Count("pk")).order_by()
    return {(place, step): count for place, step, count in found}


def _considered(rows: QuerySet[Case]) -> list[Case]:
    weighed = rows.only(*_WEIGHED)
    drawn = weighed.filter(drawn_at_random=True).order_by("pk")[:CONSIDERED]
    best = weighed.filter(drawn_at_random=False).order_by("-net_value_fen", "pk")[:CONSIDERED]
    return [*drawn, *best]


def _waiting(rows: Sequence[Case]) -> list[Waiting]:
    minutes = planning().minutes_per_visit
    return [
        Waiting(
            str(row.pk), row.premise_id or f"{row.subject_kind}:{row.subject_id}", row.org_id or "", row.area_id or "",
            row.net_value_fen, minutes[row.place],
            probability=Fraction(row.draw_probability) if row.drawn_at_random and row.draw_probability else None,
        )
        for row in rows
    ]  # fmt: skip


def _crew(viewer: Viewer, rows: Sequence[Case], left: int) -> Crew:
    return Crew(str(viewer.user_id), left, frozenset(row.org_id or "" for row in rows))


def _minutes_left(in_hand: Mapping[tuple[str, str], int]) -> int:
    minutes = planning().minutes_per_visit
    used = sum(
        minutes[place] * count for (place, step), count in in_hand.items() if step in ("assigned", "visiting")
    )
    return max(0, planning().minutes_per_day - used)
