"""``wattwarden scan``: run the rules over the lake and publish the findings."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli.output import (
    EXIT_OK,
    EXIT_PROBLEMS,
    console,
    home_folder,
    messages,
    problems_shown,
    say,
)

if TYPE_CHECKING:
    from wattwarden.app.run_scan import ScanResult

_OUTCOME_WORDS = {
    "found": ("发现", "found"),
    "none": ("无", "none"),
    "no_data": ("无数据", "no data"),
    "failed": ("失败", "failed"),
    "out_of_band": ("超出预期范围, 已隔离", "outside its band, quarantined"),
}


def scan(
    as_of: Annotated[
        datetime | None, typer.Option(help="Read the lake as known at this local time. 按当时已知的数据")
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option(help="Rule id, chapter or risk point. 规则、章节或风险点")
    ] = None,
    org: Annotated[str | None, typer.Option(help="Organisation and those below it. 供电单位及下级")] = None,
    home: Annotated[Path | None, typer.Option(help="Data folder. 数据目录")] = None,
) -> None:
    """Run the rules and publish the findings. 运行规则, 发布疑点.

    Exit status 1 when a rule failed or is outside its expected band, 2 when nothing could be scanned.
    """
    from rich.progress import Progress

    from wattwarden.app.rule_workbench.live import unapproved_rules
    from wattwarden.app.run_scan import ScanRequest, run_scan

    with problems_shown(), Progress(console=messages(), transient=True) as bar:
        task = bar.add_task(say("扫描", "scan"))
        instant = as_of.astimezone() if as_of else None
        folder = home_folder(home)
        request = ScanRequest(folder, instant, rule or (), org, unapproved_rules(folder))

        def show(rule_id: str, position: int, total: int) -> None:
            bar.update(task, description=rule_id, completed=position - 1, total=total)

        result = run_scan(request, show)
    _print(result)
    raise typer.Exit(EXIT_OK if result.is_clean else EXIT_PROBLEMS)


def _print(result: "ScanResult") -> None:
    from rich.table import Table

    zh = say("zh", "en") == "zh"
    table = Table()
    for heading in (
        say("规则", "rule"),
        say("结果", "outcome"),
        say("数量", "count"),
        say("秒", "s"),
        say("说明", "detail"),
    ):
        table.add_column(heading)
    for outcome in result.outcomes:
        words = _OUTCOME_WORDS[outcome.kind.value][0 if zh else 1]
        table.add_row(outcome.rule_id, words, str(outcome.findings), f"{outcome.seconds:.2f}", outcome.detail)
    console().print(table)
    life = ", ".join(f"{state} {count}" for state, count in sorted(result.life.items()))
    zh_words = f"第 {result.number} 次扫描: 数据版本 {result.lake_version}, 业务日 {result.today}"
    en_words = f"scan {result.number}: lake version {result.lake_version}, business date {result.today}"
    console().print(say(zh_words, en_words))
    figures = (result.findings, result.cases, life)
    console().print(say("疑点 {}, 户 {} ({})", "{} findings, {} cases ({})").format(*figures))
