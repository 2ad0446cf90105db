"""Was it mended? Days after the remedy the rule's own data decide, and say why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import fmean

from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.cases.view import CaseView
from wattwarden.domain.finding import LifeState, OutcomeKind
from wattwarden.domain.labels import Label


class Verdict(StrEnum):
    """What the data say."""

    MENDED = "mended"
    NOT_MENDED = "not_mended"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class Watched:
    """A finding after the remedy.

    Attributes:
        life: Its state in the latest scan.
        evidence_until: First day after the period that the finding now speaks of; None where it names none.
        rule_outcome: What became of its rule in that scan.
        data_until: Latest day that the rule's tables told of.
        series: Days and values of the rule's own series, for the comparison.
    """

    key: str
    life: LifeState
    evidence_until: date | None
    rule_outcome: OutcomeKind
    data_until: date | None
    series: tuple[tuple[date, float], ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Mean of the rule's series before and after the remedy; None where there is no value."""

    key: str
    before: float | None
    after: float | None
    days_before: int
    days_after: int


@dataclass(frozen=True)
class Verified:
    """The verdict about a case, why, and the comparison to draw."""

    verdict: Verdict
    why: tuple[Label, ...]
    comparisons: tuple[Comparison, ...]


def is_due(case: CaseView) -> bool:
    """Whether the days have passed after which the data decide."""
    days = case.process.steps[case.state.step].verify_after_days
    return days is not None and case.now.date() >= case.state.entered_at.date() + timedelta(days=days)


def verify(watched: Sequence[Watched], remedied_at: datetime, days: int) -> Verified:
    """Decide from the state of every finding of a case.

    One finding that is still there, by data from after the remedy, is enough for not mended; mended needs
    every finding gone, by a rule that ran on data of all the days. Everything else cannot be told.

    Args:
        watched: Every finding of the case; none at all cannot be told.
        remedied_at: When the remedy was carried out.
        days: Days of data that are wanted after it.
    """
    first = remedied_at.date() + timedelta(days=1)
    wanted = remedied_at.date() + timedelta(days=days)
    judged = [(finding, *_judge(finding, first, wanted)) for finding in sorted(watched, key=lambda f: f.key)]
    verdicts = {verdict for _, verdict, _ in judged}
    if Verdict.NOT_MENDED in verdicts:
        verdict = Verdict.NOT_MENDED
    elif verdicts == {Verdict.MENDED}:
        verdict = Verdict.MENDED
    else:
        verdict = Verdict.CANNOT_TELL
    why = tuple(reason for _, _, reason in judged) or (
        Label(zh="没有可验证的疑点", en="no finding to verify"),
    )
    return Verified(
        verdict, why, tuple(_compare(finding, remedied_at.date()) for finding in watched if finding.series)
    )


@dataclass(frozen=True)
class AreaTest:
    """What the loss of the customer's area says about a visit.

    Attributes:
        verdict: Mended where the loss fell as expected, not mended where it did not.
        series: Days and daily losses, kWh, for the comparison.
    """

    key: str
    verdict: Verdict
    why: Label
    series: tuple[tuple[date, float], ...] = ()

    @property
    def watched(self) -> Watched:
        """As something that was watched, to be compared and drawn like a finding."""
        return Watched(self.key, LifeState.GONE, None, OutcomeKind.NONE, None, self.series)


def with_area(verified: Verified, area: AreaTest, remedied_on: date) -> Verified:
    """The verdict of the rules and of the area's loss together.

    A rule that still finds it, or a loss that did not fall, is enough for not mended; a loss that fell
    decides where the rules cannot tell. Where the loss cannot tell, the rules decide alone.
    """
    says = {verified.verdict, area.verdict}
    if Verdict.NOT_MENDED in says:
        verdict = Verdict.NOT_MENDED
    else:
        verdict = Verdict.MENDED if Verdict.MENDED in says else Verdict.CANNOT_TELL
    drawn = (
        (*verified.comparisons, _compare(area.watched, remedied_on)) if area.series else verified.comparisons
    )
    return Verified(verdict, (*verified.why, area.why), drawn)


def verdict_events(case: CaseView, verified: Verified) -> tuple[Event, ...]:
    """The events that a verdict makes: it is noted, and closes or reopens the case.

    A case that cannot be told stays where it is. One that is not mended goes back to whoever had it.
    """
    zh = "；".join(reason.zh for reason in verified.why)
    noted = Event(seq=case.state.version + 1, at=case.now, kind=EventKind.VERIFIED, actor_id=SYSTEM,
                  reason=verified.verdict, note=zh)  # fmt: skip
    wanted = {Verdict.MENDED: False, Verdict.NOT_MENDED: True}.get(verified.verdict)
    name = next((n for n, a in case.process.actions.items() if wanted is not None and _fits(case, n, reopens=wanted)),
                None)  # fmt: skip
    if name is None:
        return (noted,)
    action = case.process.actions[name]
    owner = None
    if action.returns_to:
        latest = [who for done, who in case.state.latest_doer.items() if done in action.returns_to]
        owner = latest[-1] if latest else ""
    moved = Event(seq=noted.seq + 1, at=case.now, kind=EventKind.ACTED, actor_id=SYSTEM, action=name,
                  to=action.to or "", owner_id=owner, note=zh)  # fmt: skip
    return noted, moved


def _fits(case: CaseView, name: str, *, reopens: bool) -> bool:
    action = case.process.actions[name]
    return action.who == ("system",) and case.state.step in action.origin and action.reopens == reopens


def _judge(finding: Watched, first: date, wanted: date) -> tuple[Verdict, Label]:
    ran = finding.rule_outcome in (OutcomeKind.FOUND, OutcomeKind.NONE)
    data_until = finding.data_until
    if not ran or data_until is None:
        return Verdict.CANNOT_TELL, Label(
            zh=f"规则未能运行({finding.rule_outcome})，无法判断",
            en=f"the rule did not run ({finding.rule_outcome})",
        )
    if finding.life is not LifeState.GONE:
        until = finding.evidence_until
        if until is not None and until > first:
            return Verdict.NOT_MENDED, Label(
                zh=f"整改后至{until}前仍存在", en=f"still there after it, until {until}"
            )
        if until is None and data_until >= wanted:
            return Verdict.NOT_MENDED, Label(
                zh=f"数据至{data_until}仍存在", en=f"still there by data until {data_until}"
            )
        return Verdict.CANNOT_TELL, Label(
            zh="疑点只涉及整改前的期间", en="the finding speaks only of before the remedy"
        )
    if data_until < wanted:
        return Verdict.CANNOT_TELL, Label(
            zh=f"数据只到{data_until}，需到{wanted}", en=f"data until {data_until}; wanted until {wanted}"
        )
    return Verdict.MENDED, Label(zh=f"数据至{data_until}未再出现", en=f"gone, by data until {data_until}")


def _compare(finding: Watched, remedied_on: date) -> Comparison:
    before = [value for day, value in finding.series if day < remedied_on]
    after = [value for day, value in finding.series if day > remedied_on]
    return Comparison(
        finding.key,
        fmean(before) if before else None,
        fmean(after) if after else None,
        len(before),
        len(after),
    )
