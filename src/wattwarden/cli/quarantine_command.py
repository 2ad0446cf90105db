"""``wattwarden quarantine``: list, show, export, import, drop."""

from pathlib import Path
from typing import Annotated

import typer

from wattwarden.cli import output
from wattwarden.cli.output import say

app = typer.Typer(no_args_is_help=True, help="Rows that were not imported / 隔离区")

Home = Annotated[Path | None, typer.Option("--home", help="Data folder / 数据目录 [WATTWARDEN_HOME]")]
Lang = Annotated[str | None, typer.Option("--lang", help="zh | en")]
Table = Annotated[str | None, typer.Option("--table", help="Only this table / 仅此表")]


@app.command("list")
def list_(
    table: Table = None,
    limit: Annotated[int, typer.Option(help="Rows shown / 显示行数")] = 50,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """List the rows that wait for a decision. / 列出待处理的行."""
    from rich.table import Table as Grid

    from wattwarden.app.quarantine_rows import list_quarantine

    output.choose_language(lang)
    with output.problems_shown():
        entries = list_quarantine(output.home_folder(home), table)
    grid = Grid(
        title=say(f"隔离区 {len(entries):,} 行", f"{len(entries):,} rows in quarantine"), title_justify="left"
    )
    for zh, en in (
        ("编号", "entry"),
        ("表", "table"),
        ("位置", "place"),
        ("列", "column"),
        ("发现", "found"),
        ("应为", "expected"),
    ):
        grid.add_column(say(zh, en), overflow="fold")
    for entry in entries[:limit]:
        sheet = f" [{entry.sheet}]" if entry.sheet else ""
        place = f"{Path(entry.file).name}{sheet}:{entry.line}"
        expected = say(entry.expected_zh, entry.expected_en)
        grid.add_row(entry.entry_id[:8], entry.table, place, entry.column, entry.found, expected)
    output.console().print(grid)
    if len(entries) > limit:
        output.console().print(say(f"仅显示前 {limit} 行", f"the first {limit} are shown"))


@app.command()
def show(
    entry: Annotated[str, typer.Argument(help="Entry, or how it begins / 隔离编号或其开头")],
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Show one row with all its problems. / 显示一行及其全部问题."""
    from wattwarden.app.quarantine_rows import find_entry

    output.choose_language(lang)
    with output.problems_shown():
        found = find_entry(output.home_folder(home), entry)
    out = output.console()
    out.print(
        f"{found.entry_id}  {found.table}  {found.file} {found.sheet}:{found.line}  {found.mapping}".rstrip()
    )
    for problem in found.problems:
        out.print(f"  {problem['column']}: " + say("发现 ", "found ") + problem["found"], style="red")
        out.print(say("    应为 ", "    expected ") + say(problem["zh"], problem["en"]))
    for name, value in found.raw.items():
        out.print(f"  {name} = {'' if value is None else value}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Workbook to write / 输出的工作簿 (.xlsx)")],
    table: Table = None,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Write the waiting rows to a workbook, to be corrected there. / 导出到 Excel 以便修正."""
    from wattwarden.app.quarantine_rows import export_quarantine

    output.choose_language(lang)
    with output.problems_shown():
        rows = export_quarantine(output.home_folder(home), file, table)
    output.console().print(say(f"已导出 {rows:,} 行到 {file}", f"{rows:,} rows written to {file}"))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Corrected workbook / 修正后的工作簿")],
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Import corrected rows; those that pass leave the quarantine. / 导入修正后的行."""
    from wattwarden.app.quarantine_rows import import_corrected

    output.choose_language(lang)
    with output.problems_shown():
        result = import_corrected(output.home_folder(home), file)
    out = output.console()
    for place, text in result.waiting:
        out.print(f"{place}: {text}", style="red")
    out.print(
        say(
            f"读取 {result.read:,} 行，解决 {result.settled:,} 行，仍有问题 {len(result.waiting):,} 行",
            f"{result.read:,} rows read, {result.settled:,} settled, {len(result.waiting):,} still wrong",
        )
    )
    if result.waiting:
        raise typer.Exit(output.EXIT_PROBLEMS)


@app.command()
def drop(
    entries: Annotated[list[str] | None, typer.Argument(help="Entries / 隔离编号")] = None,
    table: Table = None,
    everything: Annotated[bool, typer.Option("--all", help="All of the table, or all / 全部")] = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Give up rows for good. / 放弃这些行."""
    from wattwarden.app.quarantine_rows import drop_entries, find_entry

    output.choose_language(lang)
    with output.problems_shown():
        folder = output.home_folder(home)
        if not entries and not everything:
            raise typer.BadParameter(say("请给出隔离编号或 --all", "name entries, or say --all"))
        names = [find_entry(folder, name).entry_id for name in entries] if entries else None
        count = drop_entries(folder, names, table)
    output.console().print(say(f"已放弃 {count:,} 行", f"{count:,} rows dropped"))
