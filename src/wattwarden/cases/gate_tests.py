"""The test of each gate of ``gates.yaml``, under the gate's name.

A test is called only when every field that the gate needs is known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.cases.situation import Situation
from wattwarden.domain.labels import Label

ORDINARY = "ordinary"
"""Code of ``customer.importance`` for a customer who is not important."""
Verdict = tuple[bool, Label]


@dataclass(frozen=True)
class Look:
    """What a test looks at."""

    case: Situation
    params: Mapping[str, int]
    calendar: WorkCalendar
    now: datetime


def _none_open(count: int | None, zh: str, en: str) -> Verdict:
    return count == 0, Label(zh=f"{zh}{count}件", en=f"{count} {en}")


def _no_open_complaint(look: Look) -> Verdict:
    return _none_open(look.case.open_complaints, "在途投诉", "open complaints")


def _no_disputed_bill(look: Look) -> Verdict:
    return _none_open(look.case.disputed_bills, "争议账单", "disputed bills")


def _not_protected(look: Look) -> Verdict:
    if look.case.is_protected:
        return False, Label(zh="是保护客户", en="a protected customer")
    return True, Label(zh="不是保护客户", en="not a protected customer")


def _not_important(look: Look) -> Verdict:
    if look.case.importance == ORDINARY:
        return True, Label(zh="普通客户", en="an ordinary customer")
    if look.case.authority_informed:
        return True, Label(zh="重要客户，已抄送主管部门", en="important, and the authority has its copy")
    return False, Label(zh="重要客户，未抄送主管部门", en="important, and the authority was not told")


def _overdue_30_days(look: Look) -> Verdict:
    due_on = look.case.due_on or look.now.date()
    days = (look.now.date() - due_on).days
    return days > look.params["days"], Label(
        zh=f"{due_on}到期，逾期{days}日", en=f"due {due_on}, {days} days overdue"
    )


def _dunning_on_record(look: Look) -> Verdict:
    due_on = look.case.due_on
    count = sum(due_on is None or day > due_on for day, _ in look.case.dunning_contacts or ())
    return count > 0, Label(zh=f"到期后催交{count}次", en=f"{count} contacts after the due date")


def _notice_evidence(look: Look) -> Verdict:
    if look.case.notice_evidence:
        return True, Label(zh="已留存送达凭证", en="the evidence is stored")
    return False, Label(zh="没有送达凭证", en="no evidence is stored")


def _notice_interval(look: Look) -> Verdict:
    served = look.case.notice_served_at or look.now
    first = served.date() + timedelta(days=look.params["days"])
    why = Label(
        zh=f"{served:%Y-%m-%d}送达，{first}起可执行", en=f"served {served:%Y-%m-%d}, possible from {first}"
    )
    return look.now.date() >= first, why


def _approved(look: Look) -> Verdict:
    if look.case.is_approved:
        return True, Label(zh="已批准", en="approved")
    return False, Label(zh="未批准", en="not approved")


def _last_notice(look: Look) -> Verdict:
    told = look.case.last_notice_at or look.now
    waited = look.now - told
    in_time = timedelta(minutes=look.params["minutes"]) <= waited <= timedelta(hours=look.params["hours_old"])
    return in_time, Label(zh=f"{told:%m-%d %H:%M}已再次通知", en=f"told again {told:%m-%d %H:%M}")


def _working_daytime(look: Look) -> Verdict:
    works = look.calendar.is_workday(look.now.date())
    light = look.params["from_hour"] <= look.now.hour < look.params["to_hour"]
    zh = f"{look.now:%Y-%m-%d %H:%M}，{'工作日' if works else '节假日'}"
    return works and light, Label(
        zh=zh, en=f"{look.now:%Y-%m-%d %H:%M}, a {'working day' if works else 'day off'}"
    )


def _ceiling_kept(look: Look) -> Verdict:
    times, most = look.case.penalty_times or Decimal(0), look.case.penalty_times_max or Decimal(0)
    why = Label(zh=f"{times}倍，上限{most}倍", en=f"{times} times, at most {most}")
    return times <= most and bool((look.case.penalty_reason or "").strip()), why


def _proof_complete(look: Look) -> Verdict:
    count, least = look.case.evidence_count or 0, look.params["least"]
    return count >= least, Label(zh=f"证据{count}件，至少{least}件", en=f"{count} pieces, at least {least}")


TESTS: Mapping[str, Callable[[Look], Verdict]] = {
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
