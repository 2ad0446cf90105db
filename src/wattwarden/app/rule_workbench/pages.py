"""What the pages of a draft show: steps that the viewer may take, what was tried, and the difference made."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wattwarden.app.console.charts import Chart, Lines, bar_chart
from wattwarden.app.rule_workbench.drafts import one_draft, permissions, target_of
from wattwarden.app.rule_workbench.files import tampered
from wattwarden.app.rule_workbench.preview import hours
from wattwarden.app.rule_workbench.runs import latest_run
from wattwarden.app.rule_workbench.states import MOVES, OPEN, Standing, State, Step, next_state
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.domain.money import FEN_PER_YUAN
from wattwarden.records.guard import visible
from wattwarden.records.models import Case, RuleDraft, RuleDraftEvent, RuleDraftRun

_BY_PEOPLE = ("save", "propose", "approve", "reject", "go_live", "retire")
_NO_REASON_YET = "–"


@dataclass(frozen=True)
class DraftPage:
    """One draft as a viewer sees it.

    Attributes:
        may: Steps that the viewer can take now.
        refused: Why he cannot approve, where it is the turn of that.
        check, backtest: The newest run of each; ``is_fresh`` tells whether it was of the present text.
        diff: Lines with ``+``, ``-``, ``@`` or a blank in front.
        file_problems: The file in force is not what was approved.
    """

    draft: RuleDraft
    may: frozenset[str]
    refused: Problem | None
    events: Sequence[RuleDraftEvent]
    check: RuleDraftRun | None
    backtest: RuleDraftRun | None
    diff: Sequence[str]
    file_problems: Sequence[Problem]

    @property
    def is_open(self) -> bool:
        """Whether the text may still change."""
        return State(self.draft.state) in OPEN

    @property
    def decides(self) -> bool:
        """Whether there is anything for the viewer to decide now."""
        return bool(self.may & {"approve", "go_live", "reject", "retire"})

    @property
    def lines(self) -> Sequence[str]:
        """The text line by line, to show what a fault is about."""
        return self.draft.text.splitlines()

    def is_fresh(self, run: RuleDraftRun | None) -> bool:
        """Whether the run was of the text as it stands."""
        return run is not None and run.text_hash == self.draft.text_hash


@dataclass(frozen=True)
class Preview:
    """What a try on history says.

    Attributes:
        newest: The point on the newest data, whose figures decide.
        hours: Person-hours added on the newest data; negative where they are saved.
        cases: Cases added there; negative where they are fewer.
        lost: Confirmed cases lost that the viewer may open, and how many there are in all.
    """

    points: Sequence[Mapping[str, object]]
    newest: Mapping[str, object]
    skipped: Sequence[Mapping[str, str]]
    hours: float
    cases: int
    lost: Sequence[int]
    lost_in_all: int
    charts: Sequence[Chart]


def draft_page(viewer: Viewer, number: int) -> DraftPage:
    """One draft with everything around it; the number of queries does not depend on it.

    Raises:
        WattwardenError: there is none, or the viewer has nothing to do with rules.
    """
    draft = one_draft(viewer, number)
    events = list(draft.events.select_related("actor").defer("text"))
    authors = frozenset(event.actor_id for event in events if event.move in ("start", "save"))
    standing = Standing(State(draft.state), draft.text_hash, draft.approved_hash, authors)
    held, may, refused = permissions(viewer), set(), None
    for move in _BY_PEOPLE:
        step = Step(move, viewer.user_id or 0, held, draft.text_hash, _NO_REASON_YET)
        try:
            next_state(standing, step)
            may.add(move)
        except WattwardenError as error:
            if move == "approve" and standing.state in MOVES[move].since:
                refused = error.problems[0]
    if "write_rules" in held:
        may |= {kind for kind in ("check", "backtest") if standing.state in MOVES[kind].since}
    return DraftPage(
        draft, frozenset(may), refused, events, latest_run(number, "check"), latest_run(number, "backtest"),
        _diff(draft), _file_problems(draft),
    )  # fmt: skip


def preview(viewer: Viewer, run: RuleDraftRun | None) -> Preview | None:
    """The figures of a try on history; None before there are any."""
    if run is None or "points" not in run.result:
        return None
    points = [{**point, "day": str(point["today"])} for point in run.result["points"]]
    newest = points[-1]
    lost = run.result.get("cases_lost", [])
    shown = visible(Case, viewer, "see_cases").filter(pk__in=lost).values_list("pk", flat=True)
    after, before = newest["work_after"], newest["work_before"]
    return Preview(
        points=[{**p, "known": datetime.fromisoformat(p["known_at"])} for p in points],
        newest=newest,
        skipped=run.result["skipped"],
        hours=hours(after["minutes"] - before["minutes"]),
        cases=after["cases"] - before["cases"],
        lost=list(shown),
        lost_in_all=len(lost),
        charts=_charts(viewer, points),
    )


def _charts(viewer: Viewer, points: Sequence[Mapping[str, dict[str, int]]]) -> Sequence[Chart]:
    def told(zh: str, en: str) -> str:
        return zh if viewer.language == "zh" else en

    names = {"before": told("现行", "In force"), "after": told("草稿", "Draft")}
    newest = told("最新", "newest")
    x = [f"{p['today']}{f' ({newest})' if p['is_newest'] else ''}" for p in points]
    findings = {shown: [p[name]["findings"] for p in points] for name, shown in names.items()}
    money = {
        shown: [round(p[name]["likely_fen"] / FEN_PER_YUAN) for p in points] for name, shown in names.items()
    }
    yuan, axis = told("元", "yuan"), told("业务日", "Business day")
    return (
        bar_chart(told("疑点数", "Findings"), Lines(x, findings, "", None, axis)),
        bar_chart(told("金额（可能）", "Money, likely"), Lines(x, money, yuan, None, axis)),
    )


def _diff(draft: RuleDraft) -> Sequence[str]:
    """Against what is in force; for a draft that is in force or was, against what it replaced."""
    target = target_of(draft)
    was = target.in_force(home()) if State(draft.state) in OPEN else draft.text_before
    return list(difflib.unified_diff(was.splitlines(), draft.text.splitlines(), lineterm="", n=4))[2:]


def _file_problems(draft: RuleDraft) -> Sequence[Problem]:
    if draft.state != State.LIVE.value:
        return ()
    return tampered(home(), [(target_of(draft), draft.live_hash)]).get(draft.rule_id, ())
