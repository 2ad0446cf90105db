"""The first page and the board: what there is to do, what changed, and where cases stand."""

from django.http import HttpRequest
from ninja import Router, Schema

from wattwarden.app.casework.lists import Column, board
from wattwarden.app.console.today import MyWork, today
from wattwarden.web.api.access import viewer
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import CaseRow, FindingRow, Series, Sums, Text

router = Router(tags=["overview"])


class WorkOut(Schema):
    """Open cases in figures; ``opened``, ``closed`` and ``newly_late`` since this time yesterday."""

    mine: int
    mine_late: int
    mine_soon: int
    all_open: int
    all_late: int
    unowned: int
    opened: int
    closed: int
    newly_late: int
    next: list[int]

    @classmethod
    def of(cls, work: MyWork) -> "WorkOut":
        """From the first page."""
        counts = {name: getattr(work, name) for name in set(cls.model_fields) - {"next"}}
        return cls(next=[case.pk for case in work.next], **counts)


class TodayOut(Schema):
    """What the newest scan found and changed; ``scan`` is null before the first, ``work`` without cases."""

    work: WorkOut | None
    scan: int | None
    day: str
    total: Sums
    changed: dict[str, Sums]
    is_first: bool
    newest: list[FindingRow]
    series: list[Series]


class ColumnOut(Schema):
    """A step of the process: how many cases and how much money stand in it, and the most valuable."""

    step: str
    title: Text
    count: int
    found_fen: int
    cases: list[CaseRow]

    @classmethod
    def of(cls, column: Column) -> "ColumnOut":
        """From a column of the board."""
        return cls(
            step=column.name, title=Text.of(column.step.title), count=column.count,
            found_fen=column.money_fen, cases=[CaseRow.of(row) for row in column.cards],
        )  # fmt: skip


@router.get("/today", response={200: TodayOut, **REFUSALS}, summary="今日 · Today")
def first_page(request: HttpRequest) -> TodayOut:
    """My work, what is overdue, what the last scan changed, what it is worth."""
    found = today(viewer(request))
    scan, day = found.scan or (None, "")
    return TodayOut(
        work=WorkOut.of(found.work) if found.work else None, scan=scan, day=day, total=Sums.of(found.total),
        changed={change: Sums.of(total) for change, total in found.changed.items()}, is_first=found.is_first,
        newest=[FindingRow.of(row) for row in found.newest], series=[Series.of(c) for c in found.charts],
    )  # fmt: skip


@router.get("/board", response={200: list[ColumnOut], **REFUSALS}, summary="看板 · Board")
def columns(request: HttpRequest) -> list[ColumnOut]:
    """Open cases by the step where they stand."""
    return [ColumnOut.of(column) for column in board(viewer(request))]
