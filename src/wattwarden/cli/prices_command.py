"""``wattwarden prices``: what a figure of the tariff is on a day, by which document, and what is doubtful."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli.output import EXIT_PROBLEMS, console, home_folder, language, problems_shown, say

if TYPE_CHECKING:
    from wattwarden.domain.prices import PriceLine
    from wattwarden.domain.timetable import TimetableLine

_STALE_AFTER_DAYS = 365

app = typer.Typer(no_args_is_help=True, help="Show, check, compare and fill in the price books. 电价表")

Region = Annotated[str, typer.Option(help="Folder below prices/, such as hubei. 省份")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day, default today. 日期")]
Home = Annotated[Path | None, typer.Option(help="Data folder, whose content/prices go first. 数据目录")]
_DAY = typer.Argument(formats=["%Y-%m-%d"], help="Day. 日期")


@app.command()
def show(
    region: Region = "hubei",
    on: Day = None,
    customer: Annotated[str | None, typer.Option(help="Only what applies to this customer. 户号")] = None,
    out: Annotated[Path | None, typer.Option(help="Also write it, .html or .xlsx. 另存文件")] = None,
    home: Home = None,
) -> None:
    """Show what applies in a province, or to a customer, on a day, and why. 执行的电价及依据."""
    day = (on or datetime.now()).date()  # noqa: DTZ005 - the local day is meant
    if customer is not None:
        _show_customer(home_folder(home), customer, day, out)
    elif out is not None:
        raise typer.BadParameter(say("--out 需与 --customer 同用", "--out needs --customer"))
    else:
        _show_region(home_folder(home), region, day)


def _show_customer(home: Path, customer: str, day: date, file: Path | None) -> None:
    from wattwarden.app.customer_prices import customer_prices
    from wattwarden.app.write_worked import write_worked

    with problems_shown():
        applied = customer_prices(home, customer, day)
        if file is not None:
            write_worked(applied.worked, file, language(), applied.reasons)
    out = console()
    for reason in applied.reasons:
        out.print(f"{reason.fact.text(language())} → {reason.follows.text(language())}")
    out.print(applied.worked.text(language()))
    if file is not None:
        out.print(say(f"已写入 {file}", f"written to {file}"))


def _show_region(home: Path, region: str, day: date) -> None:
    from wattwarden.app.check_prices import shown_prices
    from wattwarden.app.rule_catalogue import SITE_CONTENT
    from wattwarden.domain.prices import price_books

    out = console()
    with problems_shown():
        shown = shown_prices(price_books(home / SITE_CONTENT), region, day)
    for entry in shown:
        book = entry.book
        out.print(f"{book.text(language())} [{book.region}/{book.name}], {book.unit}")
        if entry.line is None:
            out.print(say(f"  {day} 无执行标准", f"  nothing holds on {day}"))
            continue
        out.print("  " + _because(entry.line))
        for level, value in entry.line.values.items():
            out.print(f"  {book.levels[level].text(language())}: {value}")
    _show_hours(region, day)


@app.command()
def check(on: Day = None, home: Home = None) -> None:
    """List gaps, overlaps, missing, unverified and old figures; status 1 if any. 检查电价表."""
    from wattwarden.app.check_prices import price_problems
    from wattwarden.app.rule_catalogue import SITE_CONTENT
    from wattwarden.domain.prices import price_books

    day = (on or datetime.now()).date()  # noqa: DTZ005 - the local day is meant
    with problems_shown():
        books = price_books(home_folder(home) / SITE_CONTENT)
        problems = price_problems(books, day, _STALE_AFTER_DAYS)
    for problem in problems:
        console().print(str(problem))
    console().print(
        say(
            f"{len(books.books)} 张电价表, {len(problems)} 处待处理",
            f"{len(books.books)} price books, {len(problems)} points to settle",
        )
    )
    if problems:
        raise typer.Exit(EXIT_PROBLEMS)


@app.command()
def diff(
    before: Annotated[datetime, _DAY],
    after: Annotated[datetime, _DAY],
    region: Region = "hubei",
    home: Home = None,
) -> None:
    """List every figure that differs between two days. 比较两日电价."""
    from wattwarden.app.check_prices import price_changes
    from wattwarden.app.rule_catalogue import SITE_CONTENT
    from wattwarden.domain.prices import price_books

    with problems_shown():
        books = price_books(home_folder(home) / SITE_CONTENT)
        changes = price_changes(books, region, before.date(), after.date())
    for change in changes:
        name = f"{change.book.text(language())}, {change.book.levels[change.level].text(language())}"
        console().print(f"{name}: {_figure(change.before)} → {_figure(change.after)} {change.book.unit}")
    console().print(say(f"{len(changes)} 处不同", f"{len(changes)} differences"))


@app.command()
def template(
    out: Annotated[Path, typer.Option(help="Workbook to write, .xlsx. 输出工作簿")],
    region: Region = "hubei",
    home: Home = None,
) -> None:
    """Write a workbook of every figure a province's bills need, to be filled in. 电价填报表."""
    from wattwarden.app.price_sheet import write_price_sheet

    with problems_shown():
        blanks = write_price_sheet(home_folder(home), region, out, language())
    console().print(say(f"已写入 {out}，待填 {blanks} 项", f"written to {out}, {blanks} figures to fill in"))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Filled workbook. 已填工作簿")],
    region: Region = "hubei",
    home: Home = None,
) -> None:
    """Keep the figures of a filled workbook as dated lines of the site's price books. 导入电价."""
    from wattwarden.app.price_sheet import read_price_sheet

    with problems_shown():
        changed = read_price_sheet(home_folder(home), region, file)
    for book in changed:
        console().print(say(f"已更新 {book}", f"updated {book}"))
    if not changed:
        console().print(say("与现有电价一致，未更新", "as the price books already say; nothing changed"))


def _show_hours(region: str, day: date) -> None:
    from wattwarden.app.check_prices import rate_hours
    from wattwarden.domain.timetable import RATE_NAMES, timetable_of, timetables

    if region not in timetables():
        console().print(say("无分时时段表", "no timetable of time-of-use hours"))
        return
    with problems_shown():
        table = timetable_of(region)
        line, hours = table.line_on(day), rate_hours(table, day)
    console().print(f"{table.text(language())}\n  {_because(line)}")
    for rate, spans in hours.items():
        console().print(f"  {RATE_NAMES[rate].text(language())}: {', '.join(spans)}")


def _because(line: "PriceLine | TimetableLine") -> str:
    from wattwarden.domain.labels import VERIFICATION

    until = line.valid_to or say("今", "now")
    sure = VERIFICATION[line.verified].text(language())
    note = f"; {line.note.text(language())}" if line.note else ""
    seen = say(f"{line.still_valid_on} 仍有效", f"still valid on {line.still_valid_on}")
    return f"{line.document}, {line.valid_from} – {until}, {sure}, {seen} ({line.source}){note}"


def _figure(value: Decimal | None) -> str:
    return "–" if value is None else str(value)
