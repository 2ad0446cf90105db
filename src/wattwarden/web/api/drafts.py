"""The rule workbench: drafts, their check and trial on history, their approval by a second person."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from wattwarden.app.rule_workbench import drafts, runs
from wattwarden.app.rule_workbench.pages import draft_page
from wattwarden.domain.errors import absent
from wattwarden.records.models import RuleDraft, RuleDraftRun
from wattwarden.web.api.access import viewer
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import Key, Note, Number, Words

router = Router(tags=["drafts"])
DraftNumber = Annotated[Number, Path()]
_LONGEST_TEXT = 200_000


class DraftRow(Schema):
    """A draft in the list; ``content`` is the hash of its text."""

    number: int
    rule_id: str
    kind: str
    state: str
    author: str
    content: str
    changed_at: datetime

    @classmethod
    def of(cls, draft: RuleDraft) -> "DraftRow":
        """From a draft."""
        return cls(
            number=draft.pk, rule_id=draft.rule_id, kind=draft.kind, state=draft.state,
            author=draft.author.username, content=draft.text_hash, changed_at=draft.changed_at,
        )  # fmt: skip


class RunOut(Schema):
    """A check or a trial on history, and its result once it has ended."""

    kind: str
    state: str
    step: str
    done: int
    total: int
    result: dict[str, object]

    @classmethod
    def of(cls, run: RuleDraftRun) -> "RunOut":
        """From a run."""
        names = ("kind", "state", "step", "done", "total")
        return cls(result=dict(run.result or {}), **{name: getattr(run, name) for name in names})


class TakenStep(Schema):
    """A step that was taken."""

    move: str
    by: str
    at: datetime
    state: str
    reason: str


class DraftOut(Schema):
    """A draft in full; ``may`` names the steps that this account can take now."""

    draft: DraftRow
    text: str
    may: list[str]
    diff: list[str]
    check: RunOut | None
    backtest: RunOut | None
    events: list[TakenStep]


class StartIn(Schema):
    """Which rule: one of the catalogue to set, or a new name."""

    rule_id: Key


class TextIn(Schema):
    """The new text, and the hash of the one that was seen before."""

    text: Annotated[str, Field(max_length=_LONGEST_TEXT)]
    content: Words


class RunIn(Schema):
    """What to run; ``months`` of history for a trial."""

    kind: Literal["check", "backtest"]
    months: Annotated[int, Field(ge=1, le=runs.MOST_MONTHS)] = 3


class MoveIn(Schema):
    """Which step, on which content, and why."""

    move: Words
    content: Words
    reason: Note = ""


@router.get("", response={200: list[DraftRow], **REFUSALS}, summary="规则草稿 · List drafts")
def listing(request: HttpRequest) -> list[DraftRow]:
    """All drafts, the newest first."""
    return [DraftRow.of(draft) for draft in drafts.list_drafts(viewer(request))]


@router.post("", response={200: DraftRow, **REFUSALS}, summary="新建草稿 · Begin a draft")
def start(request: HttpRequest, body: StartIn) -> DraftRow:
    """Begin a draft of a rule, or of the site's settings of one."""
    return DraftRow.of(drafts.start_draft(viewer(request), body.rule_id))


@router.get("/{int:number}", response={200: DraftOut, **REFUSALS}, summary="一份草稿 · One draft")
def one(request: HttpRequest, number: DraftNumber) -> DraftOut:
    """Where it stands, its text, what it changes, its check, trial and history."""
    page = draft_page(viewer(request), number)
    events = [
        TakenStep(move=e.move, by=e.actor.username, at=e.at, state=e.state, reason=e.reason)
        for e in page.events
    ]
    return DraftOut(
        draft=DraftRow.of(page.draft), text=page.draft.text, may=sorted(page.may), diff=list(page.diff),
        check=RunOut.of(page.check) if page.check else None,
        backtest=RunOut.of(page.backtest) if page.backtest else None, events=events,
    )  # fmt: skip


@router.post("/{int:number}/text", response={200: DraftRow, **REFUSALS}, summary="保存文本 · Save the text")
def save(request: HttpRequest, number: DraftNumber, body: TextIn) -> DraftRow:
    """Save the text; a text that somebody else changed meanwhile is not overwritten."""
    return DraftRow.of(drafts.save_text(viewer(request), number, body.text, body.content))


@router.post("/{int:number}/runs", response={200: RunOut, **REFUSALS}, summary="校验或回测 · Check or try")
def run(request: HttpRequest, number: DraftNumber, body: RunIn) -> RunOut:
    """Begin a check, or a trial on stored history; ask for the draft until it has ended."""
    going = runs.start_run(viewer(request), number, body.kind, body.months)
    runs.begin(going)
    return RunOut.of(going)


@router.get(
    "/{int:number}/runs/{kind}", response={200: RunOut, **REFUSALS}, summary="运行进度 · Progress of a run"
)
def progress(request: HttpRequest, number: DraftNumber, kind: Annotated[Key, Path()]) -> RunOut:
    """How far the newest run of this kind is."""
    draft = drafts.one_draft(viewer(request), number)
    going = runs.latest_run(draft.pk, kind)
    if going is None:
        raise absent(f"run {kind[:20]}", expected="a run of this draft")
    return RunOut.of(going)


@router.post("/{int:number}/steps", response={200: DraftRow, **REFUSALS}, summary="流转 · Take a step")
def step(request: HttpRequest, number: DraftNumber, body: MoveIn) -> DraftRow:
    """Propose, approve, reject, put into force or retire."""
    return DraftRow.of(drafts.take_step(viewer(request), number, body.move, body.content, body.reason))
