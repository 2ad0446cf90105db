"""``wattwarden findings``: the ranked list, and one finding explained."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli.output import console, home_folder, language, messages, problems_shown, say

if TYPE_CHECKING:
    from rich.console import JustifyMethod

    from wattwarden.app.columns import Kind, ListColumn
    from wattwarden.app.list_findings import FindingQuery, Listing
    from wattwarden.domain.masking import Masker


def _yuan(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise typer.BadParameter(say(f"{text!r} 不是金额", f"{text!r} is not an amount")) from error
    if not amount.is_finite():
        raise typer.BadParameter(say(f"{text!r} 不是金额", f"{text!r} is not an amount"))
    return amount


findings = typer.Typer(invoke_without_command=True)

ROWS_ON_SCREEN = 20
WIDE = (
    "case_rank",
    "title",
    "customer_id",
    "org_id",
    "severity",
    "state",
    "loss_likely_fen",
    "confidence",
    "case_net_value_fen",
    "first_seen",
    "finding_key",
)
NARROW = ("case_rank", "title", "customer_id", "loss_likely_fen", "first_seen", "finding_key")
_WIDE_SCREEN = 130
_FILE_WIDTH = 160
_KEY_SHOWN = 10


class Format(StrEnum):
    """How the list is written."""

    table = "table"
    json = "json"
    csv = "csv"
    xlsx = "xlsx"


Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]
Scan = Annotated[int | None, typer.Option(help="Number of the scan; the newest. 扫描编号")]
Unmasked = Annotated[bool, typer.Option("--unmasked", help="Show personal data; needs --reason. 不脱敏")]
Reason = Annotated[str | None, typer.Option(help="Why unmasked; recorded. 不脱敏的理由")]


@findings.callback()
def list_(
    context: typer.Context,
    risk: Annotated[list[str] | None, typer.Option(help="Risk point, e.g. 1.2.2. 风险点")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Rule id or chapter. 规则或章节")] = None,
    org: Annotated[
        list[str] | None, typer.Option(help="Organisation and those below. 供电单位及下级")
    ] = None,
    severity: Annotated[list[str] | None, typer.Option(help="low, medium, high, critical. 严重程度")] = None,
    state: Annotated[list[str] | None, typer.Option(help="open, back, gone. 状态")] = None,
    customer: Annotated[str | None, typer.Option(help="Customer number. 户号")] = None,
    min_money: Annotated[
        Decimal | None, typer.Option(parser=_yuan, metavar="YUAN", help="Least money, yuan. 金额下限(元)")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most rows. 最多行数")] = None,
    format_: Annotated[Format, typer.Option("--format", help="table, json, csv, xlsx. 格式")] = Format.table,
    out: Annotated[Path | None, typer.Option(help="File instead of the screen. 写入文件")] = None,
    scan: Scan = None,
    unmasked: Unmasked = False,
    reason: Reason = None,
    home: Home = None,
) -> None:
    """List findings, ranked by what a visit is worth. 按净收益排序的疑点清单.

    Money is in yuan on screen and in Excel, and in whole fen in JSON and CSV. Customer numbers are shown,
    since somebody has to go there; other personal data are masked.
    """
    if context.invoked_subcommand:
        return
    from wattwarden.app.list_findings import FindingQuery, list_findings

    query = FindingQuery(
        risks=risk or (),
        rules=rule or (),
        orgs=org or (),
        severities=severity or (),
        states=state or (),
        customer=customer,
        min_money_fen=None if min_money is None else _fen(min_money),
        scan=scan,
    )
    with problems_shown():
        _check_target(format_, out)
        folder = home_folder(home)
        masker = _masker(folder, unmasked, reason, query, out)
        _write(list_findings(folder, query), format_, out, limit, folder, masker)


@findings.command()
def show(
    key: Annotated[str, typer.Argument(help="Key of the finding, or its beginning. 疑点键或其开头")],
    scan: Scan = None,
    unmasked: Unmasked = False,
    reason: Reason = None,
    home: Home = None,
) -> None:
    """Explain one finding in full. 完整说明一条疑点."""
    from wattwarden.app.audit import masker_for
    from wattwarden.app.show_finding import describe, find

    with problems_shown():
        folder = home_folder(home)
        finding = find(folder, key, scan)
        masker = masker_for(
            folder, "findings show", unmasked, reason, {"finding": finding.row["finding_key"]}
        )
        sections = describe(folder, finding, language(), masker.showing("customer_no"))
    for section in sections:
        console().print(section.heading.text(language()), style="bold")
        for line in section.lines:
            console().print(f"  {line}", soft_wrap=True)


@findings.command()
def proof(
    key: Annotated[str, typer.Argument(help="Key of the finding, or its beginning. 疑点键或其开头")],
    out: Annotated[Path, typer.Option(help="File, .pdf or .xlsx. 写入文件")],
    scan: Scan = None,
    unmasked: Unmasked = False,
    reason: Reason = None,
    home: Home = None,
) -> None:
    """Write the proof pack: words, values, charts, timeline, what to check, safety. 证据包."""
    from wattwarden.app.audit import masker_for
    from wattwarden.app.show_finding import find
    from wattwarden.app.write_proof import write_finding_proof

    with problems_shown(), messages().status(say("汇集证据…", "gathering the proof …")):
        folder = home_folder(home)
        finding = find(folder, key, scan)
        facts = {"finding": finding.row["finding_key"], "files": [str(out)]}
        masker = masker_for(folder, "findings proof", unmasked, reason, facts).showing("customer_no")
        write_finding_proof(folder, finding, out, language(), masker, reason or "")
    console().print(say(f"已写入 {out}", f"written to {out}"))


def _fen(yuan: Decimal) -> int:
    from wattwarden.domain.money import fen

    return fen(yuan)


def _masker(
    home: Path, unmasked: bool, reason: str | None, query: "FindingQuery", out: Path | None
) -> "Masker":
    from dataclasses import asdict

    from wattwarden.app.audit import masker_for

    filters = {name: value for name, value in asdict(query).items() if value}
    facts = {"filters": filters, "files": [str(out)] if out else []}
    return masker_for(home, "findings", unmasked, reason, facts).showing("customer_no")


def _check_target(format_: Format, out: Path | None) -> None:
    from wattwarden.domain.errors import fail

    if format_ is Format.xlsx and out is None:
        raise fail("--format xlsx", found="no --out", expected="--out FILE.xlsx")
    if format_ is Format.table and out is not None:
        raise fail(
            "--out",
            found="--format table",
            expected="--format json, csv or xlsx",
            action="Choose the format of the file.",
        )


def _write(
    listing: "Listing", format_: Format, out: Path | None, limit: int | None, home: Path, masker: "Masker"
) -> None:
    from wattwarden.app.columns import load_lists
    from wattwarden.app.export_list import csv_text, json_text
    from wattwarden.app.list_findings import listed_rows
    from wattwarden.app.rule_catalogue import all_rules

    columns = load_lists().lists["findings"]
    matched = listing.rows.num_rows
    shown = listing.rows.slice(0, limit or (ROWS_ON_SCREEN if format_ is Format.table else matched))
    titles = {rule_id: rule.title for rule_id, rule in all_rules(home).items()}
    rows = listed_rows(shown, titles, language(), masker)
    if format_ is Format.table:
        _print(listing, rows, columns)
    elif format_ is Format.xlsx and out is not None:
        _write_excel(out, rows)
    else:
        text = (json_text if format_ is Format.json else csv_text)(rows, list(columns))
        if out is None:
            typer.echo(text, nl=False)
        else:
            out.write_text(text, encoding="utf-8")
    if out is not None:
        messages().print(
            say(f"已写入 {len(rows):,} 条疑点: {out}", f"Wrote {len(rows):,} findings: {out}"), soft_wrap=True
        )


def _write_excel(out: Path, rows: Sequence[dict[str, object]]) -> None:
    from wattwarden.app.columns import load_lists
    from wattwarden.app.workbook import Sheet, glossary, write_workbook
    from wattwarden.domain.labels import Label

    lists = load_lists().lists
    sheets = [
        Sheet(Label(zh="疑点", en="Findings"), lists["findings"], rows),
        Sheet(Label(zh="列说明", en="Glossary"), lists["glossary"], glossary(["findings"], language())),
    ]
    write_workbook(out, sheets, language())


def _print(
    listing: "Listing", rows: Sequence[dict[str, object]], columns: "Mapping[str, ListColumn]"
) -> None:
    from rich.table import Table

    from wattwarden.app.columns import word

    facts, matched = listing.scan.facts, listing.rows.num_rows
    kind = word("scan_kind", facts.get("kind"), language())
    console().print(
        say(
            f"第 {listing.number} 次扫描({kind}), 业务日 {facts['today']}: 疑点 {listing.total:,} 条, 符合条件 {matched:,} 条, 显示 {len(rows):,} 条",
            f"Scan {listing.number} ({kind}), business date {facts['today']}: "
            f"{listing.total:,} findings, {matched:,} match, {len(rows):,} shown",
        ),
        soft_wrap=True,
    )
    if not rows:
        hint = say("没有符合条件的疑点。去掉部分筛选条件再试。", "Nothing matches. Try with fewer filters.")
        console().print(hint if listing.total else say("本次扫描没有发现疑点。", "This scan found nothing."))
        return
    screen = console()
    if not screen.is_terminal:
        screen.width = _FILE_WIDTH
    names = WIDE if screen.width >= _WIDE_SCREEN else NARROW
    table = Table(box=None, pad_edge=False)
    for name in names:
        justify: JustifyMethod = "right" if columns[name].kind in ("fen", "int", "share") else "left"
        table.add_column(columns[name].label.text(language()), justify=justify, no_wrap=name != "title")
    for row in rows:
        table.add_row(*(_shown(name, columns[name].kind, row[name]) for name in names))
    screen.print(table)
    console().print(say("详情: wattwarden findings show 疑点键", "More: wattwarden findings show KEY"))


def _shown(name: str, kind: "Kind", value: object) -> str:
    from decimal import Decimal

    from wattwarden.app.columns import word
    from wattwarden.domain.money import yuan_text
    from wattwarden.scoring.explain import percent

    if kind == "fen":
        return yuan_text(value if isinstance(value, int) else None)
    if kind == "code":
        return word(name, value, language())
    if kind == "share" and isinstance(value, Decimal):
        return percent(value)
    text = "–" if value is None else str(value)
    return text[:_KEY_SHOWN] if name == "finding_key" else text
