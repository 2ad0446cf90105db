"""My queue, the next case, and field work: what a phone needs, and taking in what it noted."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from wattwarden.app.casework.queue import my_queue, take_next_case
from wattwarden.app.casework.visits import Taken, VisitSheet, my_visits, take_entries, visit_sheet
from wattwarden.web.api.access import viewer
from wattwarden.web.api.case_shapes import Choice
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import CaseRow, Number, Text

router = Router(tags=["work"])
CaseId = Annotated[Number, Path()]
_MOST_ENTRIES = 200


class QueueOut(Schema):
    """What I have in hand, due first and at most 30 of it; and what fits into the rest of my day."""

    mine: list[CaseRow]
    in_hand: int
    planned: list[CaseRow]
    waiting: int
    minutes_left: int


class NextOut(Schema):
    """The case that was taken."""

    case_id: int
    version: int
    step: str


class EntryOut(Schema):
    """What was noted on site before."""

    id: UUID
    kind: str
    noted_at: datetime
    data: dict[str, object]
    conflict: str


class SheetOut(Schema):
    """Everything that a visit needs without connection."""

    case: CaseRow
    version: int
    address: str
    checklist: list[Choice]
    checks: list[Text]
    outcomes: list[Choice]
    causes: list[Choice]
    materials: list[Choice]
    entries: list[EntryOut]

    @classmethod
    def of(cls, sheet: VisitSheet) -> "SheetOut":
        """From the sheet of the page."""
        lists = {
            "checklist": sheet.steps,
            "outcomes": sheet.outcomes,
            "causes": sheet.causes,
            "materials": sheet.materials,
        }
        return cls(
            case=CaseRow.of(sheet.listed), version=sheet.version, address=sheet.address,
            checks=Text.all(sheet.checks),
            entries=[
                EntryOut(id=e.entry_id, kind=e.kind, noted_at=e.noted_at, data=e.data, conflict=e.conflict)
                for e in sheet.entries
            ],
            **{name: [Choice(value=v, title=Text.of(t)) for v, t in pairs] for name, pairs in lists.items()},
        )  # fmt: skip


class EntryIn(Schema):
    """One thing noted on site; its number is made where it was noted, so that sending it again is safe."""

    id: UUID
    kind: Annotated[
        str, Field(max_length=20, description="check, measurement, position, note, arrive or outcome")
    ]
    noted_at: datetime
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    data: Annotated[dict[str, object], Field(default_factory=dict, max_length=50)]


class EntriesIn(Schema):
    """Entries in the order they were noted."""

    entries: Annotated[list[EntryIn], Field(min_length=1, max_length=_MOST_ENTRIES)]


class TakenOut(Schema):
    """What became of an entry: ``stored`` now, ``known`` before, or ``refused``."""

    entry_id: str
    state: str
    conflict: str
    version: int

    @classmethod
    def of(cls, taken: Taken) -> "TakenOut":
        """From the answer of the application."""
        return cls(entry_id=taken.entry_id, state=taken.state, conflict=taken.conflict, version=taken.version)


@router.get("/queue", response={200: QueueOut, **REFUSALS}, summary="我的队列 · My queue")
def queue(request: HttpRequest) -> QueueOut:
    """My cases in work, and the stops that fit into the rest of the day."""
    found = my_queue(viewer(request))
    return QueueOut(
        mine=[CaseRow.of(row) for row in found.mine], in_hand=found.in_hand, planned=[CaseRow.of(row) for row in found.planned],
        waiting=found.waiting, minutes_left=found.minutes_left,
    )  # fmt: skip


@router.post("/queue/next", response={200: NextOut, **REFUSALS}, summary="领取下一件 · Take the next case")
def take_next(request: HttpRequest) -> NextOut:
    """Give me the next case; two who ask at once get different ones."""
    case = take_next_case(viewer(request))
    return NextOut(case_id=case.pk, version=case.version, step=case.step)


@router.get("/visits", response={200: list[CaseRow], **REFUSALS}, summary="我的现场任务 · My visits")
def visits(request: HttpRequest) -> list[CaseRow]:
    """Cases that I own and would visit."""
    return [CaseRow.of(row) for row in my_visits(viewer(request))]


@router.get("/visits/{int:case_id}", response={200: SheetOut, **REFUSALS}, summary="现场作业单 · One visit")
def visit(request: HttpRequest, case_id: CaseId) -> SheetOut:
    """Checklist, choices and what was noted before."""
    return SheetOut.of(visit_sheet(viewer(request), case_id))


@router.post(
    "/visits/{int:case_id}/entries",
    response={200: list[TakenOut], **REFUSALS},
    summary="同步现场记录 · Sync entries",
)
def entries(request: HttpRequest, case_id: CaseId, body: EntriesIn) -> list[TakenOut]:
    """Take entries; each answer says whether it was stored, known before, or refused, and why."""
    sent = [one.model_dump(mode="json") for one in body.entries]
    return [TakenOut.of(taken) for taken in take_entries(viewer(request), case_id, sent)]
