"""``wattwarden readings``: check registers and curves, show what stands in place of missing days."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wattwarden.cli.output import EXIT_PROBLEMS, console, home_folder, language, messages, problems_shown, say

if TYPE_CHECKING:
    from wattwarden.app.check_readings import ReadingCheck, Wanted

app = typer.Typer(no_args_is_help=True, help="Check and estimate readings. 示数与曲线核对、估算")

Format = Literal["table", "csv", "json", "xlsx"]
Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]
Meter = Annotated[str | None, typer.Option(help="Meter number, else all. 电能表标识")]
Customer = Annotated[str | None, typer.Option(help="Customer number, else all. 户号")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only after this day. 起始日")]
Limit = Annotated[int, typer.Option(min=0, help="Rows listed, 0 for all. 列出行数")]
As = Annotated[Format, typer.Option("--format", help="table, csv, json or xlsx. 输出格式")]
Out = Annotated[Path | None, typer.Option(help="File to write. 输出文件")]


def _wanted(
    check: str | None, meter: str | None, customer: str | None, since: datetime | None, limit: int
) -> "Wanted":
    from wattwarden.app.check_readings import Wanted

    return Wanted(check, meter, customer, since.date() if since else None, limit or None)


@app.command()
def check(
    name: Annotated[
        str | None, typer.Option("--check", help="One check by its id, else all. 核对项编号")
    ] = None,
    meter: Meter = None,
    customer: Customer = None,
    since: Since = None,
    limit: Limit = 50,
    form: As = "table",
    out: Out = None,
    home: Home = None,
) -> None:
    """Check registers of 60 days and curves of 31; status 1 when something was found. 示数与曲线核对."""
    from wattwarden.app.check_readings import check_readings, named
    from wattwarden.app.export_rows import write_rows
    from wattwarden.domain.labels import Label

    wanted = _wanted(name, meter, customer, since, limit)
    with problems_shown(), messages().status(say("核对示数与曲线…", "checking registers and curves …")):
        result = check_readings(home_folder(home), wanted)
        rows = named(result.rows, language())
        title = Label(zh="示数与曲线核对", en="Checks of readings")
        text = write_rows(rows, "readings", title, form, out, language())
    _told(text, form, out)
    if form == "table":
        _summary(result)
        _table("readings", rows)
    if result.counts:
        raise typer.Exit(EXIT_PROBLEMS)


@app.command()
def estimate(
    meter: Meter = None,
    customer: Customer = None,
    since: Since = None,
    limit: Limit = 50,
    form: As = "table",
    out: Out = None,
    home: Home = None,
) -> None:
    """Days without a usable register: as read, as estimated, with method and interval. 缺失日电量估算."""
    from wattwarden.app.check_readings import estimated_readings, named
    from wattwarden.app.export_rows import write_rows
    from wattwarden.domain.labels import Label

    with problems_shown(), messages().status(say("估算缺失日…", "estimating missing days …")):
        rows = named(
            estimated_readings(home_folder(home), _wanted(None, meter, customer, since, limit)), language()
        )
        title = Label(zh="缺失日估算", en="Estimated days")
        text = write_rows(rows, "estimates", title, form, out, language())
    _told(text, form, out)
    if form == "table":
        _table("estimates", rows)


@app.command()
def checks(home: Home = None) -> None:
    """Every check: what a hit means, its limits here, their source, what to look at first. 核对项与限值."""
    from wattwarden.app.check_readings import shown_checks

    with problems_shown():
        shown = shown_checks(home_folder(home), language())
    out = console()
    for one in shown:
        out.print(f"{one.check.id}  {one.check.label.text(language())}")
        out.print(f"    {one.check.why.text(language())}")
        for limit in one.limits:
            out.print(f"    {limit}")
        out.print(f"    {say('依据', 'source')}: {one.check.source}")
        out.print(f"    {say('先核查', 'check first')}: {one.check.first.text(language())}")


def _summary(result: "ReadingCheck") -> None:
    from wattwarden.domain.checks import built_in_checks

    out = console()
    out.print(say(f"核对电能表 {result.meters} 只", f"meters checked: {result.meters}"))
    labels = built_in_checks().by_id
    for row in result.counts:
        figures = say(
            f"{row['hits']} 处, {row['meters']} 只表, {row['days']} 天",
            f"{row['hits']} hits, {row['meters']} meters, {row['days']} days",
        )
        out.print(f"  {labels[str(row['check_id'])].label.text(language())}: {figures}")


def _told(text: str | None, form: Format, out: Path | None) -> None:
    if text is not None:
        console().print(text)
    elif form != "table":
        console().print(say(f"已写入 {out}", f"written to {out}"))


def _table(name: str, rows: "Sequence[Mapping[str, object]]") -> None:
    from rich.table import Table

    from wattwarden.app.columns import load_lists

    columns = load_lists().lists[name]
    table = Table()
    for column in columns.values():
        table.add_column(column.label.text(language()))
    for row in rows:
        table.add_row(*("" if row[key] is None else str(row[key]) for key in columns))
    console().print(table)
