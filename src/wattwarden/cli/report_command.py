"""``wattwarden report``: the report of a scan as a page and a workbook."""

from pathlib import Path
from typing import Annotated

import typer

from wattwarden.cli.output import console, home_folder, language, problems_shown, say

DEFAULT_FILE = Path("wattwarden-report.html")


def report(
    out: Annotated[
        Path | None, typer.Option(help="HTML file; wattwarden-report.html unless --xlsx. 网页文件")
    ] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Excel workbook. Excel 文件")] = None,
    lang: Annotated[
        str | None, typer.Option(help="zh or en: opens in it; the workbook is in it. 语言")
    ] = None,
    cases: Annotated[int, typer.Option(min=0, help="Cases told in full. 详述的线索数")] = 50,
    scan: Annotated[int | None, typer.Option(help="Number of the scan; the newest. 扫描编号")] = None,
    unmasked: Annotated[
        bool, typer.Option("--unmasked", help="Show personal data; needs --reason. 不脱敏")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Why unmasked; recorded. 不脱敏的理由")] = None,
    home: Annotated[Path | None, typer.Option(help="Data folder. 数据目录")] = None,
) -> None:
    """Write the report as one HTML file, and as a workbook. 生成 HTML 与 Excel 报告.

    The page holds everything: it opens without a network, in Chinese and English.
    """
    from wattwarden.app.write_report import ReportRequest, write_report
    from wattwarden.cli.output import choose_language

    if lang:
        choose_language(lang)
    html = out or (None if xlsx else DEFAULT_FILE)
    with problems_shown():
        request = ReportRequest(
            home=home_folder(home),
            html=html,
            xlsx=xlsx,
            language=language(),
            scan=scan,
            cases=cases,
            unmasked=unmasked,
            reason=reason,
        )
        written = write_report(request)
    for path in written.files:
        console().print(
            say(
                f"第 {written.scan} 次扫描的报告: {written.findings:,} 条疑点, {written.cases:,} 条线索: {path}",
                f"Report of scan {written.scan}: {written.findings:,} findings, {written.cases:,} cases: {path}",
            ),
            soft_wrap=True,
        )
