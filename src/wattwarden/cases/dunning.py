"""The ladder from a reminder to a supply cut: the softest step that still has effect."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.cases.gate_content import DunningStep, Gates, gates
from wattwarden.cases.gates import check_gates
from wattwarden.cases.situation import GateResult, Situation
from wattwarden.domain.labels import Label

CUT = "cut"
"""The last rung of the ladder."""
_NEXT_SOFT = Label(zh="最柔和且尚未做过的步骤", en="the softest step that was not taken yet")
_NEXT_HARD = Label(
    zh="柔性步骤均已做过且各项条件满足", en="all soft steps were taken and every gate is green"
)
_INSTEAD = Label(
    zh="更强的步骤条件不满足，先做柔性步骤", en="a harder step has a gate that is not green; a soft one first"
)


@dataclass(frozen=True)
class Proposal:
    """The softest step that still has effect.

    Attributes:
        step: Rung of the ladder.
        from_on: First day on which it is proper.
        instead_of: Hard rung that it stands in for, with the gates that are not green.
    """

    step: str
    title: Label
    from_on: date
    why: Label
    clause: str
    instead_of: str = ""
    blocked_by: tuple[GateResult, ...] = ()


def softest_step(
    case: Situation, calendar: WorkCalendar, now: datetime, content: Gates | None = None
) -> Proposal | None:
    """The next rung of the ladder: the softest that was not done yet; a soft one while a gate is not green.

    Returns:
        None where the due date is not known.

    Raises:
        WattwardenError: ``now`` lies in a year without a calendar.
    """
    known = content or gates()
    if case.due_on is None:
        return None
    softest_left = ""
    for name, rung in known.ladder.items():
        if not rung.hard:
            softest_left = name
        if _is_done(name, rung, case, case.due_on):
            continue
        first = max(case.due_on + timedelta(days=rung.from_days), now.date())
        if not rung.hard:
            return Proposal(name, rung.title, first, _NEXT_SOFT, rung.clause)
        needed = known.cut if name == CUT else known.notice
        blocked = tuple(g for g in check_gates(needed, case, calendar, now, known) if not g.is_green)
        if not blocked:
            return Proposal(name, rung.title, first, _NEXT_HARD, rung.clause)
        soft = known.ladder[softest_left]
        return Proposal(softest_left, soft.title, now.date(), _INSTEAD, soft.clause, name, blocked)
    return None


def _is_done(name: str, rung: DunningStep, case: Situation, due_on: date) -> bool:
    if rung.hard:
        return name != CUT and case.notice_served_at is not None
    first = due_on + timedelta(days=rung.from_days)
    return any(day >= first and channel in rung.channel for day, channel in case.dunning_contacts or ())
