"""Lists that leave the console: with a reason, a watermark, and no more rows than the role allows."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.utils import timezone

from wattwarden.app.columns import ListColumn
from wattwarden.app.console.limits import within_limit
from wattwarden.app.console.traces import Subject, done, given_reason
from wattwarden.app.workbook import Sheet, write_workbook
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import fail, forbidden
from wattwarden.domain.labels import Label

Row = Mapping[str, object]
Item = TypeVar("Item")
_TEXT = {"kind": "text", "means": {"zh": "谁、何时、为何导出", "en": "Who took it out, when and why"}}
_MARK_COLUMNS = {
    "label": ListColumn.model_validate({**_TEXT, "label": {"zh": "项目", "en": "Item"}}),
    "value": ListColumn.model_validate({**_TEXT, "label": {"zh": "内容", "en": "Value"}}),
}


@dataclass(frozen=True)
class Export:
    """A list as it is to leave, or several that belong together.

    Args:
        what: Its name, for the log and the name of the file: ``findings``.
        title: Name on the page that asks for the reason.
        sheets: Rows are masked for the viewer, and read no further than he may have.
        facts: What was asked for, such as the filter.
        subject: Whose rows they are, where they are one customer's; else the list itself.
    """

    what: str
    title: Label
    sheets: Sequence[Sheet]
    facts: Mapping[str, object]
    subject: Subject | None = None


def export_workbook(viewer: Viewer, export: Export, reason: str | None) -> bytes:
    """The workbook, recorded before it is given out; its first sheet and every page say whose it is and why.

    Raises:
        WattwardenError: he may not export, gives no reason, or asks for more rows than his role allows.
    """
    why = _permitted(viewer, export.what, reason)
    most = viewer.export_rows()
    sheets = _within(export.sheets, most)
    count = sum(len(rows) for _, rows in sheets)
    columns = sorted({name for sheet in export.sheets for name in sheet.columns})
    number = done(
        viewer, f"{export.what}.export", export.subject or Subject("export", export.what),
        new={"rows": count, "columns": columns, **export.facts}, reason=why,
    )  # fmt: skip
    made = [
        *(Sheet(sheet.name, sheet.columns, rows) for sheet, rows in sheets),
        _mark(viewer, why, number, count),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{export.what}.xlsx"
        write_workbook(path, made, viewer.language, watermark=mark_line(viewer, why, number))
        return path.read_bytes()


def _within(sheets: Sequence[Sheet], most: int) -> Sequence[tuple[Sheet, Sequence[Row]]]:
    """The rows of each sheet, read no further than the role allows for all of them together."""
    taken: list[tuple[Sheet, Sequence[Row]]] = []
    left = most
    for sheet in sheets:
        rows = _at_most(sheet.rows, left, most)
        left -= len(rows)
        taken.append((sheet, rows))
    return taken


def _at_most(rows: Iterable[Item], left: int, most: int) -> list[Item]:
    taken = list(islice(rows, left + 1))
    if len(taken) > left:
        raise fail(
            "export", found=f"more than {most:,} rows", expected=f"at most {most:,}, as your role allows",
            action="Filter the list further.",
        )  # fmt: skip
    return taken


def allowed_rows(viewer: Viewer, rows: Iterable[Item], most: int) -> list[Item]:
    """The rows, read no further than the role allows.

    Args:
        most: How many his role may take at once; 0 where it may not export.

    Raises:
        WattwardenError: the viewer may not export, has exported too often, or there are more rows.
    """
    _may_export(viewer, most)
    return _at_most(rows, most, most)


def paper_mark(viewer: Viewer, what: str, subject: Subject, reason: str | None) -> str:
    """The watermark of a paper about one subject that leaves, recorded before it is given out.

    Raises:
        WattwardenError: he may not export, or gives no reason.
    """
    why = _permitted(viewer, what, reason)
    return mark_line(viewer, why, done(viewer, f"{what}.export", subject, reason=why))


def _permitted(viewer: Viewer, what: str, reason: str | None) -> str:
    """The reason, once nothing speaks against giving something out."""
    why = given_reason(reason, f"export of {what}")
    _may_export(viewer, viewer.export_rows())
    return why


def _may_export(viewer: Viewer, most: int) -> None:
    if not most:
        raise forbidden("export", found="a role that may not export", expected="a role that may")
    within_limit(viewer, "export")


def mark_line(viewer: Viewer, reason: str, number: int) -> str:
    """The watermark of a page: whose it is, when, why, and its number in the audit log."""
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    return f"{viewer.name} · {at} · {reason} · #{number}"


def _mark(viewer: Viewer, reason: str, number: int, rows: int) -> Sheet:
    said: Sequence[tuple[str, str, object]] = (
        ("导出人", "Exported by", viewer.name),
        ("导出时间", "Exported at", timezone.localtime().isoformat(timespec="seconds")),
        ("导出原因", "Reason", reason),
        ("行数", "Rows", rows),
        ("审计序号", "Record in the audit log", number),
        ("说明", "Note", "含个人信息的文件, 仅限上述用途 / Holds personal data; for the reason above only"),
    )
    rows_ = [{"label": zh if viewer.language == "zh" else en, "value": value} for zh, en, value in said]
    return Sheet(Label(zh="水印", en="Watermark"), _MARK_COLUMNS, rows_)
