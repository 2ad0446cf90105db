"""``wattwarden lake``: what the lake holds, and the versions that led there."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli.output import console, home_folder, language, problems_shown, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wattwarden.app.lake_info import LakeInfo

_MEGABYTE = 1_000_000

app = typer.Typer(invoke_without_command=True, help="Versions and state of the lake. 数据湖的版本与状态")

Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]


@app.callback()
def lake(ctx: typer.Context, home: Home = None) -> None:
    """Show version, tables, rows, bytes and the last import. 数据湖现状."""
    if ctx.invoked_subcommand:
        ctx.obj = home
        return
    from wattwarden.app.lake_info import lake_info

    with problems_shown():
        _print(lake_info(home_folder(home)))


@app.command()
def history(ctx: typer.Context, home: Home = None) -> None:
    """List all versions, the latest first. 版本清单."""
    from rich.table import Table

    from wattwarden.app.lake_info import lake_history

    with problems_shown():
        commits = lake_history(home_folder(home or ctx.obj))
    table = Table()
    for heading in (say("版本", "version"), say("时间", "at"), say("行数", "rows"), say("说明", "note")):
        table.add_column(heading)
    for commit in reversed(commits):
        rows = sum(count for name, count in commit.rows.items() if not name.startswith("_"))
        table.add_row(str(commit.version), _local(commit.at), f"{rows:,}", _text(commit.note))
    console().print(table)
    console().print(say(f"共 {len(commits)} 个版本", f"{len(commits)} versions"))


def _print(info: "LakeInfo") -> None:
    from rich.table import Table

    table = Table()
    table.add_column(say("表", "table"))
    table.add_column(say("名称", "name"))
    for heading in (
        say("现行行数", "rows"),
        say("含历史行数", "with history"),
        say("文件数", "files"),
        say("大小(MB)", "size (MB)"),
    ):
        table.add_column(heading, justify="right")
    for row in info.tables:
        label = row.label.text(language()) if row.label else say("(系统)", "(system)")
        size = row.size
        megabytes = f"{size.bytes / _MEGABYTE:,.1f}"
        table.add_row(
            size.name, label, f"{size.rows:,}", f"{size.stored_rows:,}", f"{size.files:,}", megabytes
        )
    out = console()
    out.print(table)
    commit = info.commit
    total = f"{info.total_bytes / _MEGABYTE:,.1f} MB"
    out.print(
        say(
            f"版本 {commit.version}, 现行数据 {info.total_rows:,} 行, {total}",
            f"version {commit.version}, {info.total_rows:,} current rows, {total}",
        )
    )
    out.print(say(f"最近导入: {_local(commit.at)}", f"last import: {_local(commit.at)}"))
    if commit.note:
        out.print(_text(commit.note))


def _local(moment: datetime) -> str:
    return moment.astimezone().isoformat(sep=" ", timespec="seconds")


def _text(note: "Mapping[str, str]") -> str:
    return ", ".join(f"{key}: {value}" for key, value in note.items())
