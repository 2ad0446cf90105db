"""Why is it due then? One clock, told step by step in both languages, each step with its clause."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.calc.work_time.days_between import DaysBetween, days_between, in_runs
from wattwarden.calc.work_time.limits import DAY_UNITS, Unit, due_at, working_minutes
from wattwarden.cases.clock_runs import Ended
from wattwarden.cases.clocks import ClockState, ClockView, Stand
from wattwarden.cases.process import LimitRule, Process
from wattwarden.domain.labels import Label
from wattwarden.domain.office_calendar import MINUTES_PER_HOUR

START_RULE, END_RULE = "civil-code.art-201-start", "civil-code.art-203-end"
STATE_LABELS = {
    ClockState.RUNNING: Label(zh="进行中", en="running"),
    ClockState.PAUSED: Label(zh="已暂停", en="paused"),
    ClockState.WARNED: Label(zh="临近超时", en="close to its limit"),
    ClockState.BREACHED: Label(zh="已超时", en="overrun"),
    ClockState.MET: Label(zh="按时完成", en="done in time"),
    ClockState.LATE: Label(zh="超时完成", en="done too late"),
    ClockState.NO_LIMIT: Label(zh="无时限", en="no limit"),
}


@dataclass(frozen=True)
class Line:
    """One step of the explanation, and the clause it rests on, if it rests on one."""

    text: Label
    clause: str = ""


def why_due(process: Process, clock: ClockView, calendar: WorkCalendar) -> tuple[Line, ...]:
    """Explain when the clock is due.

    Raises:
        WattwardenError: a day lies in a year without a calendar.
    """
    return tuple(_lines(process, clock, calendar))


def _lines(process: Process, clock: ClockView, calendar: WorkCalendar) -> Iterator[Line]:
    title = process.clocks[clock.clock].title
    begin = _at(clock.started_at)
    whose = f", {clock.owner_id}" if process.clocks[clock.clock].per_owner else ""
    yield Line(Label(zh=f"“{title.zh}”第{clock.number}次计时，自{begin}起{whose}",
                     en=f"'{title.en}', run {clock.number}, starts {begin}{whose}"))  # fmt: skip
    for number, (at, rule) in enumerate(clock.rules):
        yield _rule_line(process, rule, at, is_first=number == 0)
    yield from _counting(clock, calendar)
    for stand in clock.stands:
        yield _stand_line(process, stand, clock, calendar)
    yield _result(clock)


def _rule_line(process: Process, rule: LimitRule, at: datetime, *, is_first: bool) -> Line:
    because = [
        Label(
            zh=f"{process.facts[n].zh}={_value(process, n, v, 'zh')}",
            en=f"{n} = {_value(process, n, v, 'en')}",
        )
        for n, v in rule.when.items()
    ]
    words = rule.limit.label() if rule.limit else Label(zh="无时限", en="no limit")
    zh, en = "、".join(b.zh for b in because), ", ".join(b.en for b in because)
    text = Label(
        zh=f"时限{words.zh}" + (f"({zh})" if zh else "") + ("" if rule.clause else "，本单位自定"),
        en=f"limit: {words.en}"
        + (f" ({en})" if en else "")
        + ("" if rule.clause else ", set by the site itself"),
    )
    if not is_first:
        when = _at(at)
        text = Label(
            zh=f"{when}起改为{text.zh}：缩短的自改动时起算且不晚于原时限，延长的自开始起算",
            en=f"from {when} {text.en}; a shorter one counts from then and never ends later, a longer one from the start",
        )
    return Line(text, rule.clause or "")


def _value(process: Process, name: str, wanted: object, language: str) -> str:
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    labels = process.facts[name].values
    return "/".join(getattr(labels[str(v)], language) if str(v) in labels else str(v) for v in values)


def _counting(clock: ClockView, calendar: WorkCalendar) -> Iterator[Line]:
    limit = clock.rules[-1][1].limit
    if limit is None or clock.due_at is None:
        return
    if limit.unit in DAY_UNITS:
        day = f"{clock.started_at:%Y-%m-%d}"
        yield Line(
            Label(zh=f"开始当日{day}不计入", en=f"the day of the start, {day}, is not counted"), START_RULE
        )
    else:
        yield Line(Label(zh="按小时计算，自开始时起算", en="in hours, counted from the start"), START_RULE)
    plain = due_at(limit, clock.started_at, calendar)
    if plain is not None and plain != clock.due_at:
        zh, en = (
            f"不计暂停与改动应于{_at(plain)}截止",
            f"without pauses and changes it would be due {_at(plain)}",
        )
        yield Line(Label(zh=zh, en=en))
    between = days_between(clock.started_at, clock.due_at, calendar)
    if limit.unit not in (Unit.CLOCK_MINUTES, Unit.CLOCK_HOURS):
        yield _days_line(between)
    if limit.unit in DAY_UNITS:
        zh, en = (
            "截止时间为当日下班时间；最后一日休假的顺延",
            "it ends when the office closes; a last day off moves on",
        )
        yield Line(Label(zh=zh, en=en), END_RULE)
    for year in between.provisional:
        zh, en = (
            f"{year}年放假安排尚未录入，结果为暂定",
            f"the holidays of {year} are not entered yet: provisional",
        )
        yield Line(Label(zh=zh, en=en))


def _days_line(between: DaysBetween) -> Line:
    zh, en = f"其间工作日{len(between.worked)}天", f"{len(between.worked)} working days until then"
    if between.holidays:
        off = in_runs(between.holidays)
        zh, en = f"{zh}，节假日{off}不计", f"{en}, without the holidays {off}"
    if between.moved:
        on = in_runs(between.moved)
        zh, en = f"{zh}，调休上班{on}计入", f"{en}, with the moved weekends {on}"
    return Line(Label(zh=zh, en=en))


def _stand_line(process: Process, stand: Stand, clock: ClockView, calendar: WorkCalendar) -> Line:
    kind, _, name = stand.why.partition(":")
    title = process.pauses[name].title if kind == "pause" else process.steps[name].title
    clause = (process.pauses[name].clause or "") if kind == "pause" else ""
    begin = _at(stand.start)
    if stand.end is None:
        return Line(Label(zh=f"{begin}起暂停：{title.zh}", en=f"stands since {begin}: {title.en}"), clause)
    if clock.in_office:
        given, zh, en = working_minutes(stand.start, stand.end, calendar), "工作时间", " of office time"
    else:
        given, zh, en = int((stand.end - stand.start).total_seconds()) // MINUTES_PER_HOUR, "", ""
    until = _at(stand.end)
    return Line(
        Label(
            zh=f"{begin}至{until}暂停({title.zh})，扣除{zh}{_length(given).zh}",
            en=f"stood from {begin} to {until} ({title.en}): {_length(given).en}{en} given back",
        ),
        clause,
    )


def _result(clock: ClockView) -> Line:
    state = STATE_LABELS[clock.state]
    if clock.due_at is None:
        return Line(Label(zh="没有时限，不会超时", en="no limit, so it is never overrun"))
    due = _at(clock.due_at)
    zh, en = f"截止{due}", f"due {due}"
    if clock.is_provisional:
        zh, en = f"若现在恢复，{zh}", f"{en}, if it goes on now"
    if clock.ended_at is not None:
        how = (
            Label(zh="移交", en="handed over")
            if clock.ended is Ended.HANDED_OVER
            else Label(zh="结束", en="ended")
        )
        zh, en = f"{zh}，{_at(clock.ended_at)}{how.zh}", f"{en}, {how.en} {_at(clock.ended_at)}"
    if clock.breached_at is not None:
        zh, en = f"{zh}，{_at(clock.breached_at)}超时", f"{en}, overrun {_at(clock.breached_at)}"
    return Line(Label(zh=f"{zh}：{state.zh}", en=f"{en}: {state.en}"))


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"


def _length(minutes: int) -> Label:
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    return Label(zh=f"{hours}小时{rest}分", en=f"{hours} h {rest} min")
