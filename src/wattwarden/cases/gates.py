"""Gates before hard steps: green, red or unknown, each with its clause; unknown is not green.

A function per gate of ``gates.yaml``, of the same name. It is called only when every field that the gate
needs is known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.cases.gate_content import DunningStep, Gates, gates
from wattwarden.domain.labels import Label


class Light(StrEnum):
    """How a gate stands."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Situation:
    """What is known of the customer and of the step; None is not known, and so not in order.

    Attributes:
        dunning_contacts: Day and channel of each contact about the debt.
        penalty_times: Multiple of the penalty that is asked for, and its ceiling.
    """

    open_complaints: int | None = None
    disputed_bills: int | None = None
    is_protected: bool | None = None
    importance: str | None = None
    authority_informed: bool | None = None
    due_on: date | None = None
    dunning_contacts: tuple[tuple[date, str], ...] | None = None
    notice_served_at: datetime | None = None
    notice_evidence: bool | None = None
    is_approved: bool | None = None
    last_notice_at: datetime | None = None
    penalty_times: Decimal | None = None
    penalty_times_max: Decimal | None = None
    penalty_reason: str | None = None
    evidence_count: int | None = None


@dataclass(frozen=True)
class GateResult:
    """How one gate stands, and why."""

    name: str
    title: Label
    light: Light
    why: Label
    fix: Label
    clause: str

    @property
    def is_green(self) -> bool:
        """Whether the step may be taken as far as this gate goes."""
        return self.light is Light.GREEN


@dataclass(frozen=True)
class _Look:
    case: Situation
    params: Mapping[str, int]
    calendar: WorkCalendar
    now: datetime


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


def check_gates(
    names: Sequence[str], case: Situation, calendar: WorkCalendar, now: datetime, content: Gates | None = None
) -> tuple[GateResult, ...]:
    """Look at gates, in the order given.

    Raises:
        WattwardenError: ``now`` lies in a year without a calendar.
    """
    known = content or gates()
    return tuple(_check(name, known, case, calendar, now) for name in names)


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


CUT = "cut"
"""The last rung of the ladder."""
_NEXT_SOFT = Label(zh="最柔和且尚未做过的步骤", en="the softest step that was not taken yet")
_NEXT_HARD = Label(
    zh="柔性步骤均已做过且各项条件满足", en="all soft steps were taken and every gate is green"
)
_INSTEAD = Label(
    zh="更强的步骤条件不满足，先做柔性步骤", en="a harder step has a gate that is not green; a soft one first"
)


def _is_done(name: str, rung: DunningStep, case: Situation, due_on: date) -> bool:
    if rung.hard:
        return name != CUT and case.notice_served_at is not None
    first = due_on + timedelta(days=rung.from_days)
    return any(day >= first and channel in rung.channel for day, channel in case.dunning_contacts or ())


def _check(name: str, known: Gates, case: Situation, calendar: WorkCalendar, now: datetime) -> GateResult:
    gate = known.gates[name]
    missing = [field for field in gate.needs if getattr(case, field) is None]
    if name == "not_important" and case.importance == ORDINARY:
        missing = []
    if missing:
        why = Label(zh=f"未知：{'、'.join(missing)}", en=f"not known: {', '.join(missing)}")
        return GateResult(name, gate.title, Light.UNKNOWN, why, gate.fix, gate.clause)
    is_green, why = TESTS[name](_Look(case, gate.params, calendar, now))
    return GateResult(name, gate.title, Light.GREEN if is_green else Light.RED, why, gate.fix, gate.clause)


ORDINARY = "ordinary"
"""Code of ``customer.importance`` for a customer who is not important."""
Verdict = tuple[bool, Label]


def _none_open(count: int | None, zh: str, en: str) -> Verdict:
    return count == 0, Label(zh=f"{zh}{count}件", en=f"{count} {en}")


def _no_open_complaint(look: _Look) -> Verdict:
    return _none_open(look.case.open_complaints, "在途投诉", "open complaints")


def _no_disputed_bill(look: _Look) -> Verdict:
    return _none_open(look.case.disputed_bills, "争议账单", "disputed bills")


def _not_protected(look: _Look) -> Verdict:
    if look.case.is_protected:
        return False, Label(zh="是保护客户", en="a protected customer")
    return True, Label(zh="不是保护客户", en="not a protected customer")


def _not_important(look: _Look) -> Verdict:
    if look.case.importance == ORDINARY:
        return True, Label(zh="普通客户", en="an ordinary customer")
    if look.case.authority_informed:
        return True, Label(zh="重要客户，已抄送主管部门", en="important, and the authority has its copy")
    return False, Label(zh="重要客户，未抄送主管部门", en="important, and the authority was not told")


def _overdue_30_days(look: _Look) -> Verdict:
    due_on = look.case.due_on or look.now.date()
    days = (look.now.date() - due_on).days
    return days > look.params["days"], Label(
        zh=f"{due_on}到期，逾期{days}日", en=f"due {due_on}, {days} days overdue"
    )


def _dunning_on_record(look: _Look) -> Verdict:
    due_on = look.case.due_on
    count = sum(due_on is None or day > due_on for day, _ in look.case.dunning_contacts or ())
    return count > 0, Label(zh=f"到期后催交{count}次", en=f"{count} contacts after the due date")


def _notice_evidence(look: _Look) -> Verdict:
    if look.case.notice_evidence:
        return True, Label(zh="已留存送达凭证", en="the evidence is stored")
    return False, Label(zh="没有送达凭证", en="no evidence is stored")


def _notice_interval(look: _Look) -> Verdict:
    served = look.case.notice_served_at or look.now
    first = served.date() + timedelta(days=look.params["days"])
    why = Label(
        zh=f"{served:%Y-%m-%d}送达，{first}起可执行", en=f"served {served:%Y-%m-%d}, possible from {first}"
    )
    return look.now.date() >= first, why


def _approved(look: _Look) -> Verdict:
    if look.case.is_approved:
        return True, Label(zh="已批准", en="approved")
    return False, Label(zh="未批准", en="not approved")


def _last_notice(look: _Look) -> Verdict:
    told = look.case.last_notice_at or look.now
    waited = look.now - told
    in_time = timedelta(minutes=look.params["minutes"]) <= waited <= timedelta(hours=look.params["hours_old"])
    return in_time, Label(zh=f"{told:%m-%d %H:%M}已再次通知", en=f"told again {told:%m-%d %H:%M}")


def _working_daytime(look: _Look) -> Verdict:
    works = look.calendar.is_workday(look.now.date())
    light = look.params["from_hour"] <= look.now.hour < look.params["to_hour"]
    zh = f"{look.now:%Y-%m-%d %H:%M}，{'工作日' if works else '节假日'}"
    return works and light, Label(
        zh=zh, en=f"{look.now:%Y-%m-%d %H:%M}, a {'working day' if works else 'day off'}"
    )


def _ceiling_kept(look: _Look) -> Verdict:
    times, most = look.case.penalty_times or Decimal(0), look.case.penalty_times_max or Decimal(0)
    why = Label(zh=f"{times}倍，上限{most}倍", en=f"{times} times, at most {most}")
    return times <= most and bool((look.case.penalty_reason or "").strip()), why


def _proof_complete(look: _Look) -> Verdict:
    count, least = look.case.evidence_count or 0, look.params["least"]
    return count >= least, Label(zh=f"证据{count}件，至少{least}件", en=f"{count} pieces, at least {least}")


TESTS: Mapping[str, Callable[[_Look], Verdict]] = {
    "no_open_complaint": _no_open_complaint,
    "no_disputed_bill": _no_disputed_bill,
    "not_protected": _not_protected,
    "not_important": _not_important,
    "overdue_30_days": _overdue_30_days,
    "dunning_on_record": _dunning_on_record,
    "notice_evidence": _notice_evidence,
    "notice_interval": _notice_interval,
    "approved": _approved,
    "last_notice": _last_notice,
    "working_daytime": _working_daytime,
    "ceiling_kept": _ceiling_kept,
    "proof_complete": _proof_complete,
}
"""The test of each gate of ``gates.yaml``."""
