"""The list of cases as a workbook: masked as on screen, limited by role, with a watermark, recorded."""

import io

import xlsxwriter

from wattwarden.app.casework.lists import CaseFilter, case_page
from wattwarden.app.casework.record_act import record_list
from wattwarden.app.casework.times import local, now
from wattwarden.app.columns import word
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import fail, forbidden
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.money import FEN_PER_YUAN

_COLUMNS = (
    Label(zh="工单", en="Case"), Label(zh="事项", en="What"), Label(zh="户号", en="Customer"),
    Label(zh="步骤", en="Step"), Label(zh="程度", en="Severity"), Label(zh="负责人", en="Owner"),
    Label(zh="截止", en="Due"), Label(zh="发现金额(元)", en="Found (yuan)"), Label(zh="净值(元)", en="Net value (yuan)"),
    Label(zh="供电单位", en="Organisation"), Label(zh="随机", en="Random"),
)  # fmt: skip
_WIDTH = 18


def export_cases(viewer: Viewer, chosen: CaseFilter, reason: str, language: Language) -> bytes:
    """The list as an Excel workbook.

    Args:
        viewer: For whom; his role limits the rows.
        chosen: Which cases.
        reason: What it is for; recorded.
        language: Of headings and codes.

    Raises:
        WattwardenError: he may not export, or gave no reason.
    """
    most = viewer.export_rows()
    if not most:
        raise forbidden("export", found="a role that may not export", expected="a role that may")
    if not reason.strip():
        raise fail("export", found="no reason", expected="why the list is needed")
    rows = case_page(viewer, chosen, rows=most).rows
    record_list(viewer, "case.export", reason, {"rows": len(rows), "filter": vars(chosen)})
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "remove_timezone": True}
    )
    sheet, bold, money = (
        book.add_worksheet(),
        book.add_format({"bold": True}),
        book.add_format({"num_format": "#,##0.00"}),
    )
    sheet.write_row(0, 0, [column.text(language) for column in _COLUMNS], bold)
    sheet.set_column(0, len(_COLUMNS) - 1, _WIDTH)
    for number, found in enumerate(rows, start=1):
        row = found.row
        due = f"{local(row.due_at):%Y-%m-%d %H:%M}" if row.due_at else ""
        owner = row.owner.display_name or row.owner.username if row.owner else ""
        cells = (row.pk, found.title.text(language), found.customer_id or found.subject_id, found.step.title.text(language),
                 word("severity", row.severity, language), owner, due)  # fmt: skip
        sheet.write_row(number, 0, cells)
        sheet.write_number(number, 7, row.found_fen / FEN_PER_YUAN, money)
        sheet.write_number(number, 8, row.net_value_fen / FEN_PER_YUAN, money)
        sheet.write_row(number, 9, (row.org_id or "", "✓" if row.drawn_at_random else ""))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(_COLUMNS) - 1)
    sheet.set_footer(f"&L{viewer.name} {now():%Y-%m-%d %H:%M}&R{reason}")
    sheet.write_string(len(rows) + 2, 0, f"{viewer.name} · {now():%Y-%m-%d %H:%M} · {reason}")
    book.close()
    return buffer.getvalue()
