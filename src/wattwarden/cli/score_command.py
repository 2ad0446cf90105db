"""``wattwarden score``: compare the newest scan with the truth of a simulated utility."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli.output import EXIT_PROBLEMS, console, home_folder, messages, problems_shown, say

if TYPE_CHECKING:
    from wattwarden.app.score_areas import AreaScore
    from wattwarden.app.score_bills import BillingScore
    from wattwarden.app.score_scan import ScoreReport, Share
    from wattwarden.app.score_theft import TheftScore


TABLE_WIDTH = 140
"""Columns of the table, whatever the terminal: a name that is cut says nothing."""


class Format(StrEnum):
    """How the score is printed."""

    text = "text"
    json = "json"


def score(
    truth: Annotated[Path, typer.Option(help="模拟真相文件夹; the truth folder of a simulation")],
    output: Annotated[Format, typer.Option("--format", help="输出格式; output format")] = Format.text,
    floor: Annotated[Path | None, typer.Option(help="最低指标 YAML; file of least figures")] = None,
    home: Annotated[Path | None, typer.Option(help="数据目录; data folder")] = None,
) -> None:
    """把疑点与已知真相对比 · Compare findings with what is planted."""
    from dataclasses import asdict
    from json import dumps

    from wattwarden.app.score_areas import score_areas
    from wattwarden.app.score_bills import score_bills
    from wattwarden.app.score_scan import below_floor, read_floor, score_scan
    from wattwarden.app.score_theft import below_theft_floor, score_theft

    with problems_shown():
        wanted = read_floor(floor) if floor else None
        report = score_scan(home_folder(home), truth)
        bills = score_bills(home_folder(home), truth)
        theft = score_theft(home_folder(home), truth)
        areas = score_areas(home_folder(home), truth)
    if output is Format.json:
        figures = asdict(report) | {
            "bills": asdict(bills) if bills else None,
            "theft": asdict(theft),
            "areas": asdict(areas) if areas else None,
        }
        console().print(dumps(figures, ensure_ascii=False, indent=1), soft_wrap=True)
    else:
        _print(report)
        _print_theft(theft)
        if areas is not None:
            _print_areas(areas)
        if bills is not None:
            _print_bills(bills)
    problems = below_floor(report, wanted) + below_theft_floor(theft, wanted.theft) if wanted else []
    for problem in problems:
        messages().print(say("低于底线: ", "below the floor: ") + str(problem), style="bold red")
    if problems:
        raise typer.Exit(EXIT_PROBLEMS)


def _print(report: "ScoreReport") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(say("风险点", "Risk"), no_wrap=True)
    table.add_column(say("植入类别", "Planted kind"), no_wrap=True)
    for heading in (
        say("植入", "planted"), say("查出", "found"), say("漏查", "missed"), say("错报", "wrong"),
        say("查出率", "share found"), say("金额查出率", "money found"),
    ):  # fmt: skip
        table.add_column(heading, justify="right", no_wrap=True)
    for kind in report.kinds:
        money = _share(kind.money_found) if kind.money_found.of else "–"
        table.add_row(
            kind.risk, kind.kind, str(kind.found.of), str(kind.found.hits), str(kind.missed),
            str(kind.wrongly_accused), _share(kind.found), money,
        )  # fmt: skip
    out = console()
    out.print(table, width=TABLE_WIDTH, crop=False, soft_wrap=True)
    out.print()
    out.print(say("总查出率: ", "Found overall: ") + _share(report.overall))
    out.print(say("金额查出率: ", "Planted money found: ") + _share(report.money))
    wrong = report.wrongly_accused
    out.print(say("错报: ", "Wrong accusations: ") + f"{wrong.hits} / {wrong.of}  {_share(wrong)}")
    for visits, share in report.precision.items():
        line = say(f"前 {visits} 次检查命中率: ", f"Right of the first {visits} visits: ")
        out.print(line + f"{share.hits} / {share.of}  {_share(share)}")
    for kind_name, share in report.lookalikes_accused.items():
        out.print(say("误伤 ", "Look-alikes accused, ") + f"{kind_name}: {share.hits} / {share.of}")
    for rule, count in report.wrong_by_rule.items():
        out.print(say("错报规则 ", "Wrong accusations by ") + f"{rule}: {count}")


def _print_theft(score: "TheftScore") -> None:
    from rich.table import Table

    out = console()
    out.print()
    for number, visits in score.visits.items():
        parts = {say("窃电", "theft"): visits.theft, say("有问题", "anything wrong"): visits.anything}
        shown = ", ".join(
            f"{name} {share.hits} / {share.of} {_share(share)}" for name, share in parts.items()
        )
        line = say(f"窃电检查前 {number} 次: ", f"First {number} visits for theft: ")
        out.print(line + shown + say(", 金额 ", ", money ") + _share(visits.worth))
    out.print(
        say(f"误伤: 守法户中 {score.accused} / {score.honest}, 每千户 {score.accused_per_1000:.2f}",
            f"Honest customers accused of theft: {score.accused} / {score.honest}, {score.accused_per_1000:.2f} per 1,000")
    )  # fmt: skip
    table = Table(box=None, pad_edge=False)
    for heading in (
        say("手法或规避", "trick or evasion"),
        say("查出", "found"),
        say("前 500 次内", "within 500 visits"),
    ):
        table.add_column(heading, no_wrap=True)
    for name, (found, early) in score.by_trick.items():
        table.add_row(name, f"{found.hits} / {found.of}  {_share(found)}", f"{early.hits} / {early.of}")
    for name, found in score.by_evasion.items():
        table.add_row(say("规避: ", "evasion: ") + name, f"{found.hits} / {found.of}  {_share(found)}", "")
    out.print(table, width=TABLE_WIDTH, crop=False, soft_wrap=True)


def _print_areas(score: "AreaScore") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(say("植入的台区原因", "Planted causes of areas"), no_wrap=True)
    for heading in (
        say("植入", "planted"),
        say("首位正确", "first"),
        say("漏查", "missed"),
        say("误判", "false"),
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in score.causes:
        found = each.found
        table.add_row(each.cause, str(found.of), str(found.hits), str(found.of - found.hits), str(each.false))
    out = console()
    out.print()
    out.print(table, width=TABLE_WIDTH, crop=False, soft_wrap=True)
    for label, share in (
        (say("异常台区首位原因正确", "Right cause first in abnormal areas"), score.right),
        (say("正常台区判为正常", "Normal areas called normal"), score.normal),
        (say("窃电户居嫌疑首位", "Thieves who are the first suspect"), score.thieves_first),
    ):
        out.print(f"{label}: {share.hits} / {share.of}  {_share(share)}")
    wrong = {pair: count for pair, count in score.confusion.items() if len(set(pair.split(" → "))) > 1}
    out.print(say("判错: ", "Taken for another: ") + (", ".join(f"{p} {n}" for p, n in wrong.items()) or "–"))


def _print_bills(score: "BillingScore") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(say("植入的计费差错(账单)", "Planted billing errors (bills)"), no_wrap=True)
    for heading in (
        say("植入", "planted"),
        say("查出", "found"),
        say("漏查", "missed"),
        say("分毫不差", "to the fen"),
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for kind in score.kinds:
        table.add_row(kind.kind, str(kind.planted), str(kind.found), str(kind.missed), str(kind.exact))
    console().print()
    console().print(table, width=TABLE_WIDTH, crop=False, soft_wrap=True)
    console().print(say(f"误报差异账单: {score.false}", f"False differences: {score.false} bills"))


def _share(share: "Share") -> str:
    return f"{share.value:.1%} ({share.low:.0%}–{share.high:.0%})"
